"""A site as the engine holds it: everything checked, compiled and sorted at load."""

from collections.abc import Mapping
from zoneinfo import ZoneInfo

import msgspec

from rules.attributes import Attribute
from rules.blocks import Block, Frozen
from rules.conditions import Condition
from rules.source import Node
from rules.values import Value


class Slot(msgspec.Struct, frozen=True):
    """A named place on a page. Without a selector it is the element with ``data-slot=NAME``."""

    name: str
    selector: str | None = None


class EventType(msgspec.Struct, frozen=True):
    """An event a site records: under which purpose, with which properties (name -> type)."""

    name: str
    purpose: str
    properties: Mapping[str, str]


class Show(msgspec.Struct, frozen=True):
    """What to do with a slot: an action of the tag and what it needs."""

    action: str
    block: Block | None = None
    given: Frozen = ()
    """What the rule gives to the block."""
    text: str | None = None
    name: str | None = None
    value: str | None = None


class Variant(msgspec.Struct, frozen=True):
    """One arm of a rule; a rule without a split has exactly one, of weight 1 and no name."""

    name: str | None
    weight: float
    show: Show


FOREVER = 1 << 62


class Schedule(msgspec.Struct, frozen=True):
    """When a campaign runs: from inclusive, until exclusive, milliseconds since the epoch."""

    start: int = 0
    end: int = FOREVER
    timezone: ZoneInfo = ZoneInfo("UTC")


class Campaign(msgspec.Struct, frozen=True):
    """What the rules of one file share."""

    name: str
    schedule: Schedule = Schedule()
    enabled: bool = True
    holdout: float = 0.0
    """The share, 0 to 1, of the visitors known by consent who never see the campaign."""
    goal: str | None = None


class Rule(msgspec.Struct, frozen=True):
    """A condition, a slot and what to show there."""

    id: str
    campaign: Campaign
    slot: str
    priority: float
    enabled: bool
    """Neither the rule nor its campaign is switched off."""
    condition: Condition
    variants: tuple[Variant, ...]
    purposes: frozenset[str]
    """Derived from everything the condition, the blocks and the split read."""
    needs_unit: bool = False
    """Whether it can be shown only to a visitor with an ID: somebody must be dealt a variant."""

    @property
    def split(self) -> bool:
        """Say whether visitors are dealt among variants."""
        return self.variants[0].name is not None

    def runs(self, now: int) -> bool:
        """Say whether the rule is switched on and its campaign on; ``now`` in milliseconds."""
        schedule = self.campaign.schedule
        return self.enabled and schedule.start <= now < schedule.end


class Counter(msgspec.Struct, frozen=True):
    """A rolling counter some rule needs: which events it counts, and how many newest times it keeps."""

    key: str
    event: str
    where: Mapping[str, tuple[Value, ...]]
    keep: int


class Site(msgspec.Struct, frozen=True):
    """One website's rules, ready to decide with."""

    name: str
    version: str
    """Hash of every file the site was made of."""
    origins: tuple[str, ...]
    languages: tuple[str, ...]
    slots: Mapping[str, Slot]
    attributes: Mapping[str, Attribute]
    events: Mapping[str, EventType]
    rules: Mapping[str, tuple[Rule, ...]]
    """Slot -> its rules, the one that wins first."""
    counters: tuple[Counter, ...]
    counters_version: str
    """Hash of the counters: counts kept under another one must be rebuilt."""
    reads: frozenset[str]
    """Every attribute any rule or block reads: what is not in here need not be found out."""
    consent: Node
    """The consent section as written; ``consent.policy`` reads it."""
