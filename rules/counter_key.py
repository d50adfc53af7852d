"""What a counter is called: the same question has the same key, whichever rule asks it and however."""

from collections.abc import Iterable
from dataclasses import fields, is_dataclass
from hashlib import blake2b
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from rules.counter import Counter, Filter, Kind, Property

_PLAIN = (str, int, float, bool, type(None))


def counter(
    event: str,
    where: Iterable[Filter] = (),
    kind: Kind = "times",
    *,
    of: Property | None = None,
    keep: int = 1,
    span: int | None = None,
    oldest: bool = False,
) -> Counter:
    """Return a counter under its key; see ``rules.model.Counter`` for what it is made of."""
    asked = tuple(sorted(map(_plainest, where), key=lambda each: each.property.name))
    filters = [(each.property, _canonical(each.comparisons)) for each in asked]
    return Counter(
        _hash([event, filters, kind, of, oldest]), event, asked, kind, of, keep, span, oldest
    )


def _plainest(wanted: Filter) -> Filter:
    """Return a filter as all write it who ask the same: ``equals: a`` is ``in: [a]``."""
    found = [_plain(word, argument) for word, argument in wanted.comparisons]
    if len(found) > 1:
        found.sort(key=lambda pair: msgspec.json.encode(_canonical(pair)))
    return Filter(wanted.property, tuple(found))


def _plain(word: str, argument: Any) -> tuple[str, Any]:
    if word == "equals":
        return "in", (argument,)
    return (word, tuple(sorted(set(argument))) if word in ("in", "not_in") else argument)


def _canonical(value: Any) -> Any:
    """Return an argument as plain data, the same in every process, whatever it was made into."""
    if type(value) in _PLAIN:
        return value
    if isinstance(value, (list, tuple)):
        return [_canonical(each) for each in value]
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, ZoneInfo):
        return value.key
    if is_dataclass(value):
        named = (each.name for each in fields(value) if each.name != "text")
        return [_canonical(getattr(value, name)) for name in named]
    if isinstance(value, (str, int)):
        return str(value) if isinstance(value, str) else int(value)
    return value.pattern


def _hash(value: object) -> str:
    return blake2b(msgspec.json.encode(value), digest_size=8).hexdigest()


def counters_version(counters: Iterable[Counter]) -> str:
    """Return the hash that tells counts kept for these counters from counts kept for others."""
    return _hash(sorted((each.key, each.keep, each.span or 0) for each in counters))
