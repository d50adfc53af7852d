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


LANGUAGES = [
    ("none", b"", []),
    ("one", b"de", ["de"]),
    (
        "with countries and weights",
        b"de-AT,de;q=0.9, en-US;q=0.8,en;q=0.7",
        ["de", "en"],
    ),
    ("by weight", b"en;q=0.5, de ; q = 0.9,fr", ["fr", "de", "en"]),
    ("of equal weight as they are listed", b"en;q=0.5,de;q=0.5", ["en", "de"]),
    ("not asked for", b"de;q=0, en;q=0.000", []),
    ("a weight that is none", b"de;q=x,en;q=0.5", ["de", "en"]),
    ("another parameter", b"de;a=1;q=0.1, en", ["de", "en"]),
    ("capitals", b"DE-de", ["de"]),
    ("three letters are another language than two of them", b"fil-PH, de", ["fil", "de"]),
    ("any", b"*", []),
    ("blanks", b" de ,\ten", ["de", "en"]),
    ("a list without end", b"xx," * 100_000 + b"de", ["xx", "x"]),
]


@pytest.mark.parametrize(
    ("header", "expected"), [r[1:] for r in LANGUAGES], ids=[r[0] for r in LANGUAGES]
)
def test_languages(header: bytes, expected: list[str]) -> None:
    assert asked((b"accept-language", header)).languages == tuple(expected)


def test_two_origins_are_none() -> None:
    said = asked((b"origin", b"https://a.example"), (b"origin", b"https://b.example"))
    assert said.header(b"origin") == "https://a.example, https://b.example"
