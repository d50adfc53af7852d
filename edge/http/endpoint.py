"""What every call of a site shares: finding the site, who may call it, how much it may send."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import msgspec
from starlette.responses import Response
from starlette.types import Message

from edge import cookies, visit
from edge.http.problems import WRONG_METHOD, Problem, answer
from edge.request import Request
from edge.services import Services
from edge.site_folder import LiveSite

Handler = Callable[[Services, LiveSite, Request], Awaitable[Response]]
Body = TypeVar("Body")

MAX_BODY = 64 * 1024
MAX_HEADERS = 64 * 1024
BODY_SECONDS = 5
PREFIX = "/_tw/{site}/"
CORP = b"cross-origin-resource-policy"
_PRIVATE = [
    (b"cache-control", b"private, no-store"),
    (b"x-content-type-options", b"nosniff"),
]


class Call:
    """One call that every site has."""

    def __init__(self, name: str, method: str, handler: Handler) -> None:
        self.name = name
        self.path = PREFIX + name
        self._handler = handler
        self._writes = method == "POST"
        self.methods = ("POST", "OPTIONS") if self._writes else ("GET", "HEAD", "OPTIONS")

    async def answer(self, services: Services, site: str, request: Request) -> Response:
        """Answer a request; what the handler refuses becomes a problem."""
        live = services.sites.get(site)
        if live is None:
            return _dressed(answer(Problem(404, "there is no such site here")), None)
        origin = request.header(b"origin")
        allowed = origin if services.sites.allows(live, origin) else None
        try:
            response = await self._response(services, live, request, allowed)
        except Problem as problem:
            response = answer(problem)
        if request.cookies.visitor:
            _expire_stray(live, services, request, response)
        # To a page of the same origin a browser gives every answer, whatever it says of others.
        same = request.header(b"sec-fetch-site") == "same-origin"
        return _dressed(response, None if same else allowed)

    async def _response(
        self, services: Services, live: LiveSite, request: Request, allowed: str | None
    ) -> Response:
        if request.size > MAX_HEADERS:
            raise Problem(431, f"headers are {MAX_HEADERS // 1024} KiB at most")
        if request.method not in self.methods:
            raise Problem(405, WRONG_METHOD, allow=", ".join(self.methods))
        preflight = request.method == "OPTIONS"
        if allowed is None and (preflight or self._writes):
            origin = request.header(b"origin")
            raise Problem(403, services.strangers.refuse(live.site.name, origin))
        if preflight:
            return _preflight()
        return await self._handler(services, live, request)


def get(name: str, handler: Handler) -> Call:
    """Return a call that changes nothing."""
    return Call(name, "GET", handler)


def post(name: str, handler: Handler) -> Call:
    """Return a call that may only come from the site's own origins."""
    return Call(name, "POST", handler)


def _expire_stray(live: LiveSite, services: Services, request: Request, response: Response) -> None:
    """Take back a visitor cookie that a late answer set after a refusal."""
    record = visit.choice(services, live, request)
    if record is not None and record.refusal and "set-cookie" not in response.headers:
        response.headers.append("set-cookie", cookies.expire(cookies.VISITOR))


def _preflight() -> Response:
    headers = {
        "access-control-allow-methods": "GET, POST",
        "access-control-allow-headers": "content-type",
        "access-control-max-age": "600",
    }
    return Response(status_code=204, headers=headers)


def _dressed(response: Response, allowed: str | None) -> Response:
    """Add what every answer of a site carries; an Origin is only ever named if it is listed."""
    headers = response.raw_headers
    headers += _PRIVATE
    if CORP not in dict(headers):
        headers.append((CORP, b"same-site"))
    if allowed is not None:
        headers.append((b"access-control-allow-origin", allowed.encode()))
        headers.append((b"access-control-allow-credentials", b"true"))
        headers.append((b"vary", b"Origin"))
    return response


async def body(request: Request, kind: type[Body]) -> Body:
    """Read a JSON body of a known type, never more than ``MAX_BODY`` bytes. Raises ``Problem``."""
    media = request.header(b"content-type")
    if (
        media != "application/json"
        and media.partition(";")[0].strip().lower() != "application/json"
    ):
        raise Problem(415, "send Content-Type: application/json")
    try:
        return msgspec.json.decode(await _received(request), type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as bad:
        raise Problem(400, f"the body was not understood: {bad}") from None


async def _received(request: Request) -> bytes:
    message = await request.receive()
    if message["type"] == "http.request" and not message.get("more_body", False):
        data: bytes = message.get("body", b"")
        return _bounded(data)
    try:
        async with asyncio.timeout(BODY_SECONDS):
            return await _rest(request, message)
    except TimeoutError:
        raise Problem(408, f"the body did not come within {BODY_SECONDS} s") from None


async def _rest(request: Request, message: Message) -> bytes:
    data = b""
    while True:
        if message["type"] == "http.disconnect":
            raise Problem(400, "the body broke off")
        data = _bounded(data + message.get("body", b""))
        if not message.get("more_body", False):
            return data
        message = await request.receive()


def _bounded(data: bytes) -> bytes:
    if len(data) > MAX_BODY:
        raise Problem(413, f"a body is {MAX_BODY // 1024} KiB at most")
    return data


def json(value: object, status: int = 200) -> Response:
    """Return a JSON response."""
    return _Json(msgspec.json.encode(value), status)


class _Json(Response):
    """A response whose headers are known: working them out costs more than the encoding."""

    def __init__(self, body: bytes, status: int) -> None:
        self.status_code = status
        self.body = body
        self.background = None
        self.raw_headers = [
            (b"content-length", b"%d" % len(body)),
            (b"content-type", b"application/json"),
        ]
