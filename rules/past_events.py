"""Conditions on what a visitor did before: how often, how much, when and what, within a window or ever.

None reads an event: each looks up what a counter holds (``rules/counters.py``), and finds the beginning of
its window there by halving. Windows are milliseconds up to now, both ends included; None means ever.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from rules.conditions import Context
from rules.counter import Property
from rules.keys import Key
from rules.millionths import exact_millionths
from rules.operators import OPERATORS, Test, key_of
from rules.values import FALSE, HIDDEN, TRUE, UNKNOWN, Truth, truth

Comparisons = tuple[tuple[str, Any], ...]
"""Operators with their arguments; all of them must hold."""


def _barred(purpose: str, context: Context) -> Truth | None:
    """Say why a profile's events cannot be asked about; None if they can."""
    if purpose not in context.granted:
        return HIDDEN
    return UNKNOWN if context.counts is None else None


def _held(counter: str, context: Context) -> Sequence[Any]:
    return (context.counts or {}).get(counter, ())


def _start(times: Sequence[int], window: int | None, now: int) -> int:
    """Return how many of the times, which ascend, are older than the window."""
    return 0 if window is None else bisect_left(times, now - window)


@dataclass(frozen=True, slots=True)
class EventCount:
    """How often an event happened."""

    counter: str
    purpose: str
    window: int | None
    comparisons: Comparisons

    def evaluate(self, context: Context) -> Truth:
        """Return HIDDEN without the event's purpose, UNKNOWN without a profile."""
        barred = _barred(self.purpose, context)
        return truth(self.meets(self.count(context))) if barred is None else barred

    def count(self, context: Context) -> int:
        """Count by the counter's newest times: it keeps one more than any rule asks for."""
        times = _held(self.counter, context)
        return len(times) - _start(times, self.window, context.now)

    def meets(self, count: int) -> bool:
        """Say whether a count is one that is asked for."""
        return all(OPERATORS[word].test(count, bound) for word, bound in self.comparisons)


@dataclass(frozen=True, slots=True)
class EventSum:
    """What a number adds up to, over the events that have it."""

    counter: str
    purpose: str
    window: int | None
    comparisons: Comparisons
    of: Property
    _bounds: tuple[tuple[Test, Any], ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        bounds = ((OPERATORS[word].test, _bound(bound)) for word, bound in self.comparisons)
        object.__setattr__(self, "_bounds", tuple(bounds))

    def evaluate(self, context: Context) -> Truth:
        """Return HIDDEN without the event's purpose, UNKNOWN without a profile."""
        barred = _barred(self.purpose, context)
        return truth(self.meets(self.total(context))) if barred is None else barred

    def total(self, context: Context) -> int:
        """Return the sum in millionths: no addition, whatever the window."""
        held = _held(self.counter, context)
        if not held or self.window is None:
            return held[0] if held else 0
        times, totals = held
        before = _start(times, self.window, context.now)
        return int(totals[-1] - (totals[before - 1] if before else 0))

    def meets(self, total: int) -> bool:
        """Say whether a sum, in millionths, is one that is asked for."""
        return all(test(total, bound) for test, bound in self._bounds)


def _bound(written: Any) -> Any:
    if isinstance(written, tuple):
        return tuple(exact_millionths(each) for each in written)
    return exact_millionths(written)


class _Ready(NamedTuple):
    """A comparison as it is evaluated; ``exists`` is the only one that can ask of nothing."""

    test: Test
    argument: Any
    key: Key | None
    moving: bool
    of_nothing: bool

    def holds(self, value: Any, now: int) -> Truth:
        if self.of_nothing:
            return truth(self.test(value, self.argument))
        known = value if value is None or self.key is None else self.key(value)
        if known is None:
            return UNKNOWN
        return truth(self.test(known, self.argument.at(now) if self.moving else self.argument))


def _ready(comparisons: Comparisons, of: Property | None) -> tuple[_Ready, ...]:
    """Make comparisons ready for a property, or for the time of an event, which is its own key."""
    return tuple(
        _Ready(
            OPERATORS[word].test,
            argument,
            None if of is None else key_of(word, of.type),
            OPERATORS[word].moving,
            word == "exists",
        )
        for word, argument in comparisons
    )


def _all(tests: tuple[_Ready, ...], value: Any, now: int) -> Truth:
    result = TRUE
    for test in tests:
        held = test.holds(value, now)
        if held is FALSE:
            return FALSE
        if held is UNKNOWN:
            result = UNKNOWN
    return result


@dataclass(frozen=True, slots=True)
class EventMoment:
    """When an event happened last, or with ``oldest`` first; unknown if it never did."""

    counter: str
    purpose: str
    window: int | None
    comparisons: Comparisons
    oldest: bool
    _tests: tuple[_Ready, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_tests", _ready(self.comparisons, None))

    def evaluate(self, context: Context) -> Truth:
        """Return HIDDEN without the event's purpose, UNKNOWN without a profile or such an event."""
        barred = _barred(self.purpose, context)
        return self.meets(self.moment(context), context.now) if barred is None else barred

    def moment(self, context: Context) -> int | None:
        """Return the time, never after now: another node's clock may be ahead of this one's."""
        times = _held(self.counter, context)
        before = _start(times, self.window, context.now)
        if before == len(times):
            return None
        return min(int(times[before if self.oldest else -1]), context.now)

    def meets(self, moment: int | None, now: int) -> Truth:
        """Say whether a time is one that is asked for."""
        return _all(self._tests, moment, now)


@dataclass(frozen=True, slots=True)
class EventValue:
    """What the last event, or with ``oldest`` the first, had as a property; unknown if there is none."""

    counter: str
    purpose: str
    window: int | None
    comparisons: Comparisons
    oldest: bool
    of: Property
    _tests: tuple[_Ready, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_tests", _ready(self.comparisons, self.of))

    def evaluate(self, context: Context) -> Truth:
        """Return HIDDEN without the event's purpose, UNKNOWN without a profile or such an event."""
        barred = _barred(self.purpose, context)
        return self.meets(self.value(context), context.now) if barred is None else barred

    def value(self, context: Context) -> Any:
        """Return the property, None without such an event."""
        held = _held(self.counter, context)
        if not held:
            return None
        times, values = held
        before = _start(times, self.window, context.now)
        return None if before == len(times) else values[before if self.oldest else -1]

    def meets(self, value: Any, now: int) -> Truth:
        """Say whether a value is one that is asked for."""
        return _all(self._tests, value, now)


PastEvent = EventCount | EventSum | EventMoment | EventValue
