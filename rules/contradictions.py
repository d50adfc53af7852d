"""Finds comparisons that can each hold alone and never together, so that what they stand in is never true."""

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import NamedTuple

from rules.allowed import Subject, subject_of
from rules.arguments import shown
from rules.clock import window_text
from rules.conditions import All, Compare, Condition, Named, Not
from rules.conditions import Any as AnyOf
from rules.implication import Known, told
from rules.index.clauses import Clause, Literal, clauses_of
from rules.past_events import EventCount, EventMoment, EventSum, EventValue, PastEvent

MOST = 64
"""Comparisons of one thing that are looked at together: nobody writes so many, but who means harm."""


class Contradiction(NamedTuple):
    """Two comparisons of one thing, in the order they are written, that never both hold."""

    earlier: Literal
    later: Literal


def contradictions(condition: Condition, known: Known) -> list[Contradiction]:
    """Return what keeps a condition, or a part of one of its ``any``, from ever being true."""
    if found := never_true(condition, known):
        return found
    parts = condition.parts if isinstance(condition, (All, AnyOf)) else ()
    return [each for part in parts for each in contradictions(part, known)]


def never_true(condition: Condition, known: Known) -> list[Contradiction]:
    """Return what closes every way of a condition to be true; nothing if one is open."""
    found: dict[Contradiction, None] = {}
    for clause in clauses_of(condition):
        conflict = _conflict(clause, known)
        if conflict is None:
            return []
        found[conflict] = None
    return list(found)


def _conflict(clause: Clause, known: Known) -> Contradiction | None:
    groups: dict[Subject, list[Literal]] = {}
    for literal in clause:
        groups.setdefault(subject_of(literal.condition), []).append(literal)
    for every in groups.values():
        literals = every[:MOST]
        if len(literals) < 2 or not _never(literals, known):
            continue  # and so no two of them are never true together
        for earlier, later in combinations(literals, 2):
            if _never((earlier, later), known):
                return Contradiction(earlier, later)
        return Contradiction(*literals[-2:])
    return None


def _never(literals: Sequence[Literal], known: Known) -> bool:
    return any(each.never for each in told(literals, known).values())


def leaves(condition: Condition) -> Iterator[Condition]:
    """Yield the comparisons that a condition consists of."""
    if isinstance(condition, (All, AnyOf)):
        for part in condition.parts:
            yield from leaves(part)
    elif isinstance(condition, (Named, Not)):
        yield from leaves(condition.part)
    else:
        yield condition


def said(literal: Literal) -> str:
    """Return how a finding names a comparison."""
    condition, positive = literal
    found = (
        condition.comparisons
        if isinstance(condition, PastEvent)
        else [(condition.operator, condition.argument)]  # type: ignore[attr-defined]
    )
    text = " and ".join(f"{word} {shown(argument)}" for word, argument in found)
    if isinstance(condition, EventCount) and condition.window is not None:
        text = f"{text} within {window_text(condition.window)}"
    return text if positive else f"not {text}"


def read_by(condition: Condition) -> str:
    """Return how a finding names what a comparison reads."""
    match condition:
        case Compare():
            return condition.attribute
        case EventCount():
            return "the count"
        case EventSum():
            return f"the sum of {condition.of.name}"
        case EventValue():
            return f"{condition.of.name} of the {_which(condition)} event"
        case EventMoment():
            return f"the {_which(condition)} event"
    return "the condition"


def _which(condition: EventMoment | EventValue) -> str:
    return "first" if condition.oldest else "last"
