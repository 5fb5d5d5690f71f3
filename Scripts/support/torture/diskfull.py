"""Full disks: small ones, of memory, in a mount namespace of their own that goes with the process."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from . import checks
from .programs import COMUNI, Failed
from .world import AMBITO, PEOPLE, World

ROOM = 12 << 20


def in_own_namespace(words):
    """Runs this campaign again where it may mount: nothing stays mounted behind it."""
    unshare = ["unshare", "--mount"] if os.geteuid() == 0 else ["unshare", "--mount", "--map-root-user"]
    return subprocess.run([*unshare, sys.executable, "-m", "torture", *words],
                          env={**os.environ, "TORTURE_MAY_MOUNT": "1"}, check=False).returncode


class Disk:
    """A file system of a few megabytes at a folder, with what was there; and something that fills it."""

    def __init__(self, folder):
        self.folder = Path(folder)
        aside = self.folder.with_name(self.folder.name + ".aside")
        if self.folder.exists():
            self.folder.rename(aside)
        self.folder.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={ROOM},mode=0700", "tmpfs", str(self.folder)], check=True)
        if aside.exists():
            shutil.copytree(aside, self.folder, dirs_exist_ok=True)
            shutil.rmtree(aside)

    def fill(self, free):
        """Leaves so many bytes."""
        about = os.statvfs(self.folder)
        room = about.f_bavail * about.f_frsize - free
        (self.folder / "filling").write_bytes(bytes(max(room, 0)))

    def empty(self):
        (self.folder / "filling").unlink()

    def gone(self):
        subprocess.run(["umount", "--lazy", str(self.folder)], check=False)


class DiskFull:
    def __init__(self, folder, say):
        self.folder, self.say = Path(folder), say

    def campaign(self, short):
        failures = []
        cases = (self.at_the_pc, self.at_the_hub, self.at_a_new_pc, self.beside_the_hub)
        for case in cases[:2] if short else cases:
            world = World.found(self.folder / case.__name__)
            disks = []
            try:
                case(world, disks)
                self.say(f"{case.__name__}: as it must be")
            except Failed as failure:
                failures.append("diskfull")
                self.say(f"FAILED {case.__name__}: {failure}")
            finally:
                if world.hub_server:
                    world.crash()
                for disk in disks:
                    disk.gone()
                world.remove()
        return failures

    @staticmethod
    def disk(disks, folder):
        disks.append(Disk(folder))
        return disks[-1]

    @staticmethod
    def refused(outcome, *statuses):
        """It ended in order, and says what is the matter."""
        if outcome.status not in statuses or not any(
                word in outcome.err for word in ("disk is full", "disk-full", "disk full", "free some space")):
            raise Failed(f"not what a full disk is told by: {outcome}")

    def at_the_pc(self, world, disks):
        for number in range(40):
            world.add("amelia", f"brought-{number}", pec="x" * 20_000)
        world.sync("amelia")
        world.add("narni", "before")
        disk = self.disk(disks, world.file("narni").parent)
        for free in (0, 4096, 16_384, 65_536):
            disk.fill(free)
            words = world.words("narni", "add", "soggetto", f"denominazione=full-{free}", "tipo_soggetto=VOL",
                                f"pec={'y' * 60_000}")
            outcome = world.run(*words, who="narni")
            if outcome.status == 0:
                world.expect(f"full-{free}", 1, 1)
            else:
                self.refused(outcome, 5)
                world.expect(f"full-{free}", 0, 0)
            self.refused(world.run(*world.words("narni", "sync"), who="narni"), 5)
            disk.empty()
        checks.check(world, doctor=True)

    def at_a_new_pc(self, world, disks):
        code = world.invite(PEOPLE["alviano"])
        disk = self.disk(disks, world.file("alviano").parent)
        words = world.words("alviano", "init", "--hub", world.hub_server.url, "--code", code)
        for free in (0, 4096, 65_536, 600_000, 1_400_000):
            disk.fill(free)
            outcome = world.run(*words, who="alviano")
            if outcome.status == 0:
                raise Failed(f"there was no room: {outcome}")
            if "exists already" not in outcome.err:
                self.refused(outcome, 5)
            disk.empty()
        outcome = world.run(*words, who="alviano")
        if outcome.status and "exists already" not in outcome.err:
            raise Failed(f"with room again: {outcome}")
        world.notes["replicas"].append("alviano")
        checks.check(world, doctor=True)

    def at_the_hub(self, world, disks):
        world.stop()
        disk = self.disk(disks, world.data)
        world.must_serve()
        for number in range(20):
            world.add("narni", f"sent-{number}", pec="x" * 20_000)
        answers = {}
        for free in (0, 4096, 65_536):
            disk.fill(free)
            outcome = world.run(*world.words("narni", "sync"), who="narni")
            answers[free] = outcome.status
            if free < 65_536:
                # What the PC is told has to say whose disk it is; its own work stays.
                if outcome.status not in (6, 7) or "hub" not in outcome.err or not any(
                        word in outcome.err for word in ("disk", "No space left")):
                    raise Failed(f"not what a full disk of the hub is told by: {outcome}")
            if world.hub_server.process.poll() is not None:
                raise Failed(f"the hub ended: {world.hub_server.said}")
            disk.empty()
        disk.fill(0)
        world.stop()
        if not world.serve() and "space" not in world.last_said and "disk" not in world.last_said:
            raise Failed(f"not what a full disk is told by: {world.last_said}")
        disk.empty()
        if not world.hub_server:
            world.must_serve()
        # Without another start: room is enough.
        checks.check(world, doctor=True)
        return answers

    def beside_the_hub(self, world, disks):
        """Commands of the server on a full disk: they say so, and leave nothing that looks whole."""
        world.add("narni", "before", telefono="1")
        for name in ("narni", "amelia"):
            world.sync(name)
        world.stop()
        disk = self.disk(disks, world.data)
        world.must_serve()
        backups = world.data / "backups"
        backups.mkdir()
        commands = {
            "backup": ["backup", "--to", str(backups), "--passphrase-file", str(world.folder / "passphrase")],
            "consolidate": ["consolidate"], "prune": ["prune", "--keep", "0"], "verify": ["verify"],
            "init": ["init", "--ambito", "PUG-PUTIGNANO", "--comuni", str(COMUNI)],
        }
        for name, words in commands.items():
            disk.fill(100_000)
            self.refused(world.run(*world.server_words(*words)), 5)
            disk.empty()
            world.must(*world.server_words(*words))
        for folder in backups.glob("zona-backup-*Z"):
            world.must("zona-server", "backup", "--check", str(folder))
        checks.check(world)
        left = [path.name for path in (world.data / AMBITO).iterdir() if ".verify-" in path.name]
        if left:
            raise Failed(f"left behind: {left}")

