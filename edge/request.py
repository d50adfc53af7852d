"""One request of a browser, as the edge reads it: each header once, the body when it is asked for."""

import re
from collections.abc import Iterable
from functools import lru_cache
from operator import itemgetter

from msgspec import UNSET, UnsetType
from starlette.types import Receive, Scope

from consent.record import Record
from edge import cookies
from edge.cookies import Sent

LONGEST_LIST = 256
"""Characters of a list of languages that are looked at."""

_LANGUAGE = re.compile(r"(?:^|,)\s*([a-z]+)[^,;]*(?:;\s*q\s*=\s*([01](?:\.[0-9]{0,3})?))?")
_JOINED_BY = {b"cookie": b"; "}


class Request:
    """What a browser sent. A header that came several times is one list (RFC 9110, 5.3)."""

    def __init__(self, scope: Scope, receive: Receive) -> None:
        self.method: str = scope["method"]
        self.client: tuple[str, int] | None = scope.get("client")
        self.query: str = scope.get("query_string", b"").decode("latin-1")
        self.receive = receive
        headers: dict[bytes, bytes] = dict(scope["headers"])
        if len(headers) < len(scope["headers"]):
            headers = _joined(scope["headers"])
        self.size = sum(map(len, headers.values()))
        """Bytes of all header values."""
        self._headers = headers
        self.cookies: Sent = cookies.sent(self.header(b"cookie"))
        """Our own cookies, all copies of them; others are not looked at."""
        self.choice: Record | UnsetType | None = UNSET
        """What they say was chosen, as soon as somebody asked: ``edge.visit.choice``."""

    def header(self, name: bytes) -> str:
        """Return a header by its name in small letters; "" without one."""
        return self._headers.get(name, b"").decode("latin-1")

    @property
    def languages(self) -> tuple[str, ...]:
        """Return the languages that the browser asks for, without their countries, the first choice first.

        Each is there once. Those of equal weight stand as the browser lists them, and one of weight 0 is not
        asked for (RFC 9110, 12.5.4).
        """
        return _languages(self.header(b"accept-language")[:LONGEST_LIST])


def _joined(headers: Iterable[tuple[bytes, bytes]]) -> dict[bytes, bytes]:
    several: dict[bytes, list[bytes]] = {}
    for name, value in headers:
        several.setdefault(name, []).append(value)
    return {name: _JOINED_BY.get(name, b", ").join(values) for name, values in several.items()}


@lru_cache(maxsize=1024)  # most visitors of a site send one of a few
def _languages(header: str) -> tuple[str, ...]:
    found = _LANGUAGE.findall(header.lower())
    weighed = [(-float(weight or 1), language) for language, weight in found]
    ordered = sorted(weighed, key=itemgetter(0))
    return tuple(dict.fromkeys([language for weight, language in ordered if weight]))
