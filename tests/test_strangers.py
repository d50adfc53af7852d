"""A page that no site lists: its origin is named where the operator looks, once, and never at length."""

import io
from pathlib import Path

import httpx
import pytest

from edge.log import Log
from edge.strangers import MOST, Strangers
from edges import ORIGIN, Running, run

WRONG = "https://www.shop.example"


async def _call(edge: Running, origin: str, call: str = "decide") -> httpx.Response:
    return await edge.browser().post(call, {}, origin=origin)


def _told(edge: Running) -> list[str]:
    lines = [line for line in edge.log.getvalue().splitlines() if " origin=" in line]
    return [line.partition(" origin=")[2].partition("  ")[0] for line in lines]


def test_the_answer_and_the_log_name_it_once(tmp_path: Path) -> None:
    async def test(edge: Running) -> None:
        for call in ("decide", "consent", "decide"):
            answer = await _call(edge, WRONG, call)
            assert WRONG in answer.json()["detail"] and "site.yaml" in answer.json()["detail"]
        assert _told(edge) == [WRONG]
        await _call(edge, ORIGIN)
        assert _told(edge) == [WRONG]

    run(tmp_path, test)


@pytest.mark.parametrize("origin", ["", "null", "https://a b", "<script>", "https://" + "x" * 300])
def test_what_is_no_origin_is_not_repeated(tmp_path: Path, origin: str) -> None:
    async def test(edge: Running) -> None:
        answer = await _call(edge, origin)
        assert answer.status_code == 403
        assert not origin or origin not in answer.text
        assert _told(edge) == []

    run(tmp_path, test)


def test_one_sites_strangers_hide_no_others() -> None:
    written = io.StringIO()
    strangers = Strangers(Log(written, lambda: 0, readable=True))
    for number in range(MOST + 5):
        strangers.refuse("shop", f"https://x{number}.example")
    strangers.refuse("other", WRONG)
    assert f"origin={WRONG}" in written.getvalue()


def test_nobody_fills_the_log(tmp_path: Path) -> None:
    async def test(edge: Running) -> None:
        for number in range(MOST + 5):
            await _call(edge, f"https://x{number}.example")
        assert len(_told(edge)) == MOST
        assert edge.log.getvalue().count("no more of them are told") == 1

    run(tmp_path, test)
