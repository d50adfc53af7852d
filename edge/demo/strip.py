"""The demo's "try it out" box: lets a visitor look at the shop from another device and country.

It stands in front of an unmodified edge and changes what arrives there, never what the edge does.
"""

from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qsl, urlencode

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

COOKIE: Final = "demo_try"
EDGE: Final = "/_tw/"

DEVICES: Final[Mapping[str, str]] = {
    "mobile": "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1",
    "tablet": "Mozilla/5.0 (iPad; CPU OS 18_5 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1",
    "desktop": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 "
    "(KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36",
}
"""Device -> the User-Agent of one."""

COUNTRIES: Final[Mapping[str, str]] = {
    "DE": "192.0.2.10",
    "AT": "198.51.100.10",
    "CH": "198.51.100.210",
    "FR": "203.0.113.10",
    "US": "203.0.113.210",
}
"""Country -> an address that the demo's database knows there."""


def choices(device: str, country: str) -> dict[str, str]:
    """Return what of a choice is known."""
    return {
        **({"device": device} if device in DEVICES else {}),
        **({"country": country} if country in COUNTRIES else {}),
    }


def written(chosen: Mapping[str, str]) -> str:
    """Return a choice as the cookie's value."""
    return urlencode(chosen)


def read(cookies: Mapping[str, str]) -> dict[str, str]:
    """Return the choice that a request's cookies hold; anything unknown is none."""
    found = dict(parse_qsl(cookies.get(COOKIE, "")[:100]))
    return choices(found.get("device", ""), found.get("country", ""))


class TryStrip:
    """The ASGI application in front of the edge."""

    def __init__(self, edge: ASGIApp) -> None:
        self._edge = edge

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, changed if it is for the edge and a choice was made."""
        if scope["type"] == "http" and scope["path"].startswith(EDGE):
            scope = _changed(scope, read(Request(scope).cookies))
        await self._edge(scope, receive, send)


def _changed(scope: Scope, chosen: Mapping[str, str]) -> Scope:
    changed = dict(scope)
    if "device" in chosen:
        agent = DEVICES[chosen["device"]].encode("ascii")
        others = [pair for pair in scope["headers"] if pair[0] != b"user-agent"]
        changed["headers"] = [*others, (b"user-agent", agent)]
    if "country" in chosen:
        changed["client"] = (COUNTRIES[chosen["country"]], 0)
    return changed
