"""Where the marks of a template stand in its source: values, statements and comments."""

import re
from collections.abc import Iterator
from typing import NamedTuple

FILL = "\ufffc"
"""Stands where a mark stood, so that nobody takes what is shown there for the author's HTML."""

TEXT_PARTS = re.compile(
    rf"(?P<statement>y{FILL}[{FILL}\n]*)|z{FILL}[{FILL}\n]*|(?P<text>(?:(?![yz]{FILL})[^ \t\n\r\f])+)"
)
"""What a text of a template's HTML, its marks blanked, consists of besides white space."""

_OPENS = re.compile(r"\{[{%#]")
_CLOSED_BY = {"{{": "}}", "{%": "%}", "{#": "#}"}
# Each begins with a letter, or a parser of HTML would not take it for a name.
_BLANKED_AS = {"{{": "x", "{%": "y", "{#": "z"}
_WORD = re.compile(r"\{%[-+]?\s*((?:else|end)\s+if\b|\w+)")


class Mark(NamedTuple):
    """A statement: the word it begins with, and where it stands."""

    word: str
    line: int
    column: int


def statements(source: str) -> list[Mark]:
    """Return the statements of a template in their order; lines and columns count from 1."""
    found: list[Mark] = []
    for start, end in _spans(source):
        said = _WORD.match(source, start, end)
        if said is not None:
            found.append(Mark(" ".join(said[1].split()), *place(source, start)))
    return found


def place(source: str, at: int) -> tuple[int, int]:
    """Return the line and column of an index, counted from 1."""
    return source.count("\n", 0, at) + 1, at - source.rfind("\n", 0, at)


def blanked(source: str) -> str:
    """Return the template's HTML: every mark is a name of the same length and lines."""
    parts: list[str] = []
    done = 0
    for start, end in _spans(source):
        mark = _BLANKED_AS[source[start : start + 2]] + re.sub(
            r"[^\n]", FILL, source[start + 1 : end]
        )
        parts += [source[done:start], mark]
        done = end
    return "".join(parts) + source[done:]


def _spans(source: str) -> Iterator[tuple[int, int]]:
    """Yield where each mark begins and ends; a pattern alone would look for each end again and again."""
    at = 0
    endless: set[str] = set()
    while match := _OPENS.search(source, at):
        kind = match.group()
        end = -1 if kind in endless else source.find(_CLOSED_BY[kind], match.end())
        if end < 0:
            endless.add(kind)
            at = match.start() + 1
        else:
            at = end + 2
            yield match.start(), at
