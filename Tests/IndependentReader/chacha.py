"""ChaCha20-Poly1305 of RFC 8439: the sealing itself."""
import struct
from functools import lru_cache

MASK = 0xFFFFFFFF
CONSTANTS = struct.unpack("<4I", b"expand 32-byte k")
QUARTERS = ((0, 4, 8, 12), (1, 5, 9, 13), (2, 6, 10, 14), (3, 7, 11, 15),
            (0, 5, 10, 15), (1, 6, 11, 12), (2, 7, 8, 13), (3, 4, 9, 14))
TAG_BYTES = 16


@lru_cache(maxsize=1024)
def block(key, counter, nonce):
    start = [*CONSTANTS, *struct.unpack("<8I", key), counter, *struct.unpack("<3I", nonce)]
    state = start[:]
    for _ in range(10):
        for quarter in QUARTERS:
            mix(state, *quarter)
    return struct.pack("<16I", *(a + b & MASK for a, b in zip(state, start)))


def mix(state, a, b, c, d):
    for to, by, into, left in ((a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)):
        state[to] = state[to] + state[by] & MASK
        turned = state[into] ^ state[to]
        state[into] = (turned << left | turned >> 32 - left) & MASK


def crypt(key, nonce, data):
    """Block 0 makes the key of the tag; the text begins with block 1."""
    stream = b"".join(block(key, 1 + index, nonce) for index in range(-(-len(data) // 64)))
    return bytes(a ^ b for a, b in zip(data, stream))


def tag(key, nonce, data, associated):
    one_time = block(key, 0, nonce)
    r = int.from_bytes(one_time[:16], "little") & 0x0FFFFFFC0FFFFFFC0FFFFFFC0FFFFFFF
    message = padded(associated) + padded(data) + struct.pack("<QQ", len(associated), len(data))
    total = 0
    for at in range(0, len(message), 16):
        total = (total + int.from_bytes(message[at:at + 16] + b"\1", "little")) * r % (2**130 - 5)
    return (total + int.from_bytes(one_time[16:32], "little") & 2**128 - 1).to_bytes(16, "little")


def padded(data):
    return data + bytes(-len(data) % 16)


def seal(key, nonce, plain, associated):
    data = crypt(key, nonce, plain)
    return data + tag(key, nonce, data, associated)


def opened(key, nonce, sealed, associated):
    """What was sealed, or None where anything of it is another."""
    data, told = sealed[:-TAG_BYTES], sealed[-TAG_BYTES:]
    return crypt(key, nonce, data) if tag(key, nonce, data, associated) == told else None
