"""Patterns of RE2, each found in time linear in the text: https://github.com/google/re2/wiki/Syntax"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

import re2

from rules.operators import FOLDED

SET_BYTES = 8 << 20
"""What one set of patterns may take; more patterns than fit are looked for in several passes."""

SHORT = 64
"""Instructions of RE2: what repeats much has more, and among others the ways of its matches multiply."""


class Wanted(NamedTuple):
    """What is looked for in a text."""

    pattern: str
    case_sensitive: bool = True


class Pattern:
    """A pattern of a rule."""

    __slots__ = ("_search", "is_short", "wanted")

    def __init__(self, text: str, *, case_sensitive: bool) -> None:
        """Compile a pattern. Raises ``re2.error``."""
        regex: Any = re2.compile(text, _options(case_sensitive, 1 << 20))
        self.wanted = Wanted(text, case_sensitive)
        self.is_short = regex.programsize <= SHORT
        """Whether it may be looked for together with others."""
        self._search = regex.search

    @property
    def pattern(self) -> str:
        """The pattern as it is written."""
        return self.wanted.pattern

    def __eq__(self, other: object) -> bool:
        """Say whether another pattern asks the same."""
        return isinstance(other, Pattern) and self.wanted == other.wanted

    def __hash__(self) -> int:
        return hash(self.wanted)

    def has(self, value: str) -> bool:
        """Say whether a match of it is in a text."""
        return self._search(value) is not None


_REPEATED = r"Write \{sign} for a {sign} that is in the text"
_TO_DO = {
    "missing )": r"Write ) where the group ends, or \( for a ( that is in the text",
    "unexpected )": r"Write ( where the group begins, or \) for a ) that is in the text",
    "missing ]": r"Write ] where the characters end, or \[ for a [ that is in the text",
    "no argument for repetition": _REPEATED,
    "bad repetition": _REPEATED,
    "invalid character class range": "Write the lower of both first: a-z; a - itself stands last: [a-z-]",
    "invalid repetition size": "Write + for any number of times: 1000 is the most that is counted",
    "invalid escape sequence": r"Write letters and digits without \: there are no back-references",
    "invalid perl operator: (?": "Write not: around what may not be there: RE2 has no look-around",
    "the pattern is longer": "Write several comparisons under any:",
    "trailing \\": r"Write \\ for a \ that is in the text",
}
"""How RE2 begins to say what is wrong -> what to do."""

_STARS = {
    (True, False): "ends_with",
    (False, True): "starts_with",
    (True, True): "contains",
}


def no_pattern(text: str, why: str, folded: bool) -> tuple[str, str]:
    """Return what is wrong with a text that is no pattern, and what to do; ``why``: as RE2 says it."""
    ends = text.startswith("*"), text.endswith("*")
    if ends[0] or text.endswith("**"):  # as names of files are looked for
        bare = text.strip("*").removesuffix("$").replace("\\.", ".")
        hint = f"Write {{{_STARS[ends]}{FOLDED * folded}: {bare}}}"
        hint = hint if set(bare).isdisjoint("\\|?*+[](){}^$") else "Write .* for anything"
        hint = hint if bare else "Write {exists: true} for any text"
        return (
            "not a pattern: a * repeats the character before it, and stands for nothing else",
            hint,
        )
    sayings = (hint for begins, hint in _TO_DO.items() if why.startswith(begins))
    hint = next(sayings, "Patterns are RE2: no look-around, no back-references")
    return f"not a pattern: {why}", hint.replace("{sign}", why[-1:])


_Match = Callable[[str], Sequence[int] | None]


class Patterns:
    """Many patterns, looked for together: one pass over a text finds those that match, however many they are."""

    def __init__(self, wanted: Iterable[Wanted]) -> None:
        """Compile the patterns, each of which compiles by itself."""
        self._all: list[Wanted] = []
        self._passes: list[tuple[int, _Match]] = []
        """What looks for some of them, with the number of the first one."""
        each = list(wanted)
        self._add([one for one in each if one.case_sensitive])
        self._add([one for one in each if not one.case_sensitive])

    def _add(self, wanted: Sequence[Wanted]) -> None:
        """Add patterns of one case: in one pass, or in several if its memory cannot hold them."""
        if not wanted:
            return
        try:
            match = _match(wanted)
        except re2.error:
            half = len(wanted) // 2
            if half == 0:
                raise
            self._add(wanted[:half])
            self._add(wanted[half:])
            return
        self._passes.append((len(self._all), match))
        self._all += wanted

    def found(self, value: str) -> tuple[int, ...]:
        """Return the numbers of the patterns that have a match in a text."""
        found: list[int] = []
        for first, match in self._passes:
            if places := match(value):
                found += [first + place for place in places]
        return tuple(found)

    def __getitem__(self, number: int) -> Wanted:
        """Return a pattern by its number."""
        return self._all[number]


def _match(wanted: Sequence[Wanted]) -> _Match:
    """Compile a set of patterns, all of one case. Raises ``re2.error`` if its memory cannot hold them."""
    together: Any = re2.Set.SearchSet(_options(wanted[0].case_sensitive, SET_BYTES))
    for each in wanted:
        together.Add(each.pattern)
    together.Compile()
    match: _Match = together.Match
    return match


def _options(case_sensitive: bool, memory: int) -> Any:
    options = re2.Options()
    options.log_errors = False
    options.max_mem = memory
    options.case_sensitive = case_sensitive
    return options
