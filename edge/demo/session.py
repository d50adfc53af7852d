"""The shop's own session: a signed cookie, set only once there is something to remember.

It is the shop's, not the edge's: a cart or a login cannot work without it, so it needs no consent.
"""

from collections.abc import Mapping
from typing import Any, Final, Literal, NamedTuple

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from edge.tokens import Signer

COOKIE: Final = "shop_session"
MOST_OF_ONE: Final = 9
"""The most pieces of one product in a cart."""
MOST_EVENTS: Final = 20
"""The most events that wait for a page to tell them: a cookie holds no more."""


class Event(NamedTuple):
    """What a visitor did, as the edge is told of it."""

    name: str
    properties: Mapping[str, str | float]


class Session(msgspec.Struct, frozen=True):
    """What the shop remembers. ``tell`` and ``events`` are what the next page has to tell the edge, once."""

    cart: Mapping[str, int] = {}
    customer: str | None = None
    tell: Literal["login", "logout"] | None = None
    events: tuple[Event, ...] = ()

    def with_product(self, key: str, more: int) -> "Session":
        """Return the session with more, or fewer, pieces of a product in its cart."""
        count = min(self.cart.get(key, 0) + more, MOST_OF_ONE)
        others = {name: number for name, number in self.cart.items() if name != key}
        cart = {**others, key: count} if count > 0 else others
        return msgspec.structs.replace(self, cart=cart)

    def with_events(self, *events: Event) -> "Session":
        """Return the session with more events to tell of."""
        return msgspec.structs.replace(self, events=(*self.events, *events)[-MOST_EVENTS:])

    def ordered(self) -> "Session":
        """Return the session with an empty cart."""
        return msgspec.structs.replace(self, cart={})

    def logged_in(self, customer: str) -> "Session":
        """Return the session of a customer. What a stranger did comes along, another customer's does not."""
        before = self if self.customer in (None, customer) else Session()
        return Session(before.cart, customer, "login", before.events)

    def logged_out(self) -> "Session":
        """Return the session without its customer and cart: the next one at the browser starts afresh."""
        return Session(tell="logout" if self.customer else None)

    def told(self) -> "Session":
        """Return the session after the page has told the edge."""
        return msgspec.structs.replace(self, tell=None, events=())


class Sessions:
    """Reads and writes the cookie."""

    def __init__(self, key: bytes) -> None:
        # Its own salt: nothing signed here is worth anything as an identify token.
        self._signer = Signer((key,), "demo-shop.session")

    def read(self, request: Request, now_ms: int) -> Session:
        """Return the session of a request; whatever is not ours reads as an empty one."""
        payload = self._signer.verify(request.cookies.get(COOKIE, ""), now_ms)
        try:
            return msgspec.convert(payload or {}, Session)
        except msgspec.ValidationError:
            return Session()

    def write(self, request: Request, response: Response, session: Session) -> None:
        """Set the cookie, or take it away when there is nothing left to remember."""
        options: dict[str, Any] = {
            "path": "/", "httponly": True, "samesite": "lax", "secure": request.url.scheme == "https",
        }  # fmt: skip
        if session == Session():
            if COOKIE in request.cookies:
                response.delete_cookie(COOKIE, **options)
            return
        value = self._signer.sign(msgspec.to_builtins(session))
        if value != request.cookies.get(COOKIE):
            response.set_cookie(COOKIE, value, **options)
