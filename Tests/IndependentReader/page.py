"""Pages: records on their way down ("Pages" of the page)."""
from .pieces import (
    DOT, FIXED, HASH, ID, MIB, SCHEMA, TABLE, TIME, VARINT, VECTOR, Cursor, Piece, byte, checked, counted, many, record,
    refuse_unless, text, varint, write_varint)
from .values import ROW

COMPLETE, WITH_DOTS, LOG_HASH = 2, 4, 8
KINDS = ("row", "deleted", "own", "withheld")
MOST_ENTRIES = 200_000
# Reasons 11 and 12 are words of a replica for itself; they never travel.
LAST_REASON = 10
BODY_MOST = 64 * MIB


def check_hub_state(state):
    refuse_unless(state["stored"] >= state["folded"], "less stored than folded")


HUB_STATE = checked(record(
    ("ambito", ID), ("incarnation", FIXED), ("number", FIXED), ("folded", VARINT), ("stored", VARINT), ("last", HASH),
    ("durable", VARINT)), check_hub_state)


def check_header(header):
    refuse_unless(header["to"] >= header["from"], "a page that ends before it begins")
    refuse_unless(not (header["flags"] & COMPLETE and header["flags"] & LOG_HASH), "a log hash twice")


def is_complete(got):
    return got["flags"] & COMPLETE


HEADER = checked(record(
    ("hub", HUB_STATE), ("comune", ID), ("flags", byte(15, "flags")), ("schema", SCHEMA),
    ("from", VARINT), ("to", VARINT),
    ("knows", VECTOR, is_complete), ("log", HASH, is_complete), ("highest", TIME, is_complete),
    ("digest", counted(64), is_complete),
    ("logMidway", HASH, lambda got: got["flags"] & LOG_HASH), ("unpacked", varint(most=BODY_MOST, what="bytes of a body")),
), check_header)

REASON = checked(byte(LAST_REASON, "reason"), lambda reason: refuse_unless(reason, "reason 0"))
REFUSALS = many(MOST_ENTRIES, record(
    ("dot", DOT), ("table", TABLE), ("id", ID), ("reason", REASON), ("flags", byte(3, "flags")),
    ("detail", text(200))), "refusals")


def read_section(cursor, with_dots):
    table = TABLE.read(cursor)
    count = varint(0, MOST_ENTRIES, "entries").read(cursor)
    kinds = cursor.take(count)
    refuse_unless(all(kind < len(KINDS) for kind in kinds), "an entry of an unknown kind")
    entries = [{"kind": KINDS[kind]} for kind in kinds]
    for entry in entries:
        entry["id"] = ID.read(cursor)
    if with_dots:
        for entry in entries:
            entry["dot"] = DOT.read(cursor)
    rows = Cursor(bytes.fromhex(counted(BODY_MOST).read(cursor)))
    for entry in entries:
        if entry["kind"] == "row":
            entry["row"] = ROW.read(rows)
    rows.end()
    return {"table": table, "entries": entries}


def write_section(section, with_dots):
    entries = section["entries"]
    rows = b"".join(ROW.write(entry["row"]) for entry in entries if "row" in entry)
    return b"".join([
        TABLE.write(section["table"]), write_varint(len(entries)),
        bytes(KINDS.index(entry["kind"]) for entry in entries), b"".join(ID.write(entry["id"]) for entry in entries),
        b"".join(DOT.write(entry["dot"]) for entry in entries) if with_dots else b"", write_varint(len(rows)), rows])


def sections_piece(header):
    with_dots = header["flags"] & WITH_DOTS
    return many(4096, Piece(lambda cursor: read_section(cursor, with_dots),
                            lambda section: write_section(section, with_dots)), "sections")


def read_body(header, cursor):
    sections = sections_piece(header).read(cursor)
    tables = [section["table"] for section in sections]
    refuse_unless(all(a < b for a, b in zip(tables, tables[1:])), "sections that do not ascend by table")
    refuse_unless(sum(len(section["entries"]) for section in sections) <= MOST_ENTRIES, "too many entries of a page")
    return {"sections": sections, "refusals": REFUSALS.read(cursor)}


def write_body(header, body):
    return sections_piece(header).write(body["sections"]) + REFUSALS.write(body["refusals"])
