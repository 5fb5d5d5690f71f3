"""Kills: hub and clients die at random, again and again, while three comuni work; then everything must be there."""

import collections
import random
import sqlite3
import threading
import time
from pathlib import Path

from . import checks
from .programs import Failed
from .world import World

PCS = ("narni", "amelia", "giove")
ROUND = 50


class Kills:
    def __init__(self, folder, say):
        self.folder, self.say = Path(folder), say
        self.figures = collections.Counter()
        self.lock = threading.Lock()

    def campaign(self, count, seed):
        """So many kills, in rounds of fifty, each in the world that the last one left; every round ends with the checks."""
        began, failures = time.monotonic(), []
        world = World.found(self.folder / "kills", PCS)
        try:
            for name in PCS:
                world.notes[name] = world.add(name, f"{name}-own", telefono="0")
            world.notes["shared"] = world.add("narni", "shared", telefono="nobody")
            checks.settle(world)
            truth = Truth()
            number = 0
            while self.figures["kills"] < count and not failures:
                number += 1
                try:
                    self.round(world, truth, random.Random(f"{seed} {number}"),
                               min(ROUND, count - self.figures["kills"]))
                    world.stop()
                    world.must_serve()
                    checks.check(world, doctor=number % 5 == 0)
                    truth.check(world)
                except Failed as failure:
                    # Threads: the same seed does the same things, but not at the same moments.
                    failures.append(f"kills --seed {seed} --count {count}")
                    self.say(f"FAILED in round {number}: {failure}\n    again: Scripts/torture {failures[-1]}")
            world.notes["truth"].clear()
        finally:
            world.remove()
        figures = ", ".join(f"{number} {what}" for what, number in sorted(self.figures.items()))
        self.say(f"kills: {figures}, {time.monotonic() - began:.0f} s")
        return failures

    def round(self, world, truth, chance, count):
        wanted = self.figures["kills"] + count
        is_over, faults = threading.Event(), []
        seeds = [chance.random() for _ in PCS]
        workers = [threading.Thread(target=self.guarded, args=(faults, self.work, world, truth, name,
                                                               random.Random(seed), is_over, wanted))
                   for name, seed in zip(PCS, seeds)]
        for worker in workers:
            worker.start()
        try:
            while self.figures["kills"] < wanted and not faults:
                time.sleep(chance.uniform(0.1, 1.2))
                port = world.hub_server.url.rsplit(":", 1)[1]
                world.crash()
                self.count("kills", "kills of the hub")
                world.must_serve_again(port)
        finally:
            is_over.set()
            for worker in workers:
                worker.join()
        if faults:
            raise Failed(faults[0])

    @staticmethod
    def guarded(faults, work, *arguments):
        try:
            work(*arguments)
        except (Failed, sqlite3.Error) as fault:
            faults.append(str(fault))

    def count(self, *names):
        with self.lock:
            for name in names:
                self.figures[name] += 1

    def work(self, world, truth, name, chance, is_over, wanted):
        """What one comune does: each command is killed one time in three, at any moment of its life."""
        durations = {}
        while not is_over.is_set() and self.figures["kills"] < wanted:
            kind = chance.choices(["add", "own", "shared", "sync"], [3, 2, 2, 5])[0]
            words, told = self.command(world, truth, name, kind)
            lasts = durations.get(kind, 0.2)
            after = lasts * chance.uniform(0.2, 1.1) if chance.random() < 0.35 else None
            began = time.monotonic()
            outcome = world.run(*words, kill_after=after, who=name)
            self.count("commands")
            if outcome.was_killed:
                self.count("kills", f"kills of {kind}")
            elif outcome.status == 0:
                durations[kind] = 0.7 * lasts + 0.3 * (time.monotonic() - began)
            elif kind != "sync" or outcome.status not in (6, 8):
                # 6: the hub is just dead. Nothing else may stand in the way of a command.
                raise Failed(str(outcome))
            told(outcome)

    def command(self, world, truth, name, kind):
        """The words of a command, and what to do with how it ended."""
        if kind == "sync":
            return world.words(name, "sync"), lambda outcome: None
        token = truth.fresh(name)
        if kind == "add":
            def told(outcome):
                world.expect(token, 0 if outcome.was_killed else 1, 1)
            world.expect(token, 0, 1)
            return world.words(name, "add", "soggetto", f"denominazione={token}", "tipo_soggetto=VOL"), told
        edited = world.notes[name if kind == "own" else "shared"]
        seen = world.value(world.file(name), "SELECT telefono FROM soggetto WHERE id = ?", edited)

        def told_edit(outcome):
            truth.written(edited, token, seen, is_sure=not outcome.was_killed)
        return world.words(name, "edit", edited, f"telefono={token}"), told_edit


class Truth:
    """Which values were written into a telephone number, and which of them somebody had before him who wrote another."""

    def __init__(self):
        self.lock, self.last = threading.Lock(), 0
        self.sure, self.replaced = {}, {}

    def fresh(self, name):
        with self.lock:
            self.last += 1
            return f"{name}-{self.last}"

    def written(self, record, token, seen, is_sure):
        with self.lock:
            if is_sure:
                self.sure.setdefault(record, []).append(token)
            self.replaced.setdefault(record, set()).add(seen)

    def check(self, world):
        """Each acknowledged value is shown, or was replaced by somebody who saw it, or stands in a conflict."""
        file = world.file("narni")
        for record, tokens in self.sure.items():
            shown = world.value(file, "SELECT telefono FROM soggetto WHERE id = ?", record)
            listed = world.rows(file, "SELECT other_values, shown_values FROM zona_conflict WHERE record_id = ?", record)
            for token in tokens:
                if token == shown or token in self.replaced[record]:
                    continue
                if not any(token.encode() in bytes(blob) for row in listed for blob in row):
                    raise Failed(f"{token}, which was acknowledged, is neither shown ({shown}) nor listed, and nobody "
                                 "who saw it replaced it")
