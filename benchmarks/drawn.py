"""Conditions with the share of visits they are about, and how they are joined.

What a condition asks about is its family, and no rule asks about one twice, so none contradicts itself.
"""

from collections.abc import Callable, Mapping, Sequence
from math import prod
from random import Random
from typing import Any, NamedTuple, TypeAlias

Plain: TypeAlias = dict[str, Any]
"""A condition, a rule, a campaign as its YAML says it."""


class Drawn(NamedTuple):
    """One condition."""

    when: Plain
    share: float
    """Of all visits, as if everything that conditions ask about were independent."""
    families: frozenset[str]


Draw = Callable[[Random], Drawn]


def fits(parts: Sequence[Drawn], part: Drawn) -> bool:
    """Say whether nothing asks about the same as ``part`` yet."""
    return all(part.families.isdisjoint(other.families) for other in parts)


def all_of(parts: Sequence[Drawn]) -> Drawn:
    """Join conditions: two as keys of one mapping, more as a list."""
    keys = [key for part in parts for key in part.when]
    when: Plain = {"all": [part.when for part in parts]}
    if len(parts) <= 2 and len(set(keys)) == len(keys):
        when = {key: value for part in parts for key, value in part.when.items()}
    families = frozenset().union(*(part.families for part in parts))
    return Drawn(when, prod(part.share for part in parts), families)


def any_of(parts: Sequence[Drawn]) -> Drawn:
    """Join conditions of which one is enough."""
    families = frozenset().union(*(part.families for part in parts))
    share = 1 - prod(1 - part.share for part in parts)
    return Drawn({"any": [part.when for part in parts]}, share, families)


def extended(
    random: Random, parts: list[Drawn], number: int, draws: Mapping[Draw, int]
) -> list[Drawn]:
    """Return the parts and up to ``number`` more, drawn by weight, that ask about something else."""
    for draw in random.choices(list(draws), list(draws.values()), k=number):
        part = draw(random)
        if fits(parts, part):
            parts = [*parts, part]
    return parts
