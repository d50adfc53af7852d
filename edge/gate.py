"""The gate: what of a profile passes under some grants, made ready when a site is loaded."""

from collections.abc import Collection
from typing import NamedTuple

from edge.stores.base import Counts, Person
from rules.model import Site
from rules.values import Admit, Value, admitting

_KNOWN = "customer.known"


class _Door(NamedTuple):
    """Under which purpose an attribute passes, which values, and how old they may be, in milliseconds."""

    purpose: str | None
    admit: Admit
    freshness: int | None


_CLOSED = _Door(None, lambda _: None, None)
"""No grant holds nothing, so what the site does not declare never passes."""


class Gate:
    """The gate of one site: nothing of a profile reaches the rules but through it."""

    def __init__(self, site: Site) -> None:
        self._attributes = {
            name: _Door(each.purpose, admitting(each.type, each.values), each.freshness)
            for name, each in site.attributes.items()
        }
        events = site.events
        self._counters = {key: events[event].purpose for key, event in site.counted.items()}

    def facts(self, person: Person, granted: Collection[str], now: int) -> dict[str, Value]:
        """Return the attributes whose purpose is granted, as far as they are fresh and still declared so."""
        facts: dict[str, Value] = {}
        doors = self._attributes
        for name, value in person.attributes.items():
            purpose, admit, freshness = doors.get(name, _CLOSED)
            if purpose in granted and (freshness is None or _is_fresh(person, now, freshness)):
                # What an import stored under another declaration than today's is not known.
                known = admit(value)
                if known is not None:
                    facts[name] = known
        if "personalization" in granted:
            facts[_KNOWN] = person.customer is not None
        return facts

    def counts(self, counts: Counts, granted: Collection[str]) -> Counts:
        """Return what counters hold of events whose purpose is granted."""
        purposes = self._counters
        for key in counts:
            if purposes.get(key) not in granted:
                return {key: held for key, held in counts.items() if purposes.get(key) in granted}
        return counts


def _is_fresh(person: Person, now: int, freshness: int) -> bool:
    """A value of an age that nobody knows is too old wherever its age matters."""
    return person.imported is not None and now - person.imported <= freshness
