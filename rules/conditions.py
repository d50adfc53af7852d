"""Conditions: a closed tree that is read, never run. Three-valued, after Kleene's strong logic."""

from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from rules.attributes import WEEKDAYS
from rules.operators import OPERATORS, Operator
from rules.values import FALSE, HIDDEN, TRUE, UNKNOWN, Truth, Value, truth


@dataclass(frozen=True, slots=True)
class Context:
    """All a decision may read, as values. ``now`` is milliseconds since the Unix epoch."""

    now: int
    facts: Mapping[str, Value]
    granted: frozenset[str]
    counts: Mapping[str, Sequence[int]] | None = None
    """Counter key -> ascending times of its newest events; None when nobody knows the profile.

    Then an attribute of the profile that is not among the facts is unknown, and not missing.
    """
    unit: str | None = None
    """What splits and holdouts are dealt by: the visitor ID, so only ever with consent."""


class Condition(Protocol):
    """Anything that is true, false or unknown of a context."""

    def evaluate(self, context: Context) -> Truth:
        """Return the condition's truth."""
        ...


Read = Callable[[Context], Value | None]


def reader_of(name: str, timezone: ZoneInfo) -> Read:
    """Return how a condition gets an attribute; the clock is read in the campaign's own timezone."""
    if name == "time.hour":
        return lambda context: _local(context, timezone).hour
    if name == "time.weekday":
        return lambda context: WEEKDAYS[_local(context, timezone).weekday()]
    if name == "time.month":
        return lambda context: _local(context, timezone).month
    if name == "time.date":
        return lambda context: _local(context, timezone).date().isoformat()
    return lambda context: context.facts.get(name)


def _local(context: Context, timezone: ZoneInfo) -> datetime:
    return datetime.fromtimestamp(context.now / 1000, timezone)


@dataclass(frozen=True, slots=True)
class Compare:
    """An attribute against an argument. Unknown values are never compared, except by ``exists``."""

    attribute: str
    purpose: str | None
    operator: str
    argument: object
    read: Read
    _row: Operator = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_row", OPERATORS[self.operator])

    def evaluate(self, context: Context) -> Truth:
        """Return HIDDEN where consent hides the attribute, UNKNOWN where nobody knows it."""
        if self.purpose is not None and self.purpose not in context.granted:
            return HIDDEN
        value = self.read(context)
        if value is None and (self.operator != "exists" or self._of_unknown_profile(context)):
            return UNKNOWN
        return truth(self._row.test(value, self.argument))

    def _of_unknown_profile(self, context: Context) -> bool:
        # What the request says needs no purpose; what the profile says always has one.
        return self.purpose is not None and context.counts is None


@dataclass(frozen=True, slots=True)
class EventCount:
    """How often an event happened within a window (milliseconds; None: ever)."""

    counter: str
    purpose: str
    window: int | None
    comparisons: tuple[tuple[str, object], ...]

    def evaluate(self, context: Context) -> Truth:
        """Count by the counter's newest times: it keeps one more than any rule asks for."""
        if self.purpose not in context.granted:
            return HIDDEN
        if context.counts is None:
            return UNKNOWN
        times = context.counts.get(self.counter, ())
        count = (
            len(times)
            if self.window is None
            else len(times) - bisect_left(times, context.now - self.window)
        )
        return truth(all(OPERATORS[name].test(count, wanted) for name, wanted in self.comparisons))


@dataclass(frozen=True, slots=True)
class All:
    """True when every part is; false as soon as one part is."""

    parts: tuple[Condition, ...]

    def evaluate(self, context: Context) -> Truth:
        """Return the weakest truth among the parts, consent before ignorance."""
        result = TRUE
        for part in self.parts:
            value = part.evaluate(context)
            if value is FALSE:
                return FALSE
            if value is not TRUE and result is not HIDDEN:
                result = value
        return result


@dataclass(frozen=True, slots=True)
class Any:
    """True as soon as one part is; false when every part is."""

    parts: tuple[Condition, ...]

    def evaluate(self, context: Context) -> Truth:
        """Return the strongest truth among the parts, consent before ignorance."""
        result = FALSE
        for part in self.parts:
            value = part.evaluate(context)
            if value is TRUE:
                return TRUE
            if value is not FALSE and result is not HIDDEN:
                result = value
        return result


_NEGATED = {TRUE: FALSE, FALSE: TRUE, UNKNOWN: UNKNOWN, HIDDEN: HIDDEN}


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite; what is unknown stays unknown."""

    part: Condition

    def evaluate(self, context: Context) -> Truth:
        """Swap true and false."""
        return _NEGATED[self.part.evaluate(context)]


ALWAYS = All(())
