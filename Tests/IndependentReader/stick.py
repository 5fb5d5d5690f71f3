"""Headers of the frames that travel on a stick: bundle, receipt, invitation ("Bundles" of the page)."""
from . import p256
from .pieces import (
    HASH, ID, KEY, MIB, SCHEMA, SIGNED, Piece, byte, checked, counted, many, record, refuse_unless, text)

FORMAT = 1
CONTENTS = {1: "request", 2: "changes", 3: "records", 4: "answer"}
NAME = text(1000)
DER = counted(1000)
INVITATION_START = b"Zona invitation 1"


def one_of(known, what):
    return checked(byte(), lambda value: refuse_unless(value in known, f"{what} {value}"))


BUNDLE = record(
    ("format", one_of((FORMAT,), "a bundle of format")), ("content", one_of(CONTENTS, "a bundle of content")),
    ("ambito", ID), ("sender", KEY), ("recipient", KEY), ("schema", SCHEMA), ("made", SIGNED), ("ambitoCode", NAME),
    ("comuneName", NAME), ("encapsulated", KEY))

RECEIPT = record(
    ("greeting", counted(MIB)), ("answers", HASH), ("stored", many(10_000, HASH, "hashes of a receipt")),
    ("problem", byte()), ("message", text(2000), lambda got: got["problem"]), ("clock", SIGNED))

INVITATION_PROVED = record(
    ("ambito", ID), ("key", KEY), ("sealing", KEY), ("ambitoCode", NAME), ("ambitoName", NAME), ("comuneName", NAME),
    ("goodUntil", SIGNED), ("schema", SCHEMA), ("tlsKey", DER))
INVITATION_SIGNATURE = record(("tlsSignature", DER))
INVITATION = Piece(lambda cursor: INVITATION_PROVED.read(cursor) | INVITATION_SIGNATURE.read(cursor),
                   lambda got: INVITATION_PROVED.write(got) + INVITATION_SIGNATURE.write(got))


def check_tls_signature(header):
    """The hub's TLS key, whose fingerprint is in the enrolment code, vouches for the other keys."""
    message = INVITATION_START + INVITATION_PROVED.write(header)
    key, signature = bytes.fromhex(header["tlsKey"]), bytes.fromhex(header["tlsSignature"])
    refuse_unless(p256.verifies(key, message, signature), "a signature that is not by the TLS key")
