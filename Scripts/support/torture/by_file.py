"""The commands that bring or take files: spreadsheets, backups, bundles for a stick; and those that take work back."""

import hashlib

from .at_hub import AtHub
from .at_narni import AtNarni, Drop
from .case import command, settle, telephone
from .programs import Failed
from .world import PEOPLE


@command
class Import(AtNarni):
    name = "import"
    hub_serves = False

    def prepare(self, world):
        rows = "".join(f"imported-{number};VOL\n" for number in range(3))
        (world.folder / "soggetti.csv").write_text("denominazione;tipo_soggetto\n" + rows)

    def said(self, world, attempt):
        return ["import", "soggetto", str(world.folder / "soggetti.csv"), "--yes"]

    def first(self, world, outcome):
        there = [world.count("narni", f"imported-{number}") for number in range(3)]
        if there not in ([0, 0, 0], [1, 1, 1]) or outcome.status > 0 and any(there):
            raise Failed(f"{there} of the file's rows are there after {outcome}")

    def second(self, world, outcome):
        super().second(world, outcome)
        for number in range(3):
            world.expect(f"imported-{number}", 1, 1)


@command
class Revert(AtNarni):
    name = "revert"
    hub_serves = False
    second_may_end = (0, 4)

    def prepare(self, world):
        world.notes["record"] = world.add("amelia", "reverted", telefono="0")
        settle(world)
        world.zona("narni", "edit", world.notes["record"], "telefono=1")

    def said(self, world, attempt):
        return ["revert", world.notes["record"], "--yes"]

    def first(self, world, outcome):
        shown = telephone(world, "narni")
        if not outcome.was_killed and shown != ("0" if outcome.status == 0 else "1"):
            raise Failed(f"{shown} is shown after {outcome}")

    def finally_(self, world):
        kept = world.value(world.file("narni"), "SELECT count(*) FROM zona_refused")
        if telephone(world, "amelia") != "0" or kept != 1:
            raise Failed(f"{telephone(world, 'amelia')} is shown, and {kept} changes are kept")


@command
class Resubmit(Drop):
    name = "refused-resubmit"

    def said(self, world, attempt):
        return ["refused", "resubmit", "1"]

    def finally_(self, world):
        if telephone(world, "amelia") != "escaped":
            raise Failed("what was written again did not arrive")


@command
class Mend(Resubmit):
    name = "refused-edit"
    second_may_end = (0,)

    def said(self, world, attempt):
        return ["refused", "edit", "1", "telefono=mended"]

    def finally_(self, world):
        if b"mended" not in world.value(world.file("narni"), 'SELECT "values" FROM zona_refused'):
            raise Failed("the refused change does not hold what it was mended to")


@command
class Export(AtNarni):
    name = "export"
    hub_serves = False

    def prepare(self, world):
        world.add("narni", "exported")

    def said(self, world, attempt):
        return ["export", "soggetto", "--format", "csv-exact", "--force", "--to", str(self.file(world))]

    @staticmethod
    def file(world):
        return world.folder / "soggetti.csv"

    def first(self, world, outcome):
        if self.file(world).exists() and "exported" not in self.file(world).read_text():
            raise Failed(f"the file is not whole after {outcome}")

    def finally_(self, world):
        if "exported" not in self.file(world).read_text():
            raise Failed("the file is not whole")


def check_backups(folder):
    found = [path for path in folder.glob("zona-backup-*Z") if path.is_dir()]
    for path in found:
        for line in (path / "SHA256SUMS").read_text().splitlines():
            wanted, name = line.split(maxsplit=1)
            if hashlib.sha256((path / name.lstrip("*")).read_bytes()).hexdigest() != wanted:
                raise Failed(f"{name} of {path} is not what its sum says")
    return found


@command
class BackupOfPC(AtNarni):
    name = "backup"
    hub_serves = False

    def prepare(self, world):
        world.add("narni", "kept")

    def said(self, world, attempt):
        return ["backup", "--to", str(world.folder / "copies"), "--keep", "1"]

    def first(self, world, outcome):
        if (world.folder / "copies").exists():
            check_backups(world.folder / "copies")

    def finally_(self, world):
        if len(check_backups(world.folder / "copies")) != 1:
            raise Failed("there is not one backup")


@command
class RestoreOfPC(AtNarni):
    name = "restore"
    hub_serves = False

    def prepare(self, world):
        world.add("narni", "before")
        world.zona("narni", "backup", "--to", str(world.folder / "copies"))
        world.add("narni", "after")
        world.sync("narni")

    def said(self, world, attempt):
        return ["restore", str(world.folder / "copies"), "--yes"]


@command
class BundleOut(AtNarni):
    name = "bundle-export"
    hub_serves = False

    def prepare(self, world):
        settle(world)
        (world.folder / "stick").mkdir()
        world.add("narni", "carried")

    def said(self, world, attempt):
        return ["bundle", "export", str(world.folder / "stick")]

    def first(self, world, outcome):
        for bundle in (world.folder / "stick").glob("*.zona"):
            world.zona("narni", "bundle", "inspect", str(bundle))

    def finally_(self, world):
        if not list((world.folder / "stick").glob("*.zona")):
            raise Failed("no bundle")
        self.first(world, None)


def carry(world, who, token):
    """A bundle of a PC with something new in it."""
    settle(world)
    (world.folder / "stick").mkdir()
    world.add(who, token)
    world.zona(who, "bundle", "export", str(world.folder / "stick" / "up.zona"))


@command
class BundleIn(AtNarni):
    """What the hub gives back: its receipt, and what moved."""
    name = "bundle-import"
    hub_serves = False

    def prepare(self, world):
        carry(world, "narni", "carried")
        world.add("amelia", "brought")
        world.sync("amelia")
        world.server("bundle", "import", str(world.folder / "stick" / "up.zona"))
        world.server("bundle", "export", "--comune", PEOPLE["narni"], "--to", str(world.folder / "stick"))

    def said(self, world, attempt):
        stick = world.folder / "stick"
        return ["bundle", "import", *(str(next(stick.glob(name))) for name in ("receipt*.zona", "for-*.zona"))]

    def second(self, world, outcome):
        super().second(world, outcome)
        if world.count("narni", "brought") != 1:
            raise Failed("what the bundle brings is not here")


@command
class HubBundleIn(AtHub):
    name = "hub-bundle-import"

    def prepare(self, world):
        super().prepare(world)
        carry(world, "narni", "carried")

    def said(self, world, attempt):
        return ["bundle", "import", str(world.folder / "stick" / "up.zona"), "--json"]

    def second(self, world, outcome):
        super().second(world, outcome)
        if not list((world.folder / "stick").glob("receipt*.zona")):
            raise Failed("no receipt")


@command
class HubBundleOut(AtHub):
    name = "hub-bundle-export"

    def prepare(self, world):
        super().prepare(world)
        carry(world, "narni", "carried")
        world.server("bundle", "import", str(world.folder / "stick" / "up.zona"))

    def said(self, world, attempt):
        return ["bundle", "export", "--comune", PEOPLE["narni"], "--to", str(world.folder / "stick"), "--json"]

    def finally_(self, world):
        for bundle in (world.folder / "stick").glob("for-*.zona"):
            world.zona("narni", "bundle", "inspect", str(bundle))


@command
class InviteByStick(AtHub):
    name = "hub-invite-stick"

    def prepare(self, world):
        super().prepare(world)
        (world.folder / "stick").mkdir()

    def said(self, world, attempt):
        return ["invite", "--comune", PEOPLE["alviano"], "--stick", str(world.folder / "stick"), "--json"]

    def second(self, world, outcome):
        super().second(world, outcome)
        world.notes["code"] = outcome.json["code"]

    def finally_(self, world):
        world.file("alviano").parent.mkdir()
        world.zona("alviano", "init", "--hub", world.hub_server.url, "--code", world.notes["code"])
