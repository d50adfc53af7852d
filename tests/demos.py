"""The demo in this process: real shop, real edge, real store; only the clock is the test's own."""

import asyncio
import io
import re
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import httpx
from starlette.applications import Starlette

from edge import crm, demo, secrets_file
from edge.app import create_app, make_services
from edge.log import Log
from edge.settings import Settings
from edge.stores.open import open_store
from edges import Clock
from harness import DEMO, SITE

ORIGIN = "https://demo-shop.example"
TOKEN = re.compile(r'\["identify", "([^"]+)"\]')
LOGOUT = '["logout"]'


def at(hour: int, day: int = 15) -> int:
    """Milliseconds since the epoch at an hour of a day of November 2026 in Berlin; the 15th is a Sunday.

    Days before the first are those of the months before.
    """
    moment = datetime(2026, 11, 1, hour, tzinfo=ZoneInfo("Europe/Berlin")) + timedelta(day - 1)
    return int(moment.timestamp() * 1000)


@dataclass
class Visitor:
    """One browser profile in the shop."""

    http: httpx.AsyncClient

    async def page(self, path: str) -> str:
        """Open a page."""
        answer = await self.http.get(path)
        assert answer.status_code == 200, (path, answer.text)
        return answer.text

    async def form(self, path: str, came_from: str = "/", **fields: str) -> httpx.Response:
        """Send a form of the shop."""
        headers = {"origin": ORIGIN, "referer": ORIGIN + came_from}
        return await self.http.post(path, data=fields, headers=headers)

    async def edge(self, call: str, body: Any, **headers: str) -> httpx.Response:
        """Call the edge as the tag does."""
        sent = {"origin": ORIGIN, **headers}
        answer = await self.http.post(f"/_tw/{SITE}/{call}", json=body, headers=sent)
        assert answer.status_code < 300, answer.text
        return answer

    async def decide(self, path: str = "/", **headers: str) -> dict[str, dict[str, Any]]:
        """Return the decisions for a page, by slot."""
        answer = await self.edge("decide", {"page": {"url": ORIGIN + path}}, **headers)
        return {decision["slot"]: decision for decision in answer.json()["decisions"]}

    async def see(self, category: str, times: int) -> None:
        """View pages of a category."""
        for _ in range(times):
            await self.do([{"name": "view", "properties": {"category": category}}])

    async def do(self, events: Sequence[Mapping[str, Any]]) -> None:
        """Do things that leave an event each, with its name, properties and, if you like, time."""
        if events:
            sent = [{"time": at(12), **event, "id": str(uuid4())} for event in events]
            await self.edge("events", sent)

    async def log_in(self, customer: str) -> None:
        """Log in and let the next page's tag tell the edge."""
        await self.form("/login", customer=customer)
        found = TOKEN.search(await self.page("/"))
        assert found is not None
        answer = await self.edge("identify", {"token": found[1]})
        assert answer.json()["linked"] is True

    @property
    def cookies(self) -> set[str]:
        """The names of the cookies the profile holds."""
        return {cookie.name for cookie in self.http.cookies.jar}


def shown(decided: Mapping[str, dict[str, Any]]) -> dict[str, str | None]:
    """The rule that won each slot; one visitor in twenty wins a holdout."""
    won = ("MATCH", "SPLIT", "HOLDOUT")
    return {s: d["rule"] if d["reason"] in won else None for s, d in decided.items()}


@dataclass
class Shop:
    """A running demo."""

    app: Starlette
    clock: Clock
    key: bytes

    def visitor(self, ip: str = "8.8.8.8") -> Visitor:
        """Return a new browser profile; by default from nowhere that the demo knows."""
        transport = httpx.ASGITransport(self.app, client=(ip, 1234))
        return Visitor(httpx.AsyncClient(transport=transport, base_url=ORIGIN))


@asynccontextmanager
async def running(tmp_path: Path) -> AsyncIterator[Shop]:
    """Start the demo as ``tagwerk demo`` does, on a clock of the test's own."""
    settings = Settings.from_env(
        {
            "TAGWERK_SITES": str(DEMO),
            "TAGWERK_STORE": f"sqlite:///{tmp_path}/store.db",
            "TAGWERK_SECRETS": str(tmp_path / "secrets.json"),
            "TAGWERK_GEO": str(DEMO / "geo.mmdb"),
        }
    )
    secrets_file.create(settings.secrets, [SITE])
    secrets = secrets_file.load(settings.secrets)
    clock = Clock(at(12))
    log = Log(io.StringIO(), clock, readable=True)
    services = make_services(settings, open_store(settings.store), secrets, log, clock)
    live = services.sites.get(SITE)
    assert live is not None
    file = DEMO / "customers.csv"
    report = await crm.import_customers(
        services.store, SITE, live.site.attributes, file, services.clock()
    )
    assert report.customers >= 200 and not report.missing
    key = secrets.identify[SITE][0]
    app = demo.build(create_app(services), DEMO, key, clock)
    async with app.router.lifespan_context(app):
        yield Shop(app, clock, key)


def run(tmp_path: Path, test: Callable[[Shop], Coroutine[Any, Any, None]]) -> None:
    """Run a test against a running demo."""

    async def main() -> None:
        async with running(tmp_path) as shop:
            await test(shop)

    asyncio.run(main())
