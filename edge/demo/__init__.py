"""The demo: a shop with its own backend and, in the same process, its edge at the same address."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from edge.demo.shop import Shop
from edge.demo.strip import TryStrip

ASSET_SECONDS = 3600


class _Assets(StaticFiles):
    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = f"public, max-age={ASSET_SECONDS}"
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response


def _icon(file: Path) -> Callable[[Request], Awaitable[Response]]:
    """Browsers ask for it at this address, and a page with nothing there has an error in its console."""

    async def endpoint(_: Request) -> Response:
        return FileResponse(file, headers={"Cache-Control": f"public, max-age={ASSET_SECONDS}"})

    return endpoint


def build(
    edge: Starlette, folder: Path, identify_key: bytes, clock: Callable[[], int]
) -> Starlette:
    """Return the shop of ``folder`` with ``edge`` below ``/_tw/``, as one application.

    ``identify_key`` is the site's, as the edge has it; ``clock`` gives milliseconds since the epoch.
    Raises BadSite, msgspec.ValidationError and OSError for a folder that is not whole.
    """
    shop = Shop(folder, identify_key, clock)
    front = TryStrip(edge)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with edge.router.lifespan_context(edge):
            yield

    app = Starlette(
        routes=[
            Route("/_tw/{rest:path}", front),
            Route("/healthz", front),
            Route("/readyz", front),
            Route("/favicon.ico", _icon(folder / "assets" / "favicon.svg")),
            Mount("/assets", _Assets(directory=folder / "assets")),
            *shop.routes(),
        ],
        lifespan=lifespan,
        exception_handlers={404: shop.not_found},
    )
    app.router.redirect_slashes = False  # it would name whatever Host the client sent
    return app
