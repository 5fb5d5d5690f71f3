"""What waits at a PC whose service runs, while something is wrong between it and the hub; and how soon after that is mended it has gone.

The bound is half a minute: an attempt under way may be in a dead connection, and the pause after it counts from its beginning.
"""

import json
import random
import subprocess
import threading
import time

from . import checks, programs
from .line import Line
from .programs import Failed, until
from .world import World

BOUND = 30
# Bytes of an upload that pass before a line dies.
MIDDLE = 60_000


class Service:
    """`zona service run`, and what it says."""

    def __init__(self, world, who):
        words = world.words(who, "service", "run", "--capture-every", "1", "--poll-every", "5", "--json")
        self.process = programs.start(words, folder=world.folder, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.failures = self.syncs = 0
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self.process.stdout:
            event = json.loads(line)["event"]
            self.failures += event == "failed"
            self.syncs += event == "synced"

    def stop(self):
        self.process.terminate()
        try:
            return self.process.wait(20)
        finally:
            programs.forget(self.process)


class Drain:
    def __init__(self, folder, say):
        self.folder, self.say = folder, say
        self.random = random.Random()

    # --- What is wrong: each returns what mends it.

    def hub_stopped(self, world, line):
        port = str(line.target)
        world.stop()
        return lambda: world.must_serve_again(port)

    def hub_killed(self, world, line):
        port = str(line.target)
        world.crash()
        return lambda: world.must_serve_again(port)

    def refused(self, world, line):
        line.spoil("refused")
        return line.mend

    def login_page(self, world, line):
        line.spoil("login")
        return line.mend

    def dead_in_an_upload(self, world, line):
        line.spoil("dead", MIDDLE)
        return line.mend

    def void(self, world, line):
        line.spoil("void")
        return line.mend

    def file_held(self, world, line):
        holder = world.sql(world.file("narni"))
        database = holder.__enter__()
        database.execute("BEGIN IMMEDIATE")

        def let_go():
            database.execute("COMMIT")
            holder.__exit__(None, None, None)

        return let_go

    def campaign(self, short, seed, rounds):
        self.random = random.Random(seed)
        everything = [self.hub_stopped, self.hub_killed, self.refused, self.login_page, self.file_held,
                      self.dead_in_an_upload, self.void]
        failures = []
        world = World.found(f"{self.folder}/drain")
        line = Line(int(world.hub_server.url.rsplit(":", 1)[1]))
        world.tell_address = lambda: self.lead(world, line)
        world.tell_address()
        service = Service(world, "narni")
        try:
            number = 0
            for _ in range(rounds):
                for fault in everything[:4] if short else everything:
                    number += 1
                    # The shortest: healed as soon as it was noticed. Else at any moment of the attempts that follow.
                    wait = 0 if short else self.random.uniform(0, 25)
                    if not self.play(world, line, service, fault, f"{number}", wait):
                        failures.append(f"drain --seed {seed}")
            if (status := service.stop()) != 0:
                raise Failed(f"the service ended with {status}")
            checks.check(world, doctor=True)
        except Failed as failure:
            self.say(f"FAILED: {failure}")
            failures.append(f"drain --seed {seed}")
        finally:
            line.close()
            if world.hub_server:
                world.crash()
            world.remove()
        return failures

    @staticmethod
    def lead(world, line):
        for name in world.notes["replicas"]:
            with world.sql(world.file(name)) as database:
                database.execute("UPDATE zona_state SET hub_url = ? WHERE hub_url <> ?", [line.url, line.url])

    def play(self, world, line, service, fault, number, wait):
        """One fault: it is there, a queue grows, it is mended. Whether the queue had gone in time."""
        failures, syncs = service.failures, service.syncs
        if fault == self.file_held:
            self.write(world, number)
            mend = fault(world, line)
        else:
            mend = fault(world, line)
            self.write(world, number)
        try:
            until(lambda: service.failures > failures or service.process.poll() is not None, 90,
                  f"{fault.__name__}: a word of the service")
            time.sleep(wait)
        finally:
            mend()
        mended = time.monotonic()
        until(lambda: world.value(world.file("narni"), "SELECT count(*) FROM zona_pending") == 0, 120,
              f"{fault.__name__}: an empty queue")
        took = time.monotonic() - mended
        # What fails next is said only when something else was said before.
        until(lambda: service.syncs > syncs, 60, f"{fault.__name__}: a word that all is well")
        is_in_time = took <= BOUND
        self.say(f"{'' if is_in_time else 'FAILED '}{fault.__name__}: mended {wait:.1f} s after it was noticed, "
                 f"the queue had gone {took:.1f} s later")
        return is_in_time

    def write(self, world, number):
        """A queue of some 200 kB, as any program writes it."""
        with world.sql(world.file("narni")) as database:
            database.execute("BEGIN")
            for row in range(100):
                name = f"{number}-{row} {self.random.randbytes(1000).hex()}"
                database.execute("INSERT INTO soggetto(denominazione, tipo_soggetto) VALUES (?, 'VOL')", [name])
                world.expect(name, 1, 1)
            database.execute("COMMIT")
