"""Finds the rules that may win a slot by looking at each: nothing is easier to understand.

The index must find exactly the same; the tests compare them.
"""

from collections.abc import Iterator, Mapping, Sequence

from rules.conditions import Condition, Context
from rules.model import BadCondition, Ranked, Rule
from rules.values import FALSE, TRUE, Truth


class PlainFinder:
    """Evaluates the condition of every rule that is switched on and on schedule."""

    def __init__(self, rules: Mapping[str, Sequence[Rule]]) -> None:
        """Look through slot -> its rules, the one that wins first."""
        self._rules = rules

    def of(self, context: Context) -> "PlainCandidates":
        """Return the rules that a request leaves possible."""
        return PlainCandidates(self._rules, context)


class PlainCandidates:
    """The rules that may win the slots of one request."""

    def __init__(self, rules: Mapping[str, Sequence[Rule]], context: Context) -> None:
        self._rules = rules
        self._context = context

    def running(self, slot: str) -> bool:
        """Say whether any rule of a slot is switched on and on schedule."""
        return any(rule.runs(self._context.now) for rule in self._rules[slot])

    def true(self, slot: str, after: int | None = None) -> Ranked | None:
        """Return the first rule of a slot that may win, or the first one after a rank.

        Raises ``BadCondition`` where one cannot be evaluated.
        """
        for rank, rule, truth in self._truths(slot, after):
            if truth is TRUE and permitted(rule, self._context):
                return rank, rule
        return None

    def hidden(self, slot: str, after: int | None = None) -> Ranked | None:
        """Return the first rule of a slot that is not false and that consent hides, or the one after."""
        for rank, rule, truth in self._truths(slot, after):
            if truth is not FALSE and not permitted(rule, self._context):
                return rank, rule
        return None

    def _truths(self, slot: str, after: int | None) -> Iterator[tuple[int, Rule, Truth]]:
        for rank, rule in enumerate(self._rules[slot]):
            if (after is None or rank > after) and rule.runs(self._context.now):
                yield rank, rule, evaluated(rule, self._context)


def evaluated(rule: Rule, context: Context, part: Condition | None = None) -> Truth:
    """Return the truth of a rule's condition, or of a part of it. Raises ``BadCondition``."""
    try:
        return (part or rule.condition).evaluate(context)
    except Exception as bad:
        raise BadCondition(rule) from bad


def permitted(rule: Rule, context: Context) -> bool:
    """Say whether consent lets a rule be shown, whatever its condition says.

    Where no yes is asked for, purposes are granted to visitors who are given no ID.
    """
    return rule.purposes <= context.granted and (context.unit is not None or not rule.needs_unit)
