"""Every golden vector: read, verified, written again, damaged. One line each."""
import re
from pathlib import Path

from . import bundle, damage, ed25519, forged_bundles, frame, p256, values
from .batch import next_context
from .forged import refuse_forged
from .pieces import Cursor, Refused, refuse_unless
from .samples import SAMPLES

REPLICA_SEED, AMBITO_SEED, OTHER_SEED = (bytes([number]) * 32 for number in (1, 2, 9))
TLS_KEY = p256.key_info(int.from_bytes(b"\3" * 32, "big")).hex()
KEYS = {"replica": ed25519.public_key(REPLICA_SEED).hex(), "ambito": ed25519.public_key(AMBITO_SEED).hex()}
SEEDS = {"replica": REPLICA_SEED, "ambito": AMBITO_SEED}
PAGE = Path(__file__).resolve().parents[2] / "docs" / "protocol.md"

# What the page says stands in values.hex, one after the other.
VALUES = [None, 0, -1, 1050, 2**63 - 1, -2**63, 0.5, "Città", bytes.fromhex("00ff"),
          "0190f3c2-7a1b-7c3d-8e4f-0123456789ab", ""]
DERIVED = ("appartenenza", ["01900000-0000-7000-8000-000000000002"])


def vector(path):
    return bytes.fromhex(path.read_text())


def check_frame(data):
    got = frame.read(data, KEYS)
    refuse_unless(got.verified, "a signature that was not looked at")
    header, body = frame.written_again(got)
    refuse_unless(header == got.header_bytes, "the header, written again, is another")
    refuse_unless(body == got.body_bytes, "the body, written again, is another")
    damage.refuse_faults(data, lambda form: frame.read(form, KEYS))
    damage.refuse_second_spellings(got)
    return f"{got.kind.name}, {len(data)} bytes"


def check_bundle(data):
    start, sealed = frame.first_of(data)
    seed = recipient_seed(start)
    got = bundle.read(data, seed, KEYS)
    refuse_unless(all(part.verified for part in got.frames), "a signature that was not looked at")
    refuse_unless(bundle.sealed(got.first, got.context, got.parts) == sealed, "the parts, sealed again, are others")
    check_frame(start)
    forged = forged_bundles.refuse_forged(start, got, lambda form: bundle.read(form, seed, KEYS))
    damage.refuse_faults(data, lambda form: bundle.read(form, seed, KEYS))
    refuse_unless(isinstance(damage.outcome(lambda form: bundle.read(form, OTHER_SEED, KEYS), data), Refused),
                  "opened by who is not its recipient")
    return ", ".join(part.kind.name for part in got.frames) + f", {forged} forged refused"


def recipient_seed(start):
    """A replica sends to the ambito, the ambito to a replica."""
    return AMBITO_SEED if frame.read(start).header["sender"] == KEYS["replica"] else REPLICA_SEED


def check_invitation(data):
    refuse_unless(frame.read(data).header["tlsKey"] == TLS_KEY, "another TLS key than the page names")
    return check_frame(data)


def check_values(data):
    cursor, got = Cursor(data), []
    while cursor.left:
        got.append(values.read_value(cursor))
    refuse_unless(got == VALUES, f"other values than the page names: {got}")
    refuse_unless(b"".join(map(values.write_value, got)) == data, "the values, written again, are others")
    return f"{len(got)} values"


def check_id_and_code(data):
    refuse_unless(values.derived_id(*DERIVED).replace("-", "") == data[:16].hex(), "another derived id")
    shown = data[16:].decode()
    code = values.read_code(shown)
    refuse_unless(values.write_code(code) == shown, "the code, written again, is another")
    refuse_unless(values.read_code(shown.lower().replace("-", " ")) == code, "a code in lower case is another")
    for at, letter in enumerate(shown):
        if letter != "-":
            check_mistyped(shown[:at] + ("B" if letter == "A" else "A") + shown[at + 1:])
    return "derived id and enrolment code"


def check_mistyped(shown):
    try:
        values.read_code(shown)
    except Refused:
        return
    raise Refused(f"a mistyped code was taken: {shown}")


def check_worked_example(folder):
    """The example's tables against its bytes; then that it follows batch.hex."""
    data, first = vector(folder / "batch-next.hex"), vector(folder / "batch.hex")
    example = PAGE.read_text().split("### Worked example")[1].split("\n## ")[0]
    tables = example.split("| offset in the body |")
    got, before = frame.read(data, KEYS), frame.read(first, KEYS)
    rows = check_rows(tables[0], data) + check_rows(tables[1], got.body_bytes)
    refuse_unless(got.header["before"] == before.hash, "the batch before is not batch.hex")
    context = next_context(before.header["context"], got.header)
    refuse_unless(len(context) == len(before.header["context"]), "a difference that adds a number")
    return f"{rows} rows of the page"


def check_rows(table, data):
    count = 0
    for offset, cell in re.findall(r"^\| (\d+) \| ((?:`.*?)) \|", table, re.MULTILINE):
        start, end = (re.sub("[^0-9a-f]", "", part) for part in (cell.split(",")[0] + "…").split("…")[:2])
        at = int(offset)
        refuse_unless(data[at:].hex().startswith(start), f"offset {at} of the page holds {data[at:at + 16].hex()}")
        refuse_unless(not end or data[at:at + 32].hex().endswith(end), f"the 32 bytes at {at} end otherwise")
        count += 1
    return count


def check_sums():
    """Adding is modulo, in either order; no vector of the protocol shows a sum."""
    most, one = bytes([255]) * 16 + bytes(8), bytes([1]) + bytes(15) + bytes([2]) + bytes(7)
    refuse_unless(values.add_sums(most, one) == bytes(16) + bytes([2]) + bytes(7), "a sum that is carried over")
    part = values.part_sum(10, 1, VALUES[9], ["Città", None], True)
    refuse_unless(values.add_sums(part, one) == values.add_sums(one, part), "a sum that has an order")
    return "carry and order"


def attempt(name, work):
    """One line; whether it went well. What is no refusal is a fault of this reader and stops it."""
    try:
        print(f"ok      {name}: {work()}")
        return True
    except Refused as refusal:
        print(f"FAILED  {name}: {refusal}")
        return False


def check_vector(path):
    data = vector(path)
    if bundle.is_bundle(data):
        return check_bundle(data)
    special = {"values": check_values, "id-and-code": check_id_and_code, "invitation": check_invitation}
    told = special.get(path.stem, check_frame)(data)
    forged = refuse_forged(path.stem, data, SEEDS, KEYS)
    return f"{told}, {forged} forged refused" if forged else told


def check_folder(folder):
    paths = sorted(folder.glob("*.hex"))
    good = [attempt(path.name, lambda: check_vector(path)) for path in paths]
    shown = {vector(path)[5] for path in paths if vector(path)[:4] == b"ZONA"}
    for number, header, body in SAMPLES:
        if number not in shown:
            kind = frame.KINDS[number]
            data = frame.make(number, header, body, SEEDS[kind.signer])
            good.append(attempt(f"our own {kind.name}", lambda: check_frame(data)))
    good += [attempt("worked example", lambda: check_worked_example(folder)), attempt("digest sums", check_sums)]
    return bool(paths) and all(good)
