"""What became of one record: the request and its answer ("History" of the page)."""
from .batch import LAST_GROUP
from .pieces import (
    DOT, FIXED, ID, MIB, SIGNED, TABLE, TIME, Piece, byte, checked, counted, many, optional, record, refuse_unless,
    stamp_of, text, varint)
from .values import VALUE

BODY_MOST, VALUES_MOST = 64 * MIB, 2 * MIB
MOST_ENTRIES = MOST_CONFLICTS = 2_000
OLDER, PRUNED = 1, 2
FROM_LOG, LAST_ORIGIN = 1, 3
REPLACED, LAST_STANDING = 2, 3
EXISTENCE = 0

REQUEST = record(("session", counted(64)), ("table", TABLE), ("id", ID))
ANSWER = record(("incarnation", FIXED), ("clock", SIGNED), ("unpacked", varint(most=BODY_MOST, what="bytes of a body")))


def read_values(cursor):
    values = []
    while cursor.left:
        values.append(VALUE.read(cursor))
    return values


def check_standing(value):
    refuse_unless(value["group"] != EXISTENCE or value["values"] in ([0], [1]), "an existence that is neither 0 nor 1")


def check_operation(operation):
    refuse_unless(operation & 3, f"operation {operation}")


def is_of_log(got):
    return got["origin"] == FROM_LOG


# 66 is no group but a mark of decisions.
GROUP = varint(most=LAST_GROUP - 1, what="group")
VALUES = counted(VALUES_MOST, Piece(read_values, lambda values: b"".join(map(VALUE.write, values))))
STANDING = checked(record(
    ("group", GROUP), ("standing", byte(LAST_STANDING, "standing")),
    ("by", DOT, lambda got: got["standing"] == REPLACED), ("values", VALUES)), check_standing)
ENTRY = record(
    ("dot", DOT), ("stamp", TIME), ("author", text(200)), ("comune", optional(ID)),
    ("origin", byte(LAST_ORIGIN, "origin")), ("operation", checked(byte(15, "operation"), check_operation), is_of_log),
    ("decides", many(1000, ID, "conflicts decided"), is_of_log),
    ("seen", optional(many(MOST_ENTRIES, varint(), "entries seen"))), ("values", many(66, STANDING, "values")))
CONFLICT = record(("id", ID), ("group", GROUP), ("loser", DOT), ("state", byte(2, "a conflict's state")))


def order(entry):
    return stamp_of(entry["stamp"]), entry["dot"]["number"], entry["dot"]["counter"]


def ascends(values):
    return all(before < after for before, after in zip(values, values[1:]))


def check_body(body):
    entries = body["entries"]
    refuse_unless(ascends([order(entry) for entry in entries]), "entries that do not ascend")
    for entry in entries:
        seen = entry["seen"] or []
        refuse_unless(ascends(seen), "places that do not ascend")
        refuse_unless(all(place < len(entries) for place in seen), "a place beyond the entries")


BODY = checked(record(
    ("record", byte(2, "a record's state")), ("flags", byte(OLDER | PRUNED, "flags")),
    ("prunedBefore", SIGNED, lambda got: got["flags"] & PRUNED), ("entries", many(MOST_ENTRIES, ENTRY, "entries")),
    ("conflicts", many(MOST_CONFLICTS, CONFLICT, "conflicts"))), check_body)
