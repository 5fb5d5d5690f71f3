"""The commands of `zona` that write."""

import json

from .case import Command, command, contest, escape, ids, least_and_most, pictures, settle, telephone
from .programs import Failed
from .world import PEOPLE


class AtNarni(Command):
    """A command at Narni's PC."""

    def words(self, world, attempt):
        return world.words("narni", *self.said(world, attempt))

    def said(self, world, attempt):
        raise NotImplementedError


@command
class Add(AtNarni):
    name = "add"
    hub_serves = False

    def said(self, world, attempt):
        return ["add", "soggetto", f"denominazione=added-{attempt}", "tipo_soggetto=VOL"]

    def first(self, world, outcome):
        world.expect("added-1", *least_and_most(outcome))

    def second(self, world, outcome):
        super().second(world, outcome)
        world.expect("added-2", 1, 1)


@command
class Edit(AtNarni):
    name = "edit"
    hub_serves = False

    def prepare(self, world):
        world.notes["record"] = world.add("amelia", "edited", telefono="0")
        settle(world)

    def said(self, world, attempt):
        return ["edit", world.notes["record"], f"telefono={attempt}"]

    def first(self, world, outcome):
        shown = telephone(world, "narni")
        if not outcome.was_killed and shown != ("1" if outcome.status == 0 else "0"):
            raise Failed(f"{shown} is shown after {outcome}")

    def finally_(self, world):
        if telephone(world, "amelia") != "2":
            raise Failed("the acknowledged edit is not shown")


@command
class Remove(AtNarni):
    name = "rm"
    hub_serves = False
    second_may_end = (0, 4)

    def prepare(self, world):
        world.notes["record"] = world.add("amelia", "removed")
        settle(world)

    def said(self, world, attempt):
        return ["rm", world.notes["record"]]

    def first(self, world, outcome):
        there = world.count("narni", "removed")
        if not outcome.was_killed and there != (0 if outcome.status == 0 else 1):
            raise Failed(f"it is there {there} times after {outcome}")
        world.expect("removed", 0, 0)


@command
class SyncUp(AtNarni):
    name = "sync-up"

    def prepare(self, world):
        world.notes["record"] = world.add("amelia", "edited", telefono="0")
        settle(world)
        for number in range(3):
            world.add("narni", f"sent-{number}")
        world.zona("narni", "edit", world.notes["record"], "telefono=1")

    def said(self, world, attempt):
        return ["sync", "--json"]

    def finally_(self, world):
        if telephone(world, "amelia") != "1":
            raise Failed("the acknowledged edit is not shown")


@command
class SyncDown(SyncUp):
    name = "sync-down"

    def prepare(self, world):
        super().prepare(world)
        world.sync("narni")
        for number in range(3):
            world.add("amelia", f"brought-{number}")
        world.zona("amelia", "edit", world.notes["record"], "pec=a@b.it")
        world.sync("amelia")


@command
class SyncBoth(SyncDown):
    name = "sync-after-sql"

    def prepare(self, world):
        super().prepare(world)
        with world.sql(world.file("narni")) as database:
            database.execute("INSERT INTO soggetto(denominazione, tipo_soggetto) VALUES ('by-sql', 'VOL')")
        world.expect("by-sql", 1, 1)


@command
class Init(Command):
    name = "init"
    second_may_end = (0, 5)

    def prepare(self, world):
        world.add("amelia", "before")
        world.sync("amelia")
        world.notes["code"] = world.invite(PEOPLE["alviano"])
        world.file("alviano").parent.mkdir()

    def words(self, world, attempt):
        return world.words("alviano", "init", "--hub", world.hub_server.url, "--code", world.notes["code"])

    def second(self, world, outcome):
        super().second(world, outcome)
        if outcome.status and "exists already" not in outcome.err:
            raise Failed(f"run again, it does not succeed: {outcome}")
        world.notes["replicas"].append("alviano")


@command
class Resolve(AtNarni):
    name = "conflicts-resolve"
    hub_serves = False
    second_may_end = (0, 4)

    def prepare(self, world):
        contest(world, "contested")

    def said(self, world, attempt):
        return ["conflicts", "resolve", world.notes["conflict"], "--take", "other"]

    def finally_(self, world):
        for name in world.notes["replicas"]:
            if telephone(world, name) != "contested-narni" or ids(world, name, "update"):
                raise Failed(f"the decision did not arrive at {name}: {telephone(world, name)}")
        count = world.value(world.file("narni"), "SELECT count(*) FROM zona_decision")
        if count not in (1, 2):  # Deciding once more, without having heard of the first time, is a decision too.
            raise Failed(f"{count} decisions")


@command
class ResolveAnew(Resolve):
    name = "conflicts-resolve-anew"

    def said(self, world, attempt):
        return ["conflicts", "resolve", world.notes["conflict"], "telefono=contested-narni", "--note", "asked"]


@command
class Reopen(AtNarni):
    name = "conflicts-reopen"
    hub_serves = False
    second_may_end = (0, 4)

    def prepare(self, world):
        contest(world, "contested")
        world.zona("amelia", "conflicts", "resolve", world.notes["conflict"], "--take", "shown")
        for name in ("amelia", "narni"):
            world.sync(name)

    def said(self, world, attempt):
        return ["conflicts", "reopen", world.notes["conflict"]]

    def finally_(self, world):
        for name in world.notes["replicas"]:
            if ids(world, name, "update") != [world.notes["conflict"]]:
                raise Failed(f"it is not open again at {name}")


@command
class Merge(AtNarni):
    name = "conflicts-merge"
    hub_serves = False
    second_may_end = (0, 4)

    def prepare(self, world):
        one = world.add("narni", "twice-1", codice_fiscale="12345678903")
        other = world.add("amelia", "twice-2", codice_fiscale="12345678903")
        settle(world)
        world.notes["conflict"] = ids(world, "narni", "duplicate")[0]
        for token, identity in (("twice-1", one), ("twice-2", other)):
            world.expect(token, *((1, 1) if identity == min(one, other) else (0, 0)))

    def said(self, world, attempt):
        return ["conflicts", "merge", world.notes["conflict"]]

    def finally_(self, world):
        for name in world.notes["replicas"]:
            if ids(world, name, "duplicate"):
                raise Failed(f"the duplicate is still listed at {name}")


def let_escape(world):
    world.notes["record"] = world.add("amelia", "escaped", telefono="0")
    settle(world)
    escape(world, "narni", "UPDATE soggetto SET telefono = 'escaped' WHERE id = ?", world.notes["record"])


@command
class Drop(AtNarni):
    name = "refused-drop"
    hub_serves = False
    second_may_end = (0, 4)

    def prepare(self, world):
        let_escape(world)
        world.zona("narni", "doctor", "--undo")

    def said(self, world, attempt):
        return ["refused", "drop", "1"]

    def finally_(self, world):
        if world.value(world.file("narni"), "SELECT count(*) FROM zona_refused"):
            raise Failed("the refused change is still kept")


@command
class Adopt(AtNarni):
    name = "doctor-adopt"

    def prepare(self, world):
        let_escape(world)

    def said(self, world, attempt):
        return ["doctor", "--adopt", "--json"]

    def finally_(self, world):
        if telephone(world, "amelia") != "escaped":
            raise Failed("what was adopted did not arrive")


@command
class Undo(Adopt):
    name = "doctor-undo"

    def said(self, world, attempt):
        return ["doctor", "--undo", "--json"]

    def finally_(self, world):
        kept = world.value(world.file("narni"), "SELECT count(*) FROM zona_refused")
        if telephone(world, "narni") != "0" or kept != 1:
            raise Failed(f"{telephone(world, 'narni')} is shown, and {kept} changes are kept")


@command
class Repair(AtNarni):
    name = "doctor-repair"

    def prepare(self, world):
        with world.sql(world.file("narni")) as database:
            names = database.execute(
                "SELECT name FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = 'soggetto'").fetchall()
            for name, in names:
                database.execute(f'DROP TRIGGER "{name}"')

    def said(self, world, attempt):
        return ["doctor", "--repair", "--json"]

    def finally_(self, world):
        if not json.loads(world.zona("narni", "doctor", "--json"))["well"]:
            raise Failed("the doctor is not content")


@command
class Consolidate(AtNarni):
    name = "consolidate"

    def prepare(self, world):
        world.add("narni", "published")
        settle(world)

    def said(self, world, attempt):
        return ["consolidate", "--into", str(world.folder / "narni" / "published")]

    def finally_(self, world):
        pictures(world.folder / "narni" / "published", 1, 2)
