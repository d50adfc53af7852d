"""Finds rules that can never win, because one above them is true whenever they are."""

from collections.abc import Iterable, Mapping, Sequence

from rules.index.bits import lowest_first
from rules.index.cover import covers
from rules.index.rule_index import RuleIndex
from rules.index.terms import Asked
from rules.model import Rule

MOST = 64
"""How many rules above another are looked at closely: those that hold for one visitor it is for."""


def never_win(index: RuleIndex, rules: Mapping[str, Sequence[Rule]]) -> list[tuple[Rule, Rule]]:
    """Return each rule that never wins with one that is above it and wins instead."""
    found: list[tuple[Rule, Rule]] = []
    for slot in rules:
        for rule, first in index.numbering.firsts(slot):
            winners = [_winner(index, rule, clause, first) for clause in rule.clauses]
            if winners and winners[0] is not None and None not in winners:
                found.append((rule, winners[0]))
    return found


def _winner(index: RuleIndex, rule: Rule, clause: Asked, first: int) -> Rule | None:
    """Return a rule above that is true wherever a clause of a rule is."""
    above = index.holding_for(clause.terms, rule.slot, first)
    for number in _some(lowest_first(above)):
        other = index.numbering.owners[number]
        if _always_comes(other, rule) and any(covers(each, clause) for each in other.clauses):
            return other
    return None


def _some(numbers: Iterable[int]) -> Iterable[int]:
    return (number for _, number in zip(range(MOST), numbers, strict=False))


def _always_comes(other: Rule, rule: Rule) -> bool:
    """Say whether a rule is allowed, on schedule and not passed over whenever another is true."""
    wide, narrow = other.campaign.schedule, rule.campaign.schedule
    shared = other.campaign.exclusive is None or other.campaign.name == rule.campaign.name
    return (
        shared
        and other.cap is None
        and wide.start <= narrow.start
        and wide.end >= narrow.end
        and other.purposes <= rule.purposes
        and (rule.needs_unit or not other.needs_unit)
    )
