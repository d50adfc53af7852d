"""An edge in this process: real store, real files, real cookies; only the clock is the test's own."""

import asyncio
import io
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import jwt
from starlette.applications import Starlette

from edge import secrets_file
from edge.app import create_app, make_services
from edge.log import Log
from edge.services import Services
from edge.settings import Settings
from edge.stores.base import Customer, Store
from edge.stores.open import open_store

ORIGIN = "https://shop.example"
HOME = f"{ORIGIN}/"
START = 1_790_000_000_000
SITE = """
site: shop
origins: ["https://shop.example"]
languages: [de, en]
consent:
  revision: 1
  purposes: {statistics: {}, personalization: {}}
  services:
    - {name: Tagwerk, provider: Shop GmbH, purpose: personalization, cookies: []}
slots: {hero: {selector: "#hero"}, strip: {}}
attributes:
  crm.tier: {type: string, source: crm, purpose: personalization, values: [bronze, silver, gold]}
  crm.name: {type: string, source: crm, purpose: personalization}
events:
  view: {purpose: personalization, properties: {category: string, path: string}}
  exposure: {purpose: statistics, properties: {slot: string}}
"""
RULES = """
campaign: main
rules:
  - {id: gold, slot: hero, priority: 9, when: {crm.tier: gold}, show: {block: gold}}
  - id: shoes
    slot: hero
    priority: 5
    when: {event: {name: view, where: {category: shoes}, within: 30d, count: {gte: 3}}}
    show: {action: setText, text: Shoes}
  - {id: autumn, slot: strip, when: {utm.campaign: herbst}, show: {action: setText, text: Herbst}}
  - {id: swiss, slot: strip, when: {geo.country: CH}, show: {action: setText, text: Schweiz}}
  - {id: phone, slot: strip, when: {device.type: mobile}, show: {action: setText, text: Handy}}
"""
GOLD = "<b>{{ attr['crm.name'] }}</b>"


def write_site(folder: Path, **files: str) -> Path:
    """Write the test's site; ``rules``, ``site`` and ``gold`` replace its files."""
    (folder / "rules").mkdir(parents=True, exist_ok=True)
    (folder / "blocks").mkdir(exist_ok=True)
    (folder / "site.yaml").write_text(files.get("site", SITE), encoding="utf-8")
    (folder / "rules" / "main.yaml").write_text(files.get("rules", RULES), encoding="utf-8")
    (folder / "blocks" / "gold.html").write_text(files.get("gold", GOLD), encoding="utf-8")
    return folder


@dataclass
class Clock:
    """A clock that stands still until it is told to move."""

    now: int = START

    def __call__(self) -> int:
        """Return milliseconds since the epoch."""
        return self.now


@dataclass
class Browser:
    """One browser profile: it keeps cookies and sends what a page of the site sends."""

    client: httpx.AsyncClient
    headers: dict[str, str] = field(default_factory=lambda: {"origin": ORIGIN, "referer": HOME})

    async def post(self, call: str, body: Any, **headers: str) -> httpx.Response:
        """POST as a page of the site."""
        sent = {**self.headers, **headers}
        return await self.client.post(f"/_tw/shop/{call}", json=body, headers=sent)

    async def get(self, call: str, **headers: str) -> httpx.Response:
        """GET as a page of the site."""
        sent = {"referer": HOME, **headers}
        return await self.client.get(f"/_tw/shop/{call}", headers=sent)

    async def decide(self, url: str = HOME, **headers: str) -> dict[str, dict[str, Any]]:
        """Return the decisions of a page, by slot."""
        answer = await self.post("decide", {"page": {"url": url}}, **headers)
        assert answer.status_code == 200, answer.text
        return {decision["slot"]: decision for decision in answer.json()["decisions"]}

    async def consent(self, action: str, *purposes: str) -> httpx.Response:
        """Choose in the banner."""
        return await self.post("consent", {"action": action, "purposes": list(purposes)})

    async def see(self, category: str, event: str | None = None) -> httpx.Response:
        """Record the view of a page."""
        properties = {"category": category}
        sent = {
            "id": event or str(uuid4()),
            "name": "view",
            "time": START,
            "properties": properties,
        }
        return await self.post("events", [sent])


@dataclass
class Running:
    """A running edge with the means to look behind it."""

    app: Starlette
    services: Services
    clock: Clock
    folder: Path
    key: bytes
    log: io.StringIO

    def browser(self, client: str = "192.0.2.1") -> Browser:
        """Return a new browser profile at an address."""
        transport = httpx.ASGITransport(self.app, client=(client, 1234))
        return Browser(httpx.AsyncClient(transport=transport, base_url=ORIGIN))

    def token(self, customer: str = "C1", **claims: Any) -> str:
        """Sign an identify token as the shop's backend does."""
        now = self.clock.now // 1000
        standard = {
            "sub": customer,
            "aud": "shop",
            "iat": now,
            "exp": now + 120,
            "jti": str(uuid4()),
        }
        return jwt.encode({**standard, **claims}, self.key, algorithm="HS256")


CUSTOMERS = (
    Customer("C1", {"crm.tier": "gold", "crm.name": "Anna"}),
    Customer("C2", {"crm.tier": "silver", "crm.name": "Jonas"}),
)


@asynccontextmanager
async def running(
    tmp_path: Path,
    store: Store | None = None,
    environ: Mapping[str, str] | None = None,
    **files: str,
) -> AsyncIterator[Running]:
    """Start an edge on the test's site with two customers."""
    folder = write_site(tmp_path / "sites" / "shop", **files)
    variables = {
        "TAGWERK_SITES": str(folder.parent),
        "TAGWERK_STORE": f"sqlite:///{tmp_path}/store.db",
        "TAGWERK_STATE": str(tmp_path / "state"),
        "TAGWERK_SECRETS": str(tmp_path / "secrets.json"),
        **(environ or {}),
    }
    settings = Settings.from_env(variables)
    if not settings.secrets.exists():
        secrets_file.create(settings.secrets, ["shop"])
    secrets = secrets_file.load(settings.secrets)
    opened = store or open_store(settings.store)
    if store is None:
        await opened.put_customers("shop", CUSTOMERS, Clock().now)
    clock = Clock()
    written = io.StringIO()
    log = Log(written, clock, readable=True)
    services = make_services(settings, opened, secrets, log, clock)
    app = create_app(services)
    async with app.router.lifespan_context(app):
        yield Running(app, services, clock, folder, secrets.identify["shop"][0], written)


def run(tmp_path: Path, test: Callable[[Running], Coroutine[Any, Any, None]], **files: str) -> None:
    """Run a test against a running edge."""

    async def main() -> None:
        async with running(tmp_path, **files) as edge:
            await test(edge)

    asyncio.run(main())
