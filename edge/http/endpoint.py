"""What every call of a site shares: finding the site, who may call it, how much it may send."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Message, Receive, Scope, Send

from edge import cookies
from edge.http.problems import Problem, answer
from edge.services import Services
from edge.site_folder import LiveSite

Handler = Callable[[Services, LiveSite, Request], Awaitable[Response]]
Body = TypeVar("Body")

MAX_BODY = 64 * 1024
BODY_SECONDS = 5
PREFIX = "/_tw/{site}/"
CORP = b"cross-origin-resource-policy"
_PRIVATE = [
    (b"cache-control", b"private, no-store"),
    (b"x-content-type-options", b"nosniff"),
]


def get(path: str, handler: Handler) -> Route:
    """Return the route of a call that changes nothing."""
    return Route(PREFIX + path, Call(handler, writes=False), methods=["GET", "OPTIONS"])


def post(path: str, handler: Handler) -> Route:
    """Return the route of a call that may only come from the site's own origins."""
    return Route(PREFIX + path, Call(handler, writes=True), methods=["POST", "OPTIONS"])


class Call:
    """One call of a site, as an ASGI application."""

    def __init__(self, handler: Handler, writes: bool) -> None:
        self._handler = handler
        self._writes = writes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        request = Request(scope, receive, send)
        services: Services = scope["app"].state.services
        live = services.sites.get(scope["path_params"]["site"])
        if live is None:
            response = _dressed(answer(Problem(404, "there is no such site here")), None)
        else:
            response = await self._site(services, live, request)
        await response(scope, receive, send)

    async def _site(self, services: Services, live: LiveSite, request: Request) -> Response:
        origin = request.headers.get("origin")
        allowed = origin if services.sites.allows(live, origin) else None
        try:
            if request.method == "OPTIONS":
                response = _preflight(allowed)
            elif self._writes and allowed is None:
                raise Problem(403, "this Origin is not listed under 'origins' in site.yaml")
            else:
                response = await self._handler(services, live, request)
        except Problem as problem:
            response = answer(problem)
        _expire_stray(live, services, request, response)
        return _dressed(response, allowed)


def _expire_stray(live: LiveSite, services: Services, request: Request, response: Response) -> None:
    """Take back a visitor cookie that a late answer set after a refusal."""
    headers = request.headers.raw
    if not cookies.read_all(headers, cookies.VISITOR) or "set-cookie" in response.headers:
        return
    name = live.site.name
    record = cookies.read_consent(headers, services.signers(name).consent, name, services.clock())
    if record is not None and record.refusal:
        response.headers.append("set-cookie", cookies.expire(cookies.VISITOR))


def _preflight(allowed: str | None) -> Response:
    if allowed is None:
        raise Problem(403, "this Origin is not one of the site's")
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
    if not any(name == CORP for name, _ in headers):
        headers.append((CORP, b"same-site"))
    if allowed is not None:
        headers.append((b"access-control-allow-origin", allowed.encode()))
        headers.append((b"access-control-allow-credentials", b"true"))
        headers.append((b"vary", b"Origin"))
    return response


async def body(request: Request, kind: type[Body]) -> Body:
    """Read a JSON body of a known type, never more than ``MAX_BODY`` bytes. Raises ``Problem``."""
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media != "application/json":
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
    return Response(msgspec.json.encode(value), status, media_type="application/json")
