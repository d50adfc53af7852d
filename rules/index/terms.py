"""What a clause asks of one thing it reads: the sets of values for which its literals hold."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple, TypeAlias

import re2

from rules.conditions import Compare, Read
from rules.index.clauses import Clause, Literal
from rules.keys import Key
from rules.operators import OPERATORS, base_of
from rules.past_events import EventCount
from rules.patterns import Pattern, Wanted
from rules.values import FALSE, TRUE, UNKNOWN, Truth


class Source(NamedTuple):
    """What a term reads, and how it looks it up."""

    kind: str
    """``values``, ``range``, ``prefix``, ``suffix``, ``items``, ``patterns``, ``events`` or ``tests``."""
    name: str = ""
    """An attribute, or the key of a counter."""
    purpose: str | None = None
    window: int | None = None
    read: Read | None = None
    """How it is read off the clock, if it is."""
    key: Key | None = None
    """From the value to what is compared."""


EVENTS = "events"
TESTS = "tests"


class Values(NamedTuple):
    """Some values, or all but some; ``missing`` is the truth where there is none."""

    values: frozenset[Any]
    others: bool = False
    """Whether it holds for every value that is not among ``values``, and only for those."""
    missing: Truth = UNKNOWN

    def both(self, other: "Values") -> "Values":
        """Return what holds where both hold."""
        missing = FALSE if FALSE in (self.missing, other.missing) else self.missing
        if missing is TRUE:
            missing = other.missing
        if self.others and other.others:
            return Values(self.values | other.values, True, missing)
        if self.others or other.others:
            some, but = (other, self) if self.others else (self, other)
            return Values(some.values - but.values, False, missing)
        return Values(self.values & other.values, False, missing)


Cut: TypeAlias = tuple[Any, int]
"""A place among ordered keys: ``(key, 0)`` just below the key, ``(key, 1)`` just above it."""


class Span(NamedTuple):
    """Stretches between cuts, ascending and apart; None is the end of all keys."""

    stretches: tuple[tuple[Cut | None, Cut | None], ...]

    def both(self, other: "Span") -> "Span":
        """Return what lies in both."""
        found = [_overlap(one, two) for one in self.stretches for two in other.stretches]
        return Span(tuple(stretch for stretch in found if stretch is not None))


def _overlap(
    one: tuple[Cut | None, Cut | None], two: tuple[Cut | None, Cut | None]
) -> tuple[Cut | None, Cut | None] | None:
    starts = [start for start in (one[0], two[0]) if start is not None]
    ends = [end for end in (one[1], two[1]) if end is not None]
    start, end = max(starts, default=None), min(ends, default=None)
    return None if start is not None and end is not None and start >= end else (start, end)


class Affix(NamedTuple):
    """Texts that begin (or end, read backwards) with ``begins`` and with none of ``avoids``."""

    begins: str = ""
    avoids: frozenset[str] = frozenset()
    never: bool = False

    def both(self, other: "Affix") -> "Affix":
        """Return what holds where both hold."""
        short, long = sorted((self.begins, other.begins), key=len)
        avoids = self.avoids | other.avoids
        return Affix(long, avoids, self.never or other.never or not long.startswith(short))


class Items(NamedTuple):
    """Lists that hold one of ``some``, if it is given, and nothing of ``avoids``; so texts hold patterns."""

    some: frozenset[Any] | None = None
    avoids: frozenset[Any] = frozenset()

    def both(self, other: "Items") -> "Items":
        """Return what holds where both hold; one of them at most wants some."""
        some = other.some if self.some is None else self.some
        return Items(some, self.avoids | other.avoids)


class Counts(NamedTuple):
    """For which counts it holds: ``table[n]``, the last one for all larger counts."""

    table: tuple[bool, ...]

    def at(self, count: int) -> bool:
        """Say whether it holds for a count."""
        return self.table[min(count, len(self.table) - 1)]

    def counts(self, least: int) -> list[int]:
        """Return the counts for which it holds, up to one from which on nothing changes, or ``least``."""
        return [count for count in range(max(len(self.table), least)) if self.at(count)]

    def both(self, other: "Counts") -> "Counts":
        """Return what holds where both hold."""
        size = max(len(self.table), len(other.table))
        return Counts(tuple([self.at(count) and other.at(count) for count in range(size)]))


class Tests(NamedTuple):
    """Comparisons that nothing but making them can tell the outcome of, such as distances."""

    tests: tuple[tuple[Compare, bool], ...]

    def both(self, other: "Tests") -> "Tests":
        """Return what holds where both hold."""
        return Tests(self.tests + other.tests)


Term: TypeAlias = Values | Span | Affix | Items | Counts | Tests
Found: TypeAlias = tuple[Source, Term] | None


class Asked(NamedTuple):
    """A clause by what it reads, and the literals that no term says: they are evaluated."""

    terms: Mapping[Source, Term]
    rest: Clause = ()


def asked(clause: Clause) -> Asked:
    """Return what a clause asks, a term for each source."""
    terms: dict[Source, Any] = {}
    rest: list[Literal] = []
    for literal in clause:
        found = term_of(literal)
        if found is None or _is_second(found, terms):
            rest.append(literal)
            continue
        source, term = found
        terms[source] = terms[source].both(term) if source in terms else term
    return Asked(terms, tuple(rest))


def _is_second(found: tuple[Source, Term], terms: Mapping[Source, Term]) -> bool:
    """Say whether a list must also hold one of other items than a literal before wants of it (or a text)."""
    source, term = found
    known = terms.get(source)
    if not (isinstance(term, Items) and isinstance(known, Items)):
        return False
    return term.some is not None and known.some is not None


def term_of(literal: Literal) -> Found:
    """Return what one literal asks, and of what; None where only evaluating it can tell."""
    condition = literal.condition
    if isinstance(condition, EventCount):
        return _event(condition, literal.positive)
    if not isinstance(condition, Compare):
        return None
    if OPERATORS[condition.operator].moving:
        return None
    return _TERMS.get(base_of(condition.operator), _test)(condition, literal.positive)


def _event(condition: EventCount, positive: bool) -> Found:
    bounds = [bound for _, argument in condition.comparisons for bound in _numbers(argument)]
    table = tuple([_holds(condition, count) is positive for count in range(int(max(bounds)) + 2)])
    source = Source(EVENTS, condition.counter, condition.purpose, window=condition.window)
    return source, Counts(table)


def _holds(condition: EventCount, count: int) -> bool:
    return all(OPERATORS[word].test(count, wanted) for word, wanted in condition.comparisons)


def _numbers(argument: Any) -> tuple[float, ...]:
    return argument if isinstance(argument, tuple) else (argument,)


def _values(compare: Compare, positive: bool) -> Found:
    word = base_of(compare.operator)
    argument: Any = compare.argument
    values = frozenset(argument) if word in ("in", "not_in") else frozenset((argument,))
    others = (word in ("not", "not_in")) is positive
    return _source("values", compare), Values(values, others)


def _exists(compare: Compare, positive: bool) -> Found:
    wanted = compare.argument is positive
    return _source("values", compare), Values(frozenset(), wanted, FALSE if wanted else TRUE)


def _range(compare: Compare, positive: bool) -> Found:
    low, high = _STRETCHES[compare.operator](compare.argument)
    stretches: list[tuple[Cut | None, Cut | None]] = [(low, high)]
    if not positive:
        stretches = [] if low is None else [(None, low)]
        stretches += [] if high is None else [(high, None)]
    return _source("range", compare), Span(tuple(stretches))


def _affix(compare: Compare, positive: bool) -> Found:
    text: Any = compare.argument
    if base_of(compare.operator) == "starts_with":
        source = _source("prefix", compare)
    else:
        source, text = _source("suffix", compare), text[::-1]
    return source, Affix(text) if positive else Affix(avoids=frozenset((text,)))


def _items(compare: Compare, positive: bool) -> Found:
    argument: Any = compare.argument
    items = frozenset(argument)
    if compare.operator == "has_all" and len(items) > 1:
        return None
    wanted = (compare.operator != "has_none") is positive
    return _source("items", compare), Items(items) if wanted else Items(avoids=items)


def _search(compare: Compare, positive: bool) -> Found:
    argument: Any = compare.argument
    if isinstance(argument, Pattern):
        if not argument.is_short:
            return None
        one = frozenset((argument.wanted,))
    else:
        one = frozenset((Wanted(re2.escape(str(argument))),))
    return _source("patterns", compare), Items(one) if positive else Items(avoids=one)


def _test(compare: Compare, positive: bool) -> Found:
    return _source(TESTS, compare), Tests(((compare, positive),))


def _source(kind: str, compare: Compare) -> Source:
    return _made(kind, compare.attribute, compare.purpose, compare.read, compare.key)


@lru_cache(
    maxsize=1 << 14
)  # thousands of terms read a few things: as one object these are found faster
def _made(kind: str, name: str, purpose: str | None, read: Read | None, key: Key | None) -> Source:
    return Source(kind, name, purpose, read=read, key=key)


_STRETCHES: Mapping[str, Callable[[Any], tuple[Cut | None, Cut | None]]] = {
    "lt": lambda bound: (None, (bound, 0)),
    "lte": lambda bound: (None, (bound, 1)),
    "gt": lambda bound: ((bound, 1), None),
    "gte": lambda bound: ((bound, 0), None),
    "between": lambda pair: ((pair[0], 0), (pair[1], 1)),
    "before": lambda bound: (None, (bound, 0)),
    "after": lambda bound: ((bound, 1), None),
}
"""Operator -> between which cuts it holds."""

_TERMS: Mapping[str, Callable[[Compare, bool], Found]] = {
    "exists": _exists,
    **dict.fromkeys(("equals", "not", "in", "not_in"), _values),
    **dict.fromkeys(_STRETCHES, _range),
    **dict.fromkeys(("starts_with", "ends_with"), _affix),
    **dict.fromkeys(("contains", "matches"), _search),
    **dict.fromkeys(("has_any", "has_all", "has_none"), _items),
}
"""Operator -> how its term is made; the others are evaluated."""
