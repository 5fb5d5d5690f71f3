"""Scripts/torture: the command line."""

import argparse
import datetime
import os
import shutil
import signal
import sys
import tempfile
import time

from . import programs, record


def arguments():
    parser = argparse.ArgumentParser(prog="Scripts/torture", description="""Breaks the real programs, starts them
        again, and checks that nothing acknowledged is lost, nothing doubled, and no other step needed.""")
    parser.add_argument("what", nargs="*", help="points, kills, powercuts, diskfull, clocks; all when left out")
    parser.add_argument("--short", action="store_true", help="the form that CI runs")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--command", help="points: only this command, or several with commas")
    parser.add_argument("--most", type=int, help="points: at most so many of a command (200; short: 2)")
    parser.add_argument("--only", help="points: only this one, as 17:kill; powercuts: only this one, as 12")
    parser.add_argument("--count", type=int, help="how many kills, or power cuts")
    parser.add_argument("--keep", action="store_true", help="leave the files of the last world")
    return parser.parse_args()


def fast_place():
    """Memory, where there is enough of it: what a program does to its files is the same there, and syncs cost nothing."""
    memory = "/dev/shm"
    if os.access(memory, os.W_OK):
        about = os.statvfs(memory)
        if about.f_bavail * about.f_frsize > 1 << 30:
            return memory
    return None


def main():
    options = arguments()
    began = time.monotonic()
    folder = tempfile.mkdtemp(prefix="zona-torture-", dir=fast_place())
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: sys.exit(130))
    failures = []
    try:
        for what in options.what or ["points", "kills", "powercuts", "diskfull", "clocks"]:
            print(f"== {what}", flush=True)
            failures += campaign(what, options, folder)
    finally:
        programs.end_all()
        if options.keep:
            print(f"The files are in {folder}.")
        else:
            shutil.rmtree(folder, ignore_errors=True)
    took = datetime.timedelta(seconds=round(time.monotonic() - began))
    print(f"torture: {len(failures)} failures in {took}")
    for failure in failures:
        print(f"    again: Scripts/torture {failure}")
    return 1 if failures else 0


def campaign(what, options, folder):
    def say(text):
        print(text, flush=True)

    library = record.build(folder)
    if what == "points":
        from .commands import ALL
        from .points import Points
        names = options.command.split(",") if options.command else list(ALL)
        most = options.most or (2 if options.short else 200)
        return Points(folder, library, say).campaign(names, most, options.seed, options.only)
    if what == "powercuts":
        from .powercuts import PowerCuts
        count = options.count or (6 if options.short else 200)
        return PowerCuts(folder, library, say).campaign(count, options.seed, 8 if options.short else 40, options.only)
    if what == "kills":
        from .kills import Kills
        return Kills(folder, library, say).campaign(options.count or (15 if options.short else 1000), options.seed)
    if what == "diskfull":
        from .diskfull import DiskFull, in_own_namespace
        if "TORTURE_MAY_MOUNT" in os.environ:
            return DiskFull(folder, say).campaign()
        return ["diskfull"] if in_own_namespace(["diskfull"]) else []
    if what == "clocks":
        from .clocks import Clocks
        return Clocks(folder, say).campaign()
    raise SystemExit(f"there is no campaign {what}")


if __name__ == "__main__":
    sys.exit(main())
