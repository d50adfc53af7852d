"""``tagwerk demo``: the demo shop with its edge on an embedded store, set up on first start."""

import asyncio
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from socket import socket
from typing import Final

from rich.console import Console, Group
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from edge import crm, demo, secrets_file, server
from edge.app import create_app, make_services, wall_clock
from edge.assets import demo_dir, is_installed
from edge.demo import catalogue, pages
from edge.demo.shop import SITE
from edge.log import Log, capture
from edge.progress import bar
from edge.services import Services
from edge.settings import Settings
from edge.stores.base import StoreError
from edge.stores.open import open_store
from rules.findings import BadSite, Finding
from rules.site_paths import SITE_FILE

STORE: Final = "tagwerk.db"
SECRETS: Final = "secrets.json"
STATE: Final = "state"
CUSTOMERS: Final = "customers.csv"
COUNTRIES: Final = "geo.mmdb"
SHOP: Final = (SITE_FILE, pages.FOLDER, catalogue.FILE, CUSTOMERS, COUNTRIES)
"""What a copy of the shop must have, from what every site has to what the demo alone has."""
LAST_PORT: Final = 65535

WHAT_TO_TRY: Final = (
    "Open /?utm_campaign=herbst: autumn at the top, with no cookie and no consent",
    "Accept in the banner, look at three pairs of shoes, go home: shoes at the top",
    "Still accepted, log in as Anna, Jonas or Miriam: the box at the foot says what changes",
    "Logged in, put a pair of shoes into the cart and order it: how to wear them in, on the home page",
    "Play a phone, or a visitor from Austria, in the same box",
    "Edit a rule (see below) and reload; withdraw consent and look at the cookies",
)


def run(host: str, port: int, folder: Path | None, var: Path, environ: Mapping[str, str]) -> None:
    """Serve until told to stop; of the settings only what to record is read.

    Raises what the command line shows: BadSite, BadSettings, StoreError, OSError.
    """
    shop = folder or demo_dir()
    _must_be_the_shop(shop)
    recording = _recording(environ)
    other = port - 1 if port == LAST_PORT else port + 1
    advice = f"make demo PORT={other}, or tagwerk demo --port {other}"
    with server.listen(host, port, advice) as listening:
        _serve(listening, _settings(host, port, shop, var, recording))


def _must_be_the_shop(folder: Path) -> None:
    for part in SHOP:
        if not (folder / part).exists():
            message = f"this is no copy of the demo shop: it has no {part}"
            hint = "For a site of your own there is 'tagwerk serve'"
            raise BadSite([Finding(str(folder), 1, 1, message, hint)])


def _serve(listening: socket, settings: Settings) -> None:
    site_dir = settings.sites
    with suppress(FileExistsError):
        secrets_file.create(settings.secrets, [SITE])
    secrets = secrets_file.load(settings.secrets)
    if SITE not in secrets.identify:
        raise secrets_file.BadSecrets(f"{settings.secrets}: identify.{SITE} is missing; add a key")
    log = Log(sys.stderr, wall_clock, readable=True)
    capture(log)
    services = make_services(settings, open_store(settings.store), secrets, log)
    console = Console(stderr=True)
    _import_customers(services, site_dir / CUSTOMERS, console)
    key = secrets.identify[SITE][0]
    app = demo.build(create_app(services), site_dir, key, wall_clock)
    console.print(_welcome(settings))
    # Outside the frame, which would cut a long path.
    console.print(Text(_where_to_edit(site_dir)), soft_wrap=True)
    server.run(app, listening)


def _recording(environ: Mapping[str, str]) -> Settings:
    return Settings.from_env(
        {name: text for name, text in environ.items() if name.startswith("TAGWERK_RECORD")}
    )


def _settings(host: str, port: int, site_dir: Path, var: Path, recording: Settings) -> Settings:
    hosts = dict.fromkeys(("127.0.0.1", "localhost", host))
    return Settings(
        sites=site_dir,
        store=f"sqlite:///{var / STORE}",
        secrets=var / SECRETS,
        state=var / STATE,
        host=host,
        port=port,
        geo=site_dir / COUNTRIES,
        trusted_proxies=(),
        extra_origins=tuple(f"http://{server.address(name, port)}" for name in hosts),
        record=recording.record,
        record_days=recording.record_days,
    )


def _import_customers(services: Services, file: Path, console: Console) -> None:
    live = services.sites.get(SITE)
    if live is None:
        raise StoreError(f"{services.settings.sites}: site.yaml must say 'site: {SITE}'")
    with bar("Importing customers", console) as progress:
        report = asyncio.run(
            crm.import_customers(
                services.store, SITE, live.site.attributes, file, services.clock(), progress
            )
        )
    if report.findings:
        raise StoreError("\n".join(map(str, report.findings)))


def _welcome(settings: Settings) -> Panel:
    tries = Table.grid(padding=(0, 1))
    for number, text in enumerate(WHAT_TO_TRY, 1):
        tries.add_row(f"{number}.", text)
    safari = "Safari keeps no Secure cookies on http://localhost: use Chrome, Edge or Firefox."
    address = Text.assemble(
        "The shop is at ", (f"http://{server.address(settings.host, settings.port)}/", "bold")
    )
    parts = (address, "", "What to try:", tries, "", safari, "Ctrl+C ends it.")
    return Panel(Group(*parts), title="Tagwerk demo", expand=False)


def _where_to_edit(site_dir: Path) -> str:
    if not is_installed(site_dir):
        return f"Its rules: {site_dir / 'rules'}"
    return (
        "To edit its rules, take a copy, which no update replaces:\n"
        f"  cp -r {site_dir} my-shop\n"
        "  tagwerk demo --dir my-shop"
    )
