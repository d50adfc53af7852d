"""``GET banner``: the consent banner, rendered when the site was loaded."""

from urllib.parse import parse_qsl

from starlette.responses import Response

from edge.http import endpoint
from edge.http.tag import language
from edge.request import Request
from edge.services import Services
from edge.site_folder import LiveSite


async def handle(_: Services, live: LiveSite, request: Request) -> Response:
    """Answer the call, in the language asked for or the browser's."""
    chosen = language(live, request, _asked(request))
    return Response(live.banners[chosen].body, media_type="application/json")


def _asked(request: Request) -> str:
    return next((value for name, value in parse_qsl(request.query) if name == "lang"), "")


call = endpoint.get("banner", handle)
