"""``POST events``: stores what happened, if the site declares it and consent allows it."""

from typing import Annotated, NamedTuple

import msgspec
from starlette.responses import Response

from edge import visit
from edge.http import endpoint
from edge.http.problems import Problem
from edge.request import Request
from edge.services import Services
from edge.site_folder import LiveSite
from edge.stores.base import Event, Mark, Recorded, Scalar, StoreError, VisitorErased
from edge.visit import Visit
from rules import counters
from rules.values import fits

MAX_EVENTS = 100
MAX_TEXT = 512
CHANNEL = "web"
_Short = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]


class _EventIn(msgspec.Struct, forbid_unknown_fields=True):
    id: _Short
    name: _Short
    time: int
    properties: dict[str, Scalar] = {}
    decision: _Short | None = None


class Dropped(msgspec.Struct, frozen=True):
    """An event that was not stored, and why: CONSENT_REQUIRED, UNDECLARED or INVALID."""

    id: str
    reason: str


class _IdOnly(msgspec.Struct):
    id: str = ""


class _Sorted(NamedTuple):
    kept: list[Recorded]
    dropped: list[Dropped]


async def handle(services: Services, live: LiveSite, request: Request) -> Response:
    """Answer the call: 202 once everything is durable, 200 where something was dropped."""
    sent = await endpoint.body(request, list[msgspec.Raw])
    if len(sent) > MAX_EVENTS:
        raise Problem(413, f"send {MAX_EVENTS} events at most")
    seen = visit.read(services, live, request)
    kept, dropped = _sorted(live, seen, sent, services.clock())
    if kept and seen.visitor is not None:
        kept, dropped = await _stored(services, live, seen.visitor, kept, dropped)
    answer = {"accepted": len(kept), "dropped": dropped}
    return endpoint.json(answer, 200 if dropped else 202)


async def _stored(
    services: Services, live: LiveSite, visitor: str, kept: list[Recorded], dropped: list[Dropped]
) -> _Sorted:
    site = live.site
    try:
        await services.store.append(site.name, visitor, site.counters_version, kept)
    except VisitorErased:
        late = [Dropped(recorded.event.id, "CONSENT_REQUIRED") for recorded in kept]
        return _Sorted([], dropped + late)
    except StoreError as bad:
        services.log.error("events.not_stored", bad, site=site.name)
        detail = "events could not be stored; send them again with the same ids"
        raise Problem(503, detail, retry=True) from None
    return _Sorted(kept, dropped)


def _sorted(live: LiveSite, seen: Visit, sent: list[msgspec.Raw], now: int) -> _Sorted:
    kept: list[Recorded] = []
    dropped: list[Dropped] = []
    for raw in sent:
        event = _understood(raw)
        if isinstance(event, Dropped):
            dropped.append(event)
            continue
        declared = live.site.events.get(event.name)
        if declared is None:
            dropped.append(Dropped(event.id, "UNDECLARED"))
        elif seen.visitor is None or not seen.grants.permits(declared.purpose):
            dropped.append(Dropped(event.id, "CONSENT_REQUIRED"))
        else:
            kept.append(_recorded(live, event, now))
    return _Sorted(kept, dropped)


def _understood(raw: msgspec.Raw) -> _EventIn | Dropped:
    """Read one event of a batch; one that is not understood costs the others nothing."""
    try:
        return msgspec.json.decode(raw, type=_EventIn)
    except (msgspec.DecodeError, UnicodeDecodeError):
        pass
    try:
        return Dropped(msgspec.json.decode(raw, type=_IdOnly).id[:64], "INVALID")
    except (msgspec.DecodeError, UnicodeDecodeError):
        return Dropped("", "INVALID")


def _recorded(live: LiveSite, sent: _EventIn, now: int) -> Recorded:
    """Keep the declared properties only; a clock that runs ahead is set back to now."""
    declared = live.site.events[sent.name].properties
    properties = {
        name: value
        for name, value in sent.properties.items()
        if name in declared and fits(value, declared[name]) and len(str(value)) <= MAX_TEXT
    }
    time = min(max(sent.time, 0), now)
    event = Event(sent.id, sent.name, time, CHANNEL, properties, sent.decision)
    return Recorded(event, tuple(map(_mark, counters.advanced(live.site, sent.name, properties))))


def _mark(advance: counters.Advance) -> Mark:
    counter, value = advance
    return Mark(counter.key, counter.keep, counter.kind, value, counter.span, counter.oldest)


call = endpoint.post("events", handle)
