"""Where a site's rules and conditions are written: kept only for those who explain or count them."""

import re
from typing import NamedTuple

from rules.conditions import Condition
from rules.source import Node, Plain, parse

_BARE = re.compile(r"[\w/](?:[\w./@+*%-]|:(?=[0-9])| (?=[\w/]))*")
"""A text that needs no quotes, unless YAML takes it for something else than a text."""


class Place(NamedTuple):
    """A place in one of the site's files; ``line`` and ``column`` count from 1."""

    path: str
    line: int
    column: int

    def __str__(self) -> str:
        """``path:line:column``."""
        return f"{self.path}:{self.line}:{self.column}"


class Written(NamedTuple):
    """How a condition stands in its file. ``key`` is "" where a mapping has several keys."""

    key: str
    at: Node
    value: Node

    @property
    def place(self) -> Place:
        """Where it begins."""
        return Place(self.at.path, self.at.line, self.at.column)

    def narrowed(self, operator: str) -> "Written":
        """Return one of several operators under the same key."""
        entries = self.value.value
        if not isinstance(entries, dict) or operator not in entries:
            return self
        entry = entries[operator]
        only = Node(self.at.path, entry.key.line, entry.key.column, {operator: entry})
        return Written(self.key, entry.key, only)


class Places:
    """Notes, while a site is loaded, where its rules and conditions stand."""

    def __init__(self) -> None:
        self.rules: dict[str, Place] = {}
        """Rule -> where its id stands."""
        self._conditions: dict[int, tuple[Condition, Written]] = {}

    def note_rule(self, rule: str, node: Node) -> None:
        """Note where a rule stands."""
        self.rules[rule] = Place(node.path, node.line, node.column)

    def note(self, condition: Condition, key: str, at: Node, value: Node) -> None:
        """Note how a condition is written; of an audience, where it is defined and not where it is used."""
        # The condition is held as well: while it is there, no other object can have its number.
        self._conditions.setdefault(id(condition), (condition, Written(key, at, value)))

    def of(self, condition: Condition) -> Written | None:
        """Return how a condition is written, if it was noted."""
        found = self._conditions.get(id(condition))
        return found[1] if found else None


def flow(value: Plain) -> str:
    """Write plain data as YAML in one line, with no more quotes than it needs."""
    if isinstance(value, dict):
        return f"{{{', '.join(f'{name}: {flow(each)}' for name, each in value.items())}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(flow, value))}]"
    if isinstance(value, str):
        bare = _BARE.fullmatch(value) and parse(value.encode(), "").value == value
        return value if bare else '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return (
        "null" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
    )
