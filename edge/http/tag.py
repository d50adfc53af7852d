"""``GET tag.js``: the code and, in the same response, what this visitor's page needs.

The personal part goes only to pages of the site itself. A page elsewhere that includes the tag as a
script gets the same code with nothing in it (see SECURITY: script inclusion).
"""

import re
import zlib
from urllib.parse import urlsplit

import msgspec
from starlette.responses import Response

from edge.assets import static_dir
from edge.context import Page
from edge.http import decide, endpoint
from edge.http.decide import Answer
from edge.http.wire import ConsentState
from edge.request import Request
from edge.services import Services
from edge.site_folder import LiveSite
from rules.decide import Decision

_GZIP = re.compile(r"\bgzip\b(?!\s*;\s*q=0(\.0*)?\s*(,|$))", re.IGNORECASE)
_OWN = ("", "same-origin", "same-site")
"""Values of Sec-Fetch-Site that a page of the site can have; older browsers send none."""


class _Boot(msgspec.Struct, frozen=True):
    site: str
    page: str | None
    consent: ConsentState
    slots: tuple[dict[str, str | None], ...]
    decisions: tuple[Decision, ...]
    reopen: dict[str, str]


class Code:
    """The tag's code, compressed once; an answer only compresses what is appended to it."""

    def __init__(self, source: bytes) -> None:
        self._head = b"(function(__tw){" + source + b"})("
        self._gzip = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS | 16)
        self._packed = self._gzip.compress(self._head) + self._gzip.flush(zlib.Z_SYNC_FLUSH)

    def plain(self, boot: bytes) -> bytes:
        """Return the code called with its boot data."""
        return self._head + boot + b");"

    def packed(self, boot: bytes) -> bytes:
        """Return the same, gzipped."""
        tail = self._gzip.copy()
        return self._packed + tail.compress(boot + b");") + tail.flush()


_CODE = Code((static_dir() / "tag.js").read_bytes())


async def handle(services: Services, live: LiveSite, request: Request) -> Response:
    """Answer the call."""
    page = own_page(services, live, request)
    answer = await decide.decisions(services, live, request, page) if page else _anonymous(live)
    boot = msgspec.json.encode(_boot(live, request, page, answer))
    headers = {"vary": "Accept-Encoding"}
    if page is None:
        headers["cross-origin-resource-policy"] = "cross-origin"
    if not _GZIP.search(request.header(b"accept-encoding")):
        return Response(_CODE.plain(boot), headers=headers, media_type="text/javascript")
    headers["content-encoding"] = "gzip"
    return Response(_CODE.packed(boot), headers=headers, media_type="text/javascript")


def own_page(services: Services, live: LiveSite, request: Request) -> Page | None:
    """Return the page the tag was asked from, if it is certainly one of the site's own."""
    referer = request.header(b"referer")
    if request.header(b"sec-fetch-site") not in _OWN:
        return None
    return Page(referer) if services.sites.allows(live, decide.origin_of(referer)) else None


def _anonymous(live: LiveSite) -> Answer:
    return Answer((), ConsentState("unset", ("necessary",), live.policy.revision, False))


def _boot(live: LiveSite, request: Request, page: Page | None, answer: Answer) -> _Boot:
    label = {"label": live.banners[language(live, request)].reopen}
    decided_for = _path(page.url) if page else None
    name, slots = live.site.name, live.slots
    return _Boot(name, decided_for, answer.consent, slots, answer.decisions, label)


def _path(url: str) -> str:
    parts = urlsplit(url)
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def language(live: LiveSite, request: Request, wanted: str | None = None) -> str:
    """Return the banner's language: the one asked for, else the browser's first that there is."""
    asked = [(wanted or "").partition("-")[0].lower(), *request.languages]
    return next((name for name in asked if name in live.banners), live.site.languages[0])


call = endpoint.get("tag.js", handle)
