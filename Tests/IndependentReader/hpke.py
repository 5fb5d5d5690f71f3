"""HPKE of RFC 9180, mode base, with DHKEM(X25519, HKDF-SHA256), HKDF-SHA256 and ChaCha20Poly1305; HKDF of RFC 5869."""
import hmac

from . import chacha, x25519
from .pieces import refuse_unless

KEM = b"KEM\0\x20"
SUITE = b"HPKE\0\x20\0\x01\0\x03"
MODE_BASE = b"\0"


def extract(salt, key):
    return hmac.digest(salt or bytes(32), key, "sha256")


def expand(secret, info, count):
    out = part = b""
    index = 1
    while len(out) < count:
        part = hmac.digest(secret, part + info + bytes([index]), "sha256")
        out, index = out + part, index + 1
    return out[:count]


def labeled_extract(suite, salt, label, key):
    return extract(salt, b"HPKE-v1" + suite + label + key)


def labeled_expand(suite, secret, label, info, count):
    return expand(secret, count.to_bytes(2, "big") + b"HPKE-v1" + suite + label + info, count)


class Context:
    """The messages of one encapsulated key, in their order; sealing is the same as opening but for the direction."""

    def __init__(self, private, encapsulated, info):
        shared = x25519.times(private, encapsulated)
        refuse_unless(any(shared), "an encapsulated key that shares nothing")
        secret = labeled_extract(KEM, b"", b"eae_prk", shared)
        both = encapsulated + x25519.public_key(private)
        self.schedule(labeled_expand(KEM, secret, b"shared_secret", both, 32), info)

    def schedule(self, shared, info):
        context = MODE_BASE + labeled_extract(SUITE, b"", b"psk_id_hash", b"")
        context += labeled_extract(SUITE, b"", b"info_hash", info)
        secret = labeled_extract(SUITE, shared, b"secret", b"")
        self.key = labeled_expand(SUITE, secret, b"key", context, 32)
        self.base_nonce = int.from_bytes(labeled_expand(SUITE, secret, b"base_nonce", context, 12), "big")

    def nonce(self, index):
        return (self.base_nonce ^ index).to_bytes(12, "big")

    def seal(self, index, plain, associated):
        return chacha.seal(self.key, self.nonce(index), plain, associated)

    def opened(self, index, sealed, associated):
        plain = chacha.opened(self.key, self.nonce(index), sealed, associated)
        refuse_unless(plain is not None, f"part {index} is not as it was sealed")
        return plain
