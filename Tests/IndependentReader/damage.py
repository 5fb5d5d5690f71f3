"""Damage: what is cut or changed is refused, and refused cleanly."""
from .pieces import Piece, Refused, refuse_unless, whole

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


def forms(data):
    yield from ((f"cut to {count} bytes", data[:count]) for count in range(len(data)))
    yield "with a byte more", data + b"\0"
    yield from ((f"with bit {bit} flipped", flipped(data, bit)) for bit in range(0, 8 * len(data), STRIDE))


def refuse_faults(data, read):
    """Every damaged form must be refused by `read`."""
    for name, form in forms(data):
        refuse_unless(isinstance(outcome(read, form), Refused), f"{name} and taken")


def refuse_second_spellings(got):
    """A flipped bit of a header or an unpacked body may be another content, but then that content's one spelling."""
    kind = got.kind
    refuse_spellings(got.header_bytes, kind.header)
    if kind.read:
        refuse_spellings(got.body_bytes, Piece(lambda cursor: kind.read(got.header, cursor),
                                               lambda body: kind.write(got.header, body)))


def refuse_spellings(data, piece):
    for bit in range(8 * len(data)):
        form = flipped(data, bit)
        value = outcome(lambda form: whole(piece, form), form)
        refuse_unless(isinstance(value, Refused) or piece.write(value) == form,
                      f"with bit {bit} flipped another spelling of the same content")
