"""The rules of a site, indexed: which may be true of a request is found by a few intersections of sets.

Every clause of every rule has a number; those of a slot follow each other, the rule that wins first after the
others. What a request says of one thing leaves some clauses possible; what is in all of these sets is true. After
S. Whang and others, Indexing Boolean Expressions, VLDB 2009, with sets in place of their posting lists.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

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


_Read: TypeAlias = tuple[str, Callable[[Any], int], int, int]
"""Name of an attribute, value -> the clauses it leaves possible, those that do not read it, mark without one."""
_Reading: TypeAlias = tuple[tuple[_Read, ...], int]
"""The attributes that may be read, and the marks of those that may not."""


def _marks(at: int) -> tuple[int, int]:
    """Return two bits for an attribute: one says that it is not known, one that it has no value."""
    return 1 << 2 * at, 2 << 2 * at


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
        self._attributes = joined(made, size)
        self._needs = self._by_need()
        self._readings = Kept(self._reading, size)
        """Grants, and whether there is a profile -> how values are read under them."""
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
        granted, profile = context.granted, context.counts is not None
        minute = self._clocks.at(context.now)
        possible = minute.possible
        attributes, absent = self._readings[granted, profile]
        value_of, unread = context.facts.get, 0
        for name, possible_of, free, mark in attributes:
            value = value_of(name)
            if value is None:
                absent |= mark
                continue
            try:
                possible &= possible_of(value)
            except Exception:  # a value of another type: who reads it will find out
                unread |= ~free
        if profile:
            try:
                possible &= self._tallies.possible(context)
            except Exception:  # as above: a recording may hold what no counter can
                unread |= ~self._tallies.free
        true, hidden = self._absent[absent, profile, granted, context.unit is not None]
        return IndexedCandidates(
            self.numbering, context, minute.running, possible & true, possible, hidden, unread
        )

    def _reading(self, key: tuple[frozenset[str], bool]) -> _Reading:
        """Return how attributes are read under some grants, with a profile or without."""
        granted, profile = key
        attributes: list[_Read] = []
        hidden = 0
        for at, ((name, purpose), found) in enumerate(self._attributes.items()):
            unknown, missing = _marks(at)
            if purpose is None or purpose in granted:
                mark = missing if profile or purpose is None else unknown
                attributes.append((name, found.possible, found.free, mark))
            else:
                hidden |= unknown
        return tuple(attributes), hidden

    def _without(self, key: tuple[int, bool, frozenset[str], bool]) -> tuple[int, int]:
        """Return the clauses that may be true without some values, and the not false ones that are hidden."""
        absent, profile, granted, known = key
        true = self._permitted(granted, known)
        hidden = below(self._size) ^ true
        for at, attribute in enumerate(self._attributes.values()):
            unknown, missing = _marks(at)
            if unknown & absent:
                true &= attribute.free
            elif missing & absent:
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
