"""What came of one rule, as if it were the only one of its slot, and why in words."""

from datetime import UTC, datetime
from typing import Literal

import msgspec

from rules.conditions import Context
from rules.decide import Decided, Reason, decide
from rules.model import Rule, Site
from rules.plain import PlainFinder
from rules.reason_words import error_in_words
from rules.trace import Traced, decisive
from rules.values import FALSE, HIDDEN, TRUE, UNKNOWN

Outcome = Literal[
    "matches", "false", "unknown", "consent_required", "holdout", "capped", "passed_over",
    "switched_off", "not_yet", "over", "error",
]  # fmt: skip
"""``passed_over``: its condition is true, and something besides conditions keeps it from the visitor."""


def outcome_of(site: Site, context: Context, rule: Rule, traced: Traced) -> tuple[Outcome, str]:
    """Return what comes of a rule and why; ``traced`` is its condition's trace."""
    if not rule.enabled:
        whose = "it" if rule.campaign.enabled else f"its campaign {rule.campaign.name}"
        return "switched_off", f"{whose} is switched off"
    schedule = rule.campaign.schedule
    if context.now < schedule.start:
        return "not_yet", f"its campaign begins {moment(schedule.start, rule)}"
    if context.now >= schedule.end:
        return "over", f"its campaign ended {moment(schedule.end, rule)}"
    if traced.truth is FALSE:
        return "false", because(traced)
    return _decided(context, rule, traced, alone(site, context, rule))


def alone(site: Site, context: Context, rule: Rule) -> Decided:
    """Decide a rule's slot as if the rule were its only one: what the engine itself makes of it."""
    rules = {**site.rules, rule.slot: (rule,)}
    only = msgspec.structs.replace(site, rules=rules, index=PlainFinder(rules))
    return decide(only, context, [rule.slot])


def _decided(context: Context, rule: Rule, traced: Traced, decided: Decided) -> tuple[Outcome, str]:
    reason = decided.decisions[0].reason.value
    if reason == Reason.HOLDOUT and decided.decisions[0].rule is None:
        return "holdout", "this visitor is held out of all campaigns of the site"
    if reason in _MATCHES:
        outcome, why = _MATCHES[reason]
        errors = error_in_words(rule, context, decided.errors)
        return outcome, why.format(campaign=rule.campaign.name, errors=errors)
    if reason == Reason.CONSENT_REQUIRED:
        return "consent_required", _consent(context, rule, traced)
    if traced.truth is TRUE:
        return "passed_over", f"it matches, but {_passed_over(context, rule)}"
    return "unknown", because(traced)


def _passed_over(context: Context, rule: Rule) -> str:
    if rule.cap is not None and rule.cap.evaluate(context) is UNKNOWN:
        return "nobody knows how often this visitor has seen it"
    return f"of group {rule.campaign.exclusive} this visitor takes part in another campaign"


_MATCHES: dict[str, tuple[Outcome, str]] = {
    "MATCH": ("matches", ""),
    "SPLIT": ("matches", ""),
    "HOLDOUT": ("holdout", "it matches, but this visitor is held out of campaign {campaign}"),
    "CAPPED": ("capped", "it matches, but this visitor has seen it as often as its cap allows"),
    "ERROR": ("error", "{errors}"),
}


def _consent(context: Context, rule: Rule, traced: Traced) -> str:
    missing = " and ".join(sorted(rule.purposes - context.granted))
    if not missing:
        return "it is for visitors who can be recognised, and this one cannot"
    if traced.truth is TRUE:
        return f"it matches, but showing it needs consent to {missing}"
    return f"it might match with consent to {missing}"


def because(traced: Traced) -> str:
    """Return the one part of a condition that decided, and why."""
    part, near = decisive(traced)
    if part.kind == "all":
        return part.why
    said = f"{part.text} is {word_of(part)}" + (f": {part.why}" if part.why else "")
    others = len(traced.parts) - 1 if traced.kind == "all" and traced.truth is TRUE else 0
    if others:
        return f"{said} (and so {'is the other part' if others == 1 else f'are the {others} other parts'})"
    return f"{said} ({near})" if near else said


def word_of(traced: Traced) -> str:
    """Return how a truth is called: what consent hides is unknown, too."""
    return "unknown" if traced.truth is HIDDEN else traced.truth.value


def moment(time: int, rule: Rule) -> str:
    """Return a time of a campaign's schedule in its own timezone: ``2026-09-01 00:00 Europe/Berlin``."""
    zone = rule.campaign.schedule.timezone
    return f"{datetime.fromtimestamp(time / 1000, UTC).astimezone(zone):%Y-%m-%d %H:%M} {zone.key}"
