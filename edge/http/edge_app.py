"""The edge as an ASGI application: a site's call is found by one look-up, whatever else there is."""

from collections.abc import Iterable

from starlette.applications import Starlette
from starlette.routing import Route
from starlette.types import Lifespan, Receive, Scope, Send

from edge.http.endpoint import Call
from edge.http.problems import HANDLERS, failure
from edge.request import Request
from edge.services import Services


class Edge(Starlette):
    """``/_tw/{site}/{call}`` goes straight to the call; every other address is a route."""

    def __init__(
        self,
        services: Services,
        calls: Iterable[Call],
        routes: Iterable[Route],
        lifespan: Lifespan["Edge"],
    ) -> None:
        super().__init__(routes=list(routes), lifespan=lifespan, exception_handlers=HANDLERS)
        self.router.redirect_slashes = False  # it would name whatever Host the client sent
        self.state.services = services
        self._services = services
        self._calls = {call.name: call for call in calls}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request. What fails is answered as a failure, and logged by the server."""
        if scope["type"] == "http":
            parts = scope["path"].split("/")
            call = self._calls.get(parts[-1])
            if call is not None and len(parts) == 4 and parts[1] == "_tw":
                await self._answer(call, parts[2], scope, receive, send)
                return
        await super().__call__(scope, receive, send)

    async def _answer(
        self, call: Call, site: str, scope: Scope, receive: Receive, send: Send
    ) -> None:
        try:
            response = await call.answer(self._services, site, Request(scope, receive))
        except Exception:
            await failure()(scope, receive, send)
            raise
        await response(scope, receive, send)
