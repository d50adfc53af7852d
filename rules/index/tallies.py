"""What the counters of a visitor leave possible.

A site may count hundreds of things, and a visitor has done few of them. So the clauses that hold for somebody
who did nothing are found once, and a request looks only at the counters that visitor has.
"""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from functools import reduce
from operator import and_
from typing import NamedTuple, TypeAlias

from rules.conditions import Context
from rules.index.bits import below, bits
from rules.index.terms import Counts, Source
from rules.model import FOREVER

Placed: TypeAlias = Mapping[Source, Sequence[tuple[int, Counts]]]
"""What is counted -> the clauses that read it: number and term."""


class _Tally(NamedTuple):
    """The clauses of one layer that read one counter over one window."""

    wrong: int
    """The readers for which no event at all is wrong."""
    turned: tuple[int, ...]
    """Count -> the readers that it makes right or wrong other than none does; the last for all larger ones."""

    def turned_by(self, count: int) -> int:
        """Return the readers that a count makes right or wrong other than none does."""
        return self.turned[min(count, len(self.turned) - 1)]


class Layer:
    """Clauses by a counter that they read, one each: what else they count is in further layers."""

    def __init__(self, placed: Placed, size: int) -> None:
        """Take what is counted; ``size`` is the number of all clauses."""
        self.free = below(size)
        """The clauses that read no counter here."""
        self.readers: dict[str, int] = {}
        """Counter -> the clauses that read it."""
        self.tallies: dict[Source, _Tally] = {}
        for source, terms in placed.items():
            readers = bits([number for number, _ in terms], size)
            self.readers[source.name] = self.readers.get(source.name, 0) | readers
            self.free &= ~readers
            self.tallies[source] = _tally(terms, size)

    def wrong(self, source: Source, count: int) -> int:
        """Return the clauses for which a count is wrong."""
        tally = self.tallies.get(source)
        return 0 if tally is None else tally.wrong ^ tally.turned_by(count)


_Turns: TypeAlias = list[tuple[int, int, tuple[int, ...]]]
"""Window in milliseconds, layer, and what each count turns."""
_NO_TURNS: tuple[None, _Turns] = (None, [])


class Tallies:
    """All that is counted, over all layers."""

    def __init__(self, layers: Sequence[Layer], size: int) -> None:
        """Take the layers; ``size`` is the number of all clauses."""
        self._layers = layers
        self._everything = below(size)
        self.free = reduce(and_, [layer.free for layer in layers], self._everything)
        """The clauses that read no counter."""
        self._counters: dict[str, tuple[str | None, _Turns]] = {}
        """Counter -> what it needs consent to, and what it turns, over the longest window first."""
        for at, layer in enumerate(layers):
            for source, tally in layer.tallies.items():
                _, turns = self._counters.setdefault(source.name, (source.purpose, []))
                turns.append((_length(source.window), at, tally.turned))
        for _, turns in self._counters.values():
            turns.sort(key=lambda each: -each[0])
        self._nothing: dict[frozenset[str], list[int]] = {}

    def possible(self, context: Context) -> int:
        """Return the clauses whose counts are right, as far as a grant lets us know them."""
        granted, now = context.granted, context.now
        found = list(self._nothing.get(granted) or self._of_nobody(granted))
        for key, times in (context.counts or {}).items():
            purpose, turns = self._counters.get(key, _NO_TURNS)
            if purpose not in granted:
                continue
            every, count, last = len(times), 0, 0
            for window, layer, turned in turns:
                if window != last:
                    count, last = every - bisect_left(times, now - window), window
                    if count == 0:
                        break  # and none within the shorter windows that follow: it turns nothing
                clauses = turned[count] if count < len(turned) else turned[-1]
                if clauses:  # to turn none would copy them all
                    found[layer] ^= clauses
        return reduce(and_, found) if found else self._everything

    def _of_nobody(self, granted: frozenset[str]) -> list[int]:
        """Return by layer what is possible for somebody who did nothing."""
        found = self._nothing[granted] = [self._everything] * len(self._layers)
        for at, layer in enumerate(self._layers):
            for source, tally in layer.tallies.items():
                if source.purpose in granted:
                    found[at] &= ~tally.wrong
        return found


def _length(window: int | None) -> int:
    return FOREVER if window is None else window


def _tally(terms: Sequence[tuple[int, Counts]], size: int) -> _Tally:
    nobody = bits([number for number, term in terms if not term.at(0)], size)
    turned = [0]
    for count in range(1, max(len(term.table) for _, term in terms)):
        changed = [n for n, term in terms if term.at(count) is not term.at(count - 1)]
        # Most counts change nothing, and share what those before them turn.
        turned.append(turned[-1] ^ bits(changed, size) if changed else turned[-1])
    return _Tally(nobody, tuple(turned))
