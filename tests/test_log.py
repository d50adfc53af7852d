"""The log: which fields reach it, in which form, and what never does."""

import io
import json
import logging
import os
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge import log as logs
from edge.log import FIELDS, Log, network

NOW = 1_790_856_000_123
CANARY = "canary@example.org"


class Written:
    def __init__(self, *, readable: bool = False) -> None:
        self.stream = io.StringIO()
        self.log = Log(self.stream, lambda: NOW, readable=readable)

    @property
    def text(self) -> str:
        return self.stream.getvalue()

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.text.splitlines()]


def test_an_event_is_one_json_line() -> None:
    written = Written()
    written.log.info("site.reloaded", site="demo-shop", count=3, ms=1.5)
    assert written.text == (
        '{"time": "2026-10-01T12:00:00.123Z", "level": "info", "event": "site.reloaded", '
        '"site": "demo-shop", "count": 3, "ms": 1.5}\n'
    )


READABLE = [
    ("info", "site.reloaded", {"site": "demo"}, "12:00:00 site.reloaded  site=demo"),
    ("info", "edge.started", {}, "12:00:00 edge.started"),
    (
        "warning",
        "site.refused",
        {
            "file": "a.yaml",
            "line": 3,
            "column": 5,
            "message": "no slot",
            "hint": "add it",
            "site": "x",
        },
        "a.yaml:3:5: warning: no slot. add it.",
    ),
    (
        "error",
        "site.finding",
        {"file": "a.yaml", "line": 3, "column": 5, "message": "no slot", "hint": ""},
        "a.yaml:3:5: error: no slot.",
    ),
    (
        "error",
        "site.unreadable",
        {"file": "a", "message": "gone", "count": 2},
        "12:00:00 ERROR a - gone  count=2  (site.unreadable)",
    ),
    (
        "info",
        "site.reloaded",
        {"site": "demo", "version": "ab", "message": "the edit is live"},
        "12:00:00 demo: the edit is live  version=ab  (site.reloaded)",
    ),
    ("error", "erasure.unreadable", {"file": "a"}, "12:00:00 ERROR erasure.unreadable  a"),
    ("error", "store.failed", {"store": "sqlite"}, "12:00:00 ERROR store.failed  store=sqlite"),
]


@pytest.mark.parametrize(("level", "event", "fields", "expected"), READABLE)
def test_a_terminal_gets_a_readable_line(
    level: str, event: str, fields: dict[str, Any], expected: str
) -> None:
    written = Written(readable=True)
    getattr(written.log, level)(event, **fields)
    assert written.text == expected + "\n"


@pytest.mark.parametrize("readable", [True, False])
def test_an_unknown_field_is_dropped_and_named_once(readable: bool) -> None:
    written = Written(readable=readable)
    for _ in range(3):
        written.log.info("login", email=CANARY, site="demo")
    assert CANARY not in written.text
    assert written.text.count("log.field_dropped") == 1
    assert "email" in written.text


def test_names_without_end_do_not_fill_log_or_memory() -> None:
    written = Written()
    for n in range(500):
        written.log.info("x", **{f"field{n}": 1})
    assert written.text.count("log.field_dropped") == 100


@pytest.mark.parametrize(
    ("ip", "expected"),
    [
        ("203.0.113.77", "203.0.113.0/24"),
        ("::ffff:203.0.113.77", "203.0.113.0/24"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1::/48"),
        ("fe80::1%eth0", "fe80::/48"),
        ("", "unknown"),
        (CANARY, "unknown"),
    ],
)
def test_an_address_is_logged_as_its_network(ip: str, expected: str) -> None:
    assert network(ip) == expected
    written = Written()
    written.log.warning("request.refused", ip=ip)
    assert written.lines[0]["ip"] == expected


hostile = st.text() | st.sampled_from(["\n", "\r\n", "\x1b[2J", "\u2028", "\x85", "\ud800", "\x00"])


@pytest.mark.parametrize("readable", [True, False])
@given(message=hostile, event=hostile)
def test_no_value_makes_a_second_line_or_moves_the_cursor(
    readable: bool, message: str, event: str
) -> None:
    written = Written(readable=readable)
    written.log.info(event, message=message)
    assert len(written.text.splitlines()) == 1
    assert all(char.isprintable() for char in written.text[:-1])


def test_an_event_is_a_name_and_no_sentence() -> None:
    written = Written()
    written.log.info(f"login of {CANARY}")
    assert written.lines[0]["event"] == "unnamed"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("x" * 400, "x" * 300 + "..."),
        ([CANARY], "<list>"),
        ({"a": CANARY}, "<dict>"),
        (b"x", "<bytes>"),
        (None, None),
        (True, True),
    ],
)
def test_values_are_short_and_plain(value: Any, expected: Any) -> None:
    written = Written()
    written.log.info("x", reason=value)
    assert written.lines[0]["reason"] == expected


def fail() -> None:
    raise ValueError(CANARY)


def test_an_exception_is_logged_by_class_and_place_not_by_its_text() -> None:
    written = Written()
    with pytest.raises(ValueError) as caught:
        fail()
    written.log.error("request.failed", caught.value, route="/_tw/{site}/decide")
    (line,) = written.lines
    assert (line["error"], line["route"]) == ("ValueError", "/_tw/{site}/decide")
    assert line["where"].startswith("test_log.py:")
    assert line["where"].endswith(" fail")
    assert CANARY not in written.text


def test_an_exception_never_raised_is_logged_too() -> None:
    written = Written()
    written.log.error("request.failed", ValueError(CANARY))
    assert "where" not in written.lines[0]
    assert CANARY not in written.text


def test_a_log_that_cannot_be_written_costs_nothing() -> None:
    written = Written()
    written.stream.close()
    written.log.info("x")
    reading, writing = os.pipe()
    os.close(reading)
    stream = os.fdopen(writing, "w")
    Log(stream, lambda: NOW, readable=False).info("x")
    with pytest.raises(BrokenPipeError):
        stream.close()


@pytest.fixture
def library() -> Iterator[Written]:
    root, access = logging.getLogger(), logging.getLogger("uvicorn.access")
    before = (root.handlers[:], root.level, access.disabled)
    written = Written()
    logs.capture(written.log)
    yield written
    root.handlers[:], access.disabled = before[0], before[2]
    root.setLevel(before[1])


def test_libraries_log_in_our_form_without_their_data(library: Written) -> None:
    logging.getLogger("some.lib").warning("user %s failed", CANARY)
    logging.getLogger("some.lib").error(f"task failed\nfuture: {CANARY}")
    try:
        fail()
    except ValueError:
        logging.getLogger("uvicorn.error").exception("Exception in ASGI application\n")
    first, second, third = library.lines
    assert (first["level"], first["message"]) == ("warning", "user %s failed")
    assert second["message"] == "task failed"
    assert (third["error"], third["logger"]) == ("ValueError", "uvicorn.error")
    assert CANARY not in library.text


def test_no_access_line_with_addresses_gets_through(library: Written) -> None:
    logging.getLogger("uvicorn.access").error("%s GET /?email=%s", "203.0.113.77", CANARY)
    logging.getLogger("some.lib").info("chatter")
    assert library.text == ""


def test_every_field_says_what_may_stand_in_it() -> None:
    assert all(FIELDS.values())
    assert not {"visitor", "customer", "url", "path", "query", "user_agent", "token"} & set(FIELDS)
