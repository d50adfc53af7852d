"""What is wrong with a site's files, said so that whoever wrote them can mend it."""

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Literal

import msgspec

MAX_SLIPS = 2
"""How many wrong letters a name may have and still be the one that was meant."""


class Finding(msgspec.Struct, frozen=True, order=True):
    """One thing wrong in one place. ``line`` and ``column`` count from 1."""

    path: str
    line: int
    column: int
    message: str
    hint: str = ""
    severity: Literal["error", "warning"] = "error"

    def __str__(self) -> str:
        """``path:line:column: error: what is wrong. What to do.``"""
        text = f"{self.path}:{self.line}:{self.column}: {self.severity}: {self.message}."
        end = "" if self.hint.endswith(("?", ".")) else "."
        return f"{text} {self.hint}{end}" if self.hint else text


class BadSite(Exception):
    """A site's files were refused; ``findings`` holds everything wrong with them, in file order."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = tuple(sorted(findings))
        super().__init__("\n".join(map(str, self.findings)))


def did_you_mean(
    word: str,
    known: Iterable[str],
    other_words: Mapping[str, str] = MappingProxyType({}),
    otherwise: str = "",
) -> str:
    """Return a hint: the known word that was meant; else ``otherwise``, or the words there are.

    ``other_words`` are what other languages call a known word.
    """
    names = sorted(set(known))
    if other_words.get(word) in names:
        return f"Write '{other_words[word]}'"
    for name in names:
        if name.lower() == word.lower():
            return f"Capitals count: write '{name}'"
    near = _nearest(word, names)
    if near is not None:
        return f"Did you mean '{near}'?"
    if otherwise or not names:
        return otherwise
    listed = ", ".join(names[:12]) + (", …" if len(names) > 12 else "")
    return f"Known here: {listed}"


def _nearest(word: str, names: Sequence[str]) -> str | None:
    """Return the name that a slip of the keys makes into the word, or whose last part it is."""
    ends = [name for name in names if name.endswith(f".{word}")]
    if len(ends) == 1:
        return ends[0]
    best, fewest = None, MAX_SLIPS + 1
    for name in names:
        head = len(_common_head(word, name))
        slips = _slips(word[head:], name[head:], fewest)
        if slips < fewest and slips <= _slips_allowed(max(len(word), len(name)) - head):
            best, fewest = name, slips
    return best


def _common_head(one: str, other: str) -> str:
    """Return the parts, up to a point, that both names begin with: ``crm.`` makes no names alike."""
    head = one[: one.rfind(".") + 1]
    return head if other.startswith(head) else ""


def _slips_allowed(letters: int) -> int:
    return 0 if letters <= 2 else 1 if letters <= 5 else MAX_SLIPS


def _slips(one: str, other: str, enough: int) -> int:
    """Count the letters added, left out, changed or swapped; ``enough`` if they are as many or more.

    https://en.wikipedia.org/wiki/Damerau%E2%80%93Levenshtein_distance (optimal string alignment)
    """
    if abs(len(one) - len(other)) >= enough:
        return enough
    before: list[int] = []
    row = list(range(len(other) + 1))
    for y, letter in enumerate(one, 1):
        above, row = row, [y]
        for x, wanted in enumerate(other, 1):
            least = min(above[x] + 1, row[-1] + 1, above[x - 1] + (letter != wanted))
            if x > 1 < y and letter == other[x - 2] and one[y - 2] == wanted:
                least = min(least, before[x - 2] + 1)
            row.append(least)
        before = above
    return min(row[-1], enough)
