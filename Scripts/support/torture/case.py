"""What a command that is broken needs, how it is run, and what must be so after it was broken and run again.

`prepare` is played once, on the world that all points of the command begin from. `act` runs the command, the first time with the
fault, the second time without. `first` says what follows from how the broken one ended: done, not done, or unknown.
"""

import json

from .programs import Failed

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


def pictures(folder, least, most):
    """Every dated folder is whole."""
    dated = sorted(path for path in folder.iterdir() if path.name[:2] == "20")
    if not least <= len(dated) <= most:
        raise Failed(f"{len(dated)} pictures in {folder}")
    contents = [{file.name: file.stat().st_size > 0 for file in path.iterdir()} for path in dated]
    for path, content in zip(dated, contents):
        if content != contents[-1] or not all(content.values()) or "riepilogo.json" not in content:
            raise Failed(f"{path} is not whole: {sorted(content)}")
