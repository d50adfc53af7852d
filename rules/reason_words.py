"""Says the reason of a decision in words."""

from collections.abc import Callable, Sequence

from rules.conditions import Context
from rules.decide import NOTHING, Decision, Reason
from rules.model import Rule, Site
from rules.shown_blocks import WON


def reason_in_words(
    site: Site, context: Context, decision: Decision, errors: Sequence[str] = ()
) -> str:
    """Return why a slot shows what it shows: ``rule gold-hero matches``."""
    rule = next((each for each in site.rules[decision.slot] if each.id == decision.rule), None)
    if rule is None:
        quiet = decision.reason == Reason.DEFAULT and not site.rules[decision.slot]
        return "the slot has no rules" if quiet else _WITHOUT_RULE[decision.reason]
    if decision.reason == Reason.ERROR:
        return f"rule {rule.id} fails, {error_in_words(rule, context, errors)}"
    words = _WITH_RULE.get(decision.reason)
    return words(rule, context, decision) if words else f"rule {rule.id}: {decision.reason}"


def error_in_words(rule: Rule, context: Context, errors: Sequence[str]) -> str:
    """Return why a rule could not be shown: mostly a block that shows what nobody knows."""
    said = "; ".join(errors)
    for block in (each.show.block for each in rule.variants if each.show.block):
        unknown = [
            name
            for name in sorted(block.reads)
            if name not in context.facts and f"'{name}'" in said
        ]
        if unknown:
            return f"for block {block.name} shows {unknown[0]}, which nobody knows"
    return f"for {said}"


def shows(decision: Decision, block: str | None) -> str:
    """Return what a slot shows: ``block hero-gold``, ``default content``, ``its fallback, block hero``."""
    if decision.action == NOTHING:
        return "default content"
    shown = _shown(decision, block)
    return shown if decision.reason in WON else f"its fallback, {shown}"


def _shown(decision: Decision, block: str | None) -> str:
    if block is not None:
        return f"block {block}" + ("" if decision.action == "setHtml" else f" ({decision.action})")
    if decision.action == "setText":
        return f"the text '{decision.text}'"
    given = " ".join(each for each in (decision.name, decision.value) if each)
    return f"{decision.action} {given}".rstrip()


def _consent(rule: Rule, context: Context, decision: Decision) -> str:
    missing = sorted(rule.purposes - context.granted)
    if not missing:
        return f"rule {rule.id} needs a visitor it can recognise"
    return f"no rule matches, and {rule.id} might with consent to {' and '.join(missing)}"


_WITHOUT_RULE: dict[str, str] = {
    "DEFAULT": "no rule matches",
    "DISABLED": "no rule of the slot is running now",
    "HOLDOUT": "this visitor is held out of all campaigns of the site",
    "ERROR": "the slot's fallback fails",
}
_WITH_RULE: dict[str, Callable[[Rule, Context, Decision], str]] = {
    "MATCH": lambda rule, context, decision: f"rule {rule.id} matches",
    "SPLIT": lambda rule, context, decision: (
        f"rule {rule.id} matches, and deals this visitor the variant {decision.variant}"
    ),
    "HOLDOUT": lambda rule, context, decision: (
        f"rule {rule.id} matches, but this visitor is held out of campaign {rule.campaign.name}"
    ),
    "CAPPED": lambda rule, context, decision: (
        f"rule {rule.id} matches, but this visitor has seen it as often as its cap allows"
    ),
    "CONSENT_REQUIRED": _consent,
}
