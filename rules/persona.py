"""A persona: an invented visitor of a test, and what each slot is to show them."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from rules import counters
from rules.attributes import BUILT_IN
from rules.bucketing import PURPOSE
from rules.conditions import Context
from rules.decide import Decision, Reason
from rules.explain import shown_block
from rules.model import Site
from rules.places import Place
from rules.shown_blocks import WON
from rules.values import Value

KNOWN = "customer.known"


class Happened(msgspec.Struct, frozen=True):
    """Something the persona did, as often as ``times``; ``ago`` is milliseconds."""

    name: str
    properties: Mapping[str, Value]
    ago: int = 0
    times: int = 1


class Want(msgspec.Struct, frozen=True):
    """What one slot is to show: key -> value, an empty mapping for default content."""

    slot: str
    place: Place
    keys: Mapping[str, str | tuple[str, ...]]


class Persona(msgspec.Struct, frozen=True):
    """One test: who comes, under which consent and when, and what they are to see."""

    name: str
    place: Place
    granted: frozenset[str]
    attributes: Mapping[str, Value]
    events: tuple[Happened, ...]
    visitor: str | None
    """What splits and holdouts are dealt by; None for a visitor without an ID."""
    now: int | None
    """Milliseconds since the epoch; None for the time at which the test runs."""
    slots: tuple[str, ...] | None
    """The slots to explain; None for all."""
    wants: tuple[Want, ...]


class Difference(msgspec.Struct, frozen=True):
    """A key of what was wanted that came out otherwise."""

    key: str
    wanted: str
    got: str


def context_of(
    site: Site, persona: Persona, page: Mapping[str, Value], identifying: Collection[str], now: int
) -> Context:
    """Return what rules may read of a persona, through the same gate as a request's profile.

    ``page`` are the facts that its page's address gives; ``identifying`` the purposes under any of which a
    visitor is recognised; ``now`` is milliseconds since the epoch, for a persona that states none.
    """
    moment = now if persona.now is None else persona.now
    recognised = persona.visitor is not None and not persona.granted.isdisjoint(identifying)
    facts = {**page, **_facts(site, persona, recognised)}
    counts = _counts(site, persona, moment) if recognised else None
    return Context(moment, facts, persona.granted, counts, persona.visitor if recognised else None)


def _facts(site: Site, persona: Persona, recognised: bool) -> dict[str, Value]:
    facts = {
        name: value
        for name, value in persona.attributes.items()
        if (purpose := _purpose(site, name)) is None or (recognised and purpose in persona.granted)
    }
    if recognised and PURPOSE in persona.granted:
        linked = any(name in site.attributes for name in persona.attributes)
        facts.setdefault(KNOWN, linked)
    return facts


def _purpose(site: Site, name: str) -> str | None:
    declared = site.attributes.get(name) or BUILT_IN.get(name)
    return declared.purpose if declared else None


def _counts(site: Site, persona: Persona, now: int) -> Mapping[str, Sequence[Any]]:
    """Count what the persona did as a store counts what a visitor did."""
    happened = (
        counters.Occurrence(each.name, now - each.ago, each.properties)
        for each in persona.events
        for _ in range(each.times)
    )
    counted = counters.count(site, happened)
    event_of = {counter.key: counter.event for counter in site.counters}
    return {
        key: times
        for key, times in counted.items()
        if site.events[event_of[key]].purpose in persona.granted
    }


def differences(site: Site, want: Want, decision: Decision) -> tuple[Difference, ...]:
    """Return in what a slot's decision is not what was wanted."""
    return tuple(_differences(site, want, decision))


def _differences(site: Site, want: Want, decision: Decision) -> Iterator[Difference]:
    if not want.keys and decision.reason in (*WON, Reason.ERROR):
        yield Difference("", "default", f"rule {decision.rule}")
    for key, wanted in want.keys.items():
        if key == "html_contains":
            html = decision.html or ""
            texts = wanted if isinstance(wanted, tuple) else (wanted,)
            for text in (each for each in texts if each not in html):
                yield Difference(key, text, html or "no html")
            continue
        got = _got(site, want, key, decision)
        if got != wanted:
            yield Difference(key, str(wanted), "none" if got is None else got)


def _got(site: Site, want: Want, key: str, decision: Decision) -> str | None:
    if key == "block":
        return shown_block(site, decision)
    if key == "rule" and "reason" not in want.keys and decision.reason not in WON:
        return None  # it is named as the one that might have won
    got: str | None = getattr(decision, key)
    return got
