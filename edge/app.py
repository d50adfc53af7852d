"""The composition root: makes the parts of an edge and joins them to one ASGI application."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from edge import device
from edge.erasures import Erasures
from edge.geo import Countries
from edge.http import banner, consent, decide, events, health, identify, tag
from edge.http.edge_app import Edge
from edge.last_good import LastGood
from edge.live import LiveSites
from edge.log import Log
from edge.recorder import Recorder
from edge.secrets_file import Secrets
from edge.services import Clock, Services
from edge.settings import Settings
from edge.stores.base import Store
from edge.strangers import Strangers

DRAIN_SECONDS = 5.0
CALLS = [tag.call, decide.call, banner.call, consent.call, *identify.calls, events.call]
ROUTES = health.routes


def wall_clock() -> int:
    """Return milliseconds since the Unix epoch."""
    return time.time_ns() // 1_000_000


def make_services(
    settings: Settings, store: Store, secrets: Secrets, log: Log, clock: Clock = wall_clock
) -> Services:
    """Load every site and key. Raises ``BadSite``, ``OSError`` or ``ValueError`` with what to do."""
    last_good = LastGood(settings.state, log)
    sites = LiveSites(settings.sites, log, last_good, clock, settings.extra_origins)
    sites.load()
    device.warm_up()
    return Services(
        settings=settings,
        store=store,
        sites=sites,
        countries=Countries.open(settings.geo),
        erasures=Erasures(store, clock, log, settings.state / "erasures"),
        strangers=Strangers(log),
        recorder=Recorder(store, clock, log, settings.record, settings.record_days),
        clock=clock,
        log=log,
        cookie_keys=secrets.cookies,
        identify_keys=secrets.identify,
    )


def create_app(services: Services) -> Edge:
    """Return the edge as an ASGI application that watches its sites while it runs."""

    @asynccontextmanager
    async def lifespan(_: Edge) -> AsyncIterator[None]:
        stop = asyncio.Event()
        services.erasures.resume()
        watching = asyncio.create_task(services.sites.watch(stop))
        forgetting = asyncio.create_task(services.recorder.forget_until(stop))
        try:
            yield
        finally:
            stop.set()
            await asyncio.wait({watching, forgetting}, timeout=DRAIN_SECONDS)
            await services.recorder.drain(DRAIN_SECONDS)
            await services.erasures.drain(DRAIN_SECONDS)
            await services.store.close()

    return Edge(services, CALLS, ROUTES, lifespan)
