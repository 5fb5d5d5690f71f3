"""Power cuts: one recorded day, from which any number of moments is made again as the disks could have been then."""

import collections
import json
import random
import shutil
import threading
import time
from pathlib import Path

from . import checks, programs, record
from .case import pictures
from .disk import Disk
from .programs import Failed
from .world import AMBITO, PEOPLE, World

PCS = ("narni", "amelia", "giove")
MACHINES = ("hub", *PCS, "alviano")
# A day is played by threads and is never quite the same again: so the disks of a cut that failed are kept.
KEPT = programs.TREE / "torture-failures"


class Day(World):
    """A world whose programs are recorded."""

    def begin(self, library, note):
        self.note = note
        self.environment = record.environment(library, self.folder, note, data=True)

    def run(self, *words, environment=None, kill_after=None, who=None):
        return super().run(*words, environment=environment or self.environment, kill_after=kill_after, who=who)

    def mark(self, **what):
        record.mark(self.note, json.dumps(what))


class PowerCuts:
    def __init__(self, folder, library, say):
        self.folder, self.library, self.say = Path(folder), library, say
        self.figures = collections.Counter()

    # --- The day

    def record_day(self, seed, steps):
        """Plays a day; returns the disk as it began and what was done to it."""
        place, note = self.folder / "day", self.folder / "day-record"
        world = World.found(place, PCS)
        for name in PCS:
            world.notes[name] = world.add(name, f"{name}-own", telefono="0")
        for name in PCS * 2:
            world.sync(name)
        world.file("alviano").parent.mkdir()
        for folder in ("backups", "published"):
            (world.data / folder).mkdir()
        world.save()
        world = Day(place)
        world.begin(self.library, note)
        if not world.serve(world.environment):
            raise Failed(f"the hub does not start: {world.last_said}")
        disk, skipped = Disk(place), len(record.read(note))
        faults = []
        workers = [threading.Thread(target=self.guarded, args=(faults, work, world, *arguments)) for work, arguments in
                   [*((self.work, (name, seed, steps)) for name in PCS), (self.enrol, ()), (self.night, (steps,))]]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        if faults:
            raise Failed(f"the day itself, without any cut: {faults[0]}")
        world.stop()
        operations = record.read(note)[skipped:]
        note.unlink()
        return world, disk, operations

    @staticmethod
    def guarded(faults, work, *arguments):
        try:
            work(*arguments)
        except Exception as fault:  # Told by the thread that waits for this one.
            faults.append(repr(fault))

    @staticmethod
    def work(world, name, seed, steps):
        chance, made, edits = random.Random(f"{seed} {name}"), 0, 0
        for _ in range(steps):
            kind = chance.choices(["add", "edit", "sql", "sync"], [3, 2, 1, 4])[0]
            if kind == "sync":
                world.must(*world.words(name, "sync"))
                continue
            if kind == "edit":
                edits += 1
                what = {"edit": edits, "who": name}
                words = world.words(name, "edit", world.notes[name], f"telefono={edits}")
            else:
                made += 1
                what = {"token": f"{name}-{made}"}
                words = world.words(name, "add", "soggetto", f"denominazione={what['token']}", "tipo_soggetto=VOL")
                if kind == "sql":
                    words = [shutil.which("sqlite3"), "-cmd", ".timeout 10000", str(world.file(name)), f"""
                        INSERT INTO soggetto(denominazione, tipo_soggetto) VALUES ('{what["token"]}', 'VOL')"""]
            world.mark(begun=what)
            world.must(*words)
            world.mark(done=what)

    @staticmethod
    def enrol(world):
        code = world.invite(PEOPLE["alviano"])
        world.mark(done={"code": code})
        world.mark(begun={"enrolled": True})
        world.must(*world.words("alviano", "init", "--hub", world.hub_server.url, "--code", code))
        world.mark(done={"enrolled": True})
        for number in range(3):
            what = {"token": f"alviano-{number}"}
            world.mark(begun=what)
            world.must(*world.words("alviano", "add", "soggetto", f"denominazione={what['token']}", "tipo_soggetto=VOL"))
            world.mark(done=what)
            world.must(*world.words("alviano", "sync"))

    @staticmethod
    def night(world, steps):
        back_up = ["backup", "--to", str(world.data / "backups"), "--passphrase-file", str(world.folder / "passphrase")]
        for _ in range(max(1, steps // 12)):
            for words in (back_up, ["consolidate", "--publish", str(world.data / "published")], ["collect"],
                          ["prune", "--keep", "0"]):
                world.must(*world.server_words(*words))
                world.mark(done={"night": words[0]})

    # --- The cuts

    def campaign(self, count, seed, steps):
        began = time.monotonic()
        world, disk, operations = self.record_day(seed, steps)
        self.say(f"a day of {len(operations)} operations on files, "
                 f"{sum(1 for one in operations if one.kind == 's')} syncs, {time.monotonic() - began:.0f} s")
        chance = random.Random(seed)
        moments = sorted(self.moment(operations, chance) for _ in range(count))
        failures, played, truth = [], 0, Truth()
        for number, moment in enumerate(moments):
            for operation in operations[played:moment]:
                truth.hear(operation) if operation.kind == "m" else disk.play(operation)
            played = moment
            try:
                self.figures["cuts"] += 1
                self.cut(world, disk, truth, f"{seed} {number}")
            except Failed as failure:
                failures.append(f"powercuts --again {self.kept}")
                last = operations[moment - 1]
                self.say(f"FAILED cut {number} after operation {moment} ({record.NAMES[last.kind]} "
                         f"{record.kind_of_path(last.path, world.folder)}), {self.what}: {failure}\n"
                         f"    again: Scripts/torture {failures[-1]}")
        for operation in operations[played:]:
            if operation.kind != "m":
                disk.play(operation)
        self.same_as_real(disk, world)
        world.remove()
        self.say(f"powercuts: {', '.join(f'{number} {what}' for what, number in sorted(self.figures.items()))}, "
                 f"{time.monotonic() - began:.0f} s")
        return failures

    @staticmethod
    def moment(operations, chance):
        """Any, but every second time just before or after a sync or what somebody was told."""
        moment = chance.randint(1, len(operations))
        if chance.random() < 0.5:
            while moment < len(operations) and operations[moment - 1].kind not in "sm":
                moment += 1
            moment -= chance.randint(0, 1)
        return max(1, moment)

    def same_as_real(self, disk, world):
        """The rig itself: with nothing lost the disk is what really lies there."""
        place = self.folder / "whole"
        disk.make(place)
        for path in (path for path in world.folder.rglob("*") if path.is_file() and not path.name.endswith("-shm")):
            made = place / path.relative_to(world.folder)
            if not made.exists() or made.read_bytes() != path.read_bytes():
                raise Failed(f"the record does not tell all that was done to {path}")
        shutil.rmtree(place)

    def cut(self, day, disk, truth, seed):
        """One cut; where something is not as it must be, the disks as they were are kept, and can be looked at again."""
        chance = random.Random(seed)
        lost = chance.choice([("hub",), ("hub",), MACHINES, (chance.choice(PCS),), ("alviano",), ("hub", "alviano"),
                              ("hub", chance.choice(PCS))])
        self.what = f"without power: {', '.join(lost)}"
        for machine in lost:
            self.figures[f"of {machine if machine == 'hub' else 'a PC'}"] += 1
        place = self.folder / "cut"
        shutil.rmtree(place, ignore_errors=True)
        state = chance.getstate()
        disk.make(place, lost, chance)
        case = {"notes": {name: day.notes[name] for name in PCS}, **truth.case(), "known": [
            [*key, first, digest.hex()] for key, contents in self.known(disk).items() for first, digest in contents]}
        try:
            self.after(place, case)
        except Failed:
            KEPT.mkdir(exist_ok=True)
            kept = KEPT / f"powercut-{seed.replace(' ', '-')}"
            shutil.rmtree(kept, ignore_errors=True)
            chance.setstate(state)
            disk.make(kept, lost, chance)
            (kept / "case.json").write_text(json.dumps(case))
            self.kept = kept
            raise

    def again(self, kept):
        """Starts once more from disks that were kept."""
        place = self.folder / "cut"
        programs.copy(kept, place)
        try:
            self.after(place, json.loads((place / "case.json").read_text()))
        except Failed as failure:
            self.say(f"FAILED {failure}")
            return [f"powercuts --again {kept}"]
        return []

    def after(self, place, case):
        """The machines have power again: everything is started, and checked."""
        world = World(place)
        world.notes = {"replicas": list(PCS), "truth": case["tokens"], **case["notes"]}
        known = {}
        for number, last, first, digest in case["known"]:
            known.setdefault((number, last), set()).add((first, bytes.fromhex(digest)))
        try:
            lives = self.promises(world)
            self.go_on(world, case)
            checks.check(world)
            checks.dots(world, known)
            self.as_before(world, lives)
            self.edits(world, case)
            self.night_work(world)
        finally:
            world.remove()

    def known(self, disk):
        """The batches that the hub may have seen, synced or not."""
        place = self.folder / "known"
        shutil.rmtree(place, ignore_errors=True)
        disk.make(place)
        world = World(place)
        world.notes = {"replicas": [], "truth": {}}
        known = checks.batches(world)
        shutil.rmtree(place)
        return known

    def promises(self, world):
        """Before any program has started again: what the hub acknowledged it has. Looked at in a copy."""
        place = self.folder / "copy"
        shutil.rmtree(place, ignore_errors=True)
        programs.copy(world.folder, place)
        copy = World(place)
        numbers = {}
        seq, incarnation = copy.rows(copy.hub_file, "SELECT seq, incarnation FROM hub")[0]
        for name in MACHINES[1:]:
            if not copy.file(name).exists() or not copy.rows(
                    copy.file(name), "SELECT 1 FROM sqlite_schema WHERE name = 'zona_state'"):
                continue
            number, counter, cursor = copy.rows(
                copy.file(name), "SELECT number, acknowledged_counter, cursor FROM zona_state")[0]
            stored = copy.value(copy.hub_file, "SELECT stored_counter FROM replica WHERE number = ?", number)
            if (stored or 0) < counter:
                raise Failed(f"the hub acknowledged {counter} changes of {name} and has {stored}")
            if cursor > seq:
                raise Failed(f"{name} was given what stands at {cursor}, and the hub knows of {seq}")
            numbers[name] = number
        shutil.rmtree(place)
        return incarnation, numbers

    def as_before(self, world, lives):
        """A power cut is no restore and no fork: the hub's life and the PCs' numbers are what they were."""
        incarnation, numbers = lives
        if world.value(world.hub_file, "SELECT incarnation FROM hub") != incarnation:
            raise Failed("the hub has begun a new life: it knew less than somebody had proof of")
        for name, number in numbers.items():
            if world.value(world.file(name), "SELECT number FROM zona_state") != number:
                raise Failed(f"{name} goes on under a new number")

    @staticmethod
    def go_on(world, case):
        world.must_serve()
        if case["code"]:
            world.file("alviano").parent.mkdir(exist_ok=True)
            if not world.file("alviano").exists():
                if case["enrolled"]:
                    raise Failed("the replica that was made is gone")
                world.zona("alviano", "init", "--hub", world.hub_server.url, "--code", case["code"])
            world.notes["replicas"].append("alviano")
            world.tell_address()

    @staticmethod
    def edits(world, case):
        for name in PCS:
            shown = int(world.value(world.file("narni"), "SELECT telefono FROM soggetto WHERE id = ?",
                                    world.notes[name]))
            least, most = case["edits"].get(name, [0, 0])
            if not least <= shown <= most:
                raise Failed(f"edit {shown} of {name} is shown; {least} was acknowledged, {most} begun")

    @staticmethod
    def night_work(world):
        for folder in (world.data / "backups").glob("zona-backup-*Z"):
            world.must("zona-server", "backup", "--check", str(folder))
        published = world.data / "published" / AMBITO
        if published.exists():
            pictures(published, 0, 1000)


class Truth:
    """What somebody was told until now, and what was begun."""

    def __init__(self):
        self.begun, self.done, self.edits, self.code, self.enrolled = set(), set(), {}, None, False

    def hear(self, mark):
        for verb, what in json.loads(mark.data).items():
            is_done = verb == "done"
            if "token" in what:
                (self.done if is_done else self.begun).add(what["token"])
            elif "edit" in what:
                self.edits.setdefault(what["who"], [0, 0])[0 if is_done else 1] = what["edit"]
            elif "code" in what:
                self.code = what["code"]
            elif "enrolled" in what:
                self.enrolled = self.enrolled or is_done

    def case(self):
        tokens = {token: [1 if token in self.done else 0, 1] for token in self.begun}
        tokens |= {f"{name}-own": [1, 1] for name in PCS}
        return {"tokens": tokens, "edits": self.edits, "code": self.code, "enrolled": self.enrolled}
