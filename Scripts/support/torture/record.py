"""The library that stands between a program and its files (faults.c): building it, and reading what it recorded."""

import collections
import os
import re
import shutil
import struct
import subprocess
from pathlib import Path

HEAD = struct.Struct("<IIQQqIIHHBBH")
MAGIC = 0x5A4F4E41

# kind: o open, w write, t cut to a length, s sync, r rename, l link, u unlink, d mkdir, and m, a mark of the rig itself.
Operation = collections.namedtuple("Operation", "kind pid number site offset size path other data fault error")
NAMES = {"o": "open", "w": "write", "t": "ftruncate", "s": "sync", "r": "rename", "l": "link", "u": "unlink",
         "d": "mkdir", "m": "mark"}


def build(folder):
    """Compiles the library into a folder; returns its path."""
    library = str(Path(folder) / "faults.so")
    source = Path(__file__).with_name("faults.c")
    compiler = shutil.which("cc") or shutil.which("clang")  # Swift brings clang.
    subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-Wall", "-Wextra", "-Werror", "-o", library, str(source), "-ldl",
                    "-pthread"], check=True)
    return library


def environment(library, root, record=None, data=False, fault=None):
    """What a program needs in its environment to be counted, recorded or broken."""
    values = {"LD_PRELOAD": library, "TORTURE_ROOT": str(root)}
    if record:
        values["TORTURE_RECORD"] = str(record)
    if data:
        values["TORTURE_DATA"] = "1"
    if fault:
        values["TORTURE_FAULT"] = fault
    return values


def mark(record, text):
    """Writes a note of the rig into a record: what is behind it happened later."""
    data = text.encode()
    head = HEAD.pack(MAGIC, 0, 0, 0, 0, len(data), 0, 0, 0, ord("m"), 0, 0)
    file = os.open(record, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(file, head + data)
    finally:
        os.close(file)


def read(record):
    """All operations of a record, in their order."""
    if not os.path.exists(record):
        return []
    with open(record, "rb") as file:
        content = file.read()
    operations, at = [], 0
    while at + HEAD.size <= len(content):
        magic, pid, number, site, offset, length, size, path, other, kind, fault, error = HEAD.unpack_from(content, at)
        if magic != MAGIC:
            raise ValueError(f"{record} is broken at byte {at}")
        at += HEAD.size
        names = content[at:at + path].decode(), content[at + path:at + path + other].decode()
        at += path + other
        operations.append(Operation(chr(kind), pid, number, site, offset, size, *names, content[at:at + length],
                                    fault, error))
        at += length
    return operations


def kind_of_path(path, root):
    """A path without what differs from run to run."""
    path = path.removeprefix(str(root)).removesuffix(" (deleted)")
    path = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{20,}|\d{4}-\d\d-\d\d|\d{8}T\d{6}Z|\d{3,}", "#", path)
    return re.sub(r"\.(dat\.nosync)?[A-Za-z0-9]{6}$", ".#", path) or "/"
