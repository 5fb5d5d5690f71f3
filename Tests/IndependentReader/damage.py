"""Damage: what is cut or changed is refused, and refused cleanly."""
import hashlib

from . import frame
from .pieces import Refused

# One bit in so many is flipped: coprime to 8, so that every place in a byte has its turn.
STRIDE = 11


def outcome(data, **options):
    """What reading gives: a frame, or the refusal. Any other exception is a fault and goes on."""
    try:
        return frame.read(data, **options)
    except Refused as refusal:
        return refusal


def flipped(data, bit):
    return data[:bit >> 3] + bytes([data[bit >> 3] ^ 1 << (bit & 7)]) + data[(bit >> 3) + 1:]


def with_right_hash(data):
    """The bytes with the hash that belongs to them, where their lengths still say where it stands."""
    at = len(data) - frame.HASH_BYTES - frame.SIGNATURE_BYTES
    return data[:at] + hashlib.sha256(data[:at]).digest() + data[at + frame.HASH_BYTES:]


def faults(data, keys):
    """Damaged forms of a frame that were taken."""
    for count in range(len(data)):
        if not isinstance(outcome(data[:count], keys=keys), Refused):
            yield f"cut to {count} bytes and taken"
    if not isinstance(outcome(data + b"\0", keys=keys), Refused):
        yield "a byte more and taken"
    for bit in range(0, 8 * len(data), STRIDE):
        if not isinstance(outcome(flipped(data, bit), keys=keys), Refused):
            yield f"bit {bit} flipped and taken"
    yield from second_spellings(data)


def second_spellings(data):
    """Where the hash is mended and no signature looked at, damage may be another content: but that has one spelling."""
    for bit in range(8 * (len(data) - frame.HASH_BYTES - frame.SIGNATURE_BYTES)):
        got = outcome(with_right_hash(flipped(data, bit)), trusting=True)
        if not isinstance(got, Refused) and frame.written_again(got) != (got.header_bytes, got.body_bytes):
            yield f"bit {bit} flipped: another spelling of the same content"
