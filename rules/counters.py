"""Rolling counters: what lets a rule ask "three views in 30 days" without reading a single event.

A rule only ever compares a count with a number n, so the newest n + 1 times of the events decide it
exactly, however many there are and however late one arrives. The counters a site needs are derived from
its rules at load.
"""

from collections.abc import Iterable, Mapping, Sequence
from hashlib import blake2b

import msgspec

from rules.model import Counter, Site
from rules.values import Value


class Occurrence(msgspec.Struct, frozen=True):
    """An event as counters see it; ``time`` is milliseconds since the epoch."""

    name: str
    time: int
    properties: Mapping[str, object]


def counter_key(event: str, where: Mapping[str, tuple[Value, ...]]) -> str:
    """Return the name of a counter: the same question, asked by any rule, has the same key."""
    canonical = msgspec.json.encode(
        [event, sorted((name, list(values)) for name, values in where.items())]
    )
    return blake2b(canonical, digest_size=8).hexdigest()


def counters_version(counters: Sequence[Counter]) -> str:
    """Return the hash that tells counts kept for these counters from counts kept for others."""
    canonical = msgspec.json.encode(sorted((counter.key, counter.keep) for counter in counters))
    return blake2b(canonical, digest_size=8).hexdigest()


def merge(counters: Iterable[Counter]) -> tuple[Counter, ...]:
    """Join counters that ask the same, keeping as many times as the greediest needs."""
    merged: dict[str, Counter] = {}
    for counter in counters:
        known = merged.get(counter.key)
        if known is None or counter.keep > known.keep:
            merged[counter.key] = counter
    return tuple(merged[key] for key in sorted(merged))


def advanced(site: Site, name: str, properties: Mapping[str, object]) -> list[Counter]:
    """Return the counters that an event advances."""
    return [
        counter
        for counter in site.counters
        if counter.event == name and _holds(counter, properties)
    ]


def _holds(counter: Counter, properties: Mapping[str, object]) -> bool:
    return all(properties.get(name) in values for name, values in counter.where.items())


def count(site: Site, occurrences: Iterable[Occurrence]) -> dict[str, list[int]]:
    """Return every counter's newest times from scratch: the oracle for keeping them one by one."""
    times: dict[str, list[int]] = {counter.key: [] for counter in site.counters}
    for occurrence in occurrences:
        for counter in advanced(site, occurrence.name, occurrence.properties):
            times[counter.key].append(occurrence.time)
    return {counter.key: sorted(times[counter.key])[-counter.keep :] for counter in site.counters}
