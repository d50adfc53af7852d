"""Explains decisions: for every slot the rules that were considered, what came of each and why."""

from collections.abc import Collection

import msgspec

from rules.conditions import Context
from rules.decide import Decision, Reason, decide
from rules.model import Rule, Site
from rules.outcomes import Outcome, outcome_of
from rules.places import Places
from rules.reason_words import reason_in_words
from rules.shown_blocks import WON, ShownBlocks
from rules.trace import Traced, trace


class Verdict(msgspec.Struct, frozen=True, omit_defaults=True):
    """What came of one rule."""

    rule: str
    campaign: str
    priority: float
    outcome: Outcome
    why: str
    condition: Traced
    place: str | None = None
    purposes: tuple[str, ...] = ()
    """The consent it needs, through all that it reads."""
    below: bool = False
    """Whether it stands below the rule that decided, so that it was not considered."""


class ExplainedSlot(msgspec.Struct, frozen=True):
    """A slot's decision, and all that came before it."""

    slot: str
    decision: Decision
    why: str
    block: str | None
    """The block that is shown, if one is."""
    rules: tuple[Verdict, ...]
    """In the order they are considered."""
    rules_below: int
    """How many rules stand below the one that decided, whether or not they are among ``rules``."""


class Explained(msgspec.Struct, frozen=True):
    """The decisions of one request and the reasons of all of them."""

    site: str
    version: str
    now: int
    """Milliseconds since the epoch."""
    granted: tuple[str, ...]
    recognised: bool
    """Whether there is a visitor ID."""
    slots: tuple[ExplainedSlot, ...]


def explain(
    site: Site,
    context: Context,
    slots: Collection[str] | None = None,
    places: Places | None = None,
    every: bool = False,
) -> Explained:
    """Explain every slot of a site, or those named; with ``every`` also the rules below the winner."""
    names = [name for name in site.slots if slots is None or name in slots]
    noted = places or Places()
    explained = tuple([_slot(site, context, name, noted, every) for name in names])
    granted = tuple(sorted(context.granted))
    recognised = context.unit is not None
    return Explained(site.name, site.version, context.now, granted, recognised, explained)


def _slot(site: Site, context: Context, slot: str, places: Places, every: bool) -> ExplainedSlot:
    decided = decide(site, context, [slot])
    decision = decided.decisions[0]
    considered = considered_rules(site, decision)
    below = site.rules[slot][len(considered) :]
    verdicts = [_verdict(site, context, rule, places, False) for rule in considered]
    if every:
        verdicts += [_verdict(site, context, rule, places, True) for rule in below]
    why = reason_in_words(site, context, decision, decided.errors)
    block = shown_block(site, decision)
    return ExplainedSlot(slot, decision, why, block, tuple(verdicts), len(below))


def considered_rules(site: Site, decision: Decision) -> tuple[Rule, ...]:
    """Return the rules that were looked at, down to the one that decided; all, where none did."""
    rules = site.rules[decision.slot]
    if decision.reason == Reason.HOLDOUT and decision.rule is None:
        return ()  # nobody looks at rules for a visitor who is held out of all of them
    if decision.reason not in (*WON, Reason.HOLDOUT, Reason.ERROR):
        return rules  # the rule that others name is only the first of those that might have won
    last = next((n for n, rule in enumerate(rules, 1) if rule.id == decision.rule), len(rules))
    return rules[:last]


def _verdict(site: Site, context: Context, rule: Rule, places: Places, below: bool) -> Verdict:
    traced = trace(rule.condition, context, places)
    outcome, why = outcome_of(site, context, rule, traced)
    place = places.rules.get(rule.id)
    return Verdict(
        rule.id,
        rule.campaign.name,
        rule.priority,
        outcome,
        why,
        traced,
        str(place) if place else None,
        tuple(sorted(rule.purposes)),
        below,
    )


def shown_block(site: Site, decision: Decision) -> str | None:
    """Return the name of the block that a decision shows, of its rule or the fallback; None if none."""
    block = ShownBlocks(site).block(decision)
    return block.name if block else None
