"""The commands of `zona-server` that write, and a hub that serves."""

import json
import shutil

from . import programs
from .case import Command, command, pictures, settle
from .programs import Failed, Outcome
from .world import AMBITO, PEOPLE


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
