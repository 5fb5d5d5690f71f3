"""A frame or a bundle as JSON; with --check FOLDER every golden vector of the folder, one line each."""
import argparse
import json
import sys
from pathlib import Path

from . import bundle, frame
from .check import check_folder
from .pieces import Refused


def plain(value):
    """What JSON can hold: a BLOB and a real say what they are, for neither has a form of its own there."""
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [plain(inner) for inner in value]
    if isinstance(value, bytes):
        return {"blob": value.hex()}
    return {"real": repr(value)} if isinstance(value, float) else value


def shown(got):
    return {"kind": got.kind.name, "hash": got.hash, "verified": got.verified, "header": plain(got.header),
            "body": plain(got.body)}


def shown_bundle(data, keys, seed):
    """With the seed of its recipient what is in it, without only what its first frame says to everybody."""
    if not seed:
        return shown(frame.read(frame.first_of(data)[0]))
    got = bundle.read(data, bytes.fromhex(seed), keys)
    return shown(got.first) | {"parts": [shown(part) for part in got.frames]}


def frame_bytes(path):
    """A frame, or one in hexadecimal as the golden vectors are."""
    data = Path(path).read_bytes()
    try:
        return bytes.fromhex(data.decode())
    except ValueError:
        return data


def main():
    parser = argparse.ArgumentParser(prog="python3 -m Tests.IndependentReader", description=__doc__)
    parser.add_argument("file", nargs="?", help="a frame, as bytes or in hexadecimal")
    parser.add_argument("--replica", help="the replica's public key, in hexadecimal")
    parser.add_argument("--ambito", help="the ambito's public key, in hexadecimal")
    parser.add_argument("--seed", help="of a bundle's recipient: the Ed25519 seed, in hexadecimal")
    parser.add_argument("--check", metavar="FOLDER", type=Path, help="read every golden vector of this folder")
    options = parser.parse_args()
    if options.check:
        return 0 if check_folder(options.check) else 1
    if not options.file:
        parser.error("a file, or --check FOLDER")
    keys = {name: key for name, key in (("replica", options.replica), ("ambito", options.ambito)) if key}
    data = frame_bytes(options.file)
    try:
        told = shown_bundle(data, keys, options.seed) if bundle.is_bundle(data) else shown(frame.read(data, keys))
        print(json.dumps(told, indent=2))
    except Refused as refusal:
        print(f"refused: {refusal}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
