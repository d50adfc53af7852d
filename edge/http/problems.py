"""Errors as RFC 9457 problem details: what is wrong and what to do, nothing about our insides."""

from http import HTTPStatus

import msgspec
from starlette.requests import Request
from starlette.responses import Response

RETRY_SECONDS = 2
WRONG_METHOD = "this address has no such method"


class Problem(Exception):
    """Raised by a handler to answer with a problem."""

    def __init__(self, status: int, detail: str, retry: bool = False, allow: str = "") -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.headers: dict[str, str] = {}
        if retry:
            self.headers["Retry-After"] = str(RETRY_SECONDS)
        if allow:
            self.headers["Allow"] = allow


def answer(problem: Problem) -> Response:
    """Return the response of a problem (https://www.rfc-editor.org/rfc/rfc9457)."""
    title = HTTPStatus(problem.status).phrase
    body = {
        "type": "about:blank",
        "title": title,
        "status": problem.status,
        "detail": problem.detail,
    }
    encoded = msgspec.json.encode(body)
    return Response(encoded, problem.status, problem.headers, "application/problem+json")


async def not_found(_: Request, __: Exception) -> Response:
    """Answer an address that is none of ours."""
    return answer(Problem(404, "there is no such address here"))


async def wrong_method(_: Request, error: Exception) -> Response:
    """Answer a method that the address does not have, naming those it has."""
    allowed = (getattr(error, "headers", None) or {}).get("Allow", "GET")
    return answer(Problem(405, WRONG_METHOD, allow=allowed))


def failure() -> Response:
    """Return the answer where we failed; what happened is in the log."""
    return answer(Problem(500, "the edge failed; its log says why"))


async def failed(_: Request, __: Exception) -> Response:
    """Answer where we failed."""
    return failure()


HANDLERS = {404: not_found, 405: wrong_method, 500: failed}
