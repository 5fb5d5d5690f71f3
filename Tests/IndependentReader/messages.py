"""Messages, comparisons and the checkpoint: their headers, and the bodies of the comparisons."""
from .page import HUB_STATE
from .pieces import (
    FIXED, HASH, ID, KEY, MIB, SCHEMA, SIGNED, TABLE, TRUTH, VARINT, Piece, byte, counted, many, raw, record,
    text, varint)
from .values import ROW

BODY_MOST = 64 * MIB
CERTIFICATE_MOST = 4096
FORMER_MOST = 10_000
CERTIFICATE_FRAME = counted(CERTIFICATE_MOST)

NONCE = record(("ambito", ID), ("incarnation", FIXED), ("nonce", raw(32)), ("clock", SIGNED))
CLIENT_GREETING = record(
    ("nonce", raw(32)), ("certificate", CERTIFICATE_FRAME), ("number", FIXED),
    ("formerNumbers", many(FORMER_MOST, FIXED, "former numbers")), ("incarnation", FIXED), ("acknowledged", VARINT),
    ("acknowledgedBatch", HASH), ("cursor", VARINT), ("log", HASH), ("oldestContext", VARINT), ("schema", SCHEMA),
    ("flags", byte(3, "flags")))
HUB_GREETING = record(
    ("hub", HUB_STATE), ("session", raw(16)), ("schema", SCHEMA),
    ("formerIncarnations", many(FORMER_MOST, FIXED, "former incarnations")), ("horizon", VARINT),
    ("formerNumbers", many(FORMER_MOST, record(
        ("number", FIXED), ("stored", VARINT), ("last", HASH), ("durable", VARINT)), "former numbers")))
ACKNOWLEDGEMENT = record(("hub", HUB_STATE))
CERTIFICATE = record(("ambito", ID), ("key", KEY), ("comune", ID), ("capofila", TRUTH), ("issued", SIGNED))
ENROLMENT_REQUEST = record(("secret", raw(10)), ("key", KEY), ("number", FIXED), ("schema", SCHEMA))
ENROLMENT_ANSWER = record(
    ("certificate", CERTIFICATE_FRAME), ("ambitoKey", KEY), ("ambito", ID), ("ambitoCode", text(1000)),
    ("ambitoName", text(1000)), ("comuneName", text(1000)), ("incarnation", FIXED), ("schema", SCHEMA))
# Any code is read: who acts on one that he does not know takes it for hubFault.
PROBLEM = record(("code", byte()), ("message", text(2000)))
PRESENCE = record(
    ("ambito", ID), ("number", FIXED), ("incarnation", FIXED), ("time", SIGNED), ("acknowledged", VARINT),
    ("acknowledgedBatch", HASH), ("cursor", VARINT), ("log", HASH), ("schema", SCHEMA))
SEALING_KEY = record(("ambito", ID), ("key", KEY), ("sealing", KEY))
CHECKPOINT = record(("ambito", ID), ("lastEntry", SIGNED), ("log", HASH), ("file", HASH), ("time", SIGNED))

UNPACKED = varint(most=BODY_MOST, what="bytes of a body")
COMPARISON_REQUEST = record(("session", counted(64)), ("cursor", VARINT), ("unpacked", UNPACKED))
COMPARISON_ANSWER = record(("incarnation", FIXED), ("cursor", VARINT), ("unpacked", UNPACKED))

NAMED = (("table", TABLE), ("id", ID))
LEFT_OUT = many(50_000, record(*NAMED), "records left out")
BUCKET = byte(what="bucket")
SUM = raw(24)
# By the question's number: its name, what it asks with, and one entry of its answer.
QUESTIONS = (
    ("tables", (), (("table", TABLE), ("sum", SUM))),
    ("buckets", (("table", TABLE),), (("bucket", BUCKET), ("sum", SUM))),
    ("ids", (("table", TABLE), ("bucket", BUCKET)), (("id", ID), ("sum", SUM))),
    ("rows", (("records", many(500, record(*NAMED), "rows asked for")),),
     NAMED + (("found", TRUTH), ("row", counted(BODY_MOST, ROW), lambda got: got["found"]))),
)
QUESTION = byte(len(QUESTIONS) - 1, "question")


def comparison_body(with_parts):
    """Records left out, the question's number, and what `with_parts` says belongs to that."""
    def piece(number):
        return record(("leftOut", LEFT_OUT), ("question", QUESTION), *with_parts(number))

    def read(cursor):
        got = {"leftOut": LEFT_OUT.read(cursor), "question": QUESTION.read(cursor)}
        return got | record(*with_parts(got["question"])).read(cursor)
    return Piece(read, lambda got: piece(got["question"]).write(got))


def answer_parts(number):
    return (("entries", many(MOST_ANSWERS, record(*QUESTIONS[number][2]), "entries of an answer")),)


# The page gives no number of its own: what bounds an answer is its frame of 1 MiB and its body of 64 MiB.
MOST_ANSWERS = BODY_MOST
REQUEST_BODY = comparison_body(lambda number: QUESTIONS[number][1])
ANSWER_BODY = comparison_body(answer_parts)
