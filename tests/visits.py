"""A browser profile that remembers all it did: requests, errors, what was stored."""

import json
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, ConsoleMessage, Page, Playwright, Request, WebError

from harness import ROOT

SHOTS = ROOT / "build" / "shots"
QUIET_BROWSER = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def launch(playwright: Playwright) -> Browser:
    """The system's Chromium, found as scripts/browser.sh finds it."""
    found = subprocess.run(
        ["sh", ROOT / "scripts" / "browser.sh"], capture_output=True, text=True, check=False
    )
    assert found.returncode == 0, "no Chromium: run `make test`, or see scripts/need.sh"
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    return playwright.chromium.launch(
        executable_path=found.stdout.strip(), args=[*QUIET_BROWSER, *sandbox]
    )


class Visit:
    """One fresh browser profile: every request it made, every error it saw, all it stored."""

    def __init__(self, browser: Browser, **options: Any) -> None:
        self.context = browser.new_context(**{"locale": "de-DE", **options})
        self.context.set_default_timeout(10_000)
        self.seen: list[Request] = []
        self.console: list[str] = []
        self.errors: list[str] = []
        self._done: set[Request] = set()
        self.context.on("request", self._asked)
        self.context.on("requestfinished", self._ended)
        self.context.on("requestfailed", self._ended)
        self.context.on("console", self._heard)
        self.context.on("weberror", self._failed)
        self.page = self.context.new_page()

    def _asked(self, request: Request) -> None:
        self.seen.append(request)

    def _ended(self, request: Request) -> None:
        self._done.add(request)

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.console.append(f"{message.type}: {message.text} ({message.location})")

    def _failed(self, error: WebError) -> None:
        self.errors.append(str(error.error))

    def close(self) -> None:
        """Throw the profile away."""
        self.context.close()

    def open_page(self) -> Page:
        """Another tab of the same profile."""
        return self.context.new_page()

    def requests(self, part: str = "") -> list[dict[str, Any]]:
        """Requests whose URL contains ``part``: url, method, headers as sent (cookies too), body."""
        return [self._describe(each) for each in self.seen if part in each.url]

    def _describe(self, request: Request) -> dict[str, Any]:
        # Headers as sent are known once it is over; asking earlier would wait for that.
        headers = request.all_headers() if request in self._done else request.headers
        return {
            "url": request.url,
            "method": request.method,
            "headers": headers,
            "body": request.post_data,
        }

    def foreign(self, own: str) -> list[str]:
        """URLs of requests to anywhere but ``own``, an origin."""
        return [each.url for each in self.seen if not each.url.startswith((own + "/", "data:"))]

    def cookies(self) -> dict[str, dict[str, Any]]:
        """Every cookie of the profile by name, with all its attributes."""
        return {str(each["name"]): dict(each) for each in self.context.cookies()}

    def stored(self, page: Page | None = None) -> dict[str, Any]:
        """What the page's origin stores; empty members are left out: nothing stored is ``{}``."""
        found: dict[str, Any] = (page or self.page).evaluate(STORED)
        return {key: value for key, value in found.items() if value}

    def shot(self, name: str, page: Page | None = None) -> Path:
        """Leave a screenshot in build/shots."""
        SHOTS.mkdir(parents=True, exist_ok=True)
        path = SHOTS / f"{name}.png"
        (page or self.page).screenshot(path=path)
        return path


STORED = """async () => ({
  local: Object.fromEntries(Object.entries(localStorage)),
  session: Object.fromEntries(Object.entries(sessionStorage)),
  databases: (await indexedDB.databases()).map((each) => each.name),
  caches: await caches.keys(),
  workers: (await navigator.serviceWorker.getRegistrations()).map((each) => each.scope),
  script_cookies: document.cookie,
})"""


def body(request: Mapping[str, Any]) -> Any:
    """The JSON body of a recorded request."""
    return json.loads(request["body"] or "null")
