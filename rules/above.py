"""Finds the clauses that may hold wherever another one does, with the sets that the index has at hand.

A clause that always holds where another does reads nothing else than that one, and holds for any visitor whom it
holds for. So one such visitor is made up, and asked about: whoever is not among those found need not be looked
at closely.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

from rules.allowed import Subject, subject_of, subject_of_source
from rules.implication import Known, Told
from rules.index.bits import below, bits
from rules.index.clauses import Clause
from rules.index.dimension import Dimension
from rules.index.rule_index import RuleIndex
from rules.index.terms import TESTS, Affix, Asked, Items, Source, Span, Term, Values
from rules.keys import folded
from rules.stretches import ALL, listed
from rules.values import TRUE

Telling = Callable[[], Mapping[Subject, Told]]
Terms = Mapping[Source, Any]
Placed = Sequence[tuple[Source, Dimension]]
NOTHING = Subject("nothing", None)
FEW = 8
"""How many clauses are sooner looked at closely than told apart by an example."""
_SEVERAL = ("items", "patterns")
"""Kinds of sources of which a term says only one thing that is wanted."""
_CLOSELY = ("items", TESTS)
"""Kinds of sources that a value is not looked up in: to try so many distances takes longer than the close look."""


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

    def candidates(self, clause: Asked, told: Telling, slot: str, least: int) -> int:
        """Return the clauses of a slot from a number on that may hold wherever one does.

        ``told`` says what the clause says of each thing that it reads, where its terms are not enough.
        """
        by_subject = self._by_subject(clause)
        found = self._index.numbering.slots[slot] >> least << least
        found &= self._reading_only(by_subject)
        more = {subject_of(each.condition) for each in clause.rest}
        for subject, terms in by_subject.items():
            if not found:
                break
            if subject.kind == "count":
                found &= ~self._miscounted(terms)
            elif subject in self._placed:
                values = None if subject in more else self._values(subject, terms)
                if values is not None:
                    found &= self._left(subject, _but_patterns(terms), values)
                if values is None or (not values and self._are_many(found, subject)):
                    said = told()[subject]
                    terms = _merged(terms, said, subject in more)
                    found &= self._left(subject, terms, said.example)
        return found

    def _are_many(self, found: int, subject: Subject) -> bool:
        """Say whether it pays to have an example looked up for parts and patterns."""
        return found.bit_count() > FEW and _of_patterns(self._placed[subject])

    def beneath(self, clause: Asked) -> int:
        """Return the clauses that one may always hold for: they read all that it reads, and more."""
        found = self._everything
        for subject, terms in self._by_subject(clause).items():
            found &= self._readers(subject)
            if values := _few(terms):
                # Whoever holds for nothing but these values holds for one of them.
                found &= self._holding(self._placed[subject], values)
        return found

    def _by_subject(self, clause: Asked) -> Mapping[Subject, Terms]:
        """Return what a clause asks of each thing that it reads, as far as terms say it."""
        found: dict[Subject, dict[Source, Any]] = {}
        for source, term in clause.terms.items():
            found.setdefault(self._subject(source), {})[source] = term
        for literal in clause.rest:
            found.setdefault(subject_of(literal.condition), {})
        return found

    def _subject(self, source: Source) -> Subject:
        found = self._subjects.get(source)
        if found is None:
            found = self._subjects[source] = subject_of_source(source)
        return found

    def _readers(self, subject: Subject) -> int:
        """Return the clauses that read something."""
        found = 0
        for _, dimension in self._placed.get(subject, ()):
            found |= self._everything ^ dimension.free
        for layer in self._rest:
            found |= layer.get(subject, 0)
        for readers in self._counters(subject) if subject.kind == "count" else ():
            found |= readers
        return found

    def _counters(self, subject: Subject) -> list[int]:
        """Return the clauses of each layer that read a counter."""
        return [layer.readers.get(subject.name, 0) for layer in self._index.layers]

    def _reading_only(self, subjects: Collection[Subject]) -> int:
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

    def _miscounted(self, terms: Terms) -> int:
        """Return the clauses for which the lowest count is wrong that is asked for within one window."""
        ((source, term), *more), found = terms.items(), 0
        if more or True not in term.table:
            return 0
        for layer in self._index.layers:
            found |= layer.wrong(source, term.table.index(True))
        return found

    def _values(self, subject: Subject, terms: Terms) -> Sequence[Any] | None:
        """Return values for which terms hold, none if they are too many; None: more than terms must tell."""
        if values := _few(terms):
            return values
        known = self._known(str(subject.name))
        if len(terms) > 1 or not known:
            return None if len(terms) > 1 else ()
        ((source, term),) = terms.items()
        if isinstance(term, Values) and source.key is not folded:
            return [value for value in known if value not in term.values]
        return None

    def _left(self, subject: Subject, terms: Terms, values: Sequence[Any]) -> int:
        """Return the clauses that hold for a value for which terms do; ``values``: if they are listed."""
        placed, found = self._placed[subject], self._everything
        if any(isinstance(term, Values) and term.missing is TRUE for term in terms.values()):
            for _, dimension in placed:
                found &= dimension.true_if_missing
            return found
        if values:
            return self._holding(placed, values[:1])
        for source, dimension in placed:
            term = _one_of(source, terms)
            if term is not None:
                found &= dimension.for_one(term)
        return found

    def _holding(self, placed: Placed, values: Iterable[Any]) -> int:
        """Return the clauses that may hold for one of some values."""
        found = 0
        for value in values:
            holding = self._everything
            for source, dimension in placed:
                if source.kind not in _CLOSELY:
                    known = folded(value) if source.key is folded else value
                    holding &= dimension.possible(dimension.met(known))
            found |= holding
        return found


def _layered(rest: Iterable[tuple[int, Clause]], everything: int) -> list[dict[Subject, int]]:
    """Return clauses by what their rests read: those that read several things are in as many layers."""
    layers: list[dict[Subject, list[int]]] = []
    for number, literals in rest:
        subjects = dict.fromkeys([subject_of(each.condition) for each in literals])
        for at, subject in enumerate(subjects):
            if at == len(layers):
                layers.append({})
            layers[at].setdefault(subject, []).append(number)
    found = []
    for layer in layers:
        sets = {subject: bits(each, everything.bit_length()) for subject, each in layer.items()}
        nothing = everything
        for readers in sets.values():
            nothing &= ~readers
        found.append({NOTHING: nothing, **sets})
    return found


def _merged(terms: Terms, said: Told, more: bool) -> Terms:
    """Return terms by all that is said: between bounds may be holes, and lists may have to hold more."""
    found = {each: terms[each] for each in terms if each.kind not in _SEVERAL or not more}
    return {
        each: Span(said.stretches) if each.kind == "range" else term for each, term in found.items()
    }


def _but_patterns(terms: Terms) -> Terms:
    """Return the terms without those of patterns: which others follow from one, only an example tells."""
    return {source: term for source, term in terms.items() if source.kind != "patterns"}


def _of_patterns(placed: Placed) -> bool:
    return any(source.kind == "patterns" for source, _ in placed)


def _few(terms: Terms) -> Sequence[Any]:
    """Return the values for which a term holds, if it is the only one and there are only so many."""
    if len(terms) != 1:
        return ()
    ((source, term),) = terms.items()
    if isinstance(term, Span):
        return listed(term.stretches) or ()
    some = isinstance(term, Values) and not term.others and source.key is not folded
    return tuple(term.values) if some else ()


def _one_of(source: Source, terms: Terms) -> Term | None:
    """Return a term of a source that holds for some value for which others do; None where nobody knows."""
    term = terms.get(source)
    match source.kind:
        case "values":
            return Values(frozenset(), True) if term is None else term
        case "range":
            return Span(ALL) if term is None else term
        case "prefix" | "suffix":
            only = {each.kind for each in terms} == {"patterns"}  # they tell of no beginning
            return term or (Affix() if only else _folded(source, terms))
        case "items":
            return _left_of(term)
        case "patterns" if len(terms) == 1:  # how a text begins may tell of its parts
            return _left_of(term)
    return None


def _left_of(term: Items | None) -> Items | None:
    """Return what lists are to hold and may; None where it is nothing, or not told."""
    if term is None or term.some is None:
        return term
    left = term.some - term.avoids
    return Items(left) if left else None


def _folded(source: Source, terms: Terms) -> Term | None:
    """Return how a text begins, or ends, without capitals; None where nobody knows."""
    for other, term in terms.items():
        if other.kind == source.kind and source.key is folded:
            return Affix(folded(term.begins))
    return None
