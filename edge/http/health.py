"""``/healthz``: the process lives. ``/readyz``: it can serve, with which version of which site."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from edge.http import endpoint
from edge.services import Services
from edge.stores.base import StoreError


async def healthz(_: Request) -> Response:
    """Say that the process answers."""
    return endpoint.json({"alive": True})


async def readyz(request: Request) -> Response:
    """Say whether the store answers, and whether each site's newest edit is the one served."""
    services: Services = request.app.state.services
    sites = {
        name: {"version": live.site.version, "edit_refused": name in services.sites.broken}
        for name, live in services.sites.all.items()
    }
    try:
        await services.store.check()
    except StoreError as bad:
        return endpoint.json({"ready": False, "store": str(bad), "sites": sites}, 503)
    return endpoint.json({"ready": True, "store": "ok", "sites": sites})


routes = [Route("/healthz", healthz), Route("/readyz", readyz)]
