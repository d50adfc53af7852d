"""Finds comparisons that can each hold alone and never together, so that what they stand in is never true."""

from collections.abc import Callable, Iterator, Sequence
from itertools import combinations
from typing import Any, NamedTuple

from rules.arguments import shown
from rules.conditions import All, Compare, Condition, Named, Not
from rules.conditions import Any as AnyOf
from rules.index.clauses import Clause, Literal, clauses_of
from rules.index.terms import Affix, Counts, Items, Source, Span, Term, Values, term_of
from rules.operators import OPERATORS
from rules.past_events import EventCount
from rules.values import TRUE, Value

Known = Callable[[str], Sequence[Value]]
"""Attribute -> all values it can have; none where there are too many."""


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
    groups: dict[object, list[Literal]] = {}
    for literal in clause:
        groups.setdefault(_subject(literal.condition), []).append(literal)
    for earlier, later in _opposites(clause):
        return Contradiction(earlier, later)
    for subject, literals in groups.items():
        if subject is None or len(literals) < 2:
            continue
        for earlier, later in combinations(literals, 2):
            if _never([earlier, later], known):
                return Contradiction(earlier, later)
        if _never(literals, known):
            return Contradiction(*literals[-2:])
    return None


def _opposites(clause: Clause) -> Iterator[tuple[Literal, Literal]]:
    """Yield comparisons that are wanted and not wanted at once."""
    wanted: dict[tuple[Condition, bool], Literal] = {}
    for literal in clause:
        condition, positive = literal
        if (condition, not positive) in wanted:
            yield wanted[condition, not positive], literal
        wanted[condition, positive] = literal


def _subject(condition: Condition) -> object:
    """Return what a comparison reads; None for what nothing is known of."""
    if isinstance(condition, Compare):
        return condition.attribute, condition.read
    if isinstance(condition, EventCount):
        return condition.counter, condition.window
    return None


def _never(literals: Sequence[Literal], known: Known) -> bool:
    absent = [_asks_for_none(each) for each in literals]
    if any(absent) and not all(absent):
        return True
    terms: dict[Source, Any] = {}
    for literal in literals:
        found = term_of(literal)
        if found is not None:
            source, term = found
            terms[source] = terms[source].both(term) if source in terms else term
    values = _values(literals, terms, known)
    if values is None:
        return any(map(_is_empty, terms.values()))
    return not any(all(_holds(literal, value) for literal in literals) for value in values)


def _values(
    literals: Sequence[Literal], terms: dict[Source, Term], known: Known
) -> Iterator[Value] | Sequence[Value] | None:
    """Return the values that are possible at all; None where they cannot be listed."""
    first = literals[0].condition
    if not isinstance(first, Compare) or any(_asks_for_none(each) for each in literals):
        return None
    if listed := known(first.attribute):
        return listed
    for source, term in terms.items():
        if isinstance(term, Values) and not term.others and source.key is None:
            return sorted(term.values)
    return None


def _asks_for_none(literal: Literal) -> bool:
    condition, positive = literal
    exists = isinstance(condition, Compare) and condition.operator == "exists"
    return exists and condition.argument is not positive  # type: ignore[attr-defined]


def _holds(literal: Literal, value: Value) -> bool:
    """Say whether a comparison may hold for a value."""
    compare, positive = literal
    if not isinstance(compare, Compare) or OPERATORS[compare.operator].moving:
        return True
    key = value if compare.key is None else compare.key(value)
    return key is not None and compare.holds(key) is positive


def _is_empty(term: Term) -> bool:
    match term:
        case Values():
            return not (term.others or term.values or term.missing is TRUE)
        case Span():
            return not term.stretches
        case Affix():
            return term.never or any(term.begins.startswith(each) for each in term.avoids)
        case Items():
            return term.some is not None and term.some <= term.avoids
        case Counts():
            return True not in term.table
    return False


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
        if isinstance(condition, EventCount)
        else [(condition.operator, condition.argument)]  # type: ignore[attr-defined]
    )
    text = " and ".join(f"{word} {shown(argument)}" for word, argument in found)
    return text if positive else f"not {text}"


def subject_of(condition: Condition) -> str:
    """Return how a finding names what a comparison reads."""
    return condition.attribute if isinstance(condition, Compare) else "the count"
