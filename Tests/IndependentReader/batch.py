"""Batches: changes on their way up ("Batches" of the page)."""
from uuid import UUID

from .pieces import (
    COUNTER_END, DOT, FIXED, HASH, ID, MASK, MIB, SCHEMA, SIGNED, TABLE, TIME, VARINT, VECTOR, Cursor, Piece, byte,
    checked, counted, many, record, refuse_unless, stamp_of, text, varint, write_varint)
from .values import VALUE

DIFFERENCE, EARLIER_SCHEMA = 2, 4
OPERATIONS = {1: "insert", 2: "update", 3: "delete"}
CHANGE_FLAGS = {4: "filled", 8: "copy", 16: "decides"}
DECIDES = 16
MOST_CHANGES = 100_000
BODY_MOST = 64 * MIB
LAST_GROUP = 66


def check_header(header):
    refuse_unless(header["unit"] <= header["first"], "a unit that begins after its batch")
    refuse_unless(not header["flags"] & DIFFERENCE or header["unit"] < header["first"],
                  "a difference in the first batch of a unit")
    refuse_unless(header.get("contextSchema", -1) < header["schema"], "a context of a schema that is not earlier")


HEADER = checked(record(
    ("ambito", ID), ("number", FIXED), ("incarnation", FIXED), ("schema", SCHEMA),
    ("first", varint(1, COUNTER_END - 1, "first counter")), ("count", varint(1, MOST_CHANGES, "changes")),
    ("unit", varint(1, what="unit")), ("flags", byte(7, "flags")), ("context", VECTOR),
    ("contextSchema", SCHEMA, lambda got: got["flags"] & EARLIER_SCHEMA),
    ("floor", TIME), ("offset", SIGNED), ("before", HASH), ("unpacked", varint(most=BODY_MOST, what="bytes of a body")),
), check_header)


def check_set(columns):
    refuse_unless(columns["changed"] & ~columns["carried"] == 0, "a column changed that is not carried")


AUTHORS = many(MOST_CHANGES, text(200), "authors")
SETS = many(MOST_CHANGES, checked(record(("carried", VARINT), ("changed", VARINT)), check_set), "column sets")
DECISIONS = many(1000, record(("conflict", ID), ("group", varint(most=LAST_GROUP, what="group")),
                              ("dots", many(1000, DOT, "dots of a decision"))), "decisions of a change")
BYTES = counted(BODY_MOST)


class Stream:
    """A counted run of pieces; it must be used up when its section is."""

    def __init__(self, cursor, piece):
        self.cursor, self.piece = Cursor(bytes.fromhex(BYTES.read(cursor))), piece

    def next(self):
        return self.piece.read(self.cursor)

    def all(self, count):
        values = [self.next() for _ in range(count)]
        self.cursor.end()
        return values


def write_stream(piece, values):
    data = b"".join(map(piece.write, values))
    return write_varint(len(data)) + data


def columns_of(mask):
    return [column for column in range(64) if mask >> column & 1]


def wrapped(value):
    """A difference of two 64-bit numbers as a signed one."""
    return (value + 2**63 & MASK) - 2**63


def read_operation(cursor):
    value = cursor.take(1)[0]
    refuse_unless(value & 3 and value < 32, f"operation {value}")
    return value


def read_ids(cursor, count):
    heads, tails, before, ids = Stream(cursor, SIGNED).all(count), cursor.take(10 * count), 0, []
    for index, step in enumerate(heads):
        before += step
        refuse_unless(0 <= before < 2**48, "an id whose first bytes leave their range")
        ids.append(str(UUID(bytes=before.to_bytes(6, "big") + tails[10 * index:10 * index + 10])))
    return ids


class Reader:
    """Reads the sections of one body: stamps and actions go on from one section to the next."""

    def __init__(self, header):
        self.authors, self.sets, self.left = [], [], header["count"]
        self.stamp, self.action = stamp_of(header["floor"]), 0

    def body(self, cursor):
        self.authors, self.sets = AUTHORS.read(cursor), SETS.read(cursor)
        sections = many(4096, Piece(self.section, None), "sections").read(cursor)
        refuse_unless(self.left == 0, f"{self.left} changes fewer than the header counts")
        return {"authors": self.authors, "sets": self.sets, "sections": sections}

    def section(self, cursor):
        table = TABLE.read(cursor)
        count = varint(1, self.left, "changes of a section").read(cursor)
        self.left -= count
        operations = [read_operation(cursor) for _ in range(count)]
        sets = Stream(cursor, varint(most=len(self.sets) - 1, what="column set")).all(count)
        ids = read_ids(cursor, count)
        stamps = [self.next_stamp(step) for step in Stream(cursor, SIGNED).all(count)]
        authors = Stream(cursor, varint(most=len(self.authors) - 1, what="author")).all(count)
        actions = [self.next_action(step) for step in Stream(cursor, SIGNED).all(count)]
        changes = [dict(zip(("operation", "set", "id", "stamp", "author", "action"), change))
                   for change in zip(operations, sets, ids, stamps, authors, actions)]
        self.values(cursor, changes)
        self.decisions(cursor, changes)
        return {"table": table, "changes": changes}

    def next_stamp(self, step):
        self.stamp = self.stamp + step & MASK
        return self.stamp

    def next_action(self, step):
        self.action = self.action + step & MASK
        return self.action

    def carried(self, change):
        return self.sets[change["set"]]["carried"]

    def values(self, cursor, changes):
        mask, carried = VARINT.read(cursor), 0
        for change in changes:
            refuse_unless(change["operation"] & 3 != 3 or not self.carried(change), "a delete that carries columns")
            carried |= self.carried(change)
            change["values"], change["bytes"] = {}, 0
        refuse_unless(mask == carried, "streams of other columns than the changes carry")
        for column in columns_of(mask):
            stream = Stream(cursor, VALUE)
            for change in changes:
                if self.carried(change) >> column & 1:
                    at = stream.cursor.at
                    change["values"][column] = stream.next()
                    change["bytes"] += stream.cursor.at - at
            stream.cursor.end()
        refuse_unless(all(change.pop("bytes") <= MIB for change in changes), "a change with more than 1 MiB of values")

    def decisions(self, cursor, changes):
        stream = Stream(cursor, DECISIONS)
        for change in changes:
            if change["operation"] & DECIDES:
                change["decisions"] = stream.next()
        stream.cursor.end()


def read_body(header, cursor):
    return Reader(header).body(cursor)


def write_body(header, body):
    out = AUTHORS.write(body["authors"]) + SETS.write(body["sets"]) + write_varint(len(body["sections"]))
    stamp, action = stamp_of(header["floor"]), 0
    for section in body["sections"]:
        out += write_section(section, body["sets"], stamp, action)
        for last in section["changes"][-1:]:
            stamp, action = last["stamp"], last["action"]
    return out


def steps(values, before):
    for value in values:
        yield wrapped(value - before)
        before = value


def write_section(section, sets, stamp, action):
    changes = section["changes"]
    ids = [UUID(change["id"]).bytes for change in changes]
    carried = [sets[change["set"]]["carried"] for change in changes]
    mask = 0
    for columns in carried:
        mask |= columns
    out = [TABLE.write(section["table"]), write_varint(len(changes)), bytes(change["operation"] for change in changes),
           write_stream(VARINT, [change["set"] for change in changes]),
           write_stream(SIGNED, steps([int.from_bytes(data[:6], "big") for data in ids], 0)),
           b"".join(data[6:] for data in ids),
           write_stream(SIGNED, steps([change["stamp"] for change in changes], stamp)),
           write_stream(VARINT, [change["author"] for change in changes]),
           write_stream(SIGNED, steps([change["action"] for change in changes], action)), write_varint(mask)]
    for column in columns_of(mask):
        out.append(write_stream(VALUE, [change["values"][column] for change in changes if column in change["values"]]))
    out.append(write_stream(DECISIONS, [change["decisions"] for change in changes if "decisions" in change]))
    return b"".join(out)


def next_context(before, header):
    """The whole context of a batch, where that of the batch before is `before`."""
    if not header["flags"] & DIFFERENCE:
        return header["context"]
    merged = {dot["number"]: dot["counter"] for dot in before + header["context"]}
    return [{"number": number, "counter": merged[number]} for number in sorted(merged)]
