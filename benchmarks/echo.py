"""The peer that decide is measured against: the least a JSON endpoint can do on the same stack."""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route


async def echo(request: Request) -> JSONResponse:
    """Answer with the JSON that came."""
    return JSONResponse(await request.json())


async def ready(request: Request) -> JSONResponse:
    """Say that the server is up."""
    return JSONResponse({})


app = Starlette(
    routes=[Route("/echo", echo, methods=["POST"]), Route("/readyz", ready, methods=["GET"])]
)
