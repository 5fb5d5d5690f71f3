"""What lies on a disk after its power was cut: files and folders made again from a record of all that was done to them.

Kept is what was synced: a file's bytes by a sync of the file, a name in a folder by a sync of the folder. Of what came later all, a
part, or nothing is there, sectors of 512 bytes each for itself or in their order; names come and go in their order.
"""

import os
import stat
from pathlib import Path

SECTOR = 512
MODES = ("drop", "keep", "begin", "tear", "shuffle")


class File:
    def __init__(self, content=b"", mode=0o600):
        self.synced, self.now, self.later, self.mode = bytes(content), bytearray(content), [], mode

    def write(self, offset, data):
        put(self.now, offset, data)
        self.later.append((offset, data))

    def cut(self, size):
        resize(self.now, size)
        self.later.append((size, None))

    def sync(self):
        self.synced, self.later = bytes(self.now), []

    def after_cut(self, chance):
        """The bytes as they may be, by a chance of each kind."""
        mode = chance.choice(MODES)
        content = bytearray(self.synced)
        steps = self.later if mode in ("keep", "shuffle") else []
        if mode in ("begin", "tear") and self.later:
            steps = self.later[:chance.randint(0, len(self.later) - 1)]
        for offset, data in steps:
            if data is None:
                resize(content, offset)
            elif mode != "shuffle":
                put(content, offset, data)
            else:
                for at, part in sectors(offset, data):
                    if chance.random() < 0.5:
                        put(content, at, part)
        if mode == "tear" and self.later:
            offset, data = self.later[len(steps)]
            parts = list(sectors(offset, data)) if data else []
            for at, part in parts[:chance.randint(0, len(parts))]:
                put(content, at, part)
        return content


def put(content, offset, data):
    if len(content) < offset:
        content.extend(bytes(offset - len(content)))
    content[offset:offset + len(data)] = data


def resize(content, size):
    if size < len(content):
        del content[size:]
    else:
        content.extend(bytes(size - len(content)))


def sectors(offset, data):
    at = 0
    while at < len(data):
        length = min(SECTOR - (offset + at) % SECTOR, len(data) - at)
        yield offset + at, data[at:at + length]
        at += length


class Folder:
    def __init__(self, mode=0o700):
        self.synced, self.now, self.mode = {}, {}, mode


class Disk:
    """The folders and files below a root, as an operation after the other changes them."""

    def __init__(self, root):
        self.root = Path(root)
        self.by_number, self.later = {}, []
        self.top = self.load(self.root)

    def load(self, path):
        """What lies there now, taken as synced long ago."""
        about = path.lstat()
        if path.is_dir():
            node = Folder(stat.S_IMODE(about.st_mode))
            for child in path.iterdir():
                node.now[child.name] = self.load(child)
            node.synced = dict(node.now)
        else:
            node = File(path.read_bytes(), stat.S_IMODE(about.st_mode))
        self.by_number[about.st_ino] = node
        return node

    def place(self, path):
        """The folder and the name of a path."""
        folder, parts = self.top, Path(path).relative_to(self.root).parts
        for part in parts[:-1]:
            folder = folder.now[part]
        return folder, parts[-1] if parts else None

    def find(self, path):
        try:
            folder, name = self.place(path)
        except KeyError:
            return None
        return folder.now.get(name) if name else self.top

    def names(self, *changes):
        for folder, name, node in changes:
            if node is None:
                folder.now.pop(name, None)
            else:
                folder.now[name] = node
        self.later.append(changes)

    @staticmethod
    def settle_names(changes, entries):
        for folder, name, node in changes:
            if node is None:
                entries(folder).pop(name, None)
            else:
                entries(folder)[name] = node

    def play(self, operation):
        kind, number = operation.kind, operation.number
        if kind == "o":
            self.open(operation)
        elif kind == "w":
            self.by_number[number].write(operation.offset, operation.data)
        elif kind == "t":
            self.by_number[number].cut(operation.offset)
        elif kind == "s":
            self.sync(self.by_number[number])
        elif kind == "d":
            node = self.by_number[number] = Folder(operation.size & 0o777)
            self.names((*self.place(operation.path), node))
        elif kind == "u":
            self.names((*self.place(operation.path), None))
        elif kind in "rl":
            node = self.find(operation.path)
            moved = () if kind == "l" else ((*self.place(operation.path), None),)
            self.names(*moved, (*self.place(operation.other), node))

    def open(self, operation):
        node = self.find(operation.path)
        if node is None and operation.size & os.O_CREAT:
            node = self.by_number[operation.number] = File(mode=stat.S_IMODE(operation.offset))
            self.names((*self.place(operation.path), node))
        elif isinstance(node, File) and operation.size & os.O_TRUNC:
            node.cut(0)

    def sync(self, node):
        if isinstance(node, File):
            node.sync()
            return
        waiting = []
        for changes in self.later:
            if any(folder is node for folder, _, _ in changes):
                self.settle_names(changes, lambda folder: folder.synced)
            else:
                waiting.append(changes)
        self.later = waiting

    # --- After the cut

    def make(self, target, without_power=(), chance=None):
        """Writes what is there: the top folders named lost their power now, the others keep what they have."""
        overlay = {}

        def entries(folder):
            return overlay.setdefault(id(folder), dict(folder.synced))

        if chance:
            count = chance.choice([0, len(self.later), chance.randint(0, len(self.later))])
            for changes in self.later[:count]:
                self.settle_names(changes, entries)
        Path(target).mkdir()
        for name, node in self.top.now.items():
            if name not in without_power:
                self.write(node, Path(target) / name, lambda folder: folder.now, lambda file: file.now)
        for name in without_power:
            if name in entries(self.top):
                self.write(entries(self.top)[name], Path(target) / name, entries,
                           lambda file: file.after_cut(chance))

    def write(self, node, path, entries, content):
        if isinstance(node, Folder):
            path.mkdir(mode=node.mode)
            for name, child in entries(node).items():
                # The index of a write-ahead log is made anew by the first who opens; it is not written by calls.
                if not name.endswith("-shm"):
                    self.write(child, path / name, entries, content)
        else:
            path.write_bytes(content(node))
            path.chmod(node.mode)
