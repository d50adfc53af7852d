"""Decides: a site and a context in, one decision a slot out. Same input, same bytes."""

from collections.abc import Collection
from enum import StrEnum
from hashlib import blake2b
from typing import NamedTuple

import msgspec

from rules.blocks import BadRender
from rules.bucketing import PURPOSE, held_out, pick
from rules.conditions import Context
from rules.model import Rule, Show, Site, Variant
from rules.values import FALSE, HIDDEN, TRUE, Truth


class Reason(StrEnum):
    """Why a slot shows what it shows."""

    MATCH = "MATCH"
    SPLIT = "SPLIT"
    HOLDOUT = "HOLDOUT"
    DEFAULT = "DEFAULT"
    CONSENT_REQUIRED = "CONSENT_REQUIRED"
    DISABLED = "DISABLED"
    ERROR = "ERROR"


NOTHING = "none"
"""The action that leaves a slot to its default content."""


class Decision(msgspec.Struct, frozen=True, omit_defaults=True):
    """What one slot shows and why. ``html``, ``text``, ``name`` and ``value`` are the action's."""

    id: str
    slot: str
    rule: str | None
    variant: str | None
    reason: Reason
    action: str
    html: str | None = None
    text: str | None = None
    name: str | None = None
    value: str | None = None


class Decided(NamedTuple):
    """The decisions of one request, and what went wrong behind those whose reason is ERROR."""

    decisions: tuple[Decision, ...]
    errors: tuple[str, ...]


def decide(site: Site, context: Context, slots: Collection[str] | None = None) -> Decided:
    """Decide every slot of a site, or those named; slots the site does not have are left out."""
    names = site.slots if slots is None else [name for name in site.slots if name in slots]
    errors: list[str] = []
    decisions = tuple(_Deciding(site, context, slot, errors).decision() for slot in names)
    return Decided(decisions, tuple(errors))


class _Deciding:
    """One slot's decision in the making."""

    def __init__(self, site: Site, context: Context, slot: str, errors: list[str]) -> None:
        self._errors = errors
        self._site = site
        self._context = context
        self._slot = slot

    def decision(self) -> Decision:
        rules = self._site.rules[self._slot]
        live = [rule for rule in rules if _live(rule, self._context.now)]
        if rules and not live:
            return self._default(Reason.DISABLED)
        hidden: Rule | None = None
        for rule in live:
            truth = _truth(rule, self._context)
            if truth is TRUE:
                return self._won(rule)
            if truth is HIDDEN and hidden is None:
                hidden = rule
        if hidden is not None:
            return self._default(Reason.CONSENT_REQUIRED, hidden)
        return self._default(Reason.DEFAULT)

    def _won(self, rule: Rule) -> Decision:
        campaign, unit = rule.campaign, self._context.unit
        # A visitor ID may be there for statistics alone, which is no grant to deal by it.
        dealt = unit is not None and PURPOSE in self._context.granted
        if dealt and held_out(campaign.name, campaign.holdout, unit or ""):
            return self._default(Reason.HOLDOUT, rule)
        if not rule.split:
            return self._shown(rule, rule.variants[0], Reason.MATCH)
        name = pick(rule.id, [(str(v.name), v.weight) for v in rule.variants], unit or "")
        variant = next(v for v in rule.variants if v.name == name)
        return self._shown(rule, variant, Reason.SPLIT)

    def _shown(self, rule: Rule, variant: Variant, reason: Reason) -> Decision:
        try:
            html = self._html(variant.show)
        except BadRender as bad:
            self._errors.append(f"rule '{rule.id}': {bad}")
            return self._default(Reason.ERROR, rule)
        show, name = variant.show, variant.name
        identity = self._id(rule.id, name, reason)
        return Decision(
            identity,
            self._slot,
            rule.id,
            name,
            reason,
            show.action,
            html,
            show.text,
            show.name,
            show.value,
        )

    def _html(self, show: Show) -> str | None:
        if show.block is None:
            return None
        facts = self._context.facts
        return show.block.render(str(facts.get("page.language", "")), show.given, facts)

    def _default(self, reason: Reason, rule: Rule | None = None) -> Decision:
        name = rule.id if rule else None
        return Decision(self._id(name, None, reason), self._slot, name, None, reason, NOTHING)

    def _id(self, rule: str | None, variant: str | None, reason: Reason) -> str:
        """Hash what was decided for whom and when: equal for equal input, no chance, no clock."""
        context = self._context
        said = f"{rule}\0{variant}\0{reason}\0{context.unit}\0{context.now}"
        text = f"{self._site.version}\0{self._slot}\0{said}"
        return blake2b(text.encode(), digest_size=8).hexdigest()


def _live(rule: Rule, now: int) -> bool:
    return rule.enabled and rule.campaign.enabled and rule.campaign.schedule.covers(now)


def _truth(rule: Rule, context: Context) -> Truth:
    """Return the condition's truth; consent must also cover what the rule's blocks show."""
    truth = rule.condition.evaluate(context)
    if truth is not FALSE and not rule.purposes <= context.granted:
        return HIDDEN
    return truth
