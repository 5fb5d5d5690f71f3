"""Running the two programs: each process is started here, is known by its id, and is ended here."""

import json
import os
import shutil
import signal
import subprocess
import threading
import time
from pathlib import Path

TREE = Path(__file__).resolve().parents[3]
BUILT = Path(os.environ.get("ZONA_BIN") or TREE / ".build" / "debug")
COMUNI = TREE / "schema" / "codelists" / "comuni_piloti.csv"
PATIENCE = 60

_running = set()
_lock = threading.Lock()


class Failed(Exception):
    """Something is not as it must be."""


class Outcome:
    """How a program ended: its exit status, minus the signal if one killed it, and what it said."""

    def __init__(self, words, status, out, err):
        self.words, self.status, self.out, self.err = words, status, out, err

    @property
    def was_killed(self):
        return self.status == -signal.SIGKILL

    @property
    def json(self):
        try:
            return json.loads(self.out)
        except ValueError:
            raise Failed(f"no JSON answer: {self}") from None

    def __str__(self):
        said = (self.out.strip() + "\n" + self.err.strip()).strip()[-1500:]
        return f"`{' '.join(self.words)}` ended with {self.status}: {said}"


def clean_environment(more=None):
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LD_LIBRARY_PATH") if name in os.environ}
    return {**kept, "LC_ALL": "C.UTF-8", "TZ": "Europe/Rome", **(more or {})}


def start(words, environment=None, folder=None, **pipes):
    program = str(BUILT / words[0]) if not words[0].startswith("/") else words[0]
    with _lock:
        process = subprocess.Popen([program, *map(str, words[1:])], env=clean_environment(environment),
                                   cwd=folder, stdin=subprocess.DEVNULL, **pipes)
        _running.add(process)
    return process


def forget(process):
    with _lock:
        _running.discard(process)
    # What the library of wrong clocks leaves when its program is killed.
    for name in (f"/dev/shm/faketime_shm_{process.pid}", f"/dev/shm/sem.faketime_sem_{process.pid}"):
        Path(name).unlink(missing_ok=True)


def run(words, environment=None, folder=None, kill_after=None):
    """Runs a program to its end, or kills it after so many seconds."""
    process = start(words, environment, folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        out, err = process.communicate(timeout=kill_after or PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        out, err = process.communicate()
        if not kill_after:
            raise Failed(f"`{' '.join(map(str, words))}` did not end in {PATIENCE} s: "
                         f"{err.decode(errors='replace')[-1000:]}") from None
    finally:
        if process.poll() is None:  # The rig itself was told to end.
            process.kill()
            process.wait()
        forget(process)
    return Outcome([str(word) for word in words], process.returncode, out.decode(errors="replace"),
                   err.decode(errors="replace"))


class Server:
    """`zona-server serve` on loopback, on a port of the system's choice unless one is given."""

    def __init__(self, data, environment=None, folder=None, port="0"):
        self.process = start(["zona-server", "serve", "--data", data, "--port", port], environment, folder,
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.errors = []
        self._reader = threading.Thread(target=self._read, args=(self.process.stderr, self.errors), daemon=True)
        self._reader.start()
        line = self.process.stdout.readline().decode()
        self.url = line.split()[-1] if ": serving " in line else None
        self._drain = threading.Thread(target=self._read, args=(self.process.stdout, []), daemon=True)
        self._drain.start()

    @staticmethod
    def _read(pipe, lines):
        for line in pipe:
            lines.append(line.decode(errors="replace").rstrip())
            del lines[:-200]

    @property
    def said(self):
        return "\n".join(self.errors[-15:])

    def kill(self):
        """Kills it at once; returns its exit status."""
        self.process.kill()
        return self._end(PATIENCE)

    def stop(self):
        """Asks it to end in order; returns its exit status."""
        self.process.terminate()
        return self._end(20)

    def _end(self, patience):
        try:
            self.process.wait(patience)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise Failed(f"the hub did not end in {patience} s: {self.said}") from None
        finally:
            self._reader.join(5)
            self._drain.join(5)
            self.process.stdout.close()
            self.process.stderr.close()
            forget(self.process)
        return self.process.returncode


def end_all():
    """Ends what is still running of what was started here."""
    with _lock:
        left = list(_running)
        _running.clear()
    for process in left:
        if process.poll() is None:
            process.kill()
            process.wait()
        forget(process)


def copy(source, target):
    shutil.copytree(source, target, symlinks=True)


def until(condition, seconds=PATIENCE, what="it"):
    """Waits for a condition; fails when it does not come."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise Failed(f"{what} did not come in {seconds} s")
        time.sleep(0.02)
