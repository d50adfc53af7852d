"""Conditions as clauses: any of them must hold, and of each clause every literal.

Kleene's strong logic is a distributive lattice in which De Morgan's laws hold, so the disjunctive normal form
has the condition's truth for every context, the unknown ones included.
https://en.wikipedia.org/wiki/Three-valued_logic#Kleene_and_Priest_logics
"""

from typing import NamedTuple

from rules.conditions import All, Any, Condition, Named, Not

MOST = 32
"""Clauses of one condition; what would grow beyond stays one literal that is evaluated as it is written."""


class Literal(NamedTuple):
    """A comparison, or its opposite."""

    condition: Condition
    positive: bool = True


Clause = tuple[Literal, ...]


def clauses_of(condition: Condition) -> tuple[Clause, ...]:
    """Return the clauses of a condition: one of them is true if, and false unless, the condition is."""
    return _clauses(condition, True)


def _clauses(condition: Condition, positive: bool) -> tuple[Clause, ...]:
    if isinstance(condition, Not):
        return _clauses(condition.part, not positive)
    if isinstance(condition, Named):
        return _clauses(condition.part, positive)
    if isinstance(condition, (All, Any)):
        together = isinstance(condition, All) == positive
        parts = [_clauses(part, positive) for part in condition.parts]
        found = _product(parts, condition.parts, positive) if together else sum(parts, ())
        if len(found) <= MOST:
            return found
    return ((Literal(condition, positive),),)


def _product(
    parts: list[tuple[Clause, ...]], conditions: tuple[Condition, ...], positive: bool
) -> tuple[Clause, ...]:
    """Return the clauses of parts that must all hold, those with the fewest clauses first."""
    found: tuple[Clause, ...] = ((),)
    for part, condition in sorted(
        zip(parts, conditions, strict=True), key=lambda pair: len(pair[0])
    ):
        if len(found) * len(part) > MOST:
            part = ((Literal(condition, positive),),)
        found = tuple([(*one, *other) for one in found for other in part])
    return found
