"""What the counters of a visitor leave possible.

A site may count hundreds of things, and a visitor has done few of them. So the clauses that hold for somebody
who did nothing are found once, and a request looks only at the counters that visitor has.
"""

from bisect import bisect_left
from collections.abc import Mapping
from typing import NamedTuple

from rules.conditions import Context
from rules.index.bits import below, bits
from rules.index.terms import Counts, Source
from rules.model import FOREVER


class _Tally(NamedTuple):
    """The clauses that read one counter over one window."""

    window: int
    """In milliseconds; ``FOREVER`` for all events."""
    wrong: tuple[int, ...]
    """Count -> those of the readers for which it is wrong; the last one for all larger counts."""
    turned: tuple[int, ...]
    """Count -> the readers that it makes right or wrong other than no event at all does."""


_NO_TALLIES: tuple[None, list[_Tally]] = (None, [])


class Tallies:
    """Every counter that clauses read. A clause may read one: what else it asks must be evaluated."""

    def __init__(self, placed: Mapping[Source, list[tuple[int, Counts]]], size: int) -> None:
        self._size = size
        self._tallies: dict[str, tuple[str | None, list[_Tally]]] = {}
        """Counter -> what it needs consent to, and its tallies, that of the longest window first."""
        self.readers: dict[str, int] = {}
        """Counter -> the clauses that read it."""
        self.free = below(size)
        """The clauses that read no counter."""
        for source in sorted(placed, key=lambda each: _length(each.window), reverse=True):
            terms = placed[source]
            _, tallies = self._tallies.setdefault(source.name, (source.purpose, []))
            tallies.append(_tally(source.window, terms, size))
            readers = bits([number for number, _ in terms], size)
            self.readers[source.name] = self.readers.get(source.name, 0) | readers
            self.free &= ~readers
        self._nothing: dict[frozenset[str], int] = {}

    def wrong(self, counter: str, window: int | None, count: int) -> int:
        """Return the clauses for which a count within a window is wrong."""
        _, tallies = self._tallies.get(counter, (None, []))
        found = 0
        for tally in tallies:
            if tally.window == _length(window):
                found |= tally.wrong[min(count, len(tally.wrong) - 1)]
        return found

    def possible(self, context: Context) -> int:
        """Return the clauses whose count is right, as far as a grant lets us know it."""
        granted, now = context.granted, context.now
        found = self._nothing.get(granted) or self._of_nobody(granted)
        for key, times in (context.counts or {}).items():
            purpose, tallies = self._tallies.get(key, _NO_TALLIES)
            if purpose not in granted:
                continue
            every = len(times)
            for window, _, turned in tallies:
                count = every - bisect_left(times, now - window)
                if count == 0:
                    break  # and none within the shorter windows that follow: it turns nothing
                found ^= turned[count] if count < len(turned) else turned[-1]
        return found

    def _of_nobody(self, granted: frozenset[str]) -> int:
        """Return what is possible for somebody who did nothing."""
        found = below(self._size)
        for purpose, tallies in self._tallies.values():
            for tally in tallies if purpose in granted else ():
                found ^= tally.wrong[0]
        self._nothing[granted] = found
        return found


def _length(window: int | None) -> int:
    return FOREVER if window is None else window


def _tally(window: int | None, placed: list[tuple[int, Counts]], size: int) -> _Tally:
    largest = max(len(term.table) for _, term in placed)
    wrong = tuple(
        bits([number for number, term in placed if not term.at(count)], size)
        for count in range(largest)
    )
    return _Tally(_length(window), wrong, tuple([wrong[0] ^ each for each in wrong]))
