"""Errors as RFC 9457 problem details: what is wrong and what to do, nothing about our insides."""

from http import HTTPStatus

import msgspec
from starlette.responses import Response

RETRY_SECONDS = 2


class Problem(Exception):
    """Raised by a handler to answer with a problem."""

    def __init__(self, status: int, detail: str, retry: bool = False) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.retry = retry


def answer(problem: Problem) -> Response:
    """Return the response of a problem (https://www.rfc-editor.org/rfc/rfc9457)."""
    title = HTTPStatus(problem.status).phrase
    body = {
        "type": "about:blank",
        "title": title,
        "status": problem.status,
        "detail": problem.detail,
    }
    headers = {"Retry-After": str(RETRY_SECONDS)} if problem.retry else None
    encoded = msgspec.json.encode(body)
    return Response(encoded, problem.status, headers, "application/problem+json")
