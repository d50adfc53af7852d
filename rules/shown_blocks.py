"""Which block a decision shows: a decision itself carries the block's HTML only."""

from collections.abc import Iterable

from rules.blocks import Outline
from rules.decide import Decision, Reason
from rules.model import Site

WON = (Reason.MATCH, Reason.SPLIT)
"""Reasons of decisions that show their rule; else the slot's fallback is shown, if it has one."""


class ShownBlocks:
    """The blocks of one site's decisions, each looked up once."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._found: dict[tuple[str, str | None, str | None], Outline | None] = {}

    def by_slot(self, decisions: Iterable[Decision]) -> dict[str, str]:
        """Return slot -> block, for the slots that show one."""
        shown = ((decision.slot, self.block(decision)) for decision in decisions)
        return {slot: block.name for slot, block in shown if block is not None}

    def block(self, decision: Decision) -> Outline | None:
        """Return the block that a decision of this site shows; None if it shows none."""
        if decision.html is None:
            return None
        # A site has only so many outcomes, and what is asked for are decisions that it made.
        rule = decision.rule if decision.reason in WON else None
        key = (decision.slot, rule, decision.variant)
        if key not in self._found:
            self._found[key] = self._find(*key)
        return self._found[key]

    def _find(self, slot: str, rule: str | None, variant: str | None) -> Outline | None:
        if rule is None:
            fallback = self._site.slots[slot].fallback
            return fallback.block if fallback else None
        for each in self._site.rules.get(slot, ()):
            if each.id == rule:
                shows = (arm.show for arm in each.variants if arm.name == variant)
                return next((show.block for show in shows), None)
        return None
