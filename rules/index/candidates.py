"""What the index found for one request: the rules that may win each slot."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from rules.conditions import Context, Not
from rules.index.clauses import Clause
from rules.model import Rule
from rules.plain import evaluated
from rules.values import FALSE, TRUE, Truth


class Numbering(NamedTuple):
    """Whose the clauses are: those of a slot follow each other, the rule that wins first at their end."""

    owners: Sequence[Rule]
    slots: Mapping[str, int]
    """Slot -> the set of its clauses."""
    rest: Mapping[int, Clause]
    """Clause -> its literals that must be evaluated."""

    def firsts(self, slot: str) -> Iterator[tuple[Rule, int]]:
        """Yield each rule of a slot, the one that wins first before the others, with its first clause."""
        clauses = self.slots[slot]
        end = clauses.bit_length()
        while end and clauses >> end - 1 & 1:
            rule = self.owners[end - 1]
            end -= len(rule.clauses)
            yield rule, end


class IndexedCandidates:
    """The rules that may win the slots of one request."""

    __slots__ = ("_context", "_hidden", "_numbering", "_possible", "_running", "_true", "_unread")

    def __init__(
        self,
        numbering: Numbering,
        context: Context,
        running: int,
        true: int,
        possible: int,
        hidden: int,
        unread: int,
    ) -> None:
        """Take sets of clauses: of rules on schedule; true and allowed; possible by what is known; not
        allowed and not false by what is not known; and those whose value could not be looked up: their
        rules are evaluated."""
        self._numbering = numbering
        self._context = context
        self._running = running
        self._possible = possible
        self._true = true
        self._hidden = hidden
        self._unread = unread

    def running(self, slot: str) -> bool:
        """Say whether any rule of a slot is switched on and on schedule."""
        return self._running & self._numbering.slots[slot] != 0

    def true(self, slot: str) -> Iterator[tuple[int, Rule]]:
        """Yield the rules of a slot that may win, the one that wins first, each with its rank."""
        return self._rules(slot, self._true, only_false_refuses=False)

    def hidden(self, slot: str) -> Iterator[tuple[int, Rule]]:
        """Yield the rules of a slot that are not false and that consent hides, each with its rank."""
        return self._rules(slot, self._possible & self._hidden, only_false_refuses=True)

    def _rules(
        self, slot: str, clauses: int, *, only_false_refuses: bool
    ) -> Iterator[tuple[int, Rule]]:
        """Yield the rules of clauses whose rest is true, or at least not false."""
        owners, slots, rest = self._numbering
        left = clauses & slots[slot]
        last: Rule | None = None
        while left:  # the highest number is the one of a set that is found at once
            number = left.bit_length() - 1
            rule = owners[number]
            if rule is not last:
                plain = number not in rest and not self._unread
                if plain or self._holds(rule, number, only_false_refuses):
                    last = rule
                    yield -number, rule
            left ^= 1 << number

    def _holds(self, rule: Rule, number: int, only_false_refuses: bool) -> bool:
        """Say whether what no set says of a clause is true, or at least not false."""
        worst = self._evaluated(rule, number)
        return worst is TRUE or (only_false_refuses and worst is not FALSE)

    def _evaluated(self, rule: Rule, number: int) -> Truth:
        """Return the truth of what no set says of a clause: of its rule, if a value could not be read."""
        if self._unread >> number & 1:
            return evaluated(rule, self._context)
        worst = TRUE
        for condition, positive in self._numbering.rest.get(number, ()):
            truth = evaluated(rule, self._context, condition if positive else Not(condition))
            if truth is FALSE:
                return FALSE
            if truth is not TRUE:
                worst = truth
        return worst
