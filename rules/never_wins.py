"""Finds rules that can never win, because one above them is true whenever they are."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from rules.index.bits import lowest_first
from rules.index.cover import covers
from rules.index.rule_index import RuleIndex
from rules.index.terms import Asked
from rules.model import Rule, Site
from rules.parts import CampaignPart
from rules.reader import Reader
from rules.source import Node

MOST = 64
"""How many rules above another are looked at closely: those that hold for one visitor it is for."""


Ranked = Mapping[str, Sequence[Rule]]
"""Slot -> its rules, the one that wins first."""


class Indexed(NamedTuple):
    """A site's rules and their index."""

    rules: Mapping[str, tuple[Rule, ...]]
    finder: RuleIndex


def refuse_beaten(
    reader: Reader, indexed: Indexed, campaigns: Iterable[CampaignPart], before: Site | None
) -> None:
    """Refuse the rules that never win, where their names stand."""
    if before is not None and before.index is indexed.finder:
        return
    found = never_win(indexed.finder, indexed.rules, before.rules if before else None)
    places = {node.value: node for each in campaigns for node in each.rule_ids} if found else {}
    for rule, winners in found:
        if any(rule.id == winner.id for winner in winners):
            continue  # a copy, and that was said
        here = places[rule.id]
        above = " or ".join(f"'{each.id}' in {_place(places[each.id], here)}" for each in winners)
        message = f"rule '{rule.id}' never wins: {above} is above it and always true when it is"
        reader.refuse(here, message, "Give it a higher priority, or delete it")


def _place(there: Node, here: Node) -> str:
    return f"line {there.line}" if there.path == here.path else f"{there.path}:{there.line}"


def never_win(
    index: RuleIndex, rules: Ranked, before: Ranked | None = None
) -> list[tuple[Rule, tuple[Rule, ...]]]:
    """Return each rule that never wins with those above it of which one wins instead.

    ``before`` are rules of which every one could win: then only those are looked at that are new, or below
    a new one that may beat them.
    """
    known = {id(rule) for ranked in (before or {}).values() for rule in ranked}
    found: list[tuple[Rule, tuple[Rule, ...]]] = []
    for slot in rules:
        placed = list(index.numbering.firsts(slot))
        new = [(rule, first) for rule, first in placed if id(rule) not in known]
        suspects = 0 if len(new) == len(placed) else _below(index, slot, new)
        for rule, first in placed:
            if id(rule) in known and not suspects >> first & (1 << len(rule.clauses)) - 1:
                continue
            winners = {
                None if winner is None else winner.id: winner
                for winner in (_winner(index, rule, clause, first) for clause in rule.clauses)
            }
            if winners and None not in winners:
                found.append((rule, tuple(each for each in winners.values() if each)))
    return found


def _below(index: RuleIndex, slot: str, new: Sequence[tuple[Rule, int]]) -> int:
    """Return clauses below new rules that read all that a clause of these does: they may be beaten."""
    found = 0
    for rule, first in new:
        for clause in rule.clauses:
            found |= index.readers_of_all(clause.terms, slot, first + len(rule.clauses))
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
