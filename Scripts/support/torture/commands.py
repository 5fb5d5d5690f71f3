"""Every command that writes: what it needs, how it is run, and what must be so after it was broken and run again.

`prepare` is played once, on the world that all points of the command begin from. `act` runs the command, the first time with the
fault, the second time without. `first` says what follows from how the broken one ended: done, not done, or unknown.
"""

import json
import shutil

from . import programs
from .programs import Failed, Outcome
from .world import AMBITO, PEOPLE

ALL = {}


def command(of):
    ALL[of.name] = of()
    return of


class Command:
    name = ""
    hub_serves = True
    # How the second run may end beside well, when the first one has done it all or in part.
    second_may_end = (0,)
    replicas = ("narni", "amelia")

    def prepare(self, world):
        pass

    def words(self, world, attempt):
        raise NotImplementedError

    def act(self, world, environment, attempt):
        return world.run(*self.words(world, attempt), environment=environment)

    def first(self, world, outcome):
        pass

    def second(self, world, outcome):
        if outcome.status not in self.second_may_end:
            raise Failed(f"run again, it does not succeed: {outcome}")

    def finally_(self, world):
        """What must be so at the very end, beside what is checked for all."""


def least_and_most(outcome, who="the command"):
    """How often what a command writes must be there."""
    if outcome.was_killed:
        return 0, 1
    return (1, 1) if outcome.status == 0 else (0, 0)


def ids(world, who, kind):
    return [one["id"] for one in json.loads(world.zona(who, "conflicts", "list", "--json"))["conflicts"]
            if one["kind"] == kind]


def settle(world):
    for name in world.notes["replicas"] * 2:
        world.sync(name)


def contest(world, token):
    """A record whose telephone number is in conflict; the id of the conflict."""
    record = world.add("narni", token, telefono="0")
    settle(world)
    world.zona("narni", "edit", record, f"telefono={token}-narni")
    world.zona("amelia", "edit", record, f"telefono={token}-amelia")
    settle(world)
    world.notes["record"] = record
    world.notes["conflict"] = ids(world, "narni", "update")[0]


def escape(world, who, statement, *arguments):
    """A write that no trigger sees."""
    with world.sql(world.file(who)) as database:
        database.execute("BEGIN")
        database.execute("UPDATE zona_state SET applying = 1")
        database.execute(statement, arguments)
        database.execute("UPDATE zona_state SET applying = 0")
        database.execute("COMMIT")


def telephone(world, who):
    return world.value(world.file(who), "SELECT telefono FROM soggetto WHERE id = ?", world.notes["record"])


# --- zona


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
        one = world.add("narni", "twice-1", codice_fiscale="12345678901")
        other = world.add("amelia", "twice-2", codice_fiscale="12345678901")
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


def pictures(folder, least, most):
    """Every dated folder is whole."""
    dated = sorted(path for path in folder.iterdir() if path.name[:2] == "20")
    if not least <= len(dated) <= most:
        raise Failed(f"{len(dated)} pictures in {folder}")
    contents = [{file.name: file.stat().st_size > 0 for file in path.iterdir()} for path in dated]
    for path, content in zip(dated, contents):
        if content != contents[-1] or not all(content.values()) or "riepilogo.json" not in content:
            raise Failed(f"{path} is not whole: {sorted(content)}")


# --- zona-server


class AtHub(Command):
    """A command of the server beside the hub."""

    def prepare(self, world):
        world.add("narni", "before")
        settle(world)

    def words(self, world, attempt):
        return world.server_words(*self.said(world, attempt))

    def said(self, world, attempt):
        raise NotImplementedError


@command
class HubInit(AtHub):
    name = "hub-init"
    hub_serves = False
    second_may_end = (0, 5)

    def said(self, world, attempt):
        return ["init", "--ambito", "PUG-PUTIGNANO", "--comuni", str(programs.COMUNI)]

    def second(self, world, outcome):
        super().second(world, outcome)
        if outcome.status and "exists already" not in outcome.err:
            raise Failed(f"run again, it does not succeed: {outcome}")

    def finally_(self, world):
        code = json.loads(world.server("invite", "--ambito", "PUG-PUTIGNANO", "--comune", "Noci", "--json"))["code"]
        world.stop()
        world.must_serve()
        (world.folder / "noci").mkdir()
        world.must(*world.words("noci", "init", "--hub", world.hub_server.url, "--code", code))


@command
class FirstInit(HubInit):
    """The first ambito of a machine, with its keys."""
    name = "hub-init-first"
    replicas = ()

    def prepare(self, world):
        world.stop()
        shutil.rmtree(world.data)

    def said(self, world, attempt):
        return ["init", "--ambito", AMBITO, "--comuni", str(programs.COMUNI)]

    def finally_(self, world):
        world.enrol("narni")
        world.add("narni", "first")
        settle(world)


@command
class Invite(AtHub):
    name = "hub-invite"

    def said(self, world, attempt):
        return ["invite", "--comune", PEOPLE["alviano"], "--json"]

    def second(self, world, outcome):
        super().second(world, outcome)
        world.notes["code"] = outcome.json["code"]

    def finally_(self, world):
        world.file("alviano").parent.mkdir()
        world.zona("alviano", "init", "--hub", world.hub_server.url, "--code", world.notes["code"])


class Serving(AtHub):
    """The hub is broken while it serves; a PC does something meanwhile."""
    hub_serves = False

    def act(self, world, environment, attempt):
        if not world.serve(environment):
            return Outcome(["zona-server", "serve"], int(world.last_said.split(":")[0]), "", world.last_said)
        outcome = self.meanwhile(world, attempt)
        said, status = world.hub_server.said, world.hub_server.process.poll()
        if status is None:
            status = world.stop()
        else:
            world.crash()
        self.heard(world, outcome, attempt)
        return Outcome(["zona-server", "serve"], status, outcome.out, f"{said}\n{outcome}")

    def meanwhile(self, world, attempt):
        return world.run(*world.words("narni", "sync", "--json"), who="narni")

    def heard(self, world, outcome, attempt):
        if attempt == 2 and outcome.status != 0:
            raise Failed(f"once more, without a fault: {outcome}")


@command
class ServeUp(Serving):
    name = "serve-up"

    def prepare(self, world):
        super().prepare(world)
        for number in range(3):
            world.add("narni", f"sent-{number}")


@command
class ServeDown(Serving):
    name = "serve-down"

    def prepare(self, world):
        super().prepare(world)
        world.add("narni", "mine")
        world.sync("narni")
        for number in range(3):
            world.add("amelia", f"brought-{number}")
        world.sync("amelia")


@command
class ServeLong(Serving):
    """More than a page, more than a part of an upload."""
    name = "serve-long"

    def prepare(self, world):
        super().prepare(world)
        with world.sql(world.file("narni")) as database:
            database.execute("""
                WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 400)
                INSERT INTO soggetto(denominazione, tipo_soggetto, pec)
                SELECT 'long-' || i, 'VOL', hex(randomblob(400)) FROM n""")
        for number in range(1, 401):
            world.expect(f"long-{number}", 1, 1)


@command
class ServeEnrol(Serving):
    name = "serve-enrol"

    def prepare(self, world):
        super().prepare(world)
        world.notes["code"] = world.invite(PEOPLE["alviano"])
        world.file("alviano").parent.mkdir()

    def meanwhile(self, world, attempt):
        return world.run(*world.words("alviano", "init", "--hub", world.hub_server.url, "--code", world.notes["code"]))

    def heard(self, world, outcome, attempt):
        if attempt == 2:
            if outcome.status and "exists already" not in outcome.err:
                raise Failed(f"run again, it does not succeed: {outcome}")
            world.notes["replicas"].append("alviano")


@command
class Revoke(AtHub):
    name = "hub-revoke"
    second_may_end = (0, 4)

    def prepare(self, world):
        super().prepare(world)
        world.enrol("alviano")
        world.notes["replicas"].remove("alviano")
        world.notes["number"] = self.number(world)

    @staticmethod
    def number(world):
        lines = world.server("replicas").splitlines()
        return next(line.split()[0] for line in lines if "Alviano" in line)

    def said(self, world, attempt):
        return ["revoke", world.notes["number"]]

    def finally_(self, world):
        with world.sql(world.file("alviano")) as database:
            database.execute("UPDATE zona_state SET hub_url = ?", [world.hub_server.url])
        outcome = world.run(*world.words("alviano", "sync"))
        if outcome.status != 7:
            raise Failed(f"the revoked replica is not refused: {outcome}")


@command
class Retire(Revoke):
    name = "hub-retire"

    def said(self, world, attempt):
        return ["retire", world.notes["number"]]

    def finally_(self, world):
        world.notes["replicas"].append("alviano")
        world.tell_address()
        settle(world)


@command
class HubConsolidate(AtHub):
    name = "hub-consolidate"

    def said(self, world, attempt):
        return ["consolidate"]

    def finally_(self, world):
        pictures(world.data / "published" / AMBITO, 1, 2)


@command
class Collect(AtHub):
    name = "hub-collect"

    def prepare(self, world):
        super().prepare(world)
        records = [world.add("narni", f"collected-{number}") for number in range(2)]
        settle(world)
        for number, record in enumerate(records):
            world.zona("amelia", "rm", record)
            world.expect(f"collected-{number}", 0, 0)
        settle(world)
        settle(world)

    def said(self, world, attempt):
        return ["collect"]

    def finally_(self, world):
        left = world.value(world.hub_file, "SELECT count(*) FROM record WHERE is_deleted = 1")
        if left:
            raise Failed(f"{left} deleted records are not forgotten")


@command
class Prune(AtHub):
    name = "hub-prune"

    def prepare(self, world):
        super().prepare(world)
        record = world.add("narni", "pruned", telefono="0")
        for telefono in "123":
            world.zona("narni", "edit", record, f"telefono={telefono}")
            settle(world)

    def said(self, world, attempt):
        return ["prune", "--keep", "0"]


@command
class PruneAgain(Prune):
    name = "hub-prune-again"

    def prepare(self, world):
        super().prepare(world)
        world.server("prune", "--keep", "0")
        record = world.add("narni", "pruned-2", telefono="0")
        for telefono in "12":
            world.zona("narni", "edit", record, f"telefono={telefono}")
            settle(world)


def back_up(world, *words):
    world.server("backup", "--to", str(world.folder / "backups"), "--passphrase-file",
                 str(world.folder / "passphrase"), *words)


def backups(world):
    return sorted((world.folder / "backups").glob("zona-backup-*Z"))


@command
class Backup(AtHub):
    name = "hub-backup"

    def said(self, world, attempt):
        return ["backup", "--to", str(world.folder / "backups"), "--passphrase-file", str(world.folder / "passphrase"),
                "--keep", "3"]

    def finally_(self, world):
        if not backups(world):
            raise Failed("no backup")
        for folder in backups(world):
            world.must("zona-server", "backup", "--check", str(folder))


@command
class BackupInTurn(Backup):
    """A backup that takes the oldest away."""
    name = "hub-backup-in-turn"

    def prepare(self, world):
        super().prepare(world)
        back_up(world)
        # Names of backups have seconds in them.
        programs.until(lambda: not world.run(*world.server_words(*self.said(world, 0)[:-2])).status)

    def said(self, world, attempt):
        return [*super().said(world, attempt)[:-1], "1"]


@command
class Forget(AtHub):
    name = "hub-backups-forget"

    def prepare(self, world):
        super().prepare(world)
        back_up(world)

    second_may_end = (0, 4)

    def said(self, world, attempt):
        return ["backups", "--forget", backups(world)[0].name]

    def finally_(self, world):
        if "zona-backup" in world.server("backups"):
            raise Failed("it is not forgotten")


@command
class Restore(AtHub):
    """Over a hub that went on after the backup: what it has is moved aside, and comes back from the replicas."""
    name = "hub-restore"
    hub_serves = False

    def prepare(self, world):
        super().prepare(world)
        back_up(world)
        world.add("narni", "after-1")
        settle(world)
        world.add("amelia", "after-2")
        world.sync("amelia")
        world.stop()

    def said(self, world, attempt):
        return ["restore", "--from", str(backups(world)[0]), "--passphrase-file", str(world.folder / "passphrase")]


@command
class RestoreOnNew(Restore):
    """On a machine that has nothing."""
    name = "hub-restore-on-new"

    def prepare(self, world):
        super().prepare(world)
        shutil.rmtree(world.data)


@command
class RestoreKeys(RestoreOnNew):
    name = "hub-restore-keys"

    def said(self, world, attempt):
        return [*super().said(world, attempt), "--keys-only"]

    def second(self, world, outcome):
        super().second(world, outcome)
        world.server("init", "--ambito", AMBITO, "--comuni", str(programs.COMUNI))


@command
class NewLife(AtHub):
    name = "hub-new-life"
    hub_serves = False

    def prepare(self, world):
        super().prepare(world)
        world.stop()
        shutil.copytree(world.data, world.folder / "copied")
        world.must_serve()
        world.add("narni", "after-1")
        settle(world)
        world.stop()
        shutil.rmtree(world.data)
        (world.folder / "copied").rename(world.data)

    def said(self, world, attempt):
        return ["new-life"]


@command
class Verify(AtHub):
    name = "hub-verify"

    def said(self, world, attempt):
        return ["verify"]


# What CI breaks: of each kind one.
SHORT = ["add", "edit", "sync-up", "sync-down", "init", "conflicts-resolve", "hub-init-first", "serve-up", "serve-enrol",
         "hub-prune", "hub-backup", "hub-restore"]
