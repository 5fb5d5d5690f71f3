#!/usr/bin/env python3
"""Runs a program at a terminal of its own, presses keys, and tells what was on the screen.

    at_terminal.py [--columns N] PROGRAM [ARGUMENT ...] < STEPS

STEPS is a JSON list of steps, each a list: ["expect", TEXT] reads until TEXT has come; ["send", TEXT] presses keys;
["signal", NAME] sends a signal; ["hangup"] takes the terminal away. Nothing waits for a time: each step waits for what it
names, and 60 seconds without it are a failure. Prints {"status", "output", "restored"}: the exit status (minus the signal
that ended it), all that was printed, and whether the terminal is as it was before.
"""

import fcntl
import json
import os
import select
import signal
import struct
import subprocess
import sys
import termios

PATIENCE = 60


class Screen:
    def __init__(self, columns, command):
        self.master, self.slave = os.openpty()
        fcntl.ioctl(self.slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        self.before = termios.tcgetattr(self.slave)
        self.output = b""
        self.seen = 0
        slave = self.slave

        def begin():
            # As a login does: the terminal is its own, and no signal is held back, whoever started this.
            fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
            signal.pthread_sigmask(signal.SIG_SETMASK, [])

        self.process = subprocess.Popen(
            command, stdin=slave, stdout=slave, stderr=slave, start_new_session=True, preexec_fn=begin)
        self.ended = os.pidfd_open(self.process.pid)

    def read(self):
        """Reads what comes next. False when the program has ended and all is read."""
        ready, _, _ = select.select([self.master, self.ended], [], [], PATIENCE)
        if self.master in ready:
            self.output += os.read(self.master, 65536)
            return True
        if self.ended in ready:
            return False
        fail(self, "nothing came")

    def expect(self, text):
        wanted = text.encode()
        while True:
            place = self.output.find(wanted, self.seen)
            if place >= 0:
                self.seen = place + len(wanted)
                return
            if not self.read():
                fail(self, f"it ended before {text!r} came")

    def send(self, text):
        keys = text.encode()
        while keys:
            keys = keys[os.write(self.master, keys):]


def fail(screen, what):
    screen.process.kill()
    sys.exit(f"{what}; so far:\n{screen.output.decode(errors='replace')}")


def main():
    arguments = sys.argv[1:]
    columns = 80
    if arguments[:1] == ["--columns"]:
        columns = int(arguments[1])
        arguments = arguments[2:]
    steps = json.load(sys.stdin)
    screen = Screen(columns, arguments)
    is_there = True
    for step, *words in steps:
        if step == "expect":
            screen.expect(words[0])
        elif step == "send":
            screen.send(words[0])
        elif step == "signal":
            screen.process.send_signal(getattr(signal, "SIG" + words[0]))
        elif step == "hangup":
            os.close(screen.master)
            is_there = False
        else:
            sys.exit(f"there is no step {step}")
    while is_there and screen.read():
        pass
    status = screen.process.wait(PATIENCE)
    restored = is_there and termios.tcgetattr(screen.slave) == screen.before
    output = screen.output.decode(errors="replace")
    print(json.dumps({"status": status, "output": output, "restored": restored}))


if __name__ == "__main__":
    main()
