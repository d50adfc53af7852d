"""Reads one file of ``rules/``: a campaign and its rules."""

from collections.abc import Mapping

import msgspec

from rules.blocks import Outline
from rules.bucketing import PURPOSE
from rules.cap_reader import read_cap
from rules.condition_parser import ConditionParser, Vocabulary
from rules.conditions import ALWAYS, Any, Condition
from rules.counter import Counter
from rules.decide import Reason, outcome
from rules.findings import did_you_mean, or_new_in
from rules.index.clauses import clauses_of
from rules.index.terms import asked
from rules.model import NO_PURPOSE, Campaign, Rule, Slot, Variant
from rules.reader import Reader, said
from rules.schedule_reader import End, read_schedule
from rules.share_reader import read_share
from rules.show_reader import ShowReader
from rules.site_file import PURPOSES
from rules.source import Node

CAMPAIGN_KEYS = (
    "campaign",
    "schedule",
    "goal",
    "holdout",
    "cap",
    "exclusive",
    "enabled",
    "rules",
)
CAMPAIGN_REQUIRED = ("campaign", "rules")
RULE_REQUIRED = ("id", "slot")
RULE_KEYS = ("id", "slot", "priority", "when", "show", "split", "cap", "enabled", "purposes")


class CampaignFile:
    """The rules of one campaign; ``counters`` and ``reads`` gather what they need."""

    def __init__(
        self,
        reader: Reader,
        vocabulary: Vocabulary,
        slots: Mapping[str, Slot],
        blocks: Mapping[str, Outline | None],
    ) -> None:
        self._reader = reader
        self._vocabulary = vocabulary
        self._slots = slots
        self._blocks = blocks
        self._capped: tuple[Condition, Counter, str] | None = None
        self.name: Node | None = None
        self.group: Node | None = None
        """Where it says which group of campaigns it is in."""
        self.rule_ids: list[tuple[str, Node]] = []
        self.end: End | None = None
        """When the campaign is over, for ``check_over``: what is kept of a file may be as old as that."""
        self.counters: list[Counter] = []
        self.reads: set[str] = set()
        self.slots_without_any: list[str] = []
        """Slots its rules name although the site has none, which is for ``site.yaml`` to say."""

    def read(self, node: Node) -> list[Rule]:
        """Return the file's rules in the order they are written."""
        if isinstance(node.value, list):
            hint = "Write 'campaign: NAME' and 'rules:' above the list of rules"
            self._reader.refuse(node, "the file does not say which campaign this is", hint)
            return []
        keys = self._reader.keys(node, "a campaign", CAMPAIGN_KEYS, CAMPAIGN_REQUIRED)
        campaign = self._campaign(keys)
        if "rules" not in keys:
            return []
        items = self._reader.items(keys["rules"], "'rules'")
        if "cap" in keys:
            ids = dict.fromkeys(str(item.at(("id",)).value) for item in items)
            self._capped = read_cap(self._reader, self._vocabulary.events, keys["cap"], [*ids])
        rules = [self._rule(item, campaign) for item in items]
        return [rule for rule in rules if rule is not None]

    def _campaign(self, keys: Mapping[str, Node]) -> Campaign:
        reader = self._reader
        self.name = keys.get("campaign")
        enabled = reader.boolean(keys.get("enabled"), "enabled")
        schedule, self.end = read_schedule(reader, keys.get("schedule"))
        return Campaign(
            name=reader.text(self.name, "campaign") or "",
            schedule=schedule,
            enabled=enabled is not False,
            holdout=read_share(reader, keys.get("holdout"), "holdout"),
            goal=self._goal(keys.get("goal")),
            exclusive=self._exclusive(keys.get("exclusive")),
        )

    def _exclusive(self, node: Node | None) -> str | None:
        if node is not None and not isinstance(node.value, str):
            message = f"exclusive must be the name of a group, not {said(node)}"
            items = node.value if isinstance(node.value, list) else []
            names = [item.value for item in items if isinstance(item.value, str)]
            hint = "A campaign is in one group: write exclusive: "
            self._reader.refuse(node, message, f"{hint}{names[0] if names else 'NAME'}")
            return None
        name = self._reader.text(node, "exclusive")
        self.group = node if name is not None else None
        return name

    def _goal(self, node: Node | None) -> str | None:
        name, known = self._reader.text(node, "goal"), self._vocabulary.events
        if name is not None and name not in known and node is not None:
            hint = or_new_in("events", did_you_mean(name, known))
            self._reader.refuse(node, f"there is no event '{name}'", hint)
        return name

    def _slot(self, node: Node | None) -> str | None:
        name, known = self._reader.text(node, "slot"), self._slots
        if name is not None and name not in known and node is not None:
            if known:
                hint = or_new_in("slots", did_you_mean(name, known))
                self._reader.refuse(node, f"there is no slot '{name}'", hint)
            else:
                self.slots_without_any.append(name)
        return name

    def _rule(self, node: Node, campaign: Campaign) -> Rule | None:
        reader = self._reader
        before = len(reader.findings)
        keys = reader.keys(node, "a rule", RULE_KEYS, RULE_REQUIRED)
        if not isinstance(node.value, dict):
            return None
        name = reader.text(keys.get("id"), "id")
        slot = self._slot(keys.get("slot"))
        if name is not None:
            self.rule_ids.append((name, keys["id"]))
            if self._vocabulary.places is not None:
                self._vocabulary.places.note_rule(name, keys["id"])
        conditions = ConditionParser(reader, self._vocabulary, campaign.schedule.timezone)
        condition = conditions.parse_whole(keys["when"]) if "when" in keys else ALWAYS
        variants = ShowReader(reader, self._blocks, conditions).variants(node, keys)
        cap = self._cap(keys, name, conditions)
        if "split" in keys or campaign.exclusive is not None:
            conditions.purposes.add(PURPOSE)
        self._declared(keys.get("purposes"), conditions.purposes)
        self.counters += conditions.counters
        self.reads |= conditions.reads
        enabled = reader.boolean(keys.get("enabled"), "enabled") is not False and campaign.enabled
        priority = reader.number(keys.get("priority"), "priority")
        if "priority" in keys:
            reader.is_doubtful(keys["priority"])
        if name is None or slot is None or not variants or reader.refused_since(before):
            return None
        purposes = frozenset(conditions.purposes)
        known = "split" in keys or campaign.exclusive is not None or cap is not None
        arms = tuple([_named(each, slot, name) for each in variants])
        return Rule(
            id=name,
            campaign=campaign,
            slot=slot,
            priority=priority or 0,
            enabled=enabled,
            condition=condition,
            variants=arms,
            purposes=purposes,
            clauses=tuple(map(asked, clauses_of(condition))),
            needs_unit=known,
            cap=cap,
            show=None if campaign.holdout or known else arms[0].show,
            outcome=arms[0].outcome,
        )

    def _cap(
        self, keys: Mapping[str, Node], name: str | None, conditions: ConditionParser
    ) -> Condition | None:
        """Return what is true of visitors who saw the rule, or its campaign, often enough."""
        own = None
        if "cap" in keys and name is not None:
            own = read_cap(self._reader, self._vocabulary.events, keys["cap"], [name])
        found = [each for each in (self._capped, own) if each is not None]
        for _, counter, purpose in found:
            conditions.counters.append(counter)
            conditions.purposes.add(purpose)
        return Any(tuple([condition for condition, _, _ in found])) if found else None

    def _declared(self, node: Node | None, derived: set[str]) -> None:
        """Refuse a rule that says it needs less consent than what it reads needs."""
        if node is None:
            return
        before = len(self._reader.findings)
        declared = self._reader.texts(node, "purposes")
        for name, item in declared.items():
            if name not in PURPOSES:
                hint = did_you_mean(name, PURPOSES)
                self._reader.refuse(item, f"there is no purpose '{name}'", hint)
        missing = derived - {*declared, NO_PURPOSE}
        if missing and not self._reader.refused_since(before):
            names = ", ".join(sorted(missing))
            self._reader.refuse(
                node, f"the rule reads what needs {names}", f"Add {names}, or leave the key out"
            )


def _named(variant: Variant, slot: str, rule: str) -> Variant:
    """Return a variant that names what is decided where it is shown: once, and not at every request."""
    reason = Reason.MATCH if variant.name is None else Reason.SPLIT
    return msgspec.structs.replace(variant, outcome=outcome(slot, rule, variant.name, reason))
