"""Values and rows, and what is computed from them: digest sums, derived ids, enrolment codes."""
import base64
import hashlib
import math
import re
import struct
from uuid import UUID

from .pieces import MASK, MIB, Piece, many, read_varint, refuse_unless, unzigzag, write_varint, zigzag

CANONICAL_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z")
NULL, INTEGER, REAL, TEXT, BLOB, WIDE, UUID_TEXT = range(7)


def read_value(cursor):
    head = read_varint(cursor)
    kind, x = head & 7, head >> 3
    refuse_unless(kind <= UUID_TEXT, f"a value of kind {kind}")
    refuse_unless(x == 0 or kind in (INTEGER, TEXT, BLOB), f"a value of kind {kind} with an x of {x}")
    refuse_unless(x <= MIB or kind == INTEGER, "a value above 1 MiB")
    return READERS[kind](cursor, x)


def read_real(cursor, _):
    value = struct.unpack("<d", cursor.take(8))[0]
    refuse_unless(not math.isnan(value) and (value or math.copysign(1, value) > 0), "NaN or -0.0")
    return value


def read_text(cursor, count):
    # Bytes that are no UTF-8 stay what they are: a file of SQLite may hold them.
    value = cursor.take(count).decode(errors="surrogateescape")
    refuse_unless(not CANONICAL_UUID.match(value), "a UUID written as text")
    return value


def read_wide(cursor, _):
    value = int.from_bytes(cursor.take(8), "little", signed=True)
    refuse_unless(zigzag(value) >= 2**61, "a small integer written wide")
    return value


READERS = {
    NULL: lambda cursor, x: None,
    INTEGER: lambda cursor, x: unzigzag(x),
    REAL: read_real,
    TEXT: read_text,
    BLOB: lambda cursor, count: cursor.take(count),
    WIDE: read_wide,
    UUID_TEXT: lambda cursor, x: str(UUID(bytes=cursor.take(16))),
}


def write_value(value):
    if value is None:
        return b"\0"
    if isinstance(value, float):
        return bytes([REAL]) + struct.pack("<d", value)
    if isinstance(value, bytes):
        return write_varint(len(value) << 3 | BLOB) + value
    if isinstance(value, str):
        if CANONICAL_UUID.match(value):
            return bytes([UUID_TEXT]) + UUID(value).bytes
        data = value.encode(errors="surrogateescape")
        return write_varint(len(data) << 3 | TEXT) + data
    if zigzag(value) < 2**61:
        return write_varint(zigzag(value) << 3 | INTEGER)
    return bytes([WIDE]) + (value & MASK).to_bytes(8, "little")


VALUE = Piece(read_value, write_value)
ROW = many(64, VALUE, "columns of a row")


def part_sum(table, schema, record_id, values, counts):
    """The digest sum of one part of a record; `counts` for the part that the table began with."""
    data = write_varint(table) + write_varint(schema) + UUID(record_id).bytes + b"".join(map(write_value, values))
    return hashlib.sha256(data).digest()[:16] + int(counts).to_bytes(8, "little")


def add_sums(first, second):
    def half(start, end):
        total = int.from_bytes(first[start:end], "little") + int.from_bytes(second[start:end], "little")
        return (total % 256**(end - start)).to_bytes(end - start, "little")
    return half(0, 16) + half(16, 24)


def derived_id(table, key):
    name = table.encode()
    digest = bytearray(hashlib.sha256(write_varint(len(name)) + name + b"".join(map(write_value, key))).digest()[:16])
    digest[6] = digest[6] & 0x0F | 0x80
    digest[8] = digest[8] & 0x3F | 0x80
    return str(UUID(bytes=bytes(digest)))


def read_code(code):
    """Fingerprint and secret of an enrolment code."""
    letters = code.upper().replace("-", "").replace(" ", "")
    refuse_unless(re.match(r"[A-Z2-7]{72}\Z", letters), "an enrolment code is 72 letters and digits")
    data = base64.b32decode(letters)
    refuse_unless(hashlib.sha256(data[:42]).digest()[:3] == data[42:], "an enrolment code that was mistyped")
    return {"fingerprint": data[:32].hex(), "secret": data[32:42].hex()}


def write_code(code):
    data = bytes.fromhex(code["fingerprint"] + code["secret"])
    letters = base64.b32encode(data + hashlib.sha256(data).digest()[:3]).decode()
    return "-".join(letters[at:at + 5] for at in range(0, len(letters), 5))
