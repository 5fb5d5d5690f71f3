"""Each command that writes is broken at each place where it opens, writes, syncs, renames: then it is run again."""

import collections
import random
import shutil
import time
from pathlib import Path

from . import checks, programs, record
from .at_hub import AtHub
from .commands import ALL
from .programs import Failed
from .world import World

FAULTS = ("kill", "5", "28+")
NAMES = {"kill": "KILL", "5": "EIO", "28+": "ENOSPC"}
TAKES_SPACE = "otwrld"


class Points:
    def __init__(self, folder, library, say):
        self.folder, self.library, self.say = Path(folder), library, say
        self.figures = collections.Counter()
        self.ends = collections.Counter()

    def template(self, command):
        folder = self.folder / f"template-{command.name}"
        if not folder.exists():
            world = World.found(folder, command.replicas)
            try:
                command.prepare(world)
            finally:
                world.save()
        return folder

    def play(self, command, fault=None):
        """One point, in a world of its own; what the program did to its files until then."""
        place = self.folder / "play"
        shutil.rmtree(place, ignore_errors=True)
        programs.copy(self.template(command), place)
        note = self.folder / "record"
        note.unlink(missing_ok=True)
        world = World(place)
        try:
            if command.hub_serves:
                world.must_serve()
            environment = record.environment(self.library, place, note, fault=fault)
            outcome = command.act(world, environment, 1)
            operations = record.read(note)
            if fault:
                self.judge(command, outcome, operations, fault)
            elif outcome.status != 0:
                raise Failed(f"without any fault: {outcome}")
            command.first(world, outcome)
            if fault:
                command.second(world, command.act(world, None, 2))
            elif command.name not in ("edit", "add"):
                command.second(world, outcome)
            if fault or command.name not in ("edit", "add"):
                # Folding the log again costs as much as all else: at a PC's own commands every eighth time.
                is_due = isinstance(command, AtHub) or not fault or int(fault.split(":")[0]) % 8 == 0
                checks.check(world, verify=is_due)
                command.finally_(world)
            return operations
        finally:
            world.remove()

    def judge(self, command, outcome, operations, fault):
        is_hit = any(operation.fault for operation in operations)
        self.figures["hit" if is_hit else "not reached"] += 1
        kind = NAMES[fault.split(":")[1]]
        self.ends[kind, outcome.status] += 1
        if outcome.status < 0 and not (outcome.was_killed and kind == "KILL"):
            raise Failed(f"it was not told to end so: {outcome}")

    def chosen(self, operations, most, seed):
        """Which points: the first and the last of each place in the code with each fault, then others, evenly."""
        first, last = {}, {}
        for ordinal, operation in enumerate(operations, 1):
            first.setdefault((operation.kind, operation.site), ordinal)
            last[operation.kind, operation.site] = ordinal
        at_once = sorted(set(first.values()) | set(last.values()))
        rest = [ordinal for ordinal in range(1, len(operations) + 1) if ordinal not in set(at_once)]
        groups = [[(ordinal, fault) for ordinal in ordinals for fault in FAULTS
                   if fault != "28+" or operations[ordinal - 1].kind in TAKES_SPACE] for ordinals in (at_once, rest)]
        picked = []
        for group in groups:
            room = most - len(picked)
            if len(group) > room:
                step = len(group) / max(room, 1)
                offset = random.Random(seed).random()
                group = [group[int((index + offset) * step)] for index in range(room)]
            picked += group
        return sorted(picked), len(first)

    def campaign(self, names, most, seed, only=None, until=None):
        """All points of these commands; the failures as texts."""
        failures = []
        for name in names:
            command, began = ALL[name], time.monotonic()
            try:
                operations = self.play(command)
            except Failed as failure:
                failures.append(f"{name}, without any fault: {failure}")
                self.say(f"FAILED {failures[-1]}")
                continue
            points, sites = self.chosen(operations, most, seed)
            if only:
                ordinal, fault = only.split(":")
                points = [(int(ordinal), fault)]
            bad = 0
            for ordinal, fault in points:
                if until and time.monotonic() > until:
                    self.figures["left out for time"] += 1
                    continue
                try:
                    self.play(command, f"{ordinal}:{fault}")
                except Failed as failure:
                    bad += 1
                    where = operations[ordinal - 1] if ordinal <= len(operations) else None
                    what = f"{record.NAMES[where.kind]} {record.kind_of_path(where.path, self.folder)}" if where else ""
                    failures.append(f"points --command {name} --only {ordinal}:{fault}")
                    self.say(f"FAILED {NAMES[fault]} at {ordinal} ({what}): {failure}\n"
                             f"    again: Scripts/torture {failures[-1]}")
            self.say(f"{name:24} {len(operations):5} operations at {sites:3} places, {len(points):3} points, "
                     f"{bad} failed, {time.monotonic() - began:.0f} s")
            self.figures["points"] += len(points)
            self.figures["places"] += sites
            shutil.rmtree(self.folder / f"template-{name}", ignore_errors=True)
        self.say("points: " + ", ".join(f"{count} {what}" for what, count in sorted(self.figures.items())))
        self.say("ends: " + ", ".join(f"{fault} {status}: {count}" for (fault, status), count in sorted(self.ends.items())))
        return failures
