"""What must hold after any fault, with no other step than starting the programs again and syncing."""

import sqlite3

from .programs import Failed
from .world import AMBITO

ROUNDS = 6


def settle(world):
    """Starts the hub if it does not serve, and syncs until everybody has everything."""
    if not world.hub_server:
        world.must_serve()
    answers, names, streak = {}, world.notes["replicas"], 0
    if not names:
        return answers
    for step in range(ROUNDS * len(names)):
        name = names[step % len(names)]
        answers[name] = world.sync(name)
        # What one sent is known to the others when each of them has synced after it.
        streak = 1 if answers[name]["sent"]["batches"] else streak + 1
        if streak >= len(names) and all(is_quiet(answer) for answer in answers.values()):
            return answers
    raise Failed(f"not quiet after {ROUNDS} rounds of syncs: {answers}")


def is_quiet(answer):
    return answer["pending_records"] == 0 and answer["behind_records"] == 0 and answer["compared"] == "equal"


def check(world, verify=True, doctor=False):
    """Everything; raises `Failed` with what is not so."""
    for file in sorted(world.folder.rglob("*.sqlite")):
        # What is still being made has a hidden folder.
        if not any(part.startswith(".") for part in file.relative_to(world.folder).parts):
            whole(file)
    settle(world)
    if verify:
        outcome = world.run(*world.server_words("verify", "--ambito", AMBITO))
        if outcome.status != 0:
            raise Failed(str(outcome))
    if doctor:
        for name in world.notes["replicas"]:
            outcome = world.run(*world.words(name, "doctor", "--json"), who=name)
            # A rig's disk may be small on purpose, and that is told, too.
            faults = [one for one in outcome.json["checks"] if one["state"] == "fault" and one["name"] != "disk"]
            if outcome.status not in (0, 9) or faults or outcome.json["compared"] != "equal":
                raise Failed(str(outcome))
    for file in [world.hub_file, *(world.file(name) for name in world.notes["replicas"])]:
        whole(file)
    dots(world)
    truth(world)
    same(world)


def whole(file):
    """SQLite's own check."""
    with open(file, "rb") as content:
        if not content.read(16).startswith(b"SQLite format 3"):
            return  # Nothing was ever committed to it: the programs must cope, and that is checked by using them.
    database = sqlite3.connect(file, timeout=20, isolation_level=None)
    try:
        said = [row[0] for row in database.execute("PRAGMA integrity_check")]
    except sqlite3.DatabaseError as error:
        said = [str(error)]
    finally:
        database.close()
    if said != ["ok"]:
        raise Failed(f"{file} is damaged: {said[:5]}")


def batches(world):
    """(number, last counter) of every batch, with the hashes under which the hub and the replicas know it."""
    known = {}
    stored = world.rows(world.hub_file, "SELECT number, first_counter, last_counter, hash FROM log WHERE kind = 'batch'")
    for number, first, last, digest in stored:
        known.setdefault((number, last), set()).add((first, digest))
    for name in world.notes["replicas"]:
        for number, first, last, digest in world.rows(
                world.file(name), "SELECT number, first_counter, last_counter, hash FROM zona_outbox"):
            known.setdefault((number, last), set()).add((first, digest))
    return known


def overlapping(known):
    """The first dot that two different batches carry."""
    by_number = {}
    for (number, last), contents in known.items():
        by_number.setdefault(number, []).extend((first, last, digest) for first, digest in contents)
    for number, spans in by_number.items():
        spans.sort()
        for (_, last, _), (first, _, _) in zip(spans, spans[1:]):
            if first <= last:
                return f"dot {first} of number {number} is in two batches"
    return None


def dots(world, before=None):
    """No dot names two changes: not in the batches, not in the hub's records. `before`: batches known from earlier."""
    known = batches(world)
    for key, contents in (before or {}).items():
        known.setdefault(key, set()).update(contents)
    twice = overlapping(known)
    if twice:
        raise Failed(twice)
    for number, counter, times in world.rows(
            world.hub_file, """SELECT number, counter, count(*) FROM record
            WHERE counter > 0 GROUP BY 1, 2 HAVING count(*) > 1"""):  # What init seeds has the counter 0.
        raise Failed(f"dot ({number}, {counter}) stands at {times} records")


def truth(world):
    """Each value that was acknowledged is there once, at every replica."""
    for name in world.notes["replicas"]:
        there = dict(world.rows(world.file(name), "SELECT denominazione, count(*) FROM soggetto GROUP BY 1"))
        for token, (least, most) in world.notes["truth"].items():
            found = there.get(token, 0)
            if not least <= found <= most:
                wanted = str(least) if least == most else f"{least} to {most}"
                raise Failed(f"{token} is there {found} times at {name}, and should be {wanted} times")


def same(world):
    """The shared tables are the same everywhere."""
    first, reference = None, None
    for name in world.notes["replicas"]:
        rows = world.rows(world.file(name), "SELECT * FROM soggetto ORDER BY id")
        rows += world.rows(world.file(name), "SELECT id, conflict_id, choice FROM zona_decision ORDER BY id")
        if first is None:
            first, reference = name, rows
        elif rows != reference:
            raise Failed(f"{first} and {name} differ: {set(rows) ^ set(reference)}")
