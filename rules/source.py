"""YAML as Tagwerk reads it: 1.2 core scalars, every value with its place, nothing clever.

Scalars follow the core schema (https://yaml.org/spec/1.2.2/#103-core-schema), so ``NO`` is a text and
``12:30`` is one too. Aliases, anchors, tags, merge keys and duplicate keys are refused, and size, depth
and number of nodes are bounded, because anyone who can write a file can otherwise stop the server.
"""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple, TypeAlias

import yaml
from yaml import events as yaml_events

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
_INT = re.compile(r"[-+]?[0-9]+\Z")
_OCTAL = re.compile(r"0o[0-7]+\Z")
_HEX = re.compile(r"0x[0-9a-fA-F]+\Z")
_LONGEST_INT = 18
"""Characters of a whole number: all that long are exact in 64 bits, and none makes arithmetic overflow."""
_HASH = re.compile(r"[ \t]+#[^\s#]")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\Z")


class Entry(NamedTuple):
    """A key of a mapping and its value, each with its place."""

    key: "Node"
    value: "Node"


@dataclass(frozen=True, slots=True)
class Node:
    """A YAML value and where it stands; ``line`` and ``column`` count from 1."""

    path: str
    line: int
    column: int
    value: "Scalar | list[Node] | dict[str, Entry]"
    quoted: bool = False
    """Whether a text stands between quotes."""
    commented: bool = False
    """Whether a word that begins with # stands behind it, or in its place: a comment, to YAML."""

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

    def finding(self, message: str, hint: str = "") -> Finding:
        """Say what is wrong at this place."""
        return Finding(self.path, self.line, self.column, message, hint)


def cut_off(key: Node, value: Node) -> bool:
    """Say whether a key stands in { } without a colon: the end of a text that a comma cut in two."""
    end = key.column + len(str(key.value))
    return value.value is None and (value.line, value.column) == (key.line, end)


def parse(data: bytes, path: str) -> Node:
    """Read one YAML document. ``path`` is how findings name the file. Raises ``BadSite``."""
    if len(data) > MAX_BYTES:
        raise _refused(path, 1, 1, f"the file is larger than {MAX_BYTES // 1024} KiB", "Split it")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as bad:
        line = data.count(b"\n", 0, bad.start) + 1
        column = bad.start - data.rfind(b"\n", 0, bad.start)
        raise _refused(path, line, column, "the file is not UTF-8", "Save it as UTF-8") from None
    try:
        return _Builder(path, text).build(yaml.parse(text, Loader=yaml.CSafeLoader))
    except yaml.YAMLError as bad:
        raise BadSite([explain(path, text, bad)]) from None


def _refused(path: str, line: int, column: int, message: str, hint: str = "") -> BadSite:
    return BadSite([Finding(path, line, column, message, hint)])


def _core_scalar(text: str) -> Scalar:
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
    """Turns libyaml's flat events into nodes, so that no depth of nesting recurses."""

    def __init__(self, path: str, text: str) -> None:
        self._path = path
        self._text = text
        self._count = 0
        self._findings: list[Finding] = []

    def build(self, events: Iterator[yaml_events.Event]) -> Node:
        root: Node | None = None
        documents = 0
        for event in events:
            if isinstance(event, yaml_events.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise BadSite(
                        [self._node(event).finding("a file holds one document", "Remove '---'")]
                    )
            elif isinstance(event, yaml_events.NodeEvent):
                root = self._value(event, events, 1)
        if self._findings:
            raise BadSite(self._findings)
        return root or Node(self._path, 1, 1, None)

    def _node(
        self, event: yaml_events.Event, value: "Scalar | list[Node] | dict[str, Entry]" = None
    ) -> Node:
        mark = event.start_mark
        line, column = (mark.line, mark.column) if mark else (0, 0)
        return Node(self._path, line + 1, column + 1, value)

    def _value(
        self, event: yaml_events.Event, events: Iterator[yaml_events.Event], depth: int
    ) -> Node:
        self._bound(event, depth)
        if isinstance(event, yaml_events.MappingStartEvent):
            return self._mapping(event, events, depth)
        if isinstance(event, yaml_events.SequenceStartEvent):
            return self._sequence(event, events, depth)
        assert isinstance(event, yaml_events.ScalarEvent)  # noqa: S101  (the three kinds of a node)
        if event.style:
            return replace(self._node(event, event.value), quoted=True)
        node = self._node(event, _core_scalar(event.value))
        if not event.end_mark or (event.value and node.value is None):
            return node
        return replace(node, commented=bool(_HASH.match(self._text, event.end_mark.index)))

    def _bound(self, event: yaml_events.Event, depth: int) -> None:
        self._count += 1
        here = self._node(event)
        if isinstance(event, yaml_events.AliasEvent) or getattr(event, "anchor", None):
            raise BadSite(
                [here.finding("anchors (&) and aliases (*) are not read", "Write it out")]
            )
        tag = getattr(event, "tag", None)
        if tag and tag != "!":
            hint = "Write 'not' for !=" if tag.startswith("!=") else "Remove the tag"
            raise BadSite([here.finding(f"the tag {tag} is not read", hint)])
        if depth > MAX_DEPTH:
            raise BadSite([here.finding(f"nested deeper than {MAX_DEPTH} levels", "Flatten it")])
        if self._count > MAX_NODES:
            raise BadSite([here.finding(f"more than {MAX_NODES} values in one file", "Split it")])

    def _sequence(
        self, start: yaml_events.Event, events: Iterator[yaml_events.Event], depth: int
    ) -> Node:
        items: list[Node] = []
        for event in events:
            if isinstance(event, yaml_events.SequenceEndEvent):
                break
            items.append(self._value(event, events, depth + 1))
        return self._node(start, items)

    def _mapping(
        self, start: yaml_events.Event, events: Iterator[yaml_events.Event], depth: int
    ) -> Node:
        entries: dict[str, Entry] = {}
        for event in events:
            if isinstance(event, yaml_events.MappingEndEvent):
                break
            key = self._key(event)
            value = self._value(next(events), events, depth + 1)
            name = str(key.value)
            if name in entries:
                first = entries[name].key.line
                self._findings.append(
                    key.finding(
                        f"'{name}' stands twice",
                        f"It is in line {first} already: remove one, or begin a new item with '- '",
                    )
                )
            entries[name] = Entry(key, value)
        return self._node(start, entries)

    def _key(self, event: yaml_events.Event) -> Node:
        self._bound(event, 1)
        if not isinstance(event, yaml_events.ScalarEvent):
            hint = "Put quotes around a text that begins with { or ["
            raise BadSite([self._node(event).finding("a key must be a plain word", hint)])
        if event.value[:1].isspace() and not event.style:
            message = "the line is indented with a character that only looks like a space"
            raise BadSite([self._node(event).finding(message, WIDE_SPACE)])
        return self._node(event, event.value)
