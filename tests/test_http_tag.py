"""The tag: personal only for the site's own pages, never cached, the code and its data in one."""

import gzip
import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from edge.assets import static_dir
from edges import HOME, Running, run


def boot(answer: httpx.Response) -> Any:
    """Return the data the tag is called with."""
    return json.loads(answer.text[answer.text.rindex("})(") + 3 : -2])


def test_the_answer_is_the_built_code_and_this_pages_data(tmp_path: Path) -> None:
    async def test(edge: Running) -> None:
        referer = f"{HOME}damen?utm_campaign=herbst&x=1"
        answer = await edge.browser().get("tag.js", referer=referer)
        code = (static_dir() / "tag.js").read_text(encoding="utf-8")
        assert answer.text.startswith("(function(__tw){" + code)
        assert answer.headers["content-type"].startswith("text/javascript")
        data = boot(answer)
        assert data["page"] == "/damen?utm_campaign=herbst&x=1"
        assert data["slots"] == [
            {"name": "hero", "selector": "#hero"},
            {"name": "strip", "selector": None},
        ]
        strip = next(d for d in data["decisions"] if d["slot"] == "strip")
        assert (strip["action"], strip["text"], strip["reason"]) == ("setText", "Herbst", "MATCH")
        assert data["consent"]["ask"] is True
        assert data["reopen"]["label"]

    run(tmp_path, test)


def test_it_is_private_and_never_stored(tmp_path: Path) -> None:
    async def test(edge: Running) -> None:
        for call in ("tag.js", "banner"):
            answer = await edge.browser().get(call)
            assert answer.headers["cache-control"] == "private, no-store"
            assert answer.headers["x-content-type-options"] == "nosniff"

    run(tmp_path, test)


def test_only_the_bare_code_may_be_read_elsewhere(tmp_path: Path) -> None:
    async def test(edge: Running) -> None:
        own, stray = {"referer": HOME}, {"referer": HOME, "sec-fetch-site": "cross-site"}
        for headers, expected in ((own, ["same-site"]), (stray, ["cross-origin"])):
            answer = await edge.browser().get("tag.js", **headers)
            assert answer.headers.get_list("cross-origin-resource-policy") == expected

    run(tmp_path, test)


def test_gzip_unpacks_to_the_same_bytes(tmp_path: Path) -> None:
    async def test(edge: Running) -> None:
        browser = edge.browser()
        plain = await browser.get("tag.js", **{"accept-encoding": "identity"})
        request = browser.client.build_request(
            "GET", "/_tw/shop/tag.js", headers={"referer": HOME, "accept-encoding": "gzip"}
        )
        packed = await browser.client.send(request, stream=True)
        raw = b"".join([chunk async for chunk in packed.aiter_raw()])
        assert packed.headers["content-encoding"] == "gzip"
        assert gzip.decompress(raw) == plain.content

    run(tmp_path, test)


ENCODINGS = [
    ("gzip, deflate, br, zstd", True),
    ("br;q=1.0, gzip;q=0.8", True),
    ("GZIP", True),
    ("gzip ; q=0.01", True),
    ("gzip;q=0", False),
    ("br, gzip; q=0.000, identity", False),
    ("xgzipx", False),
    ("identity", False),
]


@pytest.mark.parametrize(("accepted", "packed"), ENCODINGS)
def test_only_who_takes_gzip_gets_it(tmp_path: Path, accepted: str, packed: bool) -> None:
    async def test(edge: Running) -> None:
        answer = await edge.browser().get("tag.js", **{"accept-encoding": accepted})
        assert (answer.headers.get("content-encoding") == "gzip") == packed

    run(tmp_path, test)


@pytest.mark.parametrize(
    "headers",
    [
        {"referer": "https://evil.example/"},
        {"referer": "https://shop.example.evil.example/"},
        {"referer": HOME, "sec-fetch-site": "cross-site"},
        {"referer": HOME, "sec-fetch-site": "none"},
        {"referer": "https://evil.example/", "sec-fetch-site": "same-site"},
        {"referer": ""},
        {"referer": "https://["},
    ],
)
def test_a_page_elsewhere_reads_nothing_personal(tmp_path: Path, headers: dict[str, str]) -> None:
    async def test(edge: Running) -> None:
        browser = edge.browser()
        await browser.consent("accept_all")
        await browser.post("identify", {"token": edge.token()})
        own = await browser.get("tag.js")
        assert "Anna" in own.text
        answer = await browser.get("tag.js", **headers)
        assert "Anna" not in answer.text
        data = boot(answer)
        assert (data["page"], data["decisions"]) == (None, [])
        assert data["consent"]["state"] == "unset" and data["consent"]["ask"] is False

    run(tmp_path, test)


def test_the_banner_speaks_the_browsers_language(tmp_path: Path) -> None:
    async def test(edge: Running) -> None:
        browser = edge.browser()
        for header, query, wanted in (
            ("en-GB,en;q=0.9", "", "en"),
            ("de-AT", "", "de"),
            ("fr,en;q=0.5", "", "en"),
            ("fr", "", "de"),
            ("", "", "de"),
            ("de", "?lang=en", "en"),
            ("de", "?lang=EN-gb", "en"),
            ("enx, en-GB", "", "en"),
            ("de", "?lang=../../x", "de"),
        ):
            answer = await browser.get(f"banner{query}", **{"accept-language": header})
            assert answer.json()["lang"] == wanted
            assert 'data-tagwerk="banner"' in answer.json()["html"]

    run(tmp_path, test)
