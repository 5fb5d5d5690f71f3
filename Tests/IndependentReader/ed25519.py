"""Ed25519 of RFC 8032: keys, signatures, verification. For reading test data; nothing here hides a secret's timing."""
import hashlib
from functools import lru_cache

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
ROOT_OF_MINUS_ONE = pow(2, (P - 1) // 4, P)

# Points are (X, Y, Z, T) with x = X/Z, y = Y/Z, xy = T/Z: adding needs no division.
NEUTRAL = (0, 1, 1, 0)


def add(p, q):
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % P, (p[1] + p[0]) * (q[1] + q[0]) % P
    c, d = 2 * p[3] * q[3] * D % P, 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(scalar, point):
    total = NEUTRAL
    while scalar:
        if scalar & 1:
            total = add(total, point)
        point = add(point, point)
        scalar >>= 1
    return total


def negative(point):
    return P - point[0], point[1], point[2], P - point[3]


def times_both(first, p, second, q):
    """first · p + second · q, the doublings of both at once: most of the time of a run is spent here."""
    choices, total = (None, p, q, add(p, q)), NEUTRAL
    for bit in range(255, -1, -1):
        total = add(total, total)
        choice = choices[first >> bit & 1 | (second >> bit & 1) << 1]
        total = add(total, choice) if choice else total
    return total


def equal(p, q):
    return (p[0] * q[2] - q[0] * p[2]) % P == 0 and (p[1] * q[2] - q[1] * p[2]) % P == 0


def unpacked(data):
    """The point of 32 bytes, or None where they are no point."""
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & 2**255 - 1
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT_OF_MINUS_ONE % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    if x & 1 != sign:
        x = P - x
    return x, y, 1, x * y % P


def packed(point):
    inverse = pow(point[2], -1, P)
    x, y = point[0] * inverse % P, point[1] * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


BASE = unpacked((4 * pow(5, -1, P) % P).to_bytes(32, "little"))


def hash_scalar(*parts):
    return int.from_bytes(hashlib.sha512(b"".join(parts)).digest(), "little") % ORDER


def expanded(seed):
    digest = hashlib.sha512(seed).digest()
    scalar = int.from_bytes(digest[:32], "little") & (1 << 254) - 8 | 1 << 254
    return scalar, digest[32:]


def public_key(seed):
    return packed(times(expanded(seed)[0], BASE))


def sign(seed, message):
    scalar, prefix = expanded(seed)
    key = packed(times(scalar, BASE))
    nonce = hash_scalar(prefix, message)
    point = packed(times(nonce, BASE))
    return point + ((nonce + hash_scalar(point, key, message) * scalar) % ORDER).to_bytes(32, "little")


@lru_cache(maxsize=256)
def verifies(key, message, signature):
    point, public = unpacked(signature[:32]), unpacked(key)
    scalar = int.from_bytes(signature[32:], "little")
    if point is None or public is None or scalar >= ORDER:
        return False
    challenge = hash_scalar(signature[:32], key, message)
    return equal(point, times_both(scalar, BASE, challenge, negative(public)))
