"""Damage: what is cut or changed is refused, and refused cleanly."""
import hashlib

from . import frame
from .pieces import Refused, refuse_unless

# One bit in so many is flipped: coprime to 8, so that every place in a byte has its turn.
STRIDE = 11


def outcome(read, data):
    """What reading gives, or the refusal. Any other exception is a fault and goes on."""
    try:
        return read(data)
    except Refused as refusal:
        return refusal


def flipped(data, bit):
    return data[:bit >> 3] + bytes([data[bit >> 3] ^ 1 << (bit & 7)]) + data[(bit >> 3) + 1:]


def with_right_hash(data):
    """The bytes with the hash that belongs to them, where their lengths still say where it stands."""
    at = len(data) - frame.HASH_BYTES - frame.SIGNATURE_BYTES
    return data[:at] + hashlib.sha256(data[:at]).digest() + data[at + frame.HASH_BYTES:]


def forms(data):
    yield from ((f"cut to {count} bytes", data[:count]) for count in range(len(data)))
    yield "with a byte more", data + b"\0"
    yield from ((f"with bit {bit} flipped", flipped(data, bit)) for bit in range(0, 8 * len(data), STRIDE))


def refuse_faults(data, read):
    """Every damaged form must be refused by `read`."""
    for name, form in forms(data):
        refuse_unless(isinstance(outcome(read, form), Refused), f"{name} and taken")


def trusting(data):
    return frame.read(data, trusting=True)


def refuse_second_spellings(data):
    """Where the hash is mended and no signature looked at, damage may be another content: but that has one spelling."""
    for bit in range(8 * (len(data) - frame.HASH_BYTES - frame.SIGNATURE_BYTES)):
        got = outcome(trusting, with_right_hash(flipped(data, bit)))
        same = isinstance(got, Refused) or frame.written_again(got) == (got.header_bytes, got.body_bytes)
        refuse_unless(same, f"with bit {bit} flipped another spelling of the same content")
