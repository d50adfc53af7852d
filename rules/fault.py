"""A fault in the YAML of a text: what libyaml says of it, and where."""

from typing import NamedTuple

import yaml
from yaml import tokens as yaml_tokens


class Place(NamedTuple):
    """A line and a column, counted from 0."""

    line: int
    column: int


class Fault(NamedTuple):
    """What libyaml says of a text, with its tokens: at least all that begin before the fault."""

    problem: str
    at: Place
    began: Place
    """Where what it was reading began."""
    lines: list[str]
    tokens: list[yaml_tokens.Token]
    broken: bool
    """A token is broken; else all are well, and stand where they must not."""

    def char(self, at: Place) -> str:
        """Return the character at a place; nothing at the end of a line."""
        return self.line(at)[at.column : at.column + 1]

    def line(self, at: Place) -> str:
        """Return the line of a place."""
        return self.lines[at.line] if at.line < len(self.lines) else ""


Said = tuple[Place, str, str]
"""Where, what is wrong, what to do."""


def place_of(mark: yaml.Mark | None) -> Place:
    return Place(mark.line, mark.column) if mark else Place(0, 0)
