"""Patterns of RE2, which nobody can make slow: https://github.com/google/re2/wiki/Syntax"""

import re
from collections.abc import Callable
from functools import lru_cache
from itertools import zip_longest
from typing import Any

import re2

_TOKEN = re.compile(
    r"\\(?s:.)|\[\^?\]?(?:\[:\w+:\]|\\(?s:.)|[^\]\\])*\]|\{[0-9]+(?:,[0-9]*)?\}|\(\?|(?s:.)"
)
_SPECIAL = frozenset(".^$|?*+()[]{}\\")
_CLASSES = frozenset(f"\\{letter}" for letter in "dDwWsSbBAz")


class Pattern:
    """A pattern, and a text that is in everything it matches: looking for that refuses most values."""

    __slots__ = ("_asked", "_search", "certain", "pattern")

    def __init__(self, text: str, *, case_sensitive: bool) -> None:
        """Compile a pattern. Raises ``re2.error``."""
        options = re2.Options()
        options.log_errors = False
        options.max_mem = 1 << 20
        options.case_sensitive = case_sensitive
        regex: Any = re2.compile(text, options)
        self.pattern = text
        self._asked = text, case_sensitive
        self.certain = certain(text) if case_sensitive else ""
        self._search = regex.search

    def __eq__(self, other: object) -> bool:
        """Say whether another pattern asks the same."""
        return isinstance(other, Pattern) and self._asked == other._asked

    def __hash__(self) -> int:
        return hash(self._asked)

    def has(self, value: str) -> bool:
        """Say whether a match of it is in a text."""
        return self.certain in value and _found(self._search, value)


@lru_cache(maxsize=1 << 15)  # pages that many visit are asked about again and again
def _found(search: Callable[[str], object], value: str) -> bool:
    return search(value) is not None


def certain(pattern: str) -> str:
    """Return the longest text found that every match of a pattern holds; "" where none is.

    Only what stands outside of groups and classes is looked at, and nothing if there are alternatives, flags
    or rarer escapes.
    """
    found, run, depth = "", "", 0
    tokens = _TOKEN.findall(pattern)
    for part, following in zip_longest(tokens, tokens[1:], fillvalue=""):
        escaped = part[0] == "\\" and part not in _CLASSES
        if part in ("|", "(?") or (escaped and part[1:].isalnum()):
            return ""
        depth += (part == "(") - (part == ")")
        letter = part[1:] if escaped else part
        literal = len(letter) == 1 and depth == 0 and (escaped or part not in _SPECIAL)
        optional = following in ("?", "*") or following[:1] == "{"
        run = run + letter if literal and not optional else ""
        found = max(found, run, key=len)
    return found
