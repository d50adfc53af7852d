"""One thing that rules read, and for each value of it the clauses that may still be true."""

from bisect import bisect_right
from collections.abc import Callable, Iterable
from typing import Any, Protocol

from rules.conditions import Compare
from rules.index.bits import below, bits
from rules.index.marks import MEETINGS
from rules.index.terms import TESTS, Affix, Cut, Items, Source, Span, Values
from rules.values import FALSE, TRUE

Placed = list[tuple[int, Any]]
"""Clauses that read it: number and term."""

KEPT_BYTES = 4 << 20
"""How much one dimension may hold of what it found out before; what is asked most comes back first."""
KEPT_SETS = 1 << 12
"""How many sets at most, where they are small: visitors may send as many values as they like."""
STEP = 32
"""Cuts from one kept set to the next: so many clauses at most are switched to reach any stretch."""


class Dimension(Protocol):
    """The clauses that a value leaves possible; a clause that does not read it always is."""

    met: Callable[[Any], Any]
    """Value -> what of it matters: the same for values for which the same terms hold."""
    possible: Callable[[Any], int]
    """What matters of a value -> the clauses whose term holds for it."""

    def for_one(self, term: Any) -> int:
        """Return the clauses whose term holds for some value for which this one does, too."""
        ...

    free: int
    """The clauses that do not read it."""
    true_if_missing: int
    """Those, and those whose term is true where there is no value."""
    false_if_missing: int
    """Those whose term is false where there is no value."""


class Kept(dict[Any, Any]):
    """Sets by key, each found when it is first asked for; forgotten together when they grow too many."""

    def __init__(self, find: Callable[[Any], Any], size: int) -> None:
        super().__init__()
        self._find = find
        self._most = min(KEPT_SETS, max(16, KEPT_BYTES // (size // 8 + 32)))

    def __missing__(self, key: Any) -> Any:
        if len(self) >= self._most:
            self.clear()
        found = self[key] = self._find(key)
        return found


class Marked:
    """Clauses switched on and off by marks: by a value itself, its beginnings, the items of a list, patterns."""

    def __init__(self, kind: str, placed: Placed, size: int) -> None:
        self._kind = kind
        self._size = size
        self._on: dict[Any, list[int]] = {}
        self._off: dict[Any, list[int]] = {}
        everything = below(size)
        self.free = everything ^ bits([number for number, _ in placed], size)
        self._base = self.free | bits([n for n, term in placed if self._place(n, term)], size)
        self.true_if_missing = self.free | bits(_missing(placed, TRUE), size)
        self.false_if_missing = bits(_missing(placed, FALSE), size)
        self.met, self._marks = MEETINGS[kind](self._on.keys() | self._off.keys())
        self.possible: Callable[[Any], int] = Kept(self._found, size).__getitem__

    def _place(self, number: int, term: Values | Affix | Items) -> bool:
        """Note by which marks a clause is switched; return whether it holds where no mark is met."""
        on, off, otherwise = _switches(term)
        for mark in on:
            self._on.setdefault(mark, []).append(number)
        for mark in off:
            self._off.setdefault(mark, []).append(number)
        return otherwise

    def for_one(self, term: Values | Affix | Items) -> int:
        """Return the clauses whose term holds for some value for which this one does, too."""
        if isinstance(term, Affix):
            text = term.begins[::-1] if self._kind == "suffix" else term.begins
            return self.possible(self.met(text))
        if isinstance(term, Items):
            return self._base if term.some is None else self._switched((min(term.some),))
        if term.missing is TRUE:
            return self.true_if_missing
        return self._base if term.others else self.possible(min(term.values, key=str, default=None))

    def _found(self, met: Any) -> int:
        return self._base if met is None else self._switched(self._marks(met))

    def _switched(self, marks: tuple[Any, ...]) -> int:
        on = [number for mark in marks for number in self._on.get(mark, ())]
        off = [number for mark in marks for number in self._off.get(mark, ())]
        return (self._base | bits(on, self._size)) & ~bits(off, self._size)


def _missing(placed: Placed, truth: object) -> Iterable[int]:
    return [n for n, term in placed if isinstance(term, Values) and term.missing is truth]


def _switches(term: Values | Affix | Items) -> tuple[Iterable[Any], Iterable[Any], bool]:
    """Return the marks that make a term true, those that make it false, and what it is without."""
    if isinstance(term, Values):
        return ((), term.values, True) if term.others else (term.values, (), False)
    if isinstance(term, Affix):
        if term.never:
            return (), (), False
        return ((term.begins,), term.avoids, False) if term.begins else ((), term.avoids, True)
    return (() if term.some is None else term.some), term.avoids, term.some is None


class Ranged:
    """Clauses that hold between cuts of an ordered key."""

    false_if_missing = 0

    def __init__(self, placed: Placed, size: int) -> None:
        self._size = size
        self.free = self.true_if_missing = below(size) ^ bits([n for n, _ in placed], size)
        turns: dict[Cut, list[int]] = {}
        low: list[int] = []
        for number, span in placed:
            _turn(number, span, turns, low)
        ordered = sorted(turns)
        self._turns = [turns[cut] for cut in ordered]
        self._steps = self._stepped(self.free | bits(low, size))
        kept = Kept(self._found, size)
        self.possible: Callable[[Any], int] = kept.__getitem__
        self.met: Callable[[Any], Any] = lambda value: bisect_right(ordered, (value, 0))
        self.for_one: Callable[[Span], int] = lambda term: kept[_above(ordered, term)]

    def _stepped(self, state: int) -> list[int]:
        steps = [state]
        for at in range(0, len(self._turns), STEP):
            state ^= self._switched(at, at + STEP)
            steps.append(state)
        return steps

    def _switched(self, first: int, last: int) -> int:
        """Return the clauses that the cuts from one to another turn on or off."""
        odd: set[int] = set()
        for numbers in self._turns[first:last]:
            odd.symmetric_difference_update(numbers)
        return bits(odd, self._size)

    def _found(self, at: int) -> int:
        step = at // STEP
        return self._steps[step] ^ self._switched(step * STEP, at)


def _above(cuts: list[Cut], span: Span) -> int:
    """Return between which cuts a span begins."""
    start = span.stretches[0][0] if span.stretches else None
    return 0 if start is None else bisect_right(cuts, start)


def _turn(number: int, span: Span, turns: dict[Cut, list[int]], low: list[int]) -> None:
    for start, end in span.stretches:
        if start is None:
            low.append(number)
        else:
            turns.setdefault(start, []).append(number)
        if end is not None:
            turns.setdefault(end, []).append(number)


class Tested:
    """Clauses that hold for values which pass tests; each value is tested once, as long as it is kept."""

    false_if_missing = 0

    def __init__(self, placed: Placed, size: int) -> None:
        self._size = size
        self.free = self.true_if_missing = below(size) ^ bits([n for n, _ in placed], size)
        self._tests: dict[Any, tuple[Compare, list[int]]] = {}
        for number, term in placed:
            for compare, positive in term.tests:
                same = compare.operator, compare.argument, positive
                self._tests.setdefault(same, (compare, []))[1].append(number)
        self.met: Callable[[Any], Any] = lambda value: value
        self.possible: Callable[[Any], int] = Kept(self._passed, size).__getitem__
        self.for_one: Callable[[Any], int] = lambda _: below(size)

    def _passed(self, value: Any) -> int:
        failed = [
            number
            for (_, _, positive), (compare, numbers) in self._tests.items()
            if compare.holds(value) is not positive
            for number in numbers
        ]
        return below(self._size) & ~bits(failed, self._size)


def dimension_of(source: Source, placed: Placed, size: int) -> Dimension:
    """Return the dimension of a source; ``size`` is the number of all clauses."""
    if source.kind == "range":
        return Ranged(placed, size)
    return Tested(placed, size) if source.kind == TESTS else Marked(source.kind, placed, size)
