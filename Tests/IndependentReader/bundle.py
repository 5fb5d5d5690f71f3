"""Bundles: files that only their recipient can read. A frame that says for whom, then sealed parts, each one frame."""
from collections import namedtuple

from . import frame, page, x25519
from .hpke import Context, expand, extract
from .pieces import MIB, Cursor, refuse_unless

KIND = 11
SEALING_KEY_INFO, BUNDLE_INFO = b"Zona sealing key 1", b"Zona bundle 1"
PAGE = frame.KINDS[2]
TAG_BYTES, PART_MOST = 16, 64 * MIB + 16
NO_NONCE = "00" * 32

# By content: the frames that must be there, in order; what any number of may follow; which of them names the sender.
ORDERS = {
    1: (("sealing key", "enrolment request"), None, "replica"),
    2: (("sealing key", "client greeting"), "batch", "replica"),
    3: (("sealing key", "receipt"), "page", "ambito"),
    4: (("sealing key", "enrolment answer", "receipt"), "page", "ambito"),
}

Bundle = namedtuple("Bundle", "first parts frames context")


def is_bundle(data):
    return data[:5] == frame.PREFIX and data[5:6] == bytes([KIND])


def sealing_key(seed):
    """The private sealing key that belongs to an Ed25519 seed."""
    return expand(extract(b"", seed), SEALING_KEY_INFO, 32)


def split_parts(data):
    """The sealed parts to the end of the file."""
    cursor, parts, last = Cursor(data), [], 0
    while not last:
        last = cursor.take(1)[0]
        refuse_unless(last <= 1, f"a part that begins with {last}")
        count = int.from_bytes(cursor.take(4), "little")
        refuse_unless(TAG_BYTES < count <= PART_MOST, f"a part of {count} bytes")
        parts.append(cursor.take(count))
    cursor.end()
    return parts


def associated(first, index, count):
    return bytes.fromhex(first.hash) + index.to_bytes(8, "little") + bytes([index == count - 1])


def read(data, seed, keys=None):
    """The bundle, opened with the seed of its recipient. `keys` are those that the recipient knows, by signer."""
    start, rest = frame.first_of(data)
    first, parts, private = frame.read(start), split_parts(rest), sealing_key(seed)
    refuse_unless(first.kind is frame.KINDS[KIND], "a file that begins with another frame")
    refuse_unless(first.header["recipient"] == x25519.public_key(private).hex(), "a bundle for somebody else")
    context = Context(private, bytes.fromhex(first.header["encapsulated"]), BUNDLE_INFO)
    opened = [context.opened(index, part, associated(first, index, len(parts))) for index, part in enumerate(parts)]
    signer = ORDERS[first.header["content"]][2]
    frames = [frame.read(part, (keys or {}) | {signer: first.header["sender"]}) for part in opened]
    check_order(first, frames)
    check_sender(first, frames, keys or {})
    return Bundle(first, opened, frames, context)


def check_order(first, frames):
    names = [got.kind.name for got in frames]
    begin, follow, _ = ORDERS[first.header["content"]]
    refuse_unless(tuple(names[:len(begin)]) == begin, f"a bundle that begins with {names[:len(begin)]}")
    refuse_unless(all(name == follow for name in names[len(begin):]), f"a bundle of {names}")
    if names[1] == "client greeting":
        refuse_unless(frames[1].header["nonce"] == NO_NONCE, "a greeting of a conversation in a bundle")
    check_pages([got.header for got in frames if got.kind is PAGE])


def check_pages(pages):
    """Only the last is complete. That each begins where the one before ended is not asked: the golden ones do not."""
    for index, header in enumerate(pages):
        complete, last = bool(header["flags"] & page.COMPLETE), index == len(pages) - 1
        refuse_unless(complete == last, "a complete page that is not the last, or a last one that is not complete")


def check_sender(first, frames, keys):
    """The bundle's frame and its sealing key are the sender's, and the sender is who the frames say he is."""
    sender, content = first.header["sender"], first.header["content"]
    refuse_unless(frames[0].header["key"] == sender, "a sealing key of somebody else")
    named = frames[1].header
    if content == 1:
        refuse_unless(named["key"] == sender, "a request of another replica")
    if content == 2:
        certificate = frame.inner(named["certificate"], "certificate", keys.get("ambito"), False)
        refuse_unless(certificate.header["key"] == sender, "a greeting of another replica")
    if content in (3, 4):
        refuse_unless(keys.get("ambito", sender) == sender, "records of another ambito")
    if content == 4:
        refuse_unless(named["ambitoKey"] == sender, "an answer of another ambito")


def sealed(first, context, parts):
    """The parts as a file has them: sealing is deterministic once the encapsulated key is there."""
    out = b""
    for index, plain in enumerate(parts):
        extra = associated(first, index, len(parts))
        part = context.seal(index, plain, extra)
        out += extra[-1:] + len(part).to_bytes(4, "little") + part
    return out
