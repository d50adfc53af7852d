"""Decides: a site and a context in, one decision a slot out. Same input, same bytes."""

from collections.abc import Collection
from enum import StrEnum
from functools import lru_cache
from hashlib import blake2b
from typing import Any, NamedTuple

import msgspec

from rules.blocks import BadRender
from rules.bucketing import PURPOSE, held_out, held_out_of_site, one_of, pick
from rules.conditions import Context
from rules.model import BadCondition, Campaign, Ranked, Rule, Show, Site
from rules.values import FALSE, TRUE


class Reason(StrEnum):
    """Why a slot shows what it shows."""

    MATCH = "MATCH"
    SPLIT = "SPLIT"
    HOLDOUT = "HOLDOUT"
    CAPPED = "CAPPED"
    DEFAULT = "DEFAULT"
    CONSENT_REQUIRED = "CONSENT_REQUIRED"
    DISABLED = "DISABLED"
    ERROR = "ERROR"


# An enum's members are found by a search of their own, so what every decision needs has a name here.
_MATCH, _DEFAULT = Reason.MATCH, Reason.DEFAULT

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
    deciding = _Deciding(site, context)
    decisions = tuple([deciding.slot(name) for name in names])
    return Decided(decisions, tuple(deciding.errors))


class _Deciding:
    """One request's decisions in the making."""

    def __init__(self, site: Site, context: Context) -> None:
        self.errors: list[str] = []
        self._site = site
        self._context = context
        self._candidates = site.index.of(context)
        self._language = str(context.facts.get("page.language", ""))
        self._common = site.common.get(self._language, {})
        self._request = _hash(site.version, str(context.unit), str(context.now))
        # A visitor ID may be there for statistics alone, which is no grant to deal by it.
        self._dealt = context.unit if PURPOSE in context.granted else None
        self._held_out = bool(
            site.holdout and self._dealt and held_out_of_site(site.name, site.holdout, self._dealt)
        )
        self._parts: dict[str, str] = {}
        self._rule: Rule | None = None
        """The rule that is looked at: what goes wrong names it."""

    def slot(self, slot: str) -> Decision:
        if self._held_out:
            return self._default(slot, Reason.HOLDOUT)
        self._rule = None
        candidates, capped = self._candidates, None
        try:
            found = candidates.true(slot)
            while found is not None:
                rank, self._rule = found
                rule = self._rule
                if rule.show is not None:
                    return self._decision(rule.outcome, slot, rule.id, None, _MATCH, rule.show)
                if rule.campaign.exclusive is None or self._takes_part(rule.campaign):
                    seen = FALSE if rule.cap is None else rule.cap.evaluate(self._context)
                    if seen is FALSE:
                        return self._won(rule)
                    if seen is TRUE and capped is None:  # unknown never matches, in a cap as well
                        capped = found
                found = candidates.true(slot, rank)
            return self._passed_over(slot, capped)
        except BadCondition as bad:
            return self._failed(slot, bad.rule, bad.__cause__ or bad)
        except Exception as bad:
            return self._failed(slot, self._rule, bad)

    def _passed_over(self, slot: str, capped: Ranked | None) -> Decision:
        """Leave the slot to its default, and name the first rule that would have filled it."""
        found = self._candidates.hidden(slot)
        while found is not None and (capped is None or found[0] < capped[0]):
            rank, rule = found
            if self._takes_part(rule.campaign):
                return self._default(slot, Reason.CONSENT_REQUIRED, rule)
            found = self._candidates.hidden(slot, rank)
        if capped is not None:
            return self._default(slot, Reason.CAPPED, capped[1])
        return self._default(slot, _DEFAULT if self._runs(slot) else Reason.DISABLED)

    def _takes_part(self, campaign: Campaign) -> bool:
        """Say whether the visitor is dealt to this campaign of its group, among those that run."""
        group, unit, now = campaign.exclusive, self._dealt, self._context.now
        if group is None or unit is None:
            return True  # its rules are hidden from whom nobody can deal
        if group not in self._parts:
            running = [each.name for each in self._site.exclusive[group] if each.runs(now)]
            self._parts[group] = one_of(group, running, unit)
        return self._parts[group] == campaign.name

    def _runs(self, slot: str) -> bool:
        """Say whether a slot is as its rules want it: it has none, or one of them is running."""
        return not self._site.rules[slot] or self._candidates.running(slot)

    def _failed(self, slot: str, rule: Rule | None, bad: BaseException) -> Decision:
        """Leave the slot as it is, whatever went wrong: the other slots are decided all the same."""
        # Other texts than our own may hold what is known of a visitor, which has no place in a log.
        said = str(bad) if isinstance(bad, BadRender) else type(bad).__name__
        self.errors.append(f"rule '{rule.id}': {said}" if rule else f"slot '{slot}': {said}")
        return self._none_won(slot, Reason.ERROR, rule, None)

    def _won(self, rule: Rule) -> Decision:
        campaign, dealt, slot = rule.campaign, self._dealt, rule.slot
        if campaign.holdout and dealt and held_out(campaign.name, campaign.holdout, dealt):
            return self._default(slot, Reason.HOLDOUT, rule)
        variant, reason = rule.variants[0], _MATCH
        if dealt is not None and variant.name is not None:
            variant, reason = pick(rule.id, rule.variants, dealt), Reason.SPLIT
        return self._decision(variant.outcome, slot, rule.id, variant.name, reason, variant.show)

    def _default(self, slot: str, reason: Reason, rule: Rule | None = None) -> Decision:
        """Return what a slot shows that no rule fills: its fallback, else the page's own content."""
        try:
            return self._none_won(slot, reason, rule, self._site.slots[slot].fallback)
        except Exception as bad:
            return self._failed(slot, None, bad)

    def _none_won(
        self, slot: str, reason: Reason, rule: Rule | None, show: Show | None
    ) -> Decision:
        name = rule.id if rule else None
        return self._decision(_without_winner(slot, name, reason), slot, name, None, reason, show)

    def _decision(
        self,
        outcome: str,
        slot: str,
        rule: str | None,
        variant: str | None,
        reason: Reason,
        show: Show | None,
    ) -> Decision:
        # What was decided for whom and when: equal for equal input, no chance, no clock.
        identity = f"{self._request}-{outcome}"
        common = self._common.get(outcome)
        if common is not None:
            return Decision(identity, *common)
        made: tuple[Any, ...] = (slot, rule, variant, reason, *self._done(show))
        if show is None or show.block is None or not show.block.reads:
            self._common[outcome] = made
        return Decision(identity, *made)

    def _done(self, show: Show | None) -> tuple[str | None, ...]:
        """Return a decision's action, html, text, name and value."""
        if show is None:
            return (NOTHING,)
        html = None
        if show.block is not None:
            block = self._site.blocks[show.block.name]
            html = block.render(self._language, show.given, self._context.facts)
        return show.action, html, show.text, show.name, show.value


def outcome(slot: str, rule: str | None, variant: str | None, reason: Reason) -> str:
    """Name what was decided for a slot: the second part of a decision's id."""
    return _hash(slot, rule or "", variant or "", reason)


@lru_cache(maxsize=4096)  # where no rule wins there are only so many
def _without_winner(slot: str, rule: str | None, reason: Reason) -> str:
    return outcome(slot, rule, None, reason)


def _hash(*parts: str) -> str:
    return blake2b("\0".join(parts).encode(), digest_size=8).hexdigest()
