"""The rules of a site, indexed: which may be true of a request is found by a few intersections of sets.

Every clause of every rule has a number; those of a slot follow each other, the rule that wins first after the
others. What a request says of one thing leaves some clauses possible; what is in all of these sets is true. After
S. Whang and others, Indexing Boolean Expressions, VLDB 2009, with sets in place of their posting lists.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from rules.conditions import Context
from rules.index.attribute import joined
from rules.index.bits import below, bits
from rules.index.candidates import IndexedCandidates, Numbering
from rules.index.clauses import Clause
from rules.index.clock import Clocks
from rules.index.dimension import Kept, dimension_of
from rules.index.tallies import Layer, Tallies
from rules.index.terms import EVENTS, Source
from rules.model import Rule


class _Numbered:
    """Every clause with its number, and by source the terms of those that read it."""

    def __init__(self, rules: Mapping[str, Sequence[Rule]]) -> None:
        self.terms: dict[Source, list[tuple[int, Any]]] = {}
        self.counted: list[dict[Source, list[tuple[int, Any]]]] = []
        """The terms of counters: of clauses that read several, each counter in a layer of its own."""
        self._owners: list[Rule] = []
        self._rest: dict[int, Clause] = {}
        slots: dict[str, int] = {}
        for slot, ranked in rules.items():
            before = below(len(self._owners))
            for rule in reversed(ranked):
                if rule.enabled:
                    self._number(rule)
            slots[slot] = below(len(self._owners)) ^ before
        self.numbering = Numbering(self._owners, slots, self._rest)

    def _number(self, rule: Rule) -> None:
        for clause in rule.clauses:
            number, layer = len(self._owners), 0
            self._owners.append(rule)
            for source, term in clause.terms.items():
                placed = self.terms
                if source.kind == EVENTS:
                    placed, layer = self._layer(layer), layer + 1
                placed.setdefault(source, []).append((number, term))
            if clause.rest:
                self._rest[number] = clause.rest

    def _layer(self, layer: int) -> dict[Source, list[tuple[int, Any]]]:
        if layer == len(self.counted):
            self.counted.append({})
        return self.counted[layer]


class RuleIndex:
    """All rules of a site that are switched on."""

    def __init__(self, rules: Mapping[str, Sequence[Rule]]) -> None:
        """Index slot -> its rules, the one that wins first."""
        numbered = _Numbered(rules)
        self.numbering, terms = numbered.numbering, numbered.terms
        size = self._size = len(self.numbering.owners)
        self.layers = [Layer(placed, size) for placed in numbered.counted]
        self._tallies = Tallies(self.layers, size)
        made = {source: dimension_of(source, terms[source], size) for source in terms}
        schedules = [rule.campaign.schedule for rule in self.numbering.owners]
        self._clocks = Clocks(schedules, made, size)
        self.dimensions = made
        """What rules read of values -> the clauses that they leave."""
        attributes = joined(made, size)
        self._all = [(found, 1 << at) for at, found in enumerate(attributes.values())]
        self._attributes = [
            (name, purpose, found.possible, found.free, 1 << at)
            for at, ((name, purpose), found) in enumerate(attributes.items())
        ]
        self._needs = self._by_need()
        self._absent = Kept(self._without, size)
        """What is not known -> the clauses that may be true all the same, and those that consent hides."""

    def _by_need(self) -> dict[tuple[frozenset[str], bool], int]:
        """Return the clauses by the consent that their rules need, and whether they need an ID."""
        numbers: dict[tuple[frozenset[str], bool], list[int]] = {}
        for number, rule in enumerate(self.numbering.owners):
            numbers.setdefault((rule.purposes, rule.needs_unit), []).append(number)
        return {need: bits(found, self._size) for need, found in numbers.items()}

    def of(self, context: Context) -> IndexedCandidates:
        """Return the rules that a request leaves possible."""
        facts, granted, profile = context.facts, context.granted, context.counts is not None
        minute = self._clocks.at(context.now)
        possible = minute.possible
        unknown = missing = unread = 0
        for name, purpose, lookup, free, mark in self._attributes:
            if purpose is None or purpose in granted:
                value = facts.get(name)
                if value is not None:
                    try:
                        possible &= lookup(value)
                    except Exception:  # a value of another type: who reads it will find out
                        unread |= ~free
                    continue
                if profile or purpose is None:
                    missing |= mark
                    continue
            unknown |= mark
        if profile:
            try:
                possible &= self._tallies.possible(context)
            except Exception:  # as above: a recording may hold what no counter can
                unread |= ~self._tallies.free
        true, hidden = self._absent[unknown, missing, profile, granted, context.unit is not None]
        return IndexedCandidates(
            self.numbering, context, minute.running, possible & true, possible, hidden, unread
        )

    def _without(self, key: tuple[int, int, bool, frozenset[str], bool]) -> tuple[int, int]:
        """Return the clauses that may be true without some values, and the not false ones that are hidden."""
        unknown, missing, profile, granted, known = key
        true = self._permitted(granted, known)
        hidden = below(self._size) ^ true
        for attribute, mark in self._all:
            if mark & unknown:
                true &= attribute.free
            elif mark & missing:
                hidden &= ~attribute.false_if_missing
                true &= attribute.true_if_missing
        if not profile:
            true &= self._tallies.free
        return true, hidden

    def _permitted(self, granted: frozenset[str], known: bool) -> int:
        found = 0
        for (purposes, needs_unit), clauses in self._needs.items():
            if purposes <= granted and (known or not needs_unit):
                found |= clauses
        return found
