"""YAML as Tagwerk reads it: 1.2 core scalars, every value with its place, nothing clever.

Scalars follow the core schema (https://yaml.org/spec/1.2.2/#103-core-schema), so ``NO`` is a text and
``12:30`` is one too. Aliases, anchors, tags, merge keys and duplicate keys are refused, and size, depth
and number of nodes are bounded, because anyone who can write a file can otherwise stop the server.
"""

import math
import re
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple, TypeAlias

import msgspec
import yaml
from msgspec.structs import replace
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from rules.findings import WIDE_SPACE, BadSite, Finding
from rules.syntax import explain

MAX_BYTES = 256 * 1024
MAX_NODES = 10_000
MAX_DEPTH = 32

Scalar: TypeAlias = str | int | float | bool | None
Plain: TypeAlias = "Scalar | list[Plain] | dict[str, Plain]"

_WORDS: dict[str, Scalar] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True,
    "false": False, "False": False, "FALSE": False,
}  # fmt: skip
_BEGINS = frozenset("~nNtTfF+-.0123456789") | {""}
"""How a plain value begins that may be no text: most are told by a look at one letter."""
_NUMBERS = (int, float)
_INT = re.compile(r"[-+]?[0-9]+\Z")
_OCTAL = re.compile(r"0o[0-7]+\Z")
_HEX = re.compile(r"0x[0-9a-fA-F]+\Z")
_LONGEST_INT = 18
"""Characters of a whole number: all that long are exact in 64 bits, and none makes arithmetic overflow."""
_ONE_FILE = "Remove the line, or move what follows into a file of its own"
_HASH = re.compile(r"[ \t]+#[^\s#][^\r\n]*")
_SHOWN = {None: "", True: "true", False: "false"}
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\Z")


class Entry(NamedTuple):
    """A key of a mapping and its value, each with its place."""

    key: "Node"
    value: "Node"


_entry: Callable[[tuple["Node", "Node"]], Entry] = partial(tuple.__new__, Entry)
"""Makes an entry in half the time that its own constructor takes."""


class Node(msgspec.Struct, frozen=True, gc=False):
    """A YAML value and where it stands; ``line`` and ``column`` count from 1.

    A tree holds no cycles, so the garbage collector need not walk the million nodes of a large site.
    """

    path: str
    line: int
    column: int
    value: "Scalar | list[Node] | dict[str, Entry]"
    quoted: bool = False
    """Whether a text stands between quotes."""
    commented: str = ""
    """What stands behind it, or in its place, and begins with a word with a #: a comment, to YAML."""
    faulty: bool = False
    """Whether something is said of it already, so that nobody knows what it was to be."""
    written: str = ""
    """How a number is written, where that is not how it is shown: 19.90, 0x10."""

    @property
    def shown(self) -> str:
        """Return a value of one word as the file has it; … for lists and keys with values."""
        if isinstance(self.value, (dict, list)):
            return "…"
        if self.value is None or isinstance(self.value, bool):
            return _SHOWN[self.value]
        return self.written or str(self.value)

    def plain(self) -> Plain:
        """Return the value as plain Python data, without places."""
        if isinstance(self.value, dict):
            return {name: entry.value.plain() for name, entry in self.value.items()}
        if isinstance(self.value, list):
            return [item.plain() for item in self.value]
        return self.value

    def at(self, steps: tuple[str | int, ...]) -> "Node":
        """Follow keys and indexes as far as they exist; a key that has a value of its own is that value."""
        node = self
        for step in steps:
            if isinstance(node.value, dict) and step in node.value:
                node = node.value[str(step)].value
            elif isinstance(node.value, list) and isinstance(step, int) and step < len(node.value):
                node = node.value[step]
            else:
                break
        return node

    def key_at(self, steps: tuple[str | int, ...]) -> "Node":
        """Follow keys and indexes as ``at`` does; what the last one leads to is the key itself."""
        around = self.at(steps[:-1])
        if isinstance(around.value, dict) and steps[-1] in around.value:
            return around.value[str(steps[-1])].key
        return around

    def finding(self, message: str, hint: str = "") -> Finding:
        """Say what is wrong at this place."""
        return Finding(self.path, self.line, self.column, message, hint)


def cut_off(key: Node, value: Node) -> bool:
    """Say whether a key stands in { } without a colon: the end of a text that a comma cut in two."""
    end = key.column + len(str(key.value))
    return value.value is None and (value.line, value.column) == (key.line, end)


def parse(data: bytes, path: str) -> Node:
    """Read one YAML document. ``path`` is how findings name the file. Raises ``BadSite``."""
    node, findings = read(data, path)
    if findings:
        raise BadSite(findings)
    return node


def read(data: bytes, path: str) -> tuple[Node, list[Finding]]:
    """Read one YAML document and what is wrong with it that keeps nobody from reading on.

    Of a key that stands twice the first counts, a tag is ignored, an alias is nothing. Raises ``BadSite``
    where a document cannot be read to its end.
    """
    if len(data) > MAX_BYTES:
        raise _refused(path, 1, 1, f"the file is larger than {MAX_BYTES // 1024} KiB", "Split it")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as bad:
        line = data.count(b"\n", 0, bad.start) + 1
        column = bad.start - data.rfind(b"\n", 0, bad.start)
        raise _refused(path, line, column, "the file is not UTF-8", "Save it as UTF-8") from None
    try:
        builder = _Builder(path, text)
        return builder.build(), builder.findings
    except yaml.YAMLError as bad:
        raise BadSite([explain(path, text, bad)]) from None


def _refused(path: str, line: int, column: int, message: str, hint: str = "") -> BadSite:
    return BadSite([Finding(path, line, column, message, hint)])


def _core_scalar(text: str) -> Scalar:
    if text[:1] not in _BEGINS:
        return text
    if text in _WORDS:
        return _WORDS[text]
    if len(text) <= _LONGEST_INT:
        if _INT.match(text):
            return int(text)
        if _OCTAL.match(text) or _HEX.match(text):
            return int(text, 0)
    if _FLOAT.match(text) and math.isfinite(number := float(text)):
        return number
    return text


class _Builder:
    """Turns libyaml's flat events into nodes, so that no depth of nesting recurses in C.

    This is most of the time that loading takes: a value costs one call and one object.
    """

    def __init__(self, path: str, text: str) -> None:
        self._path = path
        self._text = text
        self._event: Callable[[], Any] = yaml.CSafeLoader(text).get_event
        self._count = 0
        self.findings: list[Finding] = []
        """What is wrong with the file although it can be read on."""

    def build(self) -> Node:
        """Read the one document there may be. Raises ``BadSite`` where nothing more can be read."""
        root: Node | None = None
        while (event := self._event()) is not None:
            kind = event.__class__
            if kind is DocumentStartEvent and root is not None:
                raise self._stop(event, "'---' begins a second file within this one", _ONE_FILE)
            if issubclass(kind, NodeEvent):
                root = self._value(event, 1)
        return root or Node(self._path, 1, 1, None)

    def _value(self, event: Any, depth: int) -> Node:
        if depth > MAX_DEPTH:
            raise self._stop(event, f"nested deeper than {MAX_DEPTH} levels", "Flatten it")
        self._check(event)
        mark = event.start_mark
        line, column = mark.line + 1, mark.column + 1
        kind = event.__class__
        if kind is MappingStartEvent:
            return Node(self._path, line, column, self._mapping(depth + 1))
        if kind is SequenceStartEvent:
            return Node(self._path, line, column, self._sequence(depth + 1))
        if kind is AliasEvent:
            return Node(self._path, line, column, None, faulty=True)
        text: str = event.value
        if event.tag and event.tag != "!":
            return Node(self._path, line, column, text, faulty=True)
        if event.style:
            return Node(self._path, line, column, text, True)
        value = _core_scalar(text)
        commented = ""
        if value is not None or not text:
            commented = self._commented(event.end_mark.index)
        if value.__class__ in _NUMBERS and str(value) != text:
            return Node(self._path, line, column, value, False, commented, written=text)
        return Node(self._path, line, column, value, False, commented)

    def _commented(self, at: int) -> str:
        # Hardly any value has a blank behind it: most are spared the pattern.
        found = _HASH.match(self._text, at) if self._text[at : at + 1] in " \t" else None
        return found[0] if found else ""

    def _check(self, event: Any) -> None:
        self._count += 1
        if self._count > MAX_NODES:
            raise self._stop(event, f"more than {MAX_NODES} values in one file", "Split it")
        if event.anchor:
            message = "anchors (&) and aliases (*) are not read"
            self.findings.append(self._finding(event, message, "Write it out"))
        elif event.__class__ is not AliasEvent and event.tag and event.tag != "!":
            hint = "Write 'not' for !=" if event.tag.startswith("!=") else "Remove the tag"
            self.findings.append(self._finding(event, f"the tag {event.tag} is not read", hint))

    def _sequence(self, depth: int) -> list[Node]:
        items: list[Node] = []
        while (event := self._event()).__class__ is not SequenceEndEvent:
            items.append(self._value(event, depth))
        return items

    def _mapping(self, depth: int) -> dict[str, Entry]:
        entries: dict[str, Entry] = {}
        while (event := self._event()).__class__ is not MappingEndEvent:
            key = self._key(event)
            entry = _entry((key, self._value(self._event(), depth)))
            first = entries.setdefault(event.value, entry)
            if first is not entry:
                self.findings.append(_twice(first, entry))
                entries[event.value] = _entry((first.key, replace(first.value, faulty=True)))
        return entries

    def _key(self, event: Any) -> Node:
        self._check(event)
        mark = event.start_mark
        if event.__class__ is not ScalarEvent:
            hint = "Put quotes around a text that begins with { or ["
            raise self._stop(event, "a key must be a plain word", hint)
        text: str = event.value
        if not event.style and text[:1].isspace():
            message = "the line is indented with a character that only looks like a space"
            raise self._stop(event, message, WIDE_SPACE)
        line, column = mark.line + 1, mark.column + 1
        return Node(self._path, line, column, text, faulty=bool(event.tag) and event.tag != "!")

    def _finding(self, event: Any, message: str, hint: str) -> Finding:
        mark = event.start_mark
        return Finding(self._path, mark.line + 1, mark.column + 1, message, hint)

    def _stop(self, event: Any, message: str, hint: str) -> BadSite:
        return BadSite([*self.findings, self._finding(event, message, hint)])


def _twice(first: Entry, again: Entry) -> Finding:
    key, one, other = again.key, first.value, again.value
    hint = "remove one, or begin a new item with '- '"
    if "." in str(key.value):  # so attributes are called, and hardly anything else
        if isinstance(one.value, str) and isinstance(other.value, str):
            either = f"{{{key.value}: [{one.value}, {other.value}]}}"
            hint = f"remove one; a condition on either of both is {either}"
        elif isinstance(one.value, dict) and isinstance(other.value, dict):
            hint = "write all of it into one { }"
    return key.finding(
        f"'{key.value}' stands twice", f"It is in line {first.key.line} already: {hint}"
    )
