"""Finds the clauses that may hold wherever another one does, with the sets that the index has at hand.

A clause that always holds where another does reads nothing else than that one, and holds for any visitor whom it
holds for. So one such visitor is made up, and asked about: whoever is not among those found need not be looked
at closely.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from rules.allowed import Subject, subject_of, subject_of_source
from rules.implication import Known, Told
from rules.index.bits import below, bits
from rules.index.clauses import Clause
from rules.index.dimension import Dimension
from rules.index.rule_index import RuleIndex
from rules.index.terms import Affix, Asked, Source, Span, Term, Values
from rules.keys import folded
from rules.stretches import ALL, listed
from rules.values import TRUE

Telling = Callable[[], Mapping[Subject, Told]]
NOTHING = Subject("nothing", None)


class Above:
    """The clauses of a site, by what they read."""

    def __init__(self, index: RuleIndex, known: Known) -> None:
        """Gather who reads what; ``known`` says which values an attribute can have."""
        self._index = index
        self._known = known
        self._everything = below(len(index.numbering.owners))
        self._subjects: dict[Source, Subject] = {}
        self._placed: dict[Subject, list[tuple[Source, Dimension]]] = {}
        for source, dimension in index.dimensions.items():
            subject = self._subject(source)
            self._placed.setdefault(subject, []).append((source, dimension))
        self._rest = _layered(index.numbering.rest.items(), self._everything)
        self._only: dict[frozenset[Subject], int] = {}
        self._counts: dict[str, list[int]] = {}

    def subjects(self, clause: Asked) -> set[Subject]:
        """Return what a clause reads."""
        found = {self._subject(source) for source in clause.terms}
        return found.union([subject_of(each.condition) for each in clause.rest])

    def _subject(self, source: Source) -> Subject:
        found = self._subjects.get(source)
        if found is None:
            found = self._subjects[source] = subject_of_source(source)
        return found

    def readers(self, clause: Asked) -> int:
        """Return the clauses that read all that one does: those that it may always hold for."""
        found = self._everything
        for subject in self.subjects(clause):
            found &= self._readers_of(subject)
        return found

    def _readers_of(self, subject: Subject) -> int:
        found = 0
        for _, dimension in self._placed.get(subject, ()):
            found |= self._everything ^ dimension.free
        for layer in self._rest:
            found |= layer.get(subject, 0)
        if subject.kind == "count":
            for readers in self._counters(subject):
                found |= readers
        return found

    def _counters(self, subject: Subject) -> list[int]:
        """Return the clauses of each layer that read a counter."""
        counter = str(subject.name)
        if counter not in self._counts:
            self._counts[counter] = [layer.readers(counter) for layer in self._index.layers]
        return self._counts[counter]

    def candidates(self, clause: Asked, told: Telling, slot: str, first: int) -> int:
        """Return the clauses of a slot below a number that may hold wherever one does.

        ``told`` says what the clause says of each thing that it reads, where its terms are not enough.
        """
        start, _ = self._index.numbering.slots[slot]
        subjects = self.subjects(clause)
        found = (below(first) ^ below(start)) & self._reading_only(subjects)
        by_subject: dict[Subject, dict[Source, Any]] = {subject: {} for subject in subjects}
        for source, term in clause.terms.items():
            by_subject[self._subject(source)][source] = term
        for subject, terms in by_subject.items():
            if not found:
                break
            if subject.kind == "count":
                found &= ~self._miscounted(terms)
            elif subject in self._placed:
                found &= self._left(subject, terms, told)
        return found

    def _reading_only(self, subjects: set[Subject]) -> int:
        """Return the clauses that read nothing but some things."""
        found = self._valued(frozenset([each for each in subjects if each in self._placed]))
        counters = [self._counters(each) for each in subjects if each.kind == "count"]
        for at, tallies in enumerate(self._index.layers):
            readers = tallies.free
            for counter in counters:
                readers |= counter[at]
            found &= readers
        for layer in self._rest:
            readers = layer[NOTHING]
            for subject in subjects:
                readers |= layer.get(subject, 0)
            found &= readers
        return found

    def _valued(self, subjects: frozenset[Subject]) -> int:
        """Return the clauses that read no values but some."""
        found = self._only.get(subjects)
        if found is None:
            found = self._everything
            for subject, placed in self._placed.items():
                if subject not in subjects:
                    for _, dimension in placed:
                        found &= dimension.free
            self._only[subjects] = found
        return found

    def _miscounted(self, terms: Mapping[Source, Any]) -> int:
        """Return the clauses for which the lowest count that is asked for is wrong."""
        found = 0
        for source, term in terms.items():
            for tallies in self._index.layers if True in term.table else ():
                found |= tallies.wrong(source.name, source.window, term.table.index(True))
        return found

    def _left(self, subject: Subject, terms: Mapping[Source, Any], told: Telling) -> int:
        """Return the clauses that hold for a value for which the terms do."""
        placed, found = self._placed[subject], self._everything
        if any(isinstance(term, Values) and term.missing is TRUE for term in terms.values()):
            for _, dimension in placed:
                found &= dimension.true_if_missing
            return found
        values = self._values(subject, terms, told)
        for source, dimension in placed:
            if values:
                value = folded(values[0]) if source.key is folded else values[0]
                found &= dimension.possible(value)
            elif source in terms:
                found &= dimension.for_one(terms[source])
            elif source.kind in _LARGE:
                found &= dimension.for_one(_large(source, terms))
        return found

    def _values(
        self, subject: Subject, terms: Mapping[Source, Any], told: Telling
    ) -> Sequence[Any] | None:
        """Return values for which the terms hold; None where there are too many to list them."""
        if len(terms) == 1:
            ((source, term),) = terms.items()
            if isinstance(term, Values) and not term.others and source.key is not folded:
                return tuple(term.values)
            point = isinstance(term, Span) and listed(term.stretches)
            if point:
                return point
        if len(terms) > 1 or self._known(str(subject.name)):
            return told()[subject].values()
        return None


def _layered(rest: Iterable[tuple[int, Clause]], everything: int) -> list[dict[Subject, int]]:
    """Return by what they read the clauses with a rest: those that read several things in a layer for each."""
    size = everything.bit_length()
    layers: list[dict[Subject, list[int]]] = []
    for number, literals in rest:
        for at, subject in enumerate(
            dict.fromkeys([subject_of(each.condition) for each in literals])
        ):
            if at == len(layers):
                layers.append({})
            layers[at].setdefault(subject, []).append(number)
    found = []
    for layer in layers:
        sets = {subject: bits(numbers, size) for subject, numbers in layer.items()}
        readers = bits([number for numbers in layer.values() for number in numbers], size)
        found.append({NOTHING: everything ^ readers, **sets})
    return found


def _large(source: Source, terms: Mapping[Source, Any]) -> Term:
    """Return what holds for values of another kind, no few of them, for which some terms hold."""
    if source.kind in ("prefix", "suffix"):
        begins = [term.begins for other, term in terms.items() if other.kind == source.kind]
        return Affix(begins[0].casefold() if begins and source.key is folded else "")
    return _LARGE[source.kind]


_LARGE: Mapping[str, Term] = {
    "values": Values(frozenset(), True),
    "range": Span(ALL),
    "prefix": Affix(),
    "suffix": Affix(),
}
"""Kind of a source -> a term that holds for no few values."""
