"""Rolling counters: what lets a rule ask "three views in 30 days" without reading a single event.

A rule only ever compares a count with a number n, so the newest n + 1 times of the events decide it
exactly, however many there are and however late one arrives. Sums, first and last events are kept in as
little. The counters a site needs are derived from its rules at load.
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import accumulate
from typing import Any, Final, NamedTuple

import msgspec

from rules.counter import Counter, CountersOfEvent, Filter
from rules.millionths import millionths
from rules.model import Site
from rules.operators import OPERATORS, key_of

LONGEST: Final = 1000
"""How many events of a window are held where the newest few do not decide: the newest of them."""
_LOOKED_UP: Final = ("string", "number", "boolean", "date")
"""Types whose values are equal exactly if they are equal as they are written."""


class Occurrence(msgspec.Struct, frozen=True):
    """An event as counters see it; ``time`` is milliseconds since the epoch."""

    name: str
    time: int
    properties: Mapping[str, object]


class Advance(NamedTuple):
    """A counter that an event advances, and by what: a value, millionths to add, or its time alone."""

    counter: Counter
    value: Any = None


def merge(counters: Iterable[Counter]) -> tuple[Counter, ...]:
    """Join counters that ask the same, keeping as much as the greediest needs."""
    merged: dict[str, Counter] = {}
    for each in counters:
        known = merged.setdefault(each.key, each)
        if known is not each and (known.keep, known.span) != (each.keep, each.span):
            merged[each.key] = _both(known, each)
    return tuple(merged[key] for key in sorted(merged))


def _both(one: Counter, other: Counter) -> Counter:
    spans = [each.span for each in (one, other) if each.span is not None]
    span = max(spans) if len(spans) == 2 else None
    return msgspec.structs.replace(one, keep=max(one.keep, other.keep), span=span)


def by_event(counters: Iterable[Counter]) -> dict[str, CountersOfEvent]:
    """Make the counters of a site ready to be found: an event must not look at all of them."""
    of_event: dict[str, list[Counter]] = {}
    for each in counters:
        of_event.setdefault(each.event, []).append(each)
    return {event: _ready(found) for event, found in of_event.items()}


def _ready(counters: list[Counter]) -> CountersOfEvent:
    """Put each counter under the property that tells it from the most others."""
    wanted = [(each, _values(each)) for each in counters]
    asked: dict[tuple[str, object], int] = {}
    for _, named in wanted:
        for name, values in named.items():
            for value in values:
                asked[name, value] = asked.get((name, value), 0) + 1
    by_value: dict[str, dict[object, list[Counter]]] = {}
    for each, named in wanted:
        if named:
            best = min(named, key=lambda name: max(asked[name, value] for value in named[name]))
            for value in named[best]:
                by_value.setdefault(best, {}).setdefault(value, []).append(each)
    always = tuple(each for each, named in wanted if not named)
    return CountersOfEvent(always, by_value)


def _values(counter: Counter) -> dict[str, tuple[Any, ...]]:
    """Return the properties for which a counter wants one of some values, with these."""
    return {
        wanted.property.name: argument
        for wanted in counter.where
        if wanted.property.type in _LOOKED_UP
        for word, argument in wanted.comparisons
        if word == "in" and isinstance(argument, tuple)
    }


def advanced(site: Site, name: str, properties: Mapping[str, object]) -> list[Advance]:
    """Return the counters that an event advances."""
    found = (_advance(each, properties) for each in _possible(site, name, properties))
    return [advance for advance in found if advance is not None]


def _possible(site: Site, name: str, properties: Mapping[str, object]) -> Iterator[Counter]:
    counters = site.counters_of.get(name)
    if counters is None:
        return
    yield from counters.always
    for property, by_value in counters.by_value.items():
        value = properties.get(property)
        if isinstance(value, (str, int, float)):
            yield from by_value.get(value, ())


def _advance(counter: Counter, properties: Mapping[str, object]) -> Advance | None:
    if not all(_accepts(wanted, properties) for wanted in counter.where):
        return None
    if counter.of is None:
        return Advance(counter)
    value: Any = counter.of.of(properties)
    if value is not None and counter.kind != "values":
        value = millionths(value)
    return None if value is None else Advance(counter, value)


def _accepts(wanted: Filter, properties: Mapping[str, object]) -> bool:
    """Say whether an event fits; without the property it fits ``exists: false`` and nothing else."""
    value = wanted.property.of(properties)
    if value is None:
        return all(comparison == ("exists", False) for comparison in wanted.comparisons)
    return all(_holds(wanted.property.type, *each, value) for each in wanted.comparisons)


def _holds(kind: str, word: str, argument: Any, value: Any) -> bool:
    key = key_of(word, kind)
    known = value if key is None else key(value)
    return known is not None and OPERATORS[word].test(known, argument)


def count(site: Site, occurrences: Iterable[Occurrence]) -> dict[str, list[Any]]:
    """Return what every counter holds, from scratch: the oracle for keeping it one by one.

    Of occurrences at the same time those that come later are the newer. Counters of none are left out.
    """
    found: dict[str, list[tuple[int, Any]]] = {}
    for each in occurrences:
        for counter, value in advanced(site, each.name, each.properties):
            found.setdefault(counter.key, []).append((each.time, value))
    return {
        counter.key: _held(counter, found[counter.key])
        for counter in site.counters
        if counter.key in found
    }


def _held(counter: Counter, found: list[tuple[int, Any]]) -> list[Any]:
    if counter.kind == "total":
        return [sum(value for _, value in found)]
    found = sorted(found, key=lambda pair: pair[0])
    if counter.span is not None:
        found = [pair for pair in found if pair[0] >= found[-1][0] - counter.span]
    found = found[: counter.keep] if counter.oldest else found[-counter.keep :]
    times = [time for time, _ in found]
    values = [value for _, value in found]
    if counter.kind == "times":
        return times
    return [times, list(accumulate(values)) if counter.kind == "sums" else values]
