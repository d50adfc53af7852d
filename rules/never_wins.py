"""Finds rules that can never win, because one above them is true whenever they are."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import islice
from typing import NamedTuple

from rules.above import Above
from rules.allowed import Subject, subject_of
from rules.implication import Known, Told, told
from rules.index.bits import below, highest_first
from rules.index.clauses import Clause, clauses_of
from rules.index.rule_index import RuleIndex
from rules.model import Rule, Site
from rules.parts import CampaignPart
from rules.reader import Reader
from rules.source import Node

MOST = 64
"""How many rules above another are looked at closely: those that hold for one visitor it is for."""


Ranked = Mapping[str, Sequence[Rule]]
"""Slot -> its rules, the one that wins first."""

_BEATEN = "Give it a higher priority, or delete it"
_ASKS_THE_SAME = "Both ask the same: change a condition, delete one, or make them a 'split'"


class Indexed(NamedTuple):
    """A site's rules and their index."""

    rules: Mapping[str, tuple[Rule, ...]]
    finder: RuleIndex


def refuse_beaten(
    reader: Reader,
    indexed: Indexed,
    known: Known,
    campaigns: Iterable[CampaignPart],
    before: Site | None,
) -> None:
    """Refuse the rules that never win, where their names stand."""
    if before is not None and before.index is indexed.finder:
        return
    search = _Search(indexed.finder, known)
    places: dict[object, Node] = {node.value: node for each in campaigns for node in each.rule_ids}
    for rule, first in search.suspected(indexed.rules, before.rules if before else None):
        look = partial(_refuse, reader, places, search, rule, first)
        reader.spared(places[rule.id], look)


def _refuse(
    reader: Reader, places: Mapping[object, Node], search: "_Search", rule: Rule, first: int
) -> None:
    """Refuse a rule if it never wins."""
    winners = search.winners(rule, first)
    if not winners or any(rule.id == winner.id for winner in winners):
        return  # a copy, and that was said
    here = places[rule.id]
    above = " or ".join(f"'{each.id}' in {_place(places[each.id], here)}" for each in winners)
    message = f"rule '{rule.id}' never wins: {above} is above it and always true when it is"
    same = any(each.condition == rule.condition for each in winners)
    reader.refuse(here, message, _ASKS_THE_SAME if same else _BEATEN)


def _place(there: Node, here: Node) -> str:
    return f"line {there.line}" if there.path == here.path else f"{there.path}:{there.line}"


def never_win(
    index: RuleIndex, rules: Ranked, known: Known, before: Ranked | None = None
) -> list[tuple[Rule, tuple[Rule, ...]]]:
    """Return each rule that never wins with those above it of which one wins instead.

    ``known`` says which values an attribute can have. ``before`` are rules of which every one could win:
    then only those are looked at that are new, or below a new one that may beat them.
    """
    search = _Search(index, known)
    looked = [(rule, search.winners(rule, at)) for rule, at in search.suspected(rules, before)]
    return [(rule, winners) for rule, winners in looked if winners]


class _Search:
    """The search for who is above a rule and always true when it is."""

    def __init__(self, index: RuleIndex, known: Known) -> None:
        self._owners = index.numbering.owners
        self._firsts = index.numbering.firsts
        self._known = known
        self._above = Above(index, known)
        self._clauses: dict[int, tuple[Clause, ...]] = {}

    def suspected(self, rules: Ranked, before: Ranked | None) -> Iterator[tuple[Rule, int]]:
        """Yield the rules to look at, each with its first clause: new ones, and those below a new one."""
        old = {id(rule) for ranked in (before or {}).values() for rule in ranked}
        for slot in rules:
            placed = list(self._firsts(slot))
            new = [(rule, first) for rule, first in placed if id(rule) not in old]
            below_new = 0 if len(new) == len(placed) else self._suspects(new)
            for rule, first in placed:
                if id(rule) not in old or below_new >> first & (1 << len(rule.clauses)) - 1:
                    yield rule, first

    def _suspects(self, new: Sequence[tuple[Rule, int]]) -> int:
        """Return clauses below new rules that may be beaten by them."""
        found = 0
        for rule, first in new:
            for clause in rule.clauses:
                found |= self._above.beneath(clause) & below(first)
        return found

    def winners(self, rule: Rule, first: int) -> tuple[Rule, ...]:
        """Return rules above of which one wins whenever a rule is true; none if it can win."""
        found: dict[str, Rule] = {}
        for at in range(len(rule.clauses)):
            winner = self._winner(rule, at, first)
            if winner is None:
                return ()
            found[winner.id] = winner
        return tuple(found.values())

    def _winner(self, rule: Rule, at: int, first: int) -> Rule | None:
        """Return a rule above that is true wherever a clause of a rule is."""
        said: dict[Subject, Told] = {}

        def telling() -> Mapping[Subject, Told]:
            return said or said.update(told(self._clauses_of(rule)[at], self._known)) or said

        least = first + len(rule.clauses)
        above = self._above.candidates(rule.clauses[at], telling, rule.slot, least)
        for number in islice(highest_first(above), MOST):
            other = self._owners[number]
            if _always_comes(other, rule) and _follows(self._clause(number), telling()):
                return other
        return None

    def _clause(self, number: int) -> Clause:
        owner, at = self._owners[number], 0
        while number > at and self._owners[number - at - 1] is owner:
            at += 1
        return self._clauses_of(owner)[at]

    def _clauses_of(self, rule: Rule) -> tuple[Clause, ...]:
        """Return the clauses of a rule, in the order of what they ask."""
        found = self._clauses.get(id(rule))
        if found is None:
            found = self._clauses[id(rule)] = clauses_of(rule.condition)
        return found


def _follows(clause: Clause, given: Mapping[Subject, Told]) -> bool:
    """Say whether a clause holds wherever what is told of another one does."""
    return all(
        subject in given and given[subject].implies(literal)
        for subject, literal in ((subject_of(each.condition), each) for each in clause)
    )


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
