"""Frames that are signed and hashed as they should be and break one rule of the page each. Every one must be refused.

A rule is the golden vector that it begins with, a name, what is done to header and body, and words of the refusal:
without those a frame could be refused for something else, and the rule be forgotten.
"""
from . import frame, zstd
from .damage import outcome
from .pieces import Refused, refuse_unless, write_varint


def header(**parts):
    return lambda head, body: head.update(parts)


def change(index=0, section=0, **parts):
    return lambda head, body: body["sections"][section]["changes"][index].update(parts)


def column_set(index, **parts):
    return lambda head, body: body["sets"][index].update(parts)


def entry(**parts):
    return lambda head, body: body["sections"][0]["entries"][0].update(parts)


def refusal(**parts):
    return lambda head, body: body["refusals"][0].update(parts)


def hub(**parts):
    return lambda head, body: head["hub"].update(parts)


def first_value(value):
    return lambda head, body: body["sections"][0]["changes"][0]["values"].update({0: value})


def decision(**parts):
    return lambda head, body: body["sections"][0]["changes"][1]["decisions"][0].update(parts)


def body(**parts):
    return lambda head, body: body.update(parts)


def past(index, **parts):
    return lambda head, body: body["entries"][index].update(parts)


def standing(**parts):
    return lambda head, body: body["entries"][0]["values"][0].update(parts)


def conflict(**parts):
    return lambda head, body: body["conflicts"][0].update(parts)


def other_order(head, body):
    body["entries"].reverse()


def many_conflicts(head, body):
    body["conflicts"] *= 2001


def same_table_twice(head, body):
    body["sections"] *= 2


def no_change(head, body):
    body["sections"][0]["changes"] = []


DOT = {"number": 5, "counter": 1}
RISING = [{"number": number, "counter": 1} for number in range(20_001)]

RULES = [
    ("batch", "a counter 0", header(first=0), "first counter 0"),
    ("batch", "a counter of 64 bits", header(first=2**63), "first counter"),
    ("batch", "no change", header(count=0), "changes 0"),
    ("batch", "100,001 changes", header(count=100_001), "changes 100001"),
    ("batch", "unit 0", header(unit=0), "unit 0"),
    ("batch", "a unit that begins later", header(unit=5), "a unit that begins after"),
    ("batch", "an unknown flag", header(flags=8), "flags 8"),
    ("batch", "a difference at a unit's begin", header(flags=3), "a difference in the first"),
    ("batch", "a context of its own schema", header(flags=5, contextSchema=1), "a context of a schema"),
    ("batch", "a schema beyond 2^20", header(schema=2**20 + 1), "schema version 1048577"),
    ("batch", "a context that falls", header(context=[DOT, {"number": 4, "counter": 1}]), "a vector that does not"),
    ("batch", "a number twice", header(context=[DOT, DOT]), "a vector that does not"),
    ("batch", "a counter 0 in the context", header(context=[{"number": 5, "counter": 0}]), "a vector with a counter 0"),
    ("batch", "20,001 entries", header(context=RISING), "entries of a vector 20001"),
    ("batch", "fewer changes than told", header(count=4), "1 changes fewer"),
    ("batch", "more changes than told", header(count=2), "changes of a section"),
    ("batch", "an author of 201 bytes", lambda head, body: body["authors"].append("x" * 201), "bytes 201"),
    ("batch", "changed and not carried", column_set(2, changed=1), "a column changed that"),
    ("batch", "a delete that carries", change(operation=3), "a delete that"),
    ("batch", "an operation 0", change(operation=4), "operation 4"),
    ("batch", "an unknown flag of a change", change(operation=33), "operation 33"),
    ("batch", "an author who is not there", change(author=2), "author 2"),
    ("batch", "an empty section", no_change, "changes of a section 0"),
    ("batch", "a group beyond the last", decision(group=67), "group 67"),
    ("batch", "1,001 dots", decision(dots=[DOT] * 1001), "dots of a decision 1001"),
    ("batch", "decisions without their flag", change(1, operation=6), "bytes left over"),
    ("batch", "a text above 1 MiB", first_value("x" * (2**20 + 1)), "a value above"),
    ("batch", "-0.0", first_value(-0.0), "NaN"),
    ("batch", "NaN", first_value(float("nan")), "NaN"),
    ("page", "an unknown flag", header(flags=16), "flags 16"),
    ("page", "a log hash midway and at the end", header(flags=10, logMidway="00" * 32), "a log hash twice"),
    ("page", "an end before its begin", header(to=39), "a page that ends"),
    ("page", "a digest of 65 bytes", header(digest="00" * 65), "bytes 65"),
    ("page", "less stored than folded", hub(stored=5), "less stored"),
    ("page", "a table twice", same_table_twice, "sections that do not ascend"),
    ("page", "a row of 65 columns", entry(row=[None] * 65), "columns of a row 65"),
    ("page", "reason 0", refusal(reason=0), "reason 0"),
    ("page", "a reason that never travels", refusal(reason=11), "reason 11"),
    ("page", "an unknown flag of a refusal", refusal(flags=4), "flags 4"),
    ("page", "a detail of 201 bytes", refusal(detail="x" * 201), "bytes 201"),
    ("client-greeting", "an unknown flag", header(flags=4), "flags 4"),
    ("client-greeting", "10,001 former numbers", header(formerNumbers=[1] * 10_001), "former numbers 10001"),
    ("client-greeting", "a certificate too long", header(certificate="00" * 4097), "bytes 4097"),
    ("client-greeting", "a certificate of nothing", header(certificate="00" * 100), "not a frame"),
    ("hub-greeting", "10,001 lives", header(formerIncarnations=[1] * 10_001), "former incarnations 10001"),
    ("certificate", "neither yes nor no", header(capofila=2), "a yes or no of 2"),
    ("enrolment-answer", "a name of 1,001 bytes", header(ambitoName="x" * 1001), "bytes 1001"),
    ("receipt", "10,001 hashes", header(stored=["00" * 32] * 10_001), "hashes of a receipt 10001"),
    ("receipt", "a greeting of nothing", header(greeting="00" * 100), "not a frame"),
    ("invitation", "another code", header(ambitoCode="x"), "not by the TLS key"),
    ("invitation", "a TLS key of 1,001 bytes", header(tlsKey="00" * 1001), "bytes 1001"),
    ("history-answer", "an unknown state", body(record=3), "a record's state 3"),
    ("history-answer", "an unknown flag", body(flags=4), "flags 4"),
    ("history-answer", "entries in another order", other_order, "entries that do not ascend"),
    ("history-answer", "an unknown origin", past(0, origin=4), "origin 4"),
    ("history-answer", "an operation 0", past(0, operation=4), "operation 4"),
    ("history-answer", "a change that decides", past(0, operation=17), "operation 17"),
    ("history-answer", "a place twice", past(2, seen=[1, 1]), "places that do not ascend"),
    ("history-answer", "a place beyond the last", past(2, seen=[3]), "a place beyond"),
    ("history-answer", "66 as a group", standing(group=66), "group 66"),
    ("history-answer", "an existence of 2", standing(values=[2]), "an existence"),
    ("history-answer", "an unknown standing", standing(standing=4), "standing 4"),
    ("history-answer", "2,001 conflicts", many_conflicts, "conflicts 2001"),
    ("history-answer", "an unknown state of a conflict", conflict(state=3), "a conflict's state 3"),
    ("problem", "a message of 2,001 bytes", header(message="x" * 2001), "bytes 2001"),
]


# The same for the frame itself: what is done to the header's bytes and to the packed body.
FRAME_RULES = [
    ("batch", "a header with a byte more", lambda head, packed: (head + b"\0", packed), "1 bytes left over"),
    ("batch", "no body", lambda head, packed: (head, b""), "without a body"),
    ("batch", "two zstd frames", lambda head, packed: (head, packed + zstd.pack(b"")), "not exactly one"),
    ("batch", "a body that is not packed", lambda head, packed: (head, bytes(50)), "no zstd frame"),
    ("batch", "another size", lambda head, packed: (head[:-2] + b"\xbf\x01", packed), "another content size"),
    ("batch", "a size beyond 64 MiB", lambda head, packed: (head[:-2] + write_varint(2**26 + 1), packed), "of a body"),
    ("batch", "a size in a longer varint", lambda head, packed: (head[:-1] + b"\x81\0", packed), "not the shortest"),
    ("batch", "more than 4 MiB", lambda head, packed: (head, packed + bytes(2**22)), "a batch above"),
    ("nonce", "a body", lambda head, packed: (head, zstd.pack(b"")), "without a body"),
    ("nonce", "more than 1 MiB", lambda head, packed: (head + bytes(2**20), packed), "a nonce above"),
    ("problem", "a text that is no UTF-8", lambda head, packed: (head[:-1] + b"\xff", packed), "not UTF-8"),
]


def forge_frame(number, data, rule, seeds):
    kind, header_bytes, packed, _, _ = frame.parts(data)
    return frame.assembled(number, *rule(header_bytes, packed), seeds[kind.signer])


def forge(number, data, rule, seeds):
    """The vector, read without a look at keys, changed and signed again."""
    got = frame.read(data, trusting=True)
    rule(got.header, got.body)
    return frame.make(number, got.header, got.body, seeds[got.kind.signer])


def refuse_forged(name, data, seeds, keys):
    """How many forged forms of this vector there are; all were refused as they should be."""
    forms = [(what, words, forge(data[5], data, rule, seeds)) for vector, what, rule, words in RULES if vector == name]
    forms += [(what, words, forge_frame(data[5], data, rule, seeds))
              for vector, what, rule, words in FRAME_RULES if vector == name]
    for what, words, form in forms:
        refusal = outcome(lambda form: frame.read(form, keys), form)
        refuse_unless(isinstance(refusal, Refused), f"{what}: taken")
        refuse_unless(words in str(refusal), f"{what}: refused as {refusal}")
    return len(forms)
