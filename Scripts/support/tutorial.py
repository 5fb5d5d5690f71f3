"""Plays documents whose commands a reader types, and compares what is printed.

Every fenced `sh` block of a document is given to one bash, in order, in a new folder; a `text` block behind them is
what they print on stdout. What differs from run to run is blanked on both sides: ids, codes, times, ages, sizes, ports.
The bash finds the built programs, `sqlite3` and `jq` on its PATH, `COMUNI` names the pilot ambiti, `PORT` a free port.
A command that fails ends the document: one that is meant to fail says so (`|| echo "exit $?"`).
"""

import difflib
import os
import re
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# The README tells everything; only its walk by hand is played, and the build that it begins with is there.
WALK_OF_README = re.compile(r"^## By hand.*?(?=^## )", re.M | re.S)
README_PORT = "8443"
# Seconds within which a program in the background must have said what the document shows. Nothing waits for them to pass.
PATIENCE = 60

BLANKS = [
    (r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "ID"),
    (r"\b[0-9a-f]{8}-[0-9a-f]{2,4}(-[0-9a-f]{1,4})*\b", "ID"),
    (r"\b([A-Z2-7]{5}-){10,}[A-Z2-7]{2}\b", "CODE"),
    (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:?\d\d)", "TIME"),
    (r"\d{4}-\d\d-\d\d", "DATE"),
    (r"\d\d/\d\d/\d{4}( \d\d:\d\d)?", "DATE"),
    (r"\bproprio ora\b|\bjust now\b|\b(\d+ )?(seconds?|minutes?|hours?) ago\b", "AGO"),
    (r"\b\d+([.,]\d+)? (bytes?|kB|MB)\b", "SIZE"),
    (r"https://127\.0\.0\.1:\d+", "HUB"),
    (r"posizione \d+", "posizione N"),
    (r"^operator +\S+$", "operator NAME"),
    (r"[─\-]{3,}", "---"),
    (r"[ \t]+", " "),
]


def blanked(text):
    for pattern, name in BLANKS:
        text = re.sub(pattern, name, text, flags=re.M)
    return [line.strip() for line in text.strip("\n").split("\n") if line.strip()]


def steps(document):
    """(line, commands, expected or None): the blocks of a document, a `text` block with the commands before it."""
    text = document.read_text()
    start = 0
    if document.name == "README.md":
        walk = WALK_OF_README.search(text)
        text, start = walk.group(0), text[: walk.start()].count("\n")
    found = []
    for block in re.finditer(r"^```(sh|text)\n(.*?)^```$", text, re.M | re.S):
        line = start + text[: block.start()].count("\n") + 1
        if block.group(1) == "sh":
            found.append([line, block.group(2), None])
        elif found and found[-1][2] is None:
            found[-1][2] = block.group(2)
    return found


class Shell:
    """One bash, and everything that it starts."""

    MARK = "-- the block has ended --"

    def __init__(self, folder, port):
        environment = {
            "PATH": f"{programs()}:{os.environ['PATH']}", "HOME": str(folder), "LANG": "C.UTF-8", "TZ": "Europe/Rome", "COLUMNS": "120", "PORT": str(port),
            "COMUNI": str(ROOT / "schema/codelists/comuni_piloti.csv"),
        }
        self.errors = open(folder / "stderr", "w+")
        self.bash = subprocess.Popen(
            ["bash", "--norc", "-eu", "-o", "pipefail"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.errors,
            cwd=folder, env=environment, start_new_session=True)
        self.said = b""

    def run(self, commands, expected):
        """What the commands print; None for a command that failed. Waits for what only the background says."""
        mark = f"\n{self.MARK}\n".encode()
        self.bash.stdin.write(commands.encode() + f"\nprintf '\\n%s\\n' '{self.MARK}'\n".encode())
        self.bash.stdin.flush()
        while mark not in self.said:
            if not self.read(None):
                return None
        before, self.said = self.said.split(mark, 1)
        deadline = time.monotonic() + PATIENCE
        while expected is not None and len(blanked(before.decode())) < len(blanked(expected)):
            if not self.read(deadline - time.monotonic()):
                break
            before, self.said = before + self.said, b""
        return before.decode()

    def read(self, patience):
        ready, _, _ = select.select([self.bash.stdout], [], [], None if patience is None else max(patience, 0))
        piece = os.read(self.bash.stdout.fileno(), 1 << 16) if ready else b""
        self.said += piece
        return bool(piece)

    def complaints(self):
        self.errors.seek(0)
        return self.errors.read()[-3000:]

    def end(self):
        self.bash.stdin.close()
        for kind in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.killpg(self.bash.pid, kind)
            except ProcessLookupError:
                break
            try:
                self.bash.wait(10)
            except subprocess.TimeoutExpired:
                continue
        self.bash.stdout.close()
        self.errors.close()


def programs():
    return ROOT / ".build/debug"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def play(document, show):
    """Plays one document; returns what is wrong with it, or nothing."""
    folder = Path(tempfile.mkdtemp(prefix="zona-tutorial-"))
    port = free_port()
    shell = Shell(folder, port)
    try:
        if document.name == "README.md":
            shell.run(f"cd '{ROOT}'", None)
        for line, commands, expected in steps(document):
            if document.name == "README.md":
                commands = commands.replace("make build\n", "").replace(README_PORT, str(port))
            said = shell.run(commands, expected)
            place = f"{document.relative_to(ROOT)}:{line}"
            if said is None:
                return f"{place}: a command failed\n{shell.said.decode()}{shell.complaints()}"
            if show:
                print(f"$ {commands}{said.strip()}\n")
            if expected is not None and blanked(said) != blanked(expected):
                difference = difflib.unified_diff(
                    blanked(expected), blanked(said), "the document", "the programs", lineterm="", n=2)
                return f"{place}: another answer\n" + "\n".join(difference) + "\n" + shell.complaints()
        return None
    finally:
        shell.end()
        shutil.rmtree(folder, ignore_errors=True)


def main(arguments):
    show = "--show" in arguments
    named = [Path(name).resolve() for name in arguments if not name.startswith("--")]
    documents = named or [ROOT / "README.md", *sorted((ROOT / "docs/tutorials").glob("*.md"))]
    failed = False
    for document in documents:
        began = time.monotonic()
        wrong = play(document, show)
        print(f"{document.relative_to(ROOT)}: {wrong or f'as written, {time.monotonic() - began:.0f} s'}", flush=True)
        failed = failed or wrong is not None
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
