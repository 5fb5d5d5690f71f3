"""Reads Swift for the checks: the code alone, comments and the insides of strings blanked out, line for line.

Not a parser. It knows comments (nested too), strings (raw, of several lines, with interpolations), regex literals and
identifiers in back-ticks, which is what stands between a brace and its meaning.
"""

import re
from pathlib import Path

CODE_FOLDERS = ["Sources", "sync-server", "client-cli", "schema", "Benchmarks"]


def swift_files(folders):
    """All Swift files below the folders, in the order of their paths."""
    return sorted(path for folder in folders for path in Path(folder).rglob("*.swift"))


def line_of(text, offset):
    """The number, from 1, of the line that holds the offset."""
    return text.count("\n", 0, offset) + 1


def code_only(text):
    """The text with comments, string contents and regex literals as blanks; every character keeps its place."""
    return _Reader(text).read()


def comment_lines(text):
    """The numbers, from 1, of the lines that hold a comment or a part of one."""
    reader = _Reader(text)
    reader.read()
    return {line for start, end in reader.comments for line in range(line_of(text, start), line_of(text, end - 1) + 1)}


class _Reader:
    STRING_START = re.compile(r'(#*)("""|")')
    REGEX = re.compile(r"/(?![ /*\t\n])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n\[])*(?<![ \t])/")
    EXTENDED_REGEX = re.compile(r"(#+)/.*?/\1", re.DOTALL)

    def __init__(self, text):
        self.text = text
        self.out = list(text)
        self.at = 0
        self.comments = []

    def read(self):
        self.code(inside_interpolation=False)
        return "".join(self.out)

    def blank(self, start, end):
        for index in range(start, min(end, len(self.out))):
            if self.out[index] != "\n":
                self.out[index] = " "

    def skip(self, end):
        """Blanks up to `end` and goes on from there."""
        self.blank(self.at, end)
        self.at = end

    def comment(self, end):
        self.comments.append((self.at, end))
        self.skip(end)

    def code(self, inside_interpolation):
        depth = 0
        while self.at < len(self.text):
            char = self.text[self.at]
            if inside_interpolation and char == ")" and depth == 0:
                return
            depth += {"(": 1, ")": -1}.get(char, 0)
            if not self.literal_or_comment(char):
                self.at += 1

    def literal_or_comment(self, char):
        text, at = self.text, self.at
        if text.startswith("//", at):
            end = text.find("\n", at)
            self.comment(len(text) if end < 0 else end)
        elif text.startswith("/*", at):
            self.block_comment()
        elif char == "`":
            end = text.find("`", at + 1)
            self.at = len(text) if end < 0 else end + 1
            self.out[at + 1:self.at - 1] = "x" * (self.at - at - 2)
        elif char in '"#' and (start := self.STRING_START.match(text, at)):
            self.string(start.group(1), start.group(2))
        elif char == "#" and (regex := self.EXTENDED_REGEX.match(text, at)):
            self.skip(regex.end())
        elif char == "/" and self.regex_may_start() and (regex := self.REGEX.match(text, at)):
            self.skip(regex.end())
        else:
            return False
        return True

    def regex_may_start(self):
        before = self.text[max(0, self.at - 80):self.at].rstrip(" \t")
        return before == "" or before[-1] in "(,=:[{\n;!&|?" or re.search(r"\b(return|in|case|try)$", before)

    def block_comment(self):
        depth, at = 0, self.at
        while at < len(self.text):
            if self.text.startswith("/*", at):
                depth, at = depth + 1, at + 2
            elif self.text.startswith("*/", at):
                depth, at = depth - 1, at + 2
                if depth == 0:
                    break
            else:
                at += 1
        self.comment(at)

    def string(self, hashes, quote):
        """From the opening quote to behind the closing one. The quotes stay, code in interpolations stays."""
        self.at += len(hashes) + len(quote)
        start = self.at
        while self.at < len(self.text):
            if self.text.startswith(quote + hashes, self.at):
                self.blank(start, self.at)
                self.at += len(quote) + len(hashes)
                return
            if self.text.startswith("\\" + hashes + "(", self.at):
                self.blank(start, self.at)
                self.at += len(hashes) + 2
                self.code(inside_interpolation=True)
                start = self.at
            elif self.text.startswith("\\" + hashes, self.at):
                self.at += len(hashes) + 2
            elif quote == '"' and self.text[self.at] == "\n":
                break
            else:
                self.at += 1
        self.blank(start, self.at)
