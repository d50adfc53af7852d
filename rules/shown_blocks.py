"""Which block a decision shows: a decision itself carries the block's HTML only."""

from collections.abc import Iterable

from rules.decide import Decision
from rules.model import Site


class ShownBlocks:
    """The blocks of one site's decisions, each looked up once."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._names: dict[tuple[str, str | None, str | None], str | None] = {}

    def by_slot(self, decisions: Iterable[Decision]) -> dict[str, str]:
        """Return slot -> block, for the slots that show one."""
        named = ((decision.slot, self.name(decision)) for decision in decisions)
        return {slot: name for slot, name in named if name is not None}

    def name(self, decision: Decision) -> str | None:
        """Return the name of the block that a decision of this site shows; None if it shows none."""
        if decision.html is None:
            return None
        # A site has only so many outcomes, and what is asked for are decisions that it made.
        key = (decision.slot, decision.rule, decision.variant)
        if key not in self._names:
            self._names[key] = self._find(*key)
        return self._names[key]

    def _find(self, slot: str, rule: str | None, variant: str | None) -> str | None:
        for each in self._site.rules.get(slot, ()):
            if each.id == rule:
                shows = (arm.show for arm in each.variants if arm.name == variant)
                return next((show.block.name for show in shows if show.block), None)
        return None
