"""Who may call what: exact origins, own pages, bodies that are bounded and understood."""

from pathlib import Path
from typing import Any

import httpx
import pytest

from edges import HOME, ORIGIN, Browser, Running, run

CALLS = ("decide", "consent", "identify", "logout", "events")
STRANGERS = (
    "null",
    "https://shop.example.evil.example",
    "https://evil.example",
    "https://shopxexample",
    "https://shop.example:8443",
    "http://shop.example",
    "https://SHOP.example",
    "https://shop.example/",
    "https://shop.example@evil.example",
    "https://xshop.example",
    "https://sub.shop.example",
    "https://shop.example%00.evil.example",
    "file://",
    "",
)


@pytest.mark.parametrize("origin", STRANGERS)
def test_a_strange_origin_changes_nothing_and_is_never_named(tmp_path: Path, origin: str) -> None:
    async def test(edge: Running) -> None:
        browser = edge.browser()
        for call in CALLS:
            answer = await browser.post(call, {"action": "accept_all"}, origin=origin)
            assert answer.status_code == 403
            assert "set-cookie" not in answer.headers
            assert "access-control-allow-origin" not in answer.headers
        asked = {"origin": origin, "access-control-request-method": "POST"}
        answer = await browser.client.options("/_tw/shop/decide", headers=asked)
        assert answer.status_code == 403
        assert "access-control-allow-origin" not in answer.headers

    run(tmp_path, test)


def test_no_origin_at_all_is_refused(tmp_path: Path) -> None:
    async def test(edge: Running) -> None:
        client = edge.browser().client
        for call in CALLS:
            assert (await client.post(f"/_tw/shop/{call}", json={})).status_code == 403

    run(tmp_path, test)


@pytest.mark.parametrize(
    ("site", "named"),
    [("cross-site", True), ("same-site", True), ("", True), ("same-origin", False)],
)
def test_pages_of_another_origin_are_named_and_those_of_our_own_need_not_be(
    tmp_path: Path, site: str, named: bool
) -> None:
    async def test(edge: Running) -> None:
        answer = await edge.browser().post(
            "decide", {"page": {"url": HOME}}, **{"sec-fetch-site": site}
        )
        assert answer.status_code == 200
        for name in ("access-control-allow-origin", "access-control-allow-credentials", "vary"):
            assert (name in answer.headers) is named

    run(tmp_path, test)


def test_a_listed_origin_is_named_exactly(tmp_path: Path) -> None:
    async def test(edge: Running) -> None:
        answer = await edge.browser().client.options(
            "/_tw/shop/decide", headers={"origin": ORIGIN, "access-control-request-method": "POST"}
        )
        assert answer.status_code == 204
        assert answer.headers["access-control-allow-origin"] == ORIGIN
        assert answer.headers["access-control-allow-credentials"] == "true"

    run(tmp_path, test)


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        (b"{", "application/json", 400),
        (b"\xff", "application/json", 400),
        (b"[" * 5000, "application/json", 400),
        (b"{}", "text/plain", 415),
        (b"{}", "", 415),
        (b"x" * 70_000, "application/json", 413),
    ],
)
def test_a_body_that_is_not_understood(
    tmp_path: Path, call: str, body: bytes, content_type: str, status: int
) -> None:
    async def test(edge: Running) -> None:
        headers = {"origin": ORIGIN, "content-type": content_type}
        answer = await edge.browser().client.post(
            f"/_tw/shop/{call}", content=body, headers=headers
        )
        assert answer.status_code == status
        problem = answer.json()
        assert answer.headers["content-type"] == "application/problem+json"
        assert problem.keys() == {"type", "title", "status", "detail"}

    run(tmp_path, test)


def test_a_site_that_is_not_there(tmp_path: Path) -> None:
    async def test(edge: Running) -> None:
        answer = await edge.browser().client.get("/_tw/other/tag.js")
        assert answer.status_code == 404

    run(tmp_path, test)


def test_only_pages_of_the_site_are_decided(tmp_path: Path) -> None:
    async def test(edge: Running) -> None:
        for url in ("https://evil.example/", "/relative", "", "https://[", "javascript:1"):
            answer = await edge.browser().post("decide", {"page": {"url": url}})
            assert answer.status_code == 400

    run(tmp_path, test)


def test_slots_narrow_the_answer(tmp_path: Path) -> None:
    async def test(edge: Running) -> None:
        body: dict[str, Any] = {"page": {"url": f"{ORIGIN}/"}, "slots": ["strip", "nowhere"]}
        answer = await edge.browser().post("decide", body)
        assert [decision["slot"] for decision in answer.json()["decisions"]] == ["strip"]

    run(tmp_path, test)


def test_no_address_redirects_to_the_host_a_client_names(tmp_path: Path) -> None:
    async def test(edge: Running) -> None:
        client = edge.browser().client
        for path in ("/_tw/shop/tag.js/", "/_tw/shop/decide/", "/healthz/"):
            answer = await client.get(path, headers={"host": "evil.example"})
            assert answer.status_code == 404
            assert "location" not in answer.headers and "evil" not in answer.text

    run(tmp_path, test)


def test_a_wrong_method_is_told_the_right_ones(tmp_path: Path) -> None:
    async def test(edge: Running) -> None:
        answer = await edge.browser().client.put("/_tw/shop/decide")
        assert answer.status_code == 405 and "POST" in answer.headers["allow"]

    run(tmp_path, test)


NOWHERE = (
    "/_tw/shop/decide/",
    "/_tw/shop/more/decide",
    "/_tw//shop/decide",
    "/_tw/decide",
    "/other/shop/decide",
    "/decide",
    "/_tw/shop/",
    "//_tw/shop/decide",
)


@pytest.mark.parametrize("path", NOWHERE)
def test_an_address_that_only_looks_like_a_call_is_none(tmp_path: Path, path: str) -> None:
    async def test(edge: Running) -> None:
        body = {"page": {"url": HOME}}
        client = edge.browser().client
        answer = await client.post(f"{ORIGIN}{path}", json=body, headers={"origin": ORIGIN})
        assert answer.status_code == 404
        assert answer.json()["detail"].startswith("there is no such")

    run(tmp_path, test)


def test_where_we_fail_the_answer_says_so_and_nothing_else(tmp_path: Path) -> None:
    async def test(edge: Running) -> None:
        transport = httpx.ASGITransport(edge.app, raise_app_exceptions=False)
        client = httpx.AsyncClient(transport=transport, base_url=ORIGIN)
        browser = Browser(client)
        await browser.consent("accept_all")
        reader = edge.services.store.__dict__["_reader"]
        reader._cursor = "no cursor"  # fails in a way that nobody foresaw
        answer = await browser.post("decide", {"page": {"url": HOME}})
        assert answer.status_code == 500
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["detail"] == "the edge failed; its log says why"

    run(tmp_path, test)


def test_headers_are_bounded(tmp_path: Path) -> None:
    async def test(edge: Running) -> None:
        client = edge.browser().client
        for cookie, status in (("x" * 60_000, 200), ("x" * 70_000, 431)):
            answer = await client.get("/_tw/shop/banner", headers={"cookie": cookie})
            assert answer.status_code == status
        many = [("cookie", "x=1")] * 30_000
        answer = await client.get("/_tw/shop/banner", headers=many)
        assert answer.status_code == 431

    run(tmp_path, test)
