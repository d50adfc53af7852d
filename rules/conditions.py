"""Conditions: a closed tree that is read, never run. Three-valued, after Kleene's strong logic."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache, partial
from typing import Any as Anything
from typing import NamedTuple, Protocol
from zoneinfo import ZoneInfo

import msgspec

from rules.attributes import WEEKDAYS
from rules.clock import MINUTE, local, now_text
from rules.keys import Key
from rules.operators import OPERATORS, Test
from rules.values import FALSE, HIDDEN, TRUE, UNKNOWN, Single, Truth, Value


class Context(msgspec.Struct, frozen=True):
    """All a decision may read, as values. ``now`` is milliseconds since the Unix epoch."""

    now: int
    facts: Mapping[str, Value]
    granted: frozenset[str]
    counts: Mapping[str, Sequence[Anything]] | None = None
    """Counter key -> what it holds (``rules.model.Counter``); None when nobody knows the profile.

    Then an attribute of the profile that is not among the facts is unknown, and not missing.
    """
    unit: str | None = None
    """What splits and holdouts are dealt by: the visitor ID, so only ever with consent."""


class Condition(Protocol):
    """Anything that is true, false or unknown of a context."""

    def evaluate(self, context: Context) -> Truth:
        """Return the condition's truth."""
        ...


Read = Callable[[Context], Value]


@lru_cache  # the same question is the same function, so that the index asks it once
def reader_of(name: str, timezone: ZoneInfo) -> Read | None:
    """Return how a condition reads the clock, in the campaign's own timezone; None for a fact.

    What it reads is the same for all of a minute.
    """
    read = _CLOCK.get(name)
    return None if read is None else partial(read, timezone)


def zone_of(read: Read | None) -> ZoneInfo | None:
    """Return the timezone in which a condition reads the clock."""
    return read.args[0] if isinstance(read, partial) else None


_CLOCK: Mapping[str, Callable[[ZoneInfo, Context], Value]] = {
    "time.now": lambda zone, context: now_text(context.now // MINUTE, zone),
    "time.hour": lambda zone, context: local(context.now, zone).hour,
    "time.weekday": lambda zone, context: WEEKDAYS[local(context.now, zone).weekday()],
    "time.month": lambda zone, context: local(context.now, zone).month,
    "time.date": lambda zone, context: local(context.now, zone).date().isoformat(),
}


@dataclass(frozen=True, slots=True)
class Compare:
    """An attribute against an argument. Unknown values are never compared, except by ``exists``."""

    attribute: str
    purpose: str | None
    operator: str
    argument: Anything
    read: Read | None
    key: Key | None = None
    """From the fact to what is compared, for types that are more than their text."""
    _test: Test = field(init=False, repr=False)
    _moving: bool = field(init=False, repr=False)

    def __post_init__(self) -> None:
        row = OPERATORS[self.operator]
        object.__setattr__(self, "_test", row.test)
        object.__setattr__(self, "_moving", row.moving)

    def evaluate(self, context: Context) -> Truth:
        """Return HIDDEN where consent hides the attribute, UNKNOWN where nobody knows it."""
        if self.purpose is not None and self.purpose not in context.granted:
            return HIDDEN
        value = context.facts.get(self.attribute) if self.read is None else self.read(context)
        if value is None:
            if self.operator != "exists" or self._of_unknown_profile(context):
                return UNKNOWN
        elif self.key is not None:
            value = self.key(value)
            if value is None:
                return UNKNOWN
        argument = self.argument.at(context.now) if self._moving else self.argument
        return TRUE if self._test(value, argument) else FALSE

    def holds(self, known: object) -> bool:
        """Say whether a known value, or its key, compares as the rule wants."""
        return self._test(known, self.argument)

    def _of_unknown_profile(self, context: Context) -> bool:
        # What the request says needs no purpose; what the profile says always has one.
        return self.purpose is not None and context.counts is None


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
    """True as soon as one part is; false when every part is.

    Where every part begins by asking one attribute for a value, as in a list of categories or months,
    the parts are looked up by that value: the others are false, and never evaluated.
    """

    parts: tuple[Condition, ...]
    _cases: "_Cases | None" = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_cases", _cases(self.parts))

    def evaluate(self, context: Context) -> Truth:
        """Return the strongest truth among the parts, consent before ignorance."""
        parts = self.parts if self._cases is None else self._cases.possible(self.parts, context)
        result = FALSE
        for part in parts:
            value = part.evaluate(context)
            if value is TRUE:
                return TRUE
            if value is not FALSE and result is not HIDDEN:
                result = value
        return result


class _Cases(NamedTuple):
    """The parts of an ``any``, by the value that each wants of one attribute."""

    attribute: str
    purpose: str | None
    by_value: Mapping[object, tuple[Condition, ...]]

    def possible(self, parts: tuple[Condition, ...], context: Context) -> tuple[Condition, ...]:
        """Return the parts that are not certainly false: all, while the value is not known."""
        if self.purpose is not None and self.purpose not in context.granted:
            return parts
        value = context.facts.get(self.attribute)
        return parts if value is None else self.by_value.get(value, ())


def _cases(parts: tuple[Condition, ...]) -> _Cases | None:
    by_value: dict[object, tuple[Condition, ...]] = {}
    common = _first(parts[0]) if parts else None
    for part in parts:
        first = _first(part)
        if common is None or first is None or first.attribute != common.attribute:
            return None
        if not isinstance(first.argument, Single):
            return None  # more than a value, or refused already
        by_value[first.argument] = (*by_value.get(first.argument, ()), part)
    return _Cases(common.attribute, common.purpose, by_value) if common else None


def _first(part: Condition) -> Compare | None:
    """Return the comparison with one value that a part begins with, if it does."""
    if isinstance(part, Named):
        return _first(part.part)
    if isinstance(part, All) and part.parts:
        part = part.parts[0]
    if isinstance(part, Compare) and part.operator == "equals" and part.read is None:
        return part
    return None


_NEGATED = {TRUE: FALSE, FALSE: TRUE, UNKNOWN: UNKNOWN, HIDDEN: HIDDEN}


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite; what is unknown stays unknown."""

    part: Condition

    def evaluate(self, context: Context) -> Truth:
        """Swap true and false."""
        return _NEGATED[self.part.evaluate(context)]


@dataclass(frozen=True, slots=True)
class Named:
    """An audience where it is used: its condition, and the name that people know it by."""

    name: str
    part: Condition

    def evaluate(self, context: Context) -> Truth:
        """Return the truth of the audience's condition."""
        return self.part.evaluate(context)


ALWAYS = All(())
