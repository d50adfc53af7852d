"""``POST decide``: the decisions for a page of a single-page app, and for late slots."""

from urllib.parse import urlsplit

import msgspec
from starlette.responses import Response

from edge import context, visit
from edge.context import Page
from edge.http import endpoint
from edge.http.problems import Problem
from edge.http.wire import ConsentState, consent_state
from edge.request import Request
from edge.services import Services
from edge.site_folder import LiveSite
from rules.decide import Decision, decide


class _PageIn(msgspec.Struct, forbid_unknown_fields=True):
    url: str
    referrer: str = ""


class _DecideIn(msgspec.Struct, forbid_unknown_fields=True):
    page: _PageIn
    slots: list[str] | None = None


class Answer(msgspec.Struct, frozen=True):
    """The decisions of a page and the consent they were made under."""

    decisions: tuple[Decision, ...]
    consent: ConsentState


async def decisions(
    services: Services, live: LiveSite, request: Request, page: Page, slots: list[str] | None = None
) -> Answer:
    """Decide a page for whoever asks."""
    seen = visit.read(services, live, request)
    known = await context.build(services, live, request, seen, page)
    decided = decide(live.site, known.context, slots)
    for error in decided.errors:
        services.log.error("decision.failed", site=live.site.name, message=error)
    if services.recorder.share:
        services.recorder.take(live.site, known.visit, known.context, slots, decided.decisions)
    return Answer(decided.decisions, consent_state(known.visit.grants))


def origin_of(url: str) -> str | None:
    """Return scheme and host of an absolute address; None if it is none."""
    try:
        parts = urlsplit(url)
        return f"{parts.scheme}://{parts.netloc}" if parts.netloc else None
    except ValueError:
        return None


async def handle(services: Services, live: LiveSite, request: Request) -> Response:
    """Answer the call."""
    asked = await endpoint.body(request, _DecideIn)
    if not services.sites.allows(live, origin_of(asked.page.url)):
        raise Problem(400, "page.url is not a page of this site's origins")
    page = Page(asked.page.url, asked.page.referrer)
    return endpoint.json(await decisions(services, live, request, page, asked.slots))


call = endpoint.post("decide", handle)
