"""Finds the rules that may win a slot by looking at each: nothing is faster to understand.

Whatever finds them faster must yield exactly the same.
"""

from collections.abc import Iterator

from rules.conditions import Context
from rules.model import Rule, Site
from rules.values import FALSE, HIDDEN, UNKNOWN, Truth


class BadCondition(Exception):
    """A rule's condition could not be evaluated; the cause is the exception's ``__cause__``."""

    def __init__(self, rule: Rule) -> None:
        self.rule = rule
        super().__init__(rule.id)


def considered(site: Site, slot: str, context: Context) -> Iterator[tuple[Rule, Truth]]:
    """Yield a slot's running rules that are TRUE or HIDDEN, the one that wins first.

    Raises ``BadCondition`` where one cannot be evaluated: those below it are not known then.
    """
    now = context.now
    for rule in site.rules[slot]:
        schedule = rule.campaign.schedule
        if not (rule.enabled and schedule.start <= now < schedule.end):
            continue
        try:
            truth = rule.condition.evaluate(context)
        except Exception as bad:
            raise BadCondition(rule) from bad
        if truth is FALSE:
            continue
        if truth is not HIDDEN and not permitted(rule, context):
            truth = HIDDEN
        if truth is not UNKNOWN:
            yield rule, truth


def permitted(rule: Rule, context: Context) -> bool:
    """Say whether consent lets a rule be shown, whatever its condition says.

    Where no yes is asked for, purposes are granted to visitors who are given no ID.
    """
    return rule.purposes <= context.granted and (context.unit is not None or not rule.needs_unit)
