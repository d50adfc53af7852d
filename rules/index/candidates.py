"""What the index found for one request: the rules that may win each slot."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from rules.conditions import Context, Not
from rules.index.bits import lowest_first
from rules.index.clauses import Clause
from rules.model import Rule
from rules.plain import evaluated
from rules.values import FALSE, TRUE, Truth


class Numbering(NamedTuple):
    """Whose the clauses are: those of a slot follow each other, the rule that wins first at their head."""

    owners: Sequence[Rule]
    slots: Mapping[str, tuple[int, int]]
    """Slot -> the number of its first clause, and the set of as many numbers as it has."""
    rest: Mapping[int, Clause]
    """Clause -> its literals that must be evaluated."""

    def firsts(self, slot: str) -> Iterator[tuple[Rule, int]]:
        """Yield each rule of a slot with the number of its first clause."""
        start, mask = self.slots[slot]
        last: Rule | None = None
        for number in range(start, start + mask.bit_length()):
            if self.owners[number] is not last:
                last = self.owners[number]
                yield last, number


class Found(NamedTuple):
    """Sets of clauses."""

    running: int
    """Of rules whose schedule is on."""
    possible: int
    """Those of them that what is known leaves possible."""
    true: int
    """Those of the possible ones that need nothing else to be known, and no other consent."""
    hidden: int
    """Those of the possible ones that need other consent."""
    unread: int
    """Clauses whose value could not be looked up: their rules are evaluated, too."""


class IndexedCandidates:
    """The rules that may win the slots of one request."""

    def __init__(self, numbering: Numbering, context: Context, found: Found) -> None:
        self._numbering = numbering
        self._context = context
        self._found = found
        self._true = found.possible & found.true

    def running(self, slot: str) -> bool:
        """Say whether any rule of a slot is switched on and on schedule."""
        start, mask = self._numbering.slots[slot]
        return self._found.running >> start & mask != 0

    def true(self, slot: str) -> Iterator[tuple[int, Rule]]:
        """Yield the rules of a slot that may win, the one that wins first, each with its rank."""
        return self._rules(slot, self._true, only_false_refuses=False)

    def hidden(self, slot: str) -> Iterator[tuple[int, Rule]]:
        """Yield the rules of a slot that are not false and that consent hides, each with its rank."""
        return self._rules(slot, self._found.possible & self._found.hidden, only_false_refuses=True)

    def _rules(
        self, slot: str, clauses: int, *, only_false_refuses: bool
    ) -> Iterator[tuple[int, Rule]]:
        """Yield the rules of clauses whose rest is true, or at least not false."""
        owners, slots, rest = self._numbering
        start, mask = slots[slot]
        unread = self._found.unread
        last: Rule | None = None
        for rank in lowest_first(clauses >> start & mask):
            number = start + rank
            rule = owners[number]
            if rule is last:
                continue
            if unread or number in rest:
                worst = self._evaluated(rule, number)
                if worst is FALSE or not (only_false_refuses or worst is TRUE):
                    continue
            last = rule
            yield rank, rule

    def _evaluated(self, rule: Rule, number: int) -> Truth:
        """Return the truth of what no set says of a clause: of its rule, if a value could not be read."""
        if self._found.unread >> number & 1:
            return evaluated(rule, self._context)
        worst = TRUE
        for condition, positive in self._numbering.rest.get(number, ()):
            truth = evaluated(rule, self._context, condition if positive else Not(condition))
            if truth is FALSE:
                return FALSE
            if truth is not TRUE:
                worst = truth
        return worst
