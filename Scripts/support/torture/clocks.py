"""Wrong clocks: a PC a year ahead, three days behind, in 1970; clocks that are set while programs run; a hub's too.

What somebody wrote who had seen the other's value always stands, whatever any clock says. Of what was written apart the later one
shows, later by true time, for the offset of a PC is measured at each contact.
"""

import glob
import json
import time
from pathlib import Path

from . import checks
from .case import ids
from .programs import Failed
from .world import World

DAY = 86_400
OFFSETS = {"+400 days": 400 * DAY, "-3 days": -3 * DAY, "1970": None, "right": 0}


def library():
    found = sorted(glob.glob("/usr/lib/*/faketime/libfaketimeMT.so.1") + glob.glob("/usr/lib*/faketime/libfaketimeMT.so.1"))
    if not found:
        raise SystemExit("libfaketime is missing: make install-needed")
    return found[0]


class Clocks:
    def __init__(self, folder, say):
        self.folder, self.say, self.library = Path(folder), say, library()
        self.world = None

    def campaign(self, short):
        failures = []
        cases = (self.seen_wins, self.set_while_serving, self.ahead_unmeasured, self.behind_unmeasured, self.later_wins,
                 self.set_between, self.hub_wrong, self.new_pc)
        for case in cases[:3] if short else cases:
            self.world = World.found(self.folder / case.__name__)
            try:
                self.world.notes["record"] = self.world.add("narni", "record", telefono="0")
                self.sync("narni", "amelia")
                case(self.world)
                self.true("amelia", "hub")
                checks.check(self.world, doctor=True)
                self.bounded()
                self.say(f"{case.__name__}: as it must be")
            except Failed as failure:
                failures.append("clocks")
                self.say(f"FAILED {case.__name__}: {failure}")
            finally:
                self.world.remove()
        return failures

    # --- Clocks

    def file(self, who):
        return self.folder / f"clock-{who}"

    def set(self, who, offset):
        """Sets a clock, of a program that runs too; `None` is the first day of 1970, and goes on from there."""
        shift = (int(-time.time()) + 3600) if offset is None else offset
        fresh = self.file(f"{who}-new")
        fresh.write_text(f"{shift:+d}\n")
        fresh.rename(self.file(who))
        self.world.environments[who] = {
            "LD_PRELOAD": self.library, "FAKETIME_TIMESTAMP_FILE": str(self.file(who)), "FAKETIME_NO_CACHE": "1",
            "DONT_FAKE_MONOTONIC": "1",
            # Without it the library sets it, which moves the environment: Swift finds a program's arguments beside that.
            "FAKETIME_SHARED": "none none"}

    def true(self, *people):
        for who in people:
            if who in self.world.environments:
                self.set(who, 0)

    # --- Work

    def sync(self, *people):
        for who in people:
            self.world.sync(who)

    def edit(self, who, value):
        self.world.zona(who, "edit", self.world.notes["record"], f"telefono={value}")

    def shown(self, value, *people):
        for who in people:
            found = self.world.value(self.world.file(who), "SELECT telefono FROM soggetto WHERE id = ?",
                                     self.world.notes["record"])
            if found != value:
                raise Failed(f"{found} is shown at {who}, and should be {value}")

    def conflicts(self, count):
        found = len(ids(self.world, "narni", "update"))
        if found != count:
            raise Failed(f"{found} conflicts, and should be {count}")

    def bounded(self):
        """No stamp is more than a minute ahead of the hub's clock: what a clock wrote that was a year ahead is not later than
        all that will be written for a year."""
        limit = int(time.time() * 1000) + 62_000
        highest = self.world.value(self.world.hub_file, "SELECT highest_time FROM hub") >> 16
        floor = self.world.value(self.world.file("amelia"), "SELECT floor FROM zona_state") >> 16
        if max(highest, floor) > limit and not self.world.notes.get("hub_was_ahead"):
            raise Failed(f"stamps go up to {highest} at the hub, {floor} at the PC; it is {limit - 62_000}")

    # --- Cases

    def seen_wins(self, world):
        for name, offset in OFFSETS.items():
            self.set("amelia", offset)
            for turn in range(2):
                self.edit("narni", f"narni {name} {turn}")
                self.sync("narni", "amelia")
                self.edit("amelia", f"amelia {name} {turn}")
                self.sync("amelia", "narni")
                self.shown(f"amelia {name} {turn}", "narni", "amelia")
            # Read here, written there, without a word in between to the hub's clock.
            self.edit("amelia", f"amelia {name} alone")
            self.edit("amelia", f"amelia {name} again")
            self.sync("amelia", "narni")
            self.shown(f"amelia {name} again", "narni", "amelia")
            world.add("amelia", f"made {name}")
        self.conflicts(0)

    def later_wins(self, world):
        listed = 0
        for name, offset in OFFSETS.items():
            for first, second in (("amelia", "narni"), ("narni", "amelia")):
                for order in (("amelia", "narni", "amelia"), ("narni", "amelia", "narni")):
                    self.set("amelia", offset)
                    self.sync("narni", "amelia")
                    self.edit(first, f"{first} {name} {order[0]} earlier")
                    time.sleep(0.05)
                    self.edit(second, f"{second} {name} {order[0]} later")
                    self.sync(*order)
                    self.shown(f"{second} {name} {order[0]} later", "narni", "amelia")
                    listed += 1
                    self.conflicts(listed)

    def ahead_unmeasured(self, world):
        """A clock that was set a year ahead, and wrote before any contact measured it."""
        self.edit("amelia", "by a right clock")
        self.sync("amelia", "narni")
        self.set("amelia", 400 * DAY)
        self.edit("amelia", "earlier, in a year")
        time.sleep(0.05)
        self.edit("narni", "later")
        self.sync("narni", "amelia", "narni")
        self.shown("later", "narni", "amelia")
        self.conflicts(1)

    def behind_unmeasured(self, world):
        """A clock that was set three days back, and wrote before any contact measured it: its stamp stays where it was."""
        self.set("amelia", 0)
        self.edit("amelia", "by a right clock")
        self.sync("amelia", "narni")
        self.set("amelia", -3 * DAY)
        self.edit("amelia", "earlier, three days ago")
        time.sleep(0.05)
        self.edit("narni", "later")
        self.sync("amelia", "narni", "amelia")
        self.shown("later", "narni", "amelia")
        self.conflicts(1)

    def set_between(self, world):
        """The clock is set while changes wait: the ones of before are older all the same."""
        for name, offset in OFFSETS.items():
            for later in (0, 400 * DAY, -3 * DAY):
                self.set("amelia", offset)
                self.edit("amelia", f"{name} first")
                self.set("amelia", later)
                self.edit("amelia", f"{name} then {later}")
                self.sync("amelia", "narni")
                self.shown(f"{name} then {later}", "narni", "amelia")
        self.conflicts(0)

    def set_while_serving(self, world):
        self.set("hub", 0)
        world.stop()
        world.must_serve()
        seen = 0
        for step, offset in enumerate((0, -3 * DAY, None, 400 * DAY, -3 * DAY, 0)):
            if offset == 400 * DAY:
                world.notes["hub_was_ahead"] = True
            self.set("hub", offset)
            self.edit("narni", f"narni {step}")
            self.sync("narni", "amelia")
            self.edit("amelia", f"amelia {step}")
            self.sync("amelia", "narni")
            self.shown(f"amelia {step}", "narni", "amelia")
            seq = world.value(world.hub_file, "SELECT seq FROM hub")
            if seq <= seen:
                raise Failed(f"the hub's order went back from {seen} to {seq}")
            seen = seq
        self.conflicts(0)

    def hub_wrong(self, world):
        for offset in (-3 * DAY, 400 * DAY):
            world.notes["hub_was_ahead"] = True
            self.set("hub", offset)
            world.stop()
            world.must_serve()
            self.edit("narni", f"narni {offset}")
            self.sync("narni", "amelia")
            self.edit("amelia", f"amelia {offset}")
            self.sync("amelia", "narni")
            self.shown(f"amelia {offset}", "narni", "amelia")
        self.set("hub", 0)
        world.stop()
        world.must_serve()
        self.edit("narni", "after all")
        self.sync("narni", "amelia")
        self.shown("after all", "narni", "amelia")
        self.conflicts(0)

    def new_pc(self, world):
        """A PC that enrols with a wrong clock, and writes before it was ever set right."""
        for name, comune, offset in (("alviano", "+400 days", 400 * DAY), ("giove", "1970", None)):
            self.set(name, offset)
            world.enrol(name)
            world.add(name, f"made in {comune}")
            for who in (name, "narni"):
                self.sync(who)
            status = json.loads(world.zona(name, "status", "--json"))
            if status.get("pending_records"):
                raise Failed(f"still waiting at {name}: {status}")
            world.environments.pop(name)
        self.sync("narni", "amelia")
