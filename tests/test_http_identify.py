"""Login and logout: only a signed token links, once; nobody sees what was another's."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from edges import Running, run

VISITOR = "__Host-tw_visitor"


def test_login_links_and_logout_forgets(tmp_path: Path) -> None:
    async def test(edge: Running) -> None:
        browser = edge.browser()
        await browser.consent("accept_all")
        before = browser.client.cookies[VISITOR]
        answer = await browser.post("identify", {"token": edge.token()})
        assert answer.json() == {"linked": True}
        assert "set-cookie" not in answer.headers
        hero = (await browser.decide())["hero"]
        assert (hero["rule"], hero["html"], hero["reason"]) == ("gold", "<b>Anna</b>", "MATCH")
        assert (await browser.post("logout", {})).json() == {"linked": False}
        assert browser.client.cookies[VISITOR] != before
        assert (await browser.decide())["hero"]["reason"] == "DEFAULT"

    run(tmp_path, test)


@pytest.mark.parametrize(("customer", "told"), [("C1", 0), ("1", 1)])
def test_who_is_linked_to_nobody_the_crm_knows_is_told(
    tmp_path: Path, customer: str, told: int
) -> None:
    async def test(edge: Running) -> None:
        browser = edge.browser()
        await browser.consent("accept_all")
        answer = await browser.post("identify", {"token": edge.token(customer)})
        assert answer.json() == {"linked": True}
        said = [line for line in edge.log.getvalue().splitlines() if "customer_unknown" in line]
        assert len(said) == told and not any(customer in line.split() for line in said)

    run(tmp_path, test)


def test_without_the_grant_nobody_is_linked_and_the_token_is_unused(tmp_path: Path) -> None:
    async def test(edge: Running) -> None:
        browser, token = edge.browser(), edge.token()
        refused = {"linked": False, "reason": "CONSENT_REQUIRED"}
        assert (await browser.post("identify", {"token": token})).json() == refused
        await browser.consent("save", "statistics")
        assert (await browser.post("identify", {"token": token})).json() == refused
        await browser.consent("accept_all")
        assert (await browser.post("identify", {"token": token})).json() == {"linked": True}

    run(tmp_path, test)


def test_a_token_links_once_however_often_it_comes(tmp_path: Path, count: Any) -> None:
    async def test(edge: Running) -> None:
        browser, token = edge.browser(), edge.token()
        await browser.consent("accept_all")
        tries = [browser.post("identify", {"token": token}) for _ in range(count(100, 1000))]
        statuses = [answer.status_code for answer in await asyncio.gather(*tries)]
        assert statuses.count(200) == 1
        assert statuses.count(401) == len(statuses) - 1

    run(tmp_path, test)


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": "other"},
        {"aud": ["shop"]},
        {"exp": 1},
        {"exp": 1_790_000_000 + 301},
        {"jti": None},
        {"sub": ""},
        {"sub": 7},
        {"iat": None},
    ],
)
def test_a_token_that_proves_nothing_links_nobody(tmp_path: Path, claims: dict[str, Any]) -> None:
    async def test(edge: Running) -> None:
        browser = edge.browser()
        await browser.consent("accept_all")
        try:
            token = edge.token(**claims)
        except TypeError:  # PyJWT itself refuses to sign this claim
            import jwt

            now = edge.clock.now // 1000
            standard = {"sub": "C1", "aud": "shop", "iat": now, "exp": now + 60, "jti": "x"}
            token = jwt.api_jws.encode(
                __import__("json").dumps({**standard, **claims}).encode(), edge.key, "HS256"
            )
        answer = await browser.post("identify", {"token": token})
        assert answer.status_code == 401
        assert token not in answer.text
        assert (await browser.decide())["hero"]["reason"] == "DEFAULT"

    run(tmp_path, test)


def test_what_a_browser_claims_about_itself_grants_nothing(tmp_path: Path) -> None:
    async def test(edge: Running) -> None:
        browser = edge.browser()
        await browser.consent("accept_all")
        for body in ({"token": "C1"}, {"crm_id": "C1"}, {"token": "", "sub": "C1"}):
            answer = await browser.post("identify", body)
            assert answer.status_code in (400, 401)
        properties = {"category": "x", "customer": "C1"}
        event = {"id": "1", "name": "view", "time": 1, "properties": properties}
        await browser.post("events", [event])
        assert (await browser.decide())["hero"]["reason"] == "DEFAULT"

    run(tmp_path, test)


def test_the_next_customer_on_the_same_browser_never_sees_the_first(tmp_path: Path) -> None:
    async def test(edge: Running) -> None:
        browser = edge.browser()
        await browser.consent("accept_all")
        for _ in range(3):
            await browser.see("shoes")
        await browser.post("identify", {"token": edge.token("C1")})
        first = browser.client.cookies[VISITOR]
        answer = await browser.post("identify", {"token": edge.token("C2")})
        assert answer.json() == {"linked": True}
        assert browser.client.cookies[VISITOR] != first
        hero = (await browser.decide())["hero"]
        assert hero["reason"] == "DEFAULT"
        await browser.post("logout", {})
        await browser.post("identify", {"token": edge.token("C1")})
        assert (await browser.decide())["hero"]["html"] == "<b>Anna</b>"

    run(tmp_path, test)


def test_the_first_customers_visitor_is_cut_when_another_logs_in(tmp_path: Path) -> None:
    async def test(edge: Running) -> None:
        browser, copy = edge.browser(), edge.browser()
        await browser.consent("accept_all")
        await browser.post("identify", {"token": edge.token("C1")})
        copy.client.cookies.update(browser.client.cookies)
        await browser.post("identify", {"token": edge.token("C2")})
        assert (await copy.decide())["hero"]["reason"] == "DEFAULT"

    run(tmp_path, test)


def test_logging_in_again_keeps_the_visitor(tmp_path: Path) -> None:
    async def test(edge: Running) -> None:
        browser = edge.browser()
        await browser.consent("accept_all")
        await browser.post("identify", {"token": edge.token()})
        before = browser.client.cookies[VISITOR]
        await browser.post("identify", {"token": edge.token()})
        assert browser.client.cookies[VISITOR] == before

    run(tmp_path, test)


def test_a_customer_the_crm_does_not_know_is_linked_but_has_no_attributes(tmp_path: Path) -> None:
    async def test(edge: Running) -> None:
        browser = edge.browser()
        await browser.consent("accept_all")
        assert (await browser.post("identify", {"token": edge.token("C999")})).json()["linked"]
        assert (await browser.decide())["hero"]["reason"] == "DEFAULT"

    run(tmp_path, test)
