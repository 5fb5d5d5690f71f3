"""Bundles that are sealed as they should be and break one rule each. Each begins with a golden one of the same content.

The recipient can seal as the sender did, for both come to the same key: so its seed is all that is needed.
"""
from . import bundle
from .damage import outcome
from .pieces import Refused, refuse_unless

# By content: a name, what becomes of the parts, words of the refusal.
PART_RULES = [
    ((1, 2, 3, 4), "no sealing key", lambda parts: parts[1:], "a bundle that begins with"),
    ((1, 2, 3, 4), "a sealing key alone", lambda parts: parts[:1], "a bundle that begins with"),
    ((1, 2, 3, 4), "two frames in the other order", lambda parts: [parts[1], parts[0], *parts[2:]], "that begins with"),
    ((1, 2, 3, 4), "a frame that does not belong there", lambda parts: parts + parts[:1], "a bundle of ["),
    ((1, 2, 3, 4), "a part that is two frames", lambda parts: [parts[0] + parts[1], *parts[2:]], "do not add up"),
    ((3,), "no last page", lambda parts: parts[:-1], "a complete page that is not the last"),
    ((3,), "the last page first", lambda parts: parts[:2] + parts[:1:-1], "a complete page that is not the last"),
]
# The same for the file behind the first frame.
FILE_RULES = [
    ("no parts", lambda rest: b"", "1 bytes wanted"),
    ("a part of another sort", lambda rest: b"\2" + rest[1:], "a part that begins with 2"),
    ("a part without content", lambda rest: rest[:1] + bytes([16, 0, 0, 0]) + rest[5:], "a part of 16 bytes"),
    ("a part beyond 64 MiB", lambda rest: rest[:1] + b"\x11\0\0\4" + rest[5:], "a part of"),
]


def forms(start, got):
    content = got.first.header["content"]
    for contents, what, rule, words in PART_RULES:
        if content in contents:
            yield what, words, start + bundle.sealed(got.first, got.context, rule(got.parts))
    rest = bundle.sealed(got.first, got.context, got.parts)
    for what, rule, words in FILE_RULES:
        yield what, words, start + rule(rest)


def refuse_forged(start, got, read):
    count = 0
    for what, words, form in forms(start, got):
        refusal = outcome(read, form)
        refuse_unless(isinstance(refusal, Refused), f"{what}: taken")
        refuse_unless(words in str(refusal), f"{what}: refused as {refusal}")
        count += 1
    return count
