"""From a request and a profile to what rules may read. The one place that applies the gate."""

from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from edge import device
from edge.geo import UNKNOWN, Origin
from edge.page_query import LONGEST, MAX_VALUE
from edge.request import Request
from edge.services import Services
from edge.site_folder import LiveSite
from edge.stores.base import Counts, Event, Person, StoreError
from edge.visit import Visit
from rules import counters
from rules.codes import COUNTRIES, LANGUAGES
from rules.conditions import Context
from rules.model import Site
from rules.values import Value

_LANGUAGES = frozenset({"language", "languages"})
_LISTED, _COUNTRIES = frozenset(LANGUAGES), frozenset(COUNTRIES)
"""All that rules can name: what else a request says is not known."""


class Page(NamedTuple):
    """The page a decision is for: its absolute address and where the visitor came from."""

    url: str
    referrer: str = ""


class Known(NamedTuple):
    """A visit with what rules may read of it."""

    visit: Visit
    context: Context


async def build(
    services: Services, live: LiveSite, request: Request, visit: Visit, page: Page
) -> Known:
    """Gather the facts of a request and, under its grants, of its profile: one read of the store."""
    person = await _person(services, live.site, visit)
    if person is not None and person.erased:
        visit, person = visit.forgotten(), None
    facts = request_facts(live, request, visit, page)
    counts: Counts | None = None
    if person is not None:
        facts |= live.gate.facts(person, visit.grants.purposes, services.clock())
        counts = person.counts
        if person.counters != live.site.counters_version and (counts or person.counters):
            counts = await _recounted(services, live.site, visit)
    granted = visit.grants.purposes
    passed = None if counts is None else live.gate.counts(counts, granted)
    return Known(visit, Context(services.clock(), facts, granted, passed, visit.visitor))


async def _person(services: Services, site: Site, visit: Visit) -> Person | None:
    """Read the profile; without a visitor ID, or without the store, everybody is a stranger."""
    if visit.visitor is None:
        return None
    try:
        return await services.store.person(site.name, visit.visitor)
    except StoreError as bad:
        services.log.error("profile.not_read", bad, site=site.name)
        return None


async def _recounted(services: Services, site: Site, visit: Visit) -> Counts | None:
    """Count anew what was counted for other rules than today's."""
    version, visitor = site.counters_version, visit.visitor or ""
    try:
        return await services.store.recount(
            site.name, visitor, version, lambda events: _recount(site, events)
        )
    except StoreError as bad:
        services.log.error("counts.not_rebuilt", bad, site=site.name)
        return None


def _recount(site: Site, events: Iterable[Event]) -> Counts:
    seen = (counters.Occurrence(event.name, event.time, event.properties) for event in events)
    return counters.count(site, seen)


def request_facts(live: LiveSite, request: Request, visit: Visit, page: Page) -> dict[str, Value]:
    """Return what a request says without telling who sent it, as far as rules read it."""
    site = live.site
    facts = page_facts(live, page)
    _add_origin(site, facts, visit.origin)
    if not site.reads.isdisjoint(device.NAMES):
        facts |= device.facts(request.header(b"user-agent"))
    if not site.reads.isdisjoint(_LANGUAGES):
        listed = _listed(request.languages)
        if listed:
            facts["language"] = listed[0]
            facts["languages"] = listed
    return facts


def _add_origin(site: Site, facts: dict[str, Value], origin: Origin) -> None:
    """Add the country, and the address and place where rules ask for them."""
    if origin.country in _COUNTRIES:  # databases know of places that are none
        facts["geo.country"] = origin.country
    if "client.ip" in site.reads and origin.address != UNKNOWN:
        facts["client.ip"] = origin.address
    place = origin.location if "geo.location" in site.reads else None
    if place is not None:
        facts["geo.location"] = place


@lru_cache(maxsize=1024)
def _listed(languages: tuple[str, ...]) -> tuple[str, ...]:
    """Return the languages that rules can name."""
    return tuple([each for each in languages if each in _LISTED])


def page_facts(live: LiveSite, page: Page) -> dict[str, Value]:
    """Return what a page's address says, as far as rules read it."""
    parts = urlsplit(page.url)
    path = _readable(parts.path or "/")
    facts: dict[str, Value] = {
        "page.url": page.url[:MAX_VALUE],
        "page.path": path[:MAX_VALUE],
        "page.language": page_language(live.site, path),
        "page.referrer": page.referrer[:MAX_VALUE],
    }
    return facts | live.query.facts(parts.query) if parts.query else facts


def _readable(path: str) -> str:
    """A path as people write it, and rules: browsers send ``/größe`` as ``/gr%C3%B6%C3%9Fe``."""
    return unquote(path[:LONGEST]) if "%" in path else path


def page_language(site: Site, path: str) -> str:
    """Return the language a page is in: its first path segment if that is one, else the site's first."""
    first = path.split("/", 2)[1] if path.startswith("/") else ""
    return first if first in site.languages[1:] else site.languages[0]
