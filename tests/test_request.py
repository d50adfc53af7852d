"""What a browser sent: a header that came several times is one list."""

import pytest
from starlette.types import Message

from edge.cookies import CONSENT, VISITOR
from edge.request import Request

Header = tuple[bytes, bytes]


async def nothing() -> Message:
    """Receive no body."""
    return {"type": "http.request"}


def asked(*headers: Header) -> Request:
    """Return a request with these headers."""
    return Request({"method": "GET", "headers": headers}, nothing)


HEADERS = [
    ("none", [], ""),
    ("one", [(b"x-forwarded-for", b"192.0.2.1")], "192.0.2.1"),
    ("another", [(b"x-forwarded", b"192.0.2.1")], ""),
    ("two lines", [(b"x-forwarded-for", b"a, b"), (b"x-forwarded-for", b"c")], "a, b, c"),
    ("bytes beyond ASCII", [(b"x-forwarded-for", b"\xe4")], "\xe4"),
]


@pytest.mark.parametrize(
    ("headers", "expected"), [r[1:] for r in HEADERS], ids=[r[0] for r in HEADERS]
)
def test_a_header(headers: list[Header], expected: str) -> None:
    assert asked(*headers).header(b"x-forwarded-for") == expected


def test_the_cookies_of_all_lines_count() -> None:
    lines = [f"{CONSENT}=1; a=2", f"{VISITOR}=3", f"{CONSENT}=4"]
    found = asked(*[(b"cookie", line.encode()) for line in lines]).cookies
    assert found == (["1", "4"], ["3"])


def test_two_origins_are_none() -> None:
    said = asked((b"origin", b"https://a.example"), (b"origin", b"https://b.example"))
    assert said.header(b"origin") == "https://a.example, https://b.example"
