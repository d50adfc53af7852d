"""``GET banner``: the consent banner, rendered when the site was loaded."""

from starlette.requests import Request
from starlette.responses import Response

from edge.http import endpoint
from edge.http.tag import language
from edge.services import Services
from edge.site_folder import LiveSite


async def handle(_: Services, live: LiveSite, request: Request) -> Response:
    """Answer the call, in the language asked for or the browser's."""
    chosen = language(live, request, request.query_params.get("lang"))
    return Response(live.banners[chosen].body, media_type="application/json")


route = endpoint.get("banner", handle)
