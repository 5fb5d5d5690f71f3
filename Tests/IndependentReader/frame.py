"""Frames: what everything travels in, and the order in which a reader checks it ("Frames" of the page)."""
import hashlib
from collections import namedtuple

from . import batch, ed25519, history, messages, page, stick, zstd
from .pieces import MIB, Cursor, refuse_unless, whole

PREFIX = b"ZONA\x01"
FIXED_BYTES = 14
HASH_BYTES, SIGNATURE_BYTES = 32, 64
LARGEST = 64 * MIB

# read and write take the header and the body; they are None where a kind has no body. own_key is the part of the header
# that names the signer's key; proof looks at what else a header proves.
Kind = namedtuple("Kind", "name signer header read write most own_key proof", defaults=(None, None, MIB, None, None))
Frame = namedtuple("Frame", "kind header body hash header_bytes body_bytes verified")


def with_body(name, signer, header, body):
    return Kind(name, signer, header, lambda _, cursor: body.read(cursor), lambda _, value: body.write(value))


KINDS = {
    1: Kind("batch", "replica", batch.HEADER, batch.read_body, batch.write_body, 4 * MIB),
    2: Kind("page", "ambito", page.HEADER, page.read_body, page.write_body, 64 * MIB),
    3: Kind("nonce", "ambito", messages.NONCE),
    4: Kind("client greeting", "replica", messages.CLIENT_GREETING),
    5: Kind("hub greeting", "ambito", messages.HUB_GREETING),
    6: Kind("acknowledgement", "ambito", messages.ACKNOWLEDGEMENT),
    7: Kind("certificate", "ambito", messages.CERTIFICATE),
    8: Kind("enrolment request", "replica", messages.ENROLMENT_REQUEST, own_key="key"),
    9: Kind("enrolment answer", "ambito", messages.ENROLMENT_ANSWER, own_key="ambitoKey"),
    10: Kind("problem", "ambito", messages.PROBLEM),
    11: Kind("bundle", "sender", stick.BUNDLE, own_key="sender"),
    12: Kind("receipt", "ambito", stick.RECEIPT),
    13: with_body("comparison request", "replica", messages.COMPARISON_REQUEST, messages.REQUEST_BODY),
    14: with_body("comparison answer", "ambito", messages.COMPARISON_ANSWER, messages.ANSWER_BODY),
    15: Kind("checkpoint", "ambito", messages.CHECKPOINT),
    16: Kind("history request", "replica", history.REQUEST),
    17: with_body("history answer", "ambito", history.ANSWER, history.BODY),
    18: Kind("sealing key", "holder", messages.SEALING_KEY, own_key="key"),
    19: Kind("invitation", "ambito", stick.INVITATION, own_key="key", proof=stick.check_tls_signature),
    20: Kind("presence", "replica", messages.PRESENCE),
}


def parts(data):
    """Kind, header, packed body, hash and signature, once lengths and hash are right."""
    refuse_unless(len(data) <= LARGEST, "a frame above 64 MiB")
    refuse_unless(data[:5] == PREFIX, "not a frame of version 1")
    refuse_unless(len(data) >= FIXED_BYTES, "a frame that is cut")
    refuse_unless(data[5] in KINDS, f"a frame of kind {data[5]}")
    kind = KINDS[data[5]]
    refuse_unless(len(data) <= kind.most, f"a {kind.name} above {kind.most} bytes")
    header_end = FIXED_BYTES + int.from_bytes(data[6:10], "little")
    hash_at = header_end + int.from_bytes(data[10:14], "little")
    refuse_unless(len(data) == hash_at + HASH_BYTES + SIGNATURE_BYTES, "lengths that do not add up")
    refuse_unless((hash_at > header_end) == (kind.read is not None), f"a {kind.name} with or without a body")
    digest = data[hash_at:hash_at + HASH_BYTES]
    refuse_unless(hashlib.sha256(data[:hash_at]).digest() == digest, "a hash that is not the frame's")
    return kind, data[FIXED_BYTES:header_end], data[header_end:hash_at], digest, data[hash_at + HASH_BYTES:]


def read(data, keys=None, trusting=False):
    """The frame. `keys` are those that a conversation knows, by signer; `trusting` leaves signatures out altogether."""
    kind, header_bytes, packed, digest, signature = parts(data)
    header = whole(kind.header, header_bytes)
    key = named_key(kind, header, keys or {}, trusting)
    if key and not trusting:
        signed = data[:FIXED_BYTES + len(header_bytes)] + digest
        refuse_unless(ed25519.verifies(bytes.fromhex(key), signed, signature), "a signature by another key")
    if kind.proof and not trusting:
        kind.proof(header)
    body, body_bytes = None, b""
    if kind.read:
        body_bytes = zstd.unpack(packed, header["unpacked"])
        cursor = Cursor(body_bytes)
        body = kind.read(header, cursor)
        cursor.end()
    return Frame(kind, header, body, digest.hex(), header_bytes, body_bytes, bool(key) and not trusting)


def named_key(kind, header, keys, trusting):
    """The key that the frame itself names, else the one that the conversation knows."""
    key = header[kind.own_key] if kind.own_key else keys.get(kind.signer)
    ambito = key if kind.signer == "ambito" else keys.get("ambito")
    if "certificate" in header:
        certificate = inner(header["certificate"], "certificate", ambito, trusting)
        return key if kind.own_key else certificate.header["key"]
    if "greeting" in header:
        # Its session should be zeros; the golden receipt's is not, so nobody looks at it.
        inner(header["greeting"], "hub greeting", ambito, trusting)
    return key


def inner(data, name, ambito, trusting):
    """A whole frame of the ambito that stands in a header."""
    got = read(bytes.fromhex(data), {"ambito": ambito}, trusting)
    refuse_unless(got.kind.name == name, f"another frame in the place of a {name}")
    return got


def first_of(data):
    """The frame that a file begins with, as long as it says itself, and what follows it."""
    refuse_unless(len(data) >= FIXED_BYTES, "a frame that is cut")
    lengths = int.from_bytes(data[6:10], "little") + int.from_bytes(data[10:14], "little")
    end = FIXED_BYTES + lengths + HASH_BYTES + SIGNATURE_BYTES
    return data[:end], data[end:]


def written_again(frame):
    """Header and body as this reader would write them."""
    body = frame.kind.write(frame.header, frame.body) if frame.kind.write else b""
    return frame.kind.header.write(frame.header), body


def make(number, header, body, seed):
    """A frame of our own, for kinds that no vector shows."""
    kind, packed = KINDS[number], b""
    if kind.write:
        unpacked = kind.write(header, body)
        header, packed = header | {"unpacked": len(unpacked)}, zstd.pack(unpacked)
    return assembled(number, kind.header.write(header), packed, seed)


def assembled(number, header_bytes, packed, seed):
    start = PREFIX + bytes([number]) + b"".join(len(part).to_bytes(4, "little") for part in (header_bytes, packed))
    start += header_bytes
    digest = hashlib.sha256(start + packed).digest()
    return start + packed + digest + ed25519.sign(seed, start + digest)
