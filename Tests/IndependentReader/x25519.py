"""X25519 of RFC 7748: the Diffie-Hellman of sealing keys."""
from functools import lru_cache

P = 2**255 - 19
A24 = 121665
BASE = (9).to_bytes(32, "little")


@lru_cache(maxsize=64)
def times(private, public):
    """The shared x coordinate, by the Montgomery ladder."""
    scalar = int.from_bytes(private, "little") & (1 << 254) - 8 | 1 << 254
    x = (int.from_bytes(public, "little") & 2**255 - 1) % P
    near, far = (1, 0), (x, 1)
    for bit in range(254, -1, -1):
        if scalar >> bit & 1:
            far, near = step(far, near, x)
        else:
            near, far = step(near, far, x)
    return (near[0] * pow(near[1], P - 2, P) % P).to_bytes(32, "little")


def step(p, q, x):
    """2p and p + q, where x is that of their difference."""
    plus, minus = p[0] + p[1], p[0] - p[1]
    plus_square, minus_square = plus * plus % P, minus * minus % P
    cross = plus_square - minus_square
    one, other = (q[0] - q[1]) * plus % P, (q[0] + q[1]) * minus % P
    return ((plus_square * minus_square % P, cross * (plus_square + A24 * cross) % P),
            ((one + other) ** 2 % P, x * (one - other) ** 2 % P))


def public_key(private):
    return times(private, BASE)
