"""Which values a comparison allows, as sets that can be compared with each other.

A comparison looks at a value from one side: at itself, at its letters without capitals or from their end, at its
day of the week, at its distance from a place. From there it allows a set of stretches. What another side
can tell of that is a larger set, or everything.
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from rules.arguments import Circle, Networks, Times, Weekdays, Window, distance_km
from rules.conditions import Compare, Condition
from rules.index.clauses import Literal
from rules.index.terms import Affix, Counts, Items, Source, Span, Term, Values, term_of
from rules.keys import Key, folded
from rules.operators import FOLDED, OPERATORS, base_of, key_of
from rules.past_events import EventCount, EventMoment, EventSum, EventValue
from rules.stretches import (
    ALL,
    NO,
    YES,
    Stretches,
    beginning,
    both,
    opposite,
    points,
    whole,
)
from rules.values import FALSE, UNKNOWN, Truth, truth

NEAR_KM = 1e-6
"""By how much distances may be wrong: a millimetre, thousands of times what floating point is."""


class Subject(NamedTuple):
    """What comparisons read: those with one subject are about the same value."""

    kind: str
    name: Any
    purpose: str | None = None
    detail: object = None


class Side(NamedTuple):
    """From where a comparison looks at a value."""

    kind: str
    detail: Any = None


class Allowed(NamedTuple):
    """What is allowed from one side, and whether it is where there is no value."""

    side: Side
    stretches: Stretches
    missing: Truth = UNKNOWN


ITSELF = Side("itself")
FOLDED_TEXT = Side("folded")
BACKWARDS = Side("backwards")
FOLDED_BACKWARDS = Side("folded backwards")
_TEXTS = {("prefix", False): ITSELF, ("prefix", True): FOLDED_TEXT}
_TEXTS |= {("suffix", False): BACKWARDS, ("suffix", True): FOLDED_BACKWARDS}


def subject_of(condition: Condition) -> Subject:
    """Return what a comparison reads. What is no comparison is a subject of its own."""
    if isinstance(condition, Compare):
        return Subject("value", condition.attribute, condition.purpose, condition.read)
    if isinstance(condition, EventCount):
        return Subject("count", condition.counter, condition.purpose)
    if isinstance(condition, EventSum):
        return Subject("sum", condition.counter, condition.purpose, condition.window)
    if isinstance(condition, (EventMoment, EventValue)):
        kind = "moment" if isinstance(condition, EventMoment) else "property"
        which = condition.window, condition.oldest
        return Subject(kind, condition.counter, condition.purpose, which)
    return Subject("other", condition)


def subject_of_source(source: Source) -> Subject:
    """Return what a term of the index reads."""
    kind = "value" if source.kind != "events" else "count"
    return Subject(kind, source.name, source.purpose, source.read)


def parts_of(literal: Literal) -> tuple[Literal, ...]:
    """Return the comparisons of a literal that must all hold: an event may be compared with several things."""
    condition, positive = literal
    if not isinstance(condition, (EventSum, EventMoment, EventValue)):
        return (literal,)
    parts = tuple(
        Literal(Compare("", None, word, argument, None, _key(condition, word)), positive)
        for word, argument in condition.comparisons
    )
    if len(parts) == 1:
        return parts
    return (literal, *parts) if positive else (literal,)


def _key(condition: EventSum | EventMoment | EventValue, word: str) -> Key | None:
    return key_of(word, condition.of.type) if isinstance(condition, EventValue) else None


def allowed(part: Literal) -> tuple[Allowed, ...]:
    """Return what a comparison allows; all of it must hold."""
    found = term_of(part)
    made = None if found is None else _of_term(*found)
    if made is not None:
        return made
    condition, positive = part
    side, stretches, missing = Side("other", condition), YES, UNKNOWN
    if isinstance(condition, Compare):
        if OPERATORS[condition.operator].types == ("list",):
            return _of_all(condition, positive)
        side = Side(condition.operator, condition.argument)
        if condition.operator in _SIDES:
            side, stretches = _SIDES[condition.operator](condition.argument)
    elif isinstance(condition, (EventMoment, EventValue)):
        missing = _of_nothing(condition, positive)
    return (Allowed(side, stretches if positive else opposite(stretches), missing),)


def _of_nothing(condition: EventMoment | EventValue, positive: bool) -> Truth:
    """Return what a condition is where there is no such event; of that, no time matters."""
    found = condition.meets(None, 0)
    return found if positive or found is UNKNOWN else truth(found is FALSE)


def _of_term(source: Source, term: Term) -> tuple[Allowed, ...] | None:
    """Return what a term of the index allows; None where it does not know itself."""
    ignoring = source.key is folded
    match term:
        case Values():
            some = points(term.values)
            side = FOLDED_TEXT if ignoring else ITSELF
            return (Allowed(side, opposite(some) if term.others else some, term.missing),)
        case Span():
            return (Allowed(ITSELF, term.stretches),)
        case Affix():
            (but,) = term.avoids or (None,)
            texts = beginning(term.begins) if but is None else opposite(beginning(but))
            return (Allowed(_TEXTS[source.kind, ignoring], texts),)
        case Items() if source.kind == "items":
            if term.some is not None:
                return (Allowed(Side("any", term.some), YES),)
            return tuple(Allowed(_has(item), NO) for item in sorted(term.avoids))
        case Counts():
            return (Allowed(Side("count", source.window), whole(term.table)),)
    return None


def _has(item: str) -> Side:
    return Side("any", frozenset((item,)))


def _of_all(compare: Compare, positive: bool) -> tuple[Allowed, ...]:
    """Return what ``has_all`` of several items allows."""
    items: Any = compare.argument
    if positive:
        return tuple(Allowed(_has(item), YES) for item in sorted(items))
    return (Allowed(Side("all", items), NO),)


def _within(window: Window) -> tuple[Side, Stretches]:
    return Side("age", window.timezone), (((0, 0), (window.length, 1)),)


def _without(window: Window) -> tuple[Side, Stretches]:
    side, within = _within(window)
    return side, opposite(within)


def _days(days: Weekdays) -> tuple[Side, Stretches]:
    return Side("day", days.timezone), whole([day in days.days for day in range(7)])


def _minutes(times: Times) -> tuple[Side, Stretches]:
    since, end = (times.start, 0) if times.start else None, (times.end, 0)
    side = Side("minute", times.timezone)
    if times.start < times.end:
        return side, ((since, end),)
    return side, ((None, end), (since, None)) if times.end else ((since, None),)


def _addresses(networks: Networks) -> tuple[Side, Stretches]:
    """Return stretches up to the next address, so that networks beside each other are one."""
    found: list[tuple[Any, Any]] = []
    for first, (version, last) in zip(networks.firsts, networks.lasts, strict=True):
        start, end = (first, 0), ((version, last + 1), 0)
        if found and found[-1][1] == start:
            start = found.pop()[0]
        found.append((start, end))
    return ITSELF, tuple(found)


def _distance(circle: Circle) -> tuple[Side, Stretches]:
    found = ALL
    for word, bound in circle.bounds:
        (part,) = allowed(Literal(Compare("", None, word, bound, None)))
        found = both(found, part.stretches)
    return Side("km", (circle.latitude, circle.longitude)), found


_SIDES: Mapping[str, Callable[[Any], tuple[Side, Stretches]]] = {
    "within_last": _within,
    "not_within_last": _without,
    "weekday": _days,
    "time_between": _minutes,
    "in_cidr": _addresses,
    "distance_km": _distance,
}
"""Operator that no set of the index says -> from where it looks, and what it allows."""


def seen(part: Literal, given: Allowed, side: Side) -> Stretches:
    """Return what a comparison allows as far as another side can tell."""
    if given.side == side or not given.stretches:
        return given.stretches
    if side.kind == given.side.kind == "count":
        return _of_other_window(given, side)
    if side.kind == given.side.kind == "km":
        return _from_other_place(given, side)
    compare = part.condition
    if part.positive and isinstance(compare, Compare) and isinstance(compare.argument, str):
        return _of_other_text(compare, side)
    return ALL


def _of_other_window(given: Allowed, side: Side) -> Stretches:
    """Return how often it was in a longer window, at least, or in a shorter one, at most."""
    least, most = given.stretches[0][0], given.stretches[-1][1]
    shorter = given.side.detail is not None and (
        side.detail is None or given.side.detail < side.detail
    )
    return ((least, None),) if shorter else ((None, most),)


def _from_other_place(given: Allowed, side: Side) -> Stretches:
    """Return how far it can be from another place: no side of a triangle is longer than the other two."""
    apart = distance_km(given.side.detail, side.detail) + NEAR_KM
    least, most = given.stretches[0][0], given.stretches[-1][1]
    nearest = [0.0] if least is None else [0.0, least[0] - apart]
    if most is not None:
        nearest.append(apart - 2 * NEAR_KM - most[0])
    furthest = None if most is None else (most[0] + apart, 1)
    start = max(nearest)
    return (((start, 0) if start else None, furthest),)


def _of_other_text(compare: Compare, side: Side) -> Stretches:
    """Return what a text that begins or ends with another, or contains it, is from another side."""
    word, text = base_of(compare.operator), str(compare.argument)
    ignoring = side in (FOLDED_TEXT, FOLDED_BACKWARDS) or side.kind.endswith(FOLDED)
    if ignoring:
        text = text.casefold()
    elif compare.operator.endswith(FOLDED):
        return ALL
    if side == FOLDED_TEXT:
        return beginning(text) if word in ("equals", "starts_with") else ALL
    if side == FOLDED_BACKWARDS:
        return beginning(text[::-1]) if word in ("equals", "ends_with") else ALL
    contained = base_of(side.kind) == "contains" and side.detail in text
    return YES if contained and word in _WHOLE_TEXTS else ALL


_WHOLE_TEXTS = ("equals", "starts_with", "ends_with", "contains")
"""Operators whose argument is part of all values that they allow."""
