"""The pieces that everything on the wire is made of ("Pieces" of the page).

A piece is read and written by the same description, so that what was read can be written again and compared: a reader
that takes two spellings of one content is found out.
"""
from collections import namedtuple
from uuid import UUID

Piece = namedtuple("Piece", "read write")

MASK = 2**64 - 1
MIB = 2**20
COUNTER_END = 2**63


class Refused(Exception):
    """What the page says a reader refuses. Anything else that is thrown is a fault of this reader."""


def refuse_unless(holds, why):
    if not holds:
        raise Refused(why)


class Cursor:
    """Bytes that are used up from the front."""

    def __init__(self, data):
        self.data, self.at = data, 0

    @property
    def left(self):
        return len(self.data) - self.at

    def take(self, count):
        if count > self.left:
            raise Refused(f"{count} bytes wanted at {self.at}, {self.left} left")
        self.at += count
        return self.data[self.at - count:self.at]

    def end(self):
        refuse_unless(self.left == 0, f"{self.left} bytes left over")


def whole(piece, data):
    """The piece, where nothing may follow it."""
    cursor = Cursor(data)
    value = piece.read(cursor)
    cursor.end()
    return value


def read_varint(cursor):
    value = shift = 0
    while True:
        byte = cursor.take(1)[0]
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            refuse_unless(byte or not shift, "a varint that is not the shortest")
            refuse_unless(value <= MASK, "a varint above 64 bits")
            return value
        shift += 7
        refuse_unless(shift < 70, "a varint above 64 bits")


def write_varint(value):
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def varint(least=0, most=MASK, what="number"):
    def read(cursor):
        value = read_varint(cursor)
        if not least <= value <= most:
            raise Refused(f"{what} {value}, not from {least} to {most}")
        return value
    return Piece(read, write_varint)


def zigzag(value):
    return (value << 1 ^ value >> 63) & MASK


def unzigzag(value):
    return value >> 1 ^ -(value & 1)


def raw(count):
    return Piece(lambda cursor: cursor.take(count).hex(), bytes.fromhex)


def byte(most=255, what="byte"):
    def read(cursor):
        value = cursor.take(1)[0]
        refuse_unless(value <= most, f"{what} {value}, known up to {most}")
        return value
    return Piece(read, lambda value: bytes([value]))


def counted(most, inner=None):
    """Bytes with their count before them; with `inner`, what they hold from end to end."""
    count = varint(most=most, what="bytes")

    def read(cursor):
        data = cursor.take(count.read(cursor))
        return whole(inner, data) if inner else data.hex()

    def write(value):
        data = inner.write(value) if inner else bytes.fromhex(value)
        return write_varint(len(data)) + data
    return Piece(read, write)


def read_utf8(cursor):
    try:
        return cursor.take(cursor.left).decode()
    except UnicodeDecodeError:
        raise Refused("a text that is not UTF-8") from None


def text(most):
    return counted(most, Piece(read_utf8, str.encode))


def many(most, inner, what="entries", least=0):
    count = varint(least, most, what)
    return Piece(lambda cursor: [inner.read(cursor) for _ in range(count.read(cursor))],
                 lambda values: write_varint(len(values)) + b"".join(map(inner.write, values)))


def record(*parts):
    """Named pieces, one after the other. A part with a third member is there only when that says so."""
    def there(part, got):
        return len(part) == 2 or part[2](got)

    def read(cursor):
        got = {}
        for part in parts:
            if there(part, got):
                got[part[0]] = part[1].read(cursor)
        return got

    def write(got):
        return b"".join(part[1].write(got[part[0]]) for part in parts if there(part, got))
    return Piece(read, write)


def optional(inner):
    """A byte 1 and then the piece, or 0."""
    def read(cursor):
        return inner.read(cursor) if TRUTH.read(cursor) else None
    return Piece(read, lambda value: b"\0" if value is None else b"\1" + inner.write(value))


def checked(inner, check):
    """The piece, and what must hold of it as a whole."""
    def read(cursor):
        value = inner.read(cursor)
        check(value)
        return value
    return Piece(read, inner.write)


def read_vector(cursor):
    vector = DOTS.read(cursor)
    for before, dot in zip(vector, vector[1:]):
        refuse_unless(before["number"] < dot["number"], "a vector that does not ascend")
    refuse_unless(all(dot["counter"] for dot in vector), "a vector with a counter 0")
    return vector


def read_time(cursor):
    stamp = FIXED.read(cursor)
    return {"milliseconds": stamp >> 16, "counter": stamp & 0xFFFF}


def write_time(time):
    return FIXED.write(stamp_of(time))


def stamp_of(time):
    return time["milliseconds"] << 16 | time["counter"]


FIXED = Piece(lambda cursor: int.from_bytes(cursor.take(8), "little"), lambda value: value.to_bytes(8, "little"))
SIGNED = Piece(lambda cursor: unzigzag(read_varint(cursor)), lambda value: write_varint(zigzag(value)))
VARINT = varint()
ID = Piece(lambda cursor: str(UUID(bytes=cursor.take(16))), lambda value: UUID(value).bytes)
HASH = KEY = raw(32)
SCHEMA = varint(most=2**20, what="schema version")
TABLE = varint(most=2**20, what="table")
TRUTH = byte(1, "a yes or no of")
DOT = record(("number", FIXED), ("counter", VARINT))
DOTS = many(20_000, DOT, "entries of a vector")
VECTOR = Piece(read_vector, DOTS.write)
TIME = Piece(read_time, write_time)
