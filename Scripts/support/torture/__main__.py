"""Scripts/torture: the command line."""

import argparse
import datetime
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from . import programs, record

CAMPAIGNS = ("points", "powercuts", "kills", "clocks", "diskfull", "drain")
AT_ONCE = 2


def arguments():
    parser = argparse.ArgumentParser(prog="Scripts/torture", description="""Breaks the real programs, starts them
        again, and checks that nothing acknowledged is lost, nothing doubled, and no other step needed.""")
    parser.add_argument("what", nargs="*", help=", ".join(CAMPAIGNS) + "; all when left out, two at once")
    parser.add_argument("--short", action="store_true", help="the form that CI runs")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--command", help="points: only this command, or several with commas")
    parser.add_argument("--most", type=int, help="points: at most so many of a command (200; short: 2)")
    parser.add_argument("--only", help="points: only this one, as 17:kill")
    parser.add_argument("--again", help="powercuts: the kept disks of a cut that failed")
    parser.add_argument("--count", type=int, help="how many kills (1000; short: 15), power cuts (200; short: 8), or rounds of faults (3; short: 1)")
    parser.add_argument("--steps", type=int, help="powercuts: how long the day is (40; short: 6)")
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
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: sys.exit(130))
    began = time.monotonic()
    whats = options.what or list(CAMPAIGNS)
    if len(whats) > 1:
        failed = all_of(whats, [word for word in sys.argv[1:] if word not in whats])
        print(f"torture: {', '.join(failed) + ' failed' if failed else 'all as it must be'}, {since(began)}")
        return 1 if failed else 0
    return one(whats[0], options, began)


def since(began):
    return datetime.timedelta(seconds=round(time.monotonic() - began))


def all_of(whats, words):
    """Each campaign as a process of its own, two at once; what they say one after the other. The names of those that fail."""
    waiting, running, failed = list(whats), {}, []
    try:
        while waiting or running:
            while waiting and len(running) < AT_ONCE:
                what, said = waiting.pop(0), tempfile.TemporaryFile("w+")
                running[subprocess.Popen([sys.executable, "-m", "torture", what, *words], stdin=subprocess.DEVNULL,
                                         stdout=said, stderr=subprocess.STDOUT)] = what, said
            time.sleep(0.1)
            for process in [process for process in running if process.poll() is not None]:
                what, said = running.pop(process)
                said.seek(0)
                print(said.read(), end="", flush=True)
                said.close()
                if process.returncode:
                    failed.append(what)
    finally:
        for process in running:
            process.terminate()
            process.wait()
    return failed


def one(what, options, began):
    print(f"== torture {what}", flush=True)
    folder = tempfile.mkdtemp(prefix="zona-torture-", dir=fast_place())
    try:
        failures = campaign(what, options, folder)
    finally:
        programs.end_all()
        if options.keep:
            print(f"The files are in {folder}.")
        else:
            shutil.rmtree(folder, ignore_errors=True)
    print(f"{what}: {len(failures)} failures, {since(began)}", flush=True)
    for failure in failures:
        print(f"    again: Scripts/torture {failure}")
    return 1 if failures else 0


def campaign(what, options, folder):
    def say(text):
        print(text, flush=True)

    short = options.short
    if what == "points":
        from .commands import ALL, SHORT
        from .points import Points
        names = options.command.split(",") if options.command else SHORT if short else list(ALL)
        most = options.most or (2 if short else 200)
        return Points(folder, record.build(folder), say).campaign(names, most, options.seed, options.only)
    if what == "powercuts":
        from .powercuts import PowerCuts
        cuts = PowerCuts(folder, record.build(folder), say)
        if options.again:
            return cuts.again(options.again)
        return cuts.campaign(options.count or (8 if short else 200), options.seed, options.steps or (6 if short else 40))
    if what == "kills":
        from .kills import Kills
        return Kills(folder, say).campaign(options.count or (15 if short else 1000), options.seed)
    if what == "diskfull":
        from .diskfull import DiskFull, in_own_namespace
        if "TORTURE_MAY_MOUNT" in os.environ:
            return DiskFull(folder, say).campaign(short)
        return ["diskfull"] if in_own_namespace(["diskfull", *(["--short"] if short else [])]) else []
    if what == "clocks":
        from .clocks import Clocks
        return Clocks(folder, say).campaign(short)
    if what == "drain":
        from .drain import Drain
        return Drain(folder, say).campaign(short, options.seed, options.count or (1 if short else 3))
    raise SystemExit(f"there is no campaign {what}: {', '.join(CAMPAIGNS)}")


if __name__ == "__main__":
    sys.exit(main())
