"""ECDSA with P-256 and SHA-256 (FIPS 186-5, SEC 1): verification, and the DER that it is written in."""
import hashlib

P = 2**256 - 2**224 + 2**192 + 2**96 - 1
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
B = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
BASE = (0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
        0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5)
# A SubjectPublicKeyInfo of P-256 is these bytes (id-ecPublicKey, prime256v1, uncompressed), then x and y.
INFO_START = bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d03010703420004")


def add(p, q):
    """Points are (x, y), or None for infinity."""
    if p is None or q is None:
        return p or q
    if p[0] == q[0]:
        if (p[1] + q[1]) % P == 0:
            return None
        slope = 3 * (p[0] * p[0] - 1) * pow(2 * p[1], -1, P) % P
    else:
        slope = (q[1] - p[1]) * pow(q[0] - p[0], -1, P) % P
    x = (slope * slope - p[0] - q[0]) % P
    return x, (slope * (p[0] - x) - p[1]) % P


def times(scalar, point):
    total = None
    while scalar:
        if scalar & 1:
            total = add(total, point)
        point = add(point, point)
        scalar >>= 1
    return total


def key_info(scalar):
    return INFO_START + b"".join(part.to_bytes(32, "big") for part in times(scalar, BASE))


def key_point(info):
    """The point of a SubjectPublicKeyInfo, or None where it is no key of P-256."""
    if len(info) != len(INFO_START) + 64 or not info.startswith(INFO_START):
        return None
    x, y = (int.from_bytes(info[at:at + 32], "big") for at in (len(INFO_START), len(INFO_START) + 32))
    return (x, y) if x < P and y < P and (y * y - x * x * x + 3 * x - B) % P == 0 else None


def write_integer(value):
    data = value.to_bytes(value.bit_length() // 8 + 1, "big")
    return b"\x02" + bytes([len(data)]) + data


def write_signature(r, s):
    data = write_integer(r) + write_integer(s)
    return b"\x30" + bytes([len(data)]) + data


def read_signature(data):
    """r and s, or None. DER has one spelling: written again it is the same."""
    if len(data) < 8 or 4 + data[3] + 2 > len(data):
        return None
    second = 4 + data[3]
    r, s = int.from_bytes(data[4:second], "big"), int.from_bytes(data[second + 2:], "big")
    small = 0 < r < ORDER and 0 < s < ORDER
    return (r, s) if small and write_signature(r, s) == data else None


def verifies(info, message, signature):
    point, pair = key_point(info), read_signature(signature)
    if point is None or pair is None:
        return False
    r, s = pair
    digest, inverse = int.from_bytes(hashlib.sha256(message).digest(), "big"), pow(s, -1, ORDER)
    total = add(times(digest * inverse % ORDER, BASE), times(r * inverse % ORDER, point))
    return total is not None and total[0] % ORDER == r
