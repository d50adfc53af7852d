"""What a counter is called: the same question has the same key, whichever rule asks it and however."""

from collections.abc import Iterable, Sequence
from dataclasses import fields, is_dataclass
from hashlib import blake2b
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from rules.counter import Counter, Filter, Kind, Property


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
    """Return a counter under its key: the same question, asked by any rule, has the same."""
    asked = tuple(sorted(map(_plainest, where), key=lambda each: each.property.name))
    question = [event, asked, kind, of, oldest]
    return Counter(_hash(question), event, asked, kind, of, keep, span, oldest)


def _plainest(wanted: Filter) -> Filter:
    """Return a filter as all write it who ask the same: ``equals: a`` is ``in: [a]``."""
    comparisons: list[tuple[str, Any]] = []
    word: str
    argument: Any
    for word, argument in wanted.comparisons:
        if word == "equals":
            word, argument = "in", (argument,)
        if word in ("in", "not_in"):
            argument = tuple(sorted(set(argument)))
        comparisons.append((word, argument))
    return Filter(wanted.property, tuple(sorted(comparisons, key=_encoded)))


def _encoded(value: object) -> bytes:
    return msgspec.json.encode(_canonical(value))


def _canonical(value: Any) -> Any:
    """Return a question as plain data, the same in every process, whatever its arguments were made into."""
    if value is None or isinstance(value, (bool, float)):
        return value
    for plain in (str, int):
        if isinstance(value, plain):
            return plain(value)
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, (list, tuple)):
        return [_canonical(each) for each in value]
    if isinstance(value, ZoneInfo):
        return value.key
    if is_dataclass(value) or isinstance(value, msgspec.Struct):
        return [_canonical(getattr(value, name)) for name in _fields(value)]
    return value.pattern


def _fields(value: Any) -> tuple[str, ...]:
    found = (
        (each.name for each in fields(value)) if is_dataclass(value) else value.__struct_fields__
    )
    return tuple(name for name in found if name != "text")


def _hash(value: object) -> str:
    return blake2b(_encoded(value), digest_size=8).hexdigest()


def counters_version(counters: Sequence[Counter]) -> str:
    """Return the hash that tells counts kept for these counters from counts kept for others."""
    return _hash(sorted([each.key, each.keep, each.span or 0] for each in counters))
