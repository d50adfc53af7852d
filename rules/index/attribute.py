"""All that rules ask of one attribute, and for each value the clauses that may still be true."""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache, reduce
from operator import and_, or_
from typing import Any

from rules.index.dimension import Dimension, Kept
from rules.index.terms import Source

REMEMBERED = 1 << 12
"""Values for which it is remembered what they leave possible."""
FOUND_AT_ONCE = ("values", "tests")
"""Kinds for which a value is all that is looked up."""


class Unreadable(Exception):
    """A value is not of its attribute's type."""


class Attribute:
    """The dimensions that read one attribute, joined: a value is looked up once for all of them."""

    def __init__(self, parts: Sequence[tuple[Source, Dimension]], size: int) -> None:
        """Join dimensions, each with the source that it reads; ``size`` is the number of all clauses."""
        self._met = [_met_by(source, dimension) for source, dimension in parts]
        self._parts = [dimension for _, dimension in parts]
        self._joint = Kept(self._all_of, size)
        self.free = reduce(and_, [each.free for _, each in parts])
        """The clauses that do not read it."""
        self.true_if_missing = reduce(and_, [each.true_if_missing for _, each in parts])
        self.false_if_missing = reduce(or_, [each.false_if_missing for _, each in parts])
        self.possible = self._remembering(parts, size)
        """Value -> the clauses it leaves possible. Raises where the value cannot be read."""

    def _remembering(
        self, parts: Sequence[tuple[Source, Dimension]], size: int
    ) -> Callable[[Any], int]:
        """Return value -> the clauses it leaves possible, found anew only where that takes longer."""
        kind = parts[0][0].kind if len(parts) == 1 else None
        if kind == "range":
            return possible_of(*parts[0])
        if kind in FOUND_AT_ONCE:
            return Kept(possible_of(*parts[0]), size).__getitem__
        return lru_cache(REMEMBERED)(self._found)

    def _found(self, value: Any) -> int:
        found: int = self._joint[tuple([met(value) for met in self._met])]
        return found

    def _all_of(self, met: tuple[Any, ...]) -> int:
        return reduce(
            and_, [part.possible(each) for part, each in zip(self._parts, met, strict=True)]
        )


def possible_of(source: Source, dimension: Dimension) -> Callable[[Any], int]:
    """Return value -> the clauses it leaves possible. That raises where the value cannot be read."""
    met, possible = _met_by(source, dimension), dimension.possible
    return lambda value: possible(met(value))


def _met_by(source: Source, dimension: Dimension) -> Callable[[Any], Any]:
    """Return value -> what of it matters to a dimension."""
    key, met = source.key, dimension.met
    if key is None:
        return met

    def keyed(value: Any) -> Any:
        known = key(value)
        if known is None:
            raise Unreadable
        return met(known)

    return keyed


def joined(
    dimensions: Mapping[Source, Dimension], size: int
) -> dict[tuple[str, str | None], Attribute]:
    """Return by name and purpose the attributes that are not read off the clock."""
    parts: dict[tuple[str, str | None], list[tuple[Source, Dimension]]] = {}
    for source, dimension in dimensions.items():
        if source.read is None:
            parts.setdefault((source.name, source.purpose), []).append((source, dimension))
    return {read: Attribute(found, size) for read, found in parts.items()}
