"""A consented visitor with a history and a customer link, made by the calls a browser makes."""

import time
import uuid
from collections.abc import Mapping
from http.cookies import SimpleCookie
from pathlib import Path

import httpx
import jwt

from edge import secrets_file

SITE = "demo-shop"
VIEWS = 20


class Visitor:
    """One browser's cookies, against the edge of the demo at ``url``."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._cookies: dict[str, str] = {}

    @property
    def headers(self) -> Mapping[str, str]:
        """What this visitor's browser sends with a call."""
        cookies = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        return {
            "Content-Type": "application/json",
            "Origin": self._url,
            "Sec-Fetch-Site": "same-origin",
            "User-Agent": "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 "
            "(KHTML, like Gecko) Chrome/150.0.0.0 Mobile Safari/537.36",
            "Accept-Language": "de-DE,de;q=0.9",
            **({"Cookie": cookies} if cookies else {}),
        }

    def post(self, name: str, content: object) -> httpx.Response:
        """Call the edge and keep the cookies it sets; raises for any answer but 2xx."""
        address = f"{self._url}/_tw/{SITE}/{name}"
        answer = httpx.post(address, json=content, headers=self.headers)
        answer.raise_for_status()
        for header in answer.headers.get_list("set-cookie"):
            jar = SimpleCookie(header)
            self._cookies.update({key: morsel.value for key, morsel in jar.items()})
        return answer


def make(url: str, key: bytes, customer: str) -> Visitor:
    """Accept everything, log in as ``customer``, view some shoes."""
    visitor = Visitor(url)
    choice = {"action": "accept_all", "purposes": [], "lang": "de", "layer": 1}
    visitor.post("consent", choice)
    linked = visitor.post("identify", {"token": token(key, customer)}).json()
    assert linked == {"linked": True}, linked
    sent = visitor.post("events", [view(number) for number in range(VIEWS)]).json()
    assert sent["accepted"] == VIEWS, sent
    return visitor


def token(key: bytes, customer: str) -> str:
    """The identify token that the shop's backend would sign at login."""
    now = int(time.time())
    claims = {"sub": customer, "aud": SITE, "iat": now, "exp": now + 240, "jti": uuid.uuid4().hex}
    return jwt.encode(claims, key, algorithm="HS256")


def view(number: int) -> Mapping[str, object]:
    """One view of a shoe, some minutes ago."""
    return {
        "id": str(uuid.uuid4()),
        "name": "view",
        "time": int(time.time() * 1000) - number * 60_000,
        "properties": {"category": "shoes", "path": f"/damen/schuhe/{number}"},
    }


def signing_key(var: Path) -> bytes:
    """The key the demo made for its shop's logins."""
    return secrets_file.load(var / "secrets.json").identify[SITE][0]
