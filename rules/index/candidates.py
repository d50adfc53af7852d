"""What the index found for one request: the rules that may win each slot."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from rules.conditions import Context, Not
from rules.index.bits import below
from rules.index.clauses import Clause
from rules.model import Ranked, Rule
from rules.plain import evaluated
from rules.values import FALSE, TRUE, UNKNOWN, Truth


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

    def true(self, slot: str, after: int | None = None) -> Ranked | None:
        """Return the first rule of a slot that may win, or the first one after a rank."""
        clauses = self._true & self._numbering.slots[slot]
        return self._first(clauses, after, TRUE) if clauses else None

    def hidden(self, slot: str, after: int | None = None) -> Ranked | None:
        """Return the first rule of a slot that is not false and that consent hides, or the one after."""
        clauses = self._possible & self._hidden & self._numbering.slots[slot]
        return self._first(clauses, after, UNKNOWN) if clauses else None

    def _first(self, left: int, after: int | None, least: Truth) -> Ranked | None:
        """Return the first rule of clauses whose rest is true, or with UNKNOWN at least not false."""
        owners, _, rest = self._numbering
        last = None
        if after is not None:
            left, last = left & below(-after), owners[-after]
        while left:  # the highest number is the one of a set that is found at once
            number = left.bit_length() - 1
            rule = owners[number]
            if rule is not last and (
                (number not in rest and not self._unread) or self._holds(rule, number, least)
            ):
                return -number, rule
            left ^= 1 << number
        return None

    def _holds(self, rule: Rule, number: int, least: Truth) -> bool:
        """Say whether what no set says of a clause is true, or with UNKNOWN at least not false."""
        truth = self._evaluated(rule, number)
        return truth is TRUE or (least is UNKNOWN and truth is not FALSE)

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
