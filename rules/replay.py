"""Decides recorded requests again: byte for byte under the same rules, and compared under others."""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from rules.attributes import find
from rules.conditions import Context
from rules.counter import Counter
from rules.decide import NOTHING, Decision, Reason, decide
from rules.model import Rule, Site
from rules.recording import Recorded, facts_read, readable_counters
from rules.shown_blocks import WON, ShownBlocks
from rules.values import FALSE, HIDDEN, TRUE, UNKNOWN, Truth

_NOT_TRUE = {
    TRUE: "is passed over now",
    FALSE: "is not true any more",
    UNKNOWN: "reads what is not known of this request",
    HIDDEN: "reads what consent hides",
}


class Outcome(msgspec.Struct, frozen=True):
    """What a decision came to, without its id: requests of one kind have equal ones."""

    action: str
    block: str | None
    rule: str | None
    variant: str | None
    reason: Reason

    @property
    def winner(self) -> str | None:
        """The rule that is shown; None where none is."""
        return self.rule if self.reason in WON else None


class Change(msgspec.Struct, frozen=True):
    """What other rules change in one slot of one request; None: the slot is not decided."""

    slot: str
    before: Outcome | None
    after: Outcome | None
    seen: bool
    """Whether the visitor sees something else; else only the rule, variant or reason is another."""


def replay(site: Site, recorded: Recorded) -> tuple[Decision, ...]:
    """Decide a recorded request again; under the rules that decided it, the same, byte for byte."""
    return decide(site, recorded.context, recorded.slots).decisions


def same_bytes(recorded: Recorded, decisions: tuple[Decision, ...]) -> bool:
    """Say whether the decisions are exactly those recorded."""
    return msgspec.json.encode(recorded.decisions) == msgspec.json.encode(decisions)


class Comparison:
    """Compares recorded requests with what another rule set decides."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._blocks = ShownBlocks(site)
        self._rules = {rule.id: rule for rules in site.rules.values() for rule in rules}
        self._reads = facts_read(site)
        self._purposes = {name: _purpose(site, name) for name in self._reads}

    def changes(self, recorded: Recorded, decisions: Iterable[Decision]) -> list[Change]:
        """Return the slots whose decision differs in more than its id."""
        now = {each.slot: each for each in decisions}
        found = []
        for before in recorded.decisions:
            after = now.pop(before.slot, None)
            if (
                after is None
                or _content(before) != _content(after)
                or _cause(before) != _cause(after)
            ):
                found.append(self._change(recorded, before.slot, before, after))
        found += [self._change(recorded, slot, None, after) for slot, after in now.items()]
        return found

    def _change(
        self, recorded: Recorded, slot: str, before: Decision | None, after: Decision | None
    ) -> Change:
        return Change(
            slot,
            _outcome(before, recorded.blocks.get(slot)) if before else None,
            _outcome(after, self._blocks.by_slot([after]).get(slot)) if after else None,
            _content(before) != _content(after),
        )

    def why(self, change: Change, context: Context) -> str:
        """Return in one line why a slot is decided otherwise."""
        before, after = change.before, change.after
        if before is None:
            return "the slot is new"
        if after is None:
            return "the slot is gone"
        if before.winner is None and _same_cause(before, after):
            return "the slot's fallback shows something else"
        if before.winner is None:
            return f"rule '{after.winner}' wins now" if after.winner else _other_reason(after)
        if before.winner == after.winner:
            dealt = before.variant != after.variant
            return f"rule '{before.rule}' {'deals anew' if dealt else 'shows something else'}"
        return self._lost(before.winner, change.slot, after, context)

    def _lost(self, name: str, slot: str, after: Outcome, context: Context) -> str:
        """Say why a rule that won wins no more."""
        rule = self._rules.get(name)
        if rule is None:
            return f"rule '{name}' is gone"
        if rule.slot != slot:
            return f"rule '{name}' is for slot {rule.slot} now"
        if not rule.enabled:
            return f"rule '{name}' is switched off"
        schedule = rule.campaign.schedule
        if not schedule.start <= context.now < schedule.end:
            return f"campaign '{rule.campaign.name}' does not run at that time"
        if after.rule == name:
            return _other_reason(after)
        truth = _truth(rule, context)
        if truth is TRUE and after.winner and self._is_above(slot, after.winner, name):
            return f"rule '{after.rule}' stands above '{name}'"
        return f"rule '{name}' {_NOT_TRUE[truth]}"

    def _is_above(self, slot: str, one: str, other: str) -> bool:
        order = [rule.id for rule in self._site.rules[slot] if rule.id in (one, other)]
        return order[0] == one

    def unknown(self, recorded: Recorded) -> set[str]:
        """Return attributes these rules read, whose values were not recorded: they are unknown."""
        context = recorded.context
        missing = self._reads.difference(context.facts, recorded.silent)
        granted = context.granted
        return {name for name in missing if self._purposes[name] in (None, *granted)}

    def uncounted(self, recorded: Recorded) -> set[str]:
        """Return events that these rules count further, or by other properties, than was recorded."""
        counts, kept = recorded.context.counts, recorded.counters
        if counts is None:
            return set()
        return {
            counter.event
            for counter in readable_counters(self._site, recorded.context.granted)
            if _is_short(counter, kept.get(counter.key), counts.get(counter.key, ()))
        }


def _purpose(site: Site, name: str) -> str | None:
    attribute = find(name, dict(site.attributes))
    return attribute.purpose if attribute else None


def _is_short(wanted: Counter, kept: tuple[int, int | None] | None, held: Sequence[Any]) -> bool:
    """Say whether a counter may have had more than is recorded of it."""
    if kept is None:
        return True
    (most, span), events = kept, wanted.events(held)
    cut = span is not None and (wanted.span is None or wanted.span > span)
    return (cut and events > 0) or (most < wanted.keep and events >= most)


def _content(decision: Decision | None) -> tuple[str | None, ...]:
    """What the visitor sees."""
    if decision is None:
        return (NOTHING, None, None, None, None)
    return (decision.action, decision.html, decision.text, decision.name, decision.value)


def _cause(decision: Decision) -> tuple[str | None, ...]:
    return (decision.rule, decision.variant, decision.reason)


def _outcome(decision: Decision, block: str | None) -> Outcome:
    rule, variant, reason = decision.rule, decision.variant, decision.reason
    return Outcome(decision.action, block, rule, variant, reason)


def _same_cause(before: Outcome, after: Outcome) -> bool:
    return (before.reason, before.rule) == (after.reason, after.rule)


def _other_reason(after: Outcome) -> str:
    about = f" (rule '{after.rule}')" if after.rule else ""
    return f"the reason is {after.reason.value} now{about}"


def _truth(rule: Rule, context: Context) -> Truth:
    try:
        return rule.condition.evaluate(context)
    except Exception:  # as in a decision, a rule that fails harms nothing else
        return Truth.UNKNOWN
