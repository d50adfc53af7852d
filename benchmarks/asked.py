"""The conditions of the mix as every rule engine knows them: comparisons of attributes, joined by and, or, not.

Read from the same plain data as the YAML files. Audiences are written out; how often something happened within
a window is a number that somebody counted before. What nobody knows, or consent hides, is an empty text, -1 or
false, which no comparison of the mix is true of; counts that no rule tells from 0 are left out when they are 0.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from benchmarks import shop
from benchmarks.drawn import Drawn, Plain
from benchmarks.traffic import Visit
from rules.values import Value

Asked: TypeAlias = "Test | Every | Some | Not"
Attributes: TypeAlias = dict[str, Value]
PATTERNS = ("starts_with", "contains", "matches")
_HOURS = {"d": 24, "h": 1}
_BERLIN = ZoneInfo("Europe/Berlin")
_PURPOSES = {"view": "personalization", "add_to_cart": "statistics", "purchase": "statistics"}


@dataclass(frozen=True)
class Test:
    """An attribute compared, by an operator of ours: all that need one argument, ``in`` and ``not_in``."""

    attribute: str
    operator: str
    argument: Any


@dataclass(frozen=True)
class Every:
    """Every part holds."""

    parts: "tuple[Asked, ...]"


@dataclass(frozen=True)
class Some:
    """At least one part holds."""

    parts: "tuple[Asked, ...]"


@dataclass(frozen=True)
class Not:
    """The part does not hold."""

    part: "Asked"


@dataclass(frozen=True)
class Question:
    """One rule: if what it asks is true, it is a candidate for its slot."""

    id: str
    slot: str
    asked: Every


Slots: TypeAlias = Mapping[str, Sequence[Question]]
Winners: TypeAlias = tuple[str | None, ...]
"""The rule that wins each slot, None where none does, in the order of the slots."""


class Reader:
    """Reads the campaigns of one site; ``counted`` gathers the events that somebody has to count."""

    def __init__(self, audiences: Mapping[str, Drawn]) -> None:
        self._audiences = audiences
        self.counted: set[tuple[str, str | None, str]] = set()

    def slots(self, campaigns: Sequence[Plain]) -> dict[str, list[Question]]:
        """Return the rules of each slot, the one that wins first."""
        rules = [
            rule
            for campaign in campaigns
            for rule in campaign["rules"]
            if rule.get("enabled", True)
        ]
        ranked = sorted(rules, key=lambda rule: -rule["priority"])
        questions = [Question(rule["id"], rule["slot"], self._all(rule)) for rule in ranked]
        return {slot: [each for each in questions if each.slot == slot] for slot in shop.SLOTS}

    def _all(self, rule: Plain) -> Every:
        parts = list(self._parts(rule.get("when", {})))
        return Every(tuple(sorted(parts, key=_cost)))

    def _parts(self, when: Plain) -> Iterator[Asked]:
        for key, value in when.items():
            yield from self._key(key, value)

    def _key(self, key: str, value: Any) -> Iterator[Asked]:
        if key == "all":
            for part in value:
                yield from self._parts(part)
        elif key == "any":
            yield Some(tuple(self._one(part) for part in value))
        elif key == "not":
            yield Not(self._one(value))
        elif key == "audience":
            yield from self._parts(self._audiences[str(value)].when)
        elif key == "event":
            yield from self._event(value)
        else:
            yield from _tests(key, value)

    def _one(self, when: Plain) -> Asked:
        parts = tuple(sorted(self._parts(when), key=_cost))
        return parts[0] if len(parts) == 1 else Every(parts)

    def _event(self, event: Plain) -> Iterator[Test]:
        where: Plain = event.get("where", {})
        counted = str(event["name"]), where.get("category"), str(event["within"])
        self.counted.add(counted)
        yield from _tests(_counted_name(*counted), event["count"])


def _tests(attribute: str, value: object) -> Iterator[Test]:
    if isinstance(value, list):
        yield Test(attribute, "in", value)
    elif not isinstance(value, dict):
        yield Test(attribute, "equals", value)
    else:
        for operator, argument in value.items():
            yield from _operator(attribute, operator, argument)


def _operator(attribute: str, operator: str, argument: Any) -> Iterator[Test]:
    if operator == "between":
        low, high = argument
        yield Test(attribute, "gte", low)
        yield Test(attribute, "lte", high)
    else:
        yield Test(attribute, operator, argument)


def literally(text: str) -> str:
    """Return the pattern of a text; only what every flavour knows, which is less than ``re.escape`` writes."""
    return re.sub(r"([.*+?^${}()|\[\]\\])", r"\\\1", text)


def _cost(part: Asked) -> int:
    """Order what must all hold as a careful author would for an engine that stops at the first false."""
    if isinstance(part, Test):
        return 2 if part.operator in PATTERNS else 1 if part.operator in ("in", "not_in") else 0
    return 3


def flat(attribute: str) -> str:
    """Return an attribute's name for engines that read dots as paths."""
    return attribute.replace(".", "_").replace("-", "_")


def _counted_name(event: str, category: str | None, within: str) -> str:
    return f"count.{event}-{category or 'any'}-{within}"


def attributes(reader: Reader, visit: Visit) -> Attributes:
    """Return all that the rules ask about a visit, prepared as a caller of other engines would."""
    local = datetime.fromtimestamp(visit.now / 1000, _BERLIN)
    known: Attributes = {**_ABSENT, **visit.facts}
    known |= {"time.hour": local.hour, "time.weekday": local.strftime("%A").lower()}
    for event, category, within in reader.counted:
        count = _count(visit, event, category, within)
        if count > 0 or event == "purchase":
            known[_counted_name(event, category, within)] = count
    return known


def _count(visit: Visit, event: str, category: str | None, within: str) -> int:
    if _PURPOSES[event] not in visit.granted:
        return -1
    since = visit.now - int(within[:-1]) * _HOURS[within[-1]] * 3_600_000
    return sum(
        each.name == event
        and each.time >= since
        and category in (None, each.properties["category"])
        for each in visit.history
    )


_ABSENT: Attributes = {
    **dict.fromkeys(("utm.source", "utm.medium", "utm.campaign", "utm.content", "page.query.sort"), ""),
    **dict.fromkeys(("crm.loyalty_tier", "crm.segment", "crm.city", "crm.last_category"), ""),
    **dict.fromkeys(("crm.points", "crm.days_since_order", "crm.birthday_month"), -1),
    **dict.fromkeys(("crm.newsletter", "customer.known"), False),
}  # fmt: skip
