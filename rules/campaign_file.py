"""Reads one file of ``rules/``: a campaign and its rules."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from rules.blocks import Block
from rules.bucketing import PURPOSE
from rules.condition_parser import ConditionParser, Vocabulary
from rules.conditions import ALWAYS
from rules.findings import did_you_mean
from rules.model import FOREVER, Campaign, Counter, Rule, Schedule, Slot
from rules.reader import Reader
from rules.show_reader import ShowReader, or_new
from rules.site_file import PURPOSES
from rules.source import Node
from rules.wrong_values import hint_to

_CAMPAIGN = ("campaign", "schedule", "goal", "holdout", "enabled", "rules")
_RULE = ("id", "slot", "priority", "when", "show", "split", "enabled", "purposes")
_SHARE = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,6})?) ?%\Z")


class CampaignFile:
    """The rules of one campaign; ``counters`` and ``reads`` gather what they need."""

    def __init__(
        self,
        reader: Reader,
        vocabulary: Vocabulary,
        slots: Mapping[str, Slot],
        blocks: Mapping[str, Block | None],
    ) -> None:
        self._reader = reader
        self._vocabulary = vocabulary
        self._slots = slots
        self._blocks = blocks
        self.name: Node | None = None
        self.rule_ids: list[tuple[str, Node]] = []
        self.counters: list[Counter] = []
        self.reads: set[str] = set()
        self.slots_without_any: list[str] = []
        """Slots its rules name although the site has none, which is for ``site.yaml`` to say."""

    def read(self, node: Node) -> list[Rule]:
        """Return the file's rules in the order they are written."""
        keys = self._reader.keys(node, "a campaign", _CAMPAIGN, ("campaign", "rules"))
        campaign = self._campaign(keys)
        if "rules" not in keys:
            return []
        rules = [
            self._rule(item, campaign) for item in self._reader.items(keys["rules"], "'rules'")
        ]
        return [rule for rule in rules if rule is not None]

    def _campaign(self, keys: Mapping[str, Node]) -> Campaign:
        reader = self._reader
        self.name = keys.get("campaign")
        enabled = reader.boolean(keys.get("enabled"), "enabled")
        return Campaign(
            name=reader.text(self.name, "campaign") or "",
            schedule=self._schedule(keys.get("schedule")),
            enabled=enabled is not False,
            holdout=self._share(keys.get("holdout")),
            goal=self._goal(keys.get("goal")),
        )

    def _goal(self, node: Node | None) -> str | None:
        name, known = self._reader.text(node, "goal"), self._vocabulary.events
        if name is not None and name not in known and node is not None:
            hint = or_new(did_you_mean(name, known), "add it under 'events:' in site.yaml")
            self._reader.refuse(node, f"there is no event '{name}'", hint)
        return name

    def _slot(self, node: Node | None) -> str | None:
        name, known = self._reader.text(node, "slot"), self._slots
        if name is not None and name not in known and node is not None:
            if known:
                hint = or_new(did_you_mean(name, known), "add it under 'slots:' in site.yaml")
                self._reader.refuse(node, f"there is no slot '{name}'", hint)
            else:
                self.slots_without_any.append(name)
        return name

    def _share(self, node: Node | None) -> float:
        text = self._reader.written(node, "holdout")
        if text is None or node is None:
            return 0.0
        match = _SHARE.match(text)
        if match is not None and float(match[1]) <= 100:
            return float(match[1]) / 100
        bare = re.fullmatch(r"[1-9][0-9]?|100", text)
        hint = f"Write {text}%" if bare else "Write a percentage: 5%"
        self._reader.refuse(node, f"'{text}' is no share of visitors", hint)
        return 0.0

    def _schedule(self, node: Node | None) -> Schedule:
        if node is None:
            return Schedule()
        keys = self._reader.keys(node, "schedule", ("from", "until", "timezone"))
        timezone = self._timezone(keys.get("timezone"))
        start, end = (
            self._moment(keys.get("from"), timezone),
            self._moment(keys.get("until"), timezone),
        )
        if start is not None and end is not None and start >= end:
            named = f"from {keys['from'].value} until {keys['until'].value}"
            hint = "'until' comes after 'from': it is when the campaign is over"
            self._reader.refuse(keys["until"], f"a schedule {named} is never on", hint)
        return Schedule(start or 0, FOREVER if end is None else end, timezone)

    def _timezone(self, node: Node | None) -> ZoneInfo:
        name = self._reader.text(node, "timezone")
        try:
            return ZoneInfo(name or "UTC")
        except (ZoneInfoNotFoundError, ValueError, OSError):
            if node is not None:
                self._reader.refuse(
                    node, f"there is no timezone '{name}'", "Write it as Europe/Berlin"
                )
            return ZoneInfo("UTC")

    def _moment(self, node: Node | None, timezone: ZoneInfo) -> int | None:
        text = self._reader.written(node, "a date")
        if text is None or node is None:
            return None
        try:
            if len(text) == len("2026-09-01"):
                moment = datetime.combine(date.fromisoformat(text), datetime.min.time())
            else:
                moment = datetime.fromisoformat(text)
        except ValueError:
            hint = hint_to(text, "date", "Write 2026-09-01 or 2026-09-01T18:00")
            self._reader.refuse(node, f"'{text}' is no date", hint)
            return None
        local = moment if moment.tzinfo else moment.replace(tzinfo=timezone)
        return int(local.timestamp() * 1000)

    def _rule(self, node: Node, campaign: Campaign) -> Rule | None:
        reader = self._reader
        keys = reader.keys(node, "a rule", _RULE, ("id", "slot"))
        if not isinstance(node.value, dict):
            return None
        name = reader.text(keys.get("id"), "id")
        slot = self._slot(keys.get("slot"))
        if name is not None:
            self.rule_ids.append((name, keys["id"]))
        conditions = ConditionParser(reader, self._vocabulary, campaign.schedule.timezone)
        condition = conditions.parse(keys["when"]) if "when" in keys else ALWAYS
        variants = ShowReader(reader, self._blocks, conditions).variants(node, keys)
        if "split" in keys:
            conditions.purposes.add(PURPOSE)
        self._declared(keys.get("purposes"), conditions.purposes)
        self.counters += conditions.counters
        self.reads |= conditions.reads
        enabled = reader.boolean(keys.get("enabled"), "enabled") is not False and campaign.enabled
        priority = reader.number(keys.get("priority"), "priority")
        if name is None or slot is None or not variants:
            return None
        purposes = frozenset(conditions.purposes)
        dealt = "split" in keys
        return Rule(
            name, campaign, slot, priority or 0, enabled, condition, variants, purposes, dealt
        )

    def _declared(self, node: Node | None, derived: set[str]) -> None:
        """Refuse a rule that says it needs less consent than what it reads needs."""
        if node is None:
            return
        declared = self._reader.texts(node, "purposes")
        for name in declared:
            if name not in PURPOSES:
                hint = did_you_mean(name, PURPOSES)
                self._reader.refuse(node, f"there is no purpose '{name}'", hint)
        missing = derived - set(declared)
        if missing:
            names = ", ".join(sorted(missing))
            self._reader.refuse(
                node, f"the rule reads what needs {names}", f"Add {names}, or leave the key out"
            )
