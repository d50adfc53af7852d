"""A site as the engine holds it: everything checked, compiled and sorted at load."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, Protocol, TypeAlias
from zoneinfo import ZoneInfo

import msgspec

from rules.attributes import Attribute
from rules.blocks import Block, Frozen, Outline
from rules.conditions import Condition, Context
from rules.counter import Counter, CountersOfEvent
from rules.index.terms import Asked
from rules.source import Node

NO_PURPOSE = ""
"""The purpose of an event whose declaration is at fault: what needs it is not known."""


class EventType(msgspec.Struct, frozen=True):
    """An event a site records: under which purpose, with which properties (name -> type)."""

    name: str
    purpose: str
    properties: Mapping[str, str]


class Show(msgspec.Struct, frozen=True):
    """What to do with a slot: an action of the tag and what it needs."""

    action: str
    block: Outline | None = None
    given: Frozen = ()
    """What the rule gives to the block."""
    text: str | None = None
    name: str | None = None
    value: str | None = None


class Slot(msgspec.Struct, frozen=True):
    """A named place on a page. Without a selector it is the element with ``data-slot=NAME``."""

    name: str
    selector: str | None = None
    fallback: Show | None = None
    """What is shown wherever no rule wins, instead of the page's own content."""


class Variant(msgspec.Struct, frozen=True):
    """One arm of a rule; a rule without a split has exactly one, of weight 1 and no name."""

    name: str | None
    weight: float
    show: Show
    outcome: str = ""
    """The name of what is decided where a rule shows it, given with the rule: ``decide.outcome``."""


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
    exclusive: str | None = None
    """The group of campaigns of which a visitor takes part in one."""

    def runs(self, now: int) -> bool:
        """Say whether the campaign is switched on, and on; ``now`` in milliseconds."""
        return self.enabled and self.schedule.start <= now < self.schedule.end


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
    """Derived from everything the condition, the blocks, the split and the cap read."""
    clauses: tuple[Asked, ...]
    """What the condition asks, as the index wants it."""
    needs_unit: bool = False
    """Whether only a visitor with an ID can be shown it: to be dealt something, or to count by."""
    cap: Condition | None = None
    """What is true of visitors who saw it, or its campaign, as often as they are to."""
    show: Show | None = None
    """What whoever it is true of is shown; None where that depends on who is dealt what, or on the cap."""
    outcome: str = ""
    """The name of what is decided where ``show`` is shown."""

    @property
    def split(self) -> bool:
        """Say whether visitors are dealt among variants."""
        return self.variants[0].name is not None

    def runs(self, now: int) -> bool:
        """Say whether the rule is switched on and its campaign on; ``now`` in milliseconds."""
        schedule = self.campaign.schedule
        return self.enabled and schedule.start <= now < schedule.end


Ranked: TypeAlias = tuple[int, Rule]
"""A rule and its rank in its slot: the one that wins first has the least."""


class Candidates(Protocol):
    """The rules that may win the slots of one request."""

    def running(self, slot: str) -> bool:
        """Say whether any rule of a slot is switched on and on schedule."""
        ...

    def true(self, slot: str, after: int | None = None) -> Ranked | None:
        """Return the first rule of a slot that may win, or the first one after a rank.

        Raises ``BadCondition`` where one cannot be evaluated.
        """
        ...

    def hidden(self, slot: str, after: int | None = None) -> Ranked | None:
        """Return the first rule of a slot that is not false and that consent hides, or the one after a rank.

        Raises ``BadCondition`` where one cannot be evaluated.
        """
        ...


class BadCondition(Exception):
    """A rule's condition could not be evaluated; the cause is the exception's ``__cause__``."""

    def __init__(self, rule: Rule) -> None:
        self.rule = rule
        super().__init__(rule.id)


class Finder(Protocol):
    """Finds the rules of a site that may win: the index, or for comparison the plain search."""

    def of(self, context: Context) -> Candidates:
        """Return the rules that a request leaves possible."""
        ...


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
    index: Finder
    blocks: Mapping[str, Block]
    counters: tuple[Counter, ...]
    counters_version: str
    """Hash of the counters: counts kept under another one must be rebuilt."""
    counters_of: Mapping[str, CountersOfEvent]
    """Event -> its counters, made ready to be found."""
    counted: Mapping[str, str]
    """Key of a counter -> its event."""
    reads: frozenset[str]
    """Every attribute any rule or block reads: what is not in here need not be found out."""
    consent: Node
    """The consent section as written; ``consent.policy`` reads it."""
    holdout: float = 0.0
    """The share, 0 to 1, of the visitors known by consent who are shown no rule at all."""
    exclusive: Mapping[str, tuple[Campaign, ...]] = MappingProxyType({})
    """Group -> the campaigns that share its visitors out among them."""
    common: Mapping[str, dict[str, tuple[Any, ...]]] = MappingProxyType({})
    """Each language -> outcome -> what a decision holds besides its id, where that is the same for everybody."""


def exclusive_groups(rules: Iterable[Rule]) -> dict[str, tuple[Campaign, ...]]:
    """Return the campaigns of each group, whether they run or not."""
    groups: dict[str, dict[str, Campaign]] = {}
    for campaign in (rule.campaign for rule in rules):
        if campaign.exclusive is not None:
            groups.setdefault(campaign.exclusive, {})[campaign.name] = campaign
    return {group: tuple(campaigns.values()) for group, campaigns in groups.items()}
