"""Sets of ordered values as stretches between cuts: what lies in both, what in neither, what holds what.

A finite set is a stretch for each value, texts with a beginning are one: they lie next to each other.
"""

from collections.abc import Iterable, Sequence
from typing import Any, TypeAlias

from rules.index.terms import Cut

Stretch: TypeAlias = tuple[Cut | None, Cut | None]
Stretches: TypeAlias = tuple[Stretch, ...]
"""Ascending and apart from each other; None is the end of all values."""

ALL: Stretches = ((None, None),)
NONE: Stretches = ()
YES: Stretches = (((True, 0), None),)
"""Of what is a yes or a no."""
NO: Stretches = ((None, (True, 0)),)


def both(one: Stretches, other: Stretches) -> Stretches:
    """Return what lies in both."""
    found: list[Stretch] = []
    at = beside = 0
    while at < len(one) and beside < len(other):
        (low, high), (least, most) = one[at], other[beside]
        start = low if least is None or (low is not None and low > least) else least
        first_ends = most is None or (high is not None and high < most)
        end = high if first_ends else most
        if start is None or end is None or start < end:
            found.append((start, end))
        if first_ends:
            at += 1
        else:
            beside += 1
    return tuple(found)


def opposite(stretches: Stretches) -> Stretches:
    """Return what lies in none of the stretches."""
    found: list[Stretch] = []
    start: Cut | None = None
    for low, high in stretches:
        if low is not None:
            found.append((start, low))
        if high is None:
            return tuple(found)
        start = high
    return (*found, (start, None))


def holds(wide: Stretches, narrow: Stretches) -> bool:
    """Say whether all of one set lies in another."""
    return wide == ALL or both(wide, narrow) == narrow


def points(values: Iterable[Any]) -> Stretches:
    """Return the set of some values."""
    return tuple([((value, 0), (value, 1)) for value in sorted(values)])


def listed(stretches: Stretches) -> list[Any] | None:
    """Return the values of a set that has only so many; None for any other."""
    found = [low[0] for low, high in stretches if low and high and low[0] == high[0]]
    return found if len(found) == len(stretches) else None


def beginning(text: str) -> Stretches:
    """Return the texts that begin with one: up to the first that is greater than all of them."""
    head = text.rstrip(chr(0x10FFFF))
    after = head[:-1] + chr(ord(head[-1]) + 1) if head else None
    return (((text, 0) if text else None, None if after is None else (after, 0)),)


def whole(table: Sequence[bool]) -> Stretches:
    """Return the whole numbers for which a table says yes; its last answer is that for all larger ones."""
    found: list[Stretch] = []
    start, within = 0, False
    for number, said in enumerate(table):
        if said and not within:
            start, within = number, True
        elif within and not said:
            found.append(((start, 0) if start else None, (number, 0)))
            within = False
    return (*found, ((start, 0) if start else None, None)) if within else tuple(found)
