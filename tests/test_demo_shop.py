"""The demo shop over HTTP: its pages, its session, its logins and its strip."""

import asyncio
import html
import json
import re
from pathlib import Path
from typing import Any

import pytest

from demos import LOGOUT, ORIGIN, TOKEN, Shop, run, shown
from edge import identify_tokens
from edge.demo import links, strip
from edge.demo.pages import formatted
from edge.demo.session import MOST_EVENTS
from harness import SITE

pytestmark = pytest.mark.slow
PATHS = [
    "/", "/en/", "/damen/schuhe", "/en/women/shoes", "/damen/strick", "/en/women/knitwear",
    "/produkt/hafen", "/en/product/hafen", "/warenkorb", "/en/cart", "/login", "/en/login",
    "/impressum", "/en/imprint", "/datenschutz", "/en/privacy", "/lookbook", "/en/lookbook",
    "/lookbook/abend", "/en/lookbook/evening",
]  # fmt: skip

EVENT = re.compile(r'\.push\((\["track".*?\])\)</script>')


def test_every_page_answers_in_its_language_and_names_the_other(tmp_path: Path) -> None:
    async def story(shop: Shop) -> None:
        visitor = shop.visitor()
        for german, english in zip(PATHS[::2], PATHS[1::2], strict=True):
            for path, other, lang in ((german, english, "de"), (english, german, "en")):
                page = await visitor.page(path)
                assert f'<html lang="{lang}"' in page
                assert f'href="{other}"' in page
        assert (await visitor.http.get("/favicon.ico")).status_code == 200
        missing = await visitor.http.get("/en/nowhere")
        assert missing.status_code == 404 and '<html lang="en"' in missing.text

    run(tmp_path, story)


def test_no_cookie_before_cart_login_or_a_choice_in_the_strip(tmp_path: Path) -> None:
    async def story(shop: Shop) -> None:
        visitor = shop.visitor()
        for path in PATHS:
            await visitor.page(path)
            assert visitor.cookies == set(), path
        await visitor.form("/warenkorb", add="hafen")
        assert visitor.cookies == {"shop_session"}
        assert "219,00" in await visitor.page("/warenkorb")
        await visitor.form("/warenkorb", remove="hafen")
        assert visitor.cookies == set()
        await visitor.form("/demo/try", device="mobile")
        assert visitor.cookies == {"demo_try"}
        await visitor.form("/demo/try", device="")
        assert visitor.cookies == set()

    run(tmp_path, story)


def test_a_login_is_told_once_by_a_token_that_the_edge_believes(tmp_path: Path) -> None:
    async def story(shop: Shop) -> None:
        visitor = shop.visitor()
        assert TOKEN.findall(await visitor.page("/")) == []
        answer = await visitor.form("/en/login", "/en/login", customer="C-1001")
        assert (answer.status_code, answer.headers["location"]) == (303, "/en/")
        tokens = TOKEN.findall(await visitor.page("/"))
        assert len(tokens) == 1
        proven = identify_tokens.verify(tokens[0], [shop.key], SITE, shop.clock())
        assert proven.customer == "C-1001"
        leeway = identify_tokens.LEEWAY
        assert proven.expires_ms == shop.clock() // 1000 * 1000 + (120 + leeway) * 1000
        assert TOKEN.findall(await visitor.page("/")) == []

    run(tmp_path, story)


def told(page: str) -> list[Any]:
    """The events that a page tells the edge of."""
    return [json.loads(each) for each in EVENT.findall(page)]


def test_what_goes_into_the_cart_and_is_ordered_is_told_once(tmp_path: Path) -> None:
    async def story(shop: Shop) -> None:
        visitor = shop.visitor()
        for product in ("nebel", "kiesel", "kiesel"):
            await visitor.form("/warenkorb", add=product)
        nebel = ["track", "add_to_cart", {"product": "nebel", "value": 149.0}]
        kiesel = ["track", "add_to_cart", {"product": "kiesel", "value": 129.0}]
        assert told(await visitor.page("/warenkorb")) == [nebel, kiesel, kiesel]
        assert told(await visitor.page("/warenkorb")) == []
        await visitor.form("/en/cart", order="1")
        page = await visitor.page("/en/cart")
        assert "Thank you" in page and "Pretend to order" not in page
        assert sorted(told(page), key=str) == [
            ["track", "purchase", {"category": "knit", "value": 149.0}],
            ["track", "purchase", {"category": "shoes", "value": 258.0}],
        ]
        assert told(await visitor.page("/")) == [] and visitor.cookies == set()

    run(tmp_path, story)


def test_events_wait_for_a_page_that_can_tell_them(tmp_path: Path) -> None:
    async def story(shop: Shop) -> None:
        visitor = shop.visitor()
        await visitor.form("/warenkorb", add="nebel")
        for _ in range(2):
            await visitor.form("/warenkorb", order="1")
        await visitor.http.head("/warenkorb")
        assert told((await visitor.http.get("/nothing.png")).text) == []
        names = [name for _, name, _ in told(await visitor.page("/"))]
        assert names == ["add_to_cart", "purchase"]
        for _ in range(30):
            await visitor.form("/warenkorb", add="nebel")
        assert len(told(await visitor.page("/"))) == MOST_EVENTS

    run(tmp_path, story)


def test_what_a_customer_bought_is_not_told_of_another(tmp_path: Path) -> None:
    async def story(shop: Shop) -> None:
        visitor = shop.visitor()
        await visitor.form("/warenkorb", add="nebel")
        await visitor.form("/login", customer="C-1001")
        assert len(told(await visitor.page("/"))) == 1
        await visitor.form("/warenkorb", order="1")
        await visitor.form("/login", customer="C-1002")
        page = await visitor.page("/")
        assert told(page) == [] and TOKEN.findall(page)

    run(tmp_path, story)


def test_nothing_is_ordered_of_an_empty_cart(tmp_path: Path) -> None:
    async def story(shop: Shop) -> None:
        visitor = shop.visitor()
        await visitor.form("/warenkorb", order="1")
        page = await visitor.page("/warenkorb")
        assert told(page) == [] and "Danke" not in page and visitor.cookies == set()

    run(tmp_path, story)


def test_two_logins_have_two_token_ids(tmp_path: Path) -> None:
    async def story(shop: Shop) -> None:
        ids = set()
        for _ in range(2):
            visitor = shop.visitor()
            await visitor.form("/login", customer="C-1002")
            token = TOKEN.findall(await visitor.page("/"))[0]
            ids.add(identify_tokens.verify(token, [shop.key], SITE, shop.clock()).token_id)
        assert len(ids) == 2

    run(tmp_path, story)


def test_a_logout_is_told_once_and_leaves_nothing(tmp_path: Path) -> None:
    async def story(shop: Shop) -> None:
        visitor = shop.visitor()
        await visitor.form("/warenkorb", add="nebel")
        await visitor.form("/login", customer="C-1003")
        assert "Miriam" in await visitor.page("/login")
        await visitor.form("/logout")
        assert LOGOUT in await visitor.page("/")
        assert LOGOUT not in await visitor.page("/")
        assert visitor.cookies == set()

    run(tmp_path, story)


@pytest.mark.parametrize(
    "origin", [None, "null", "https://evil.example", "http://demo-shop.example"]
)
@pytest.mark.parametrize("path", ["/login", "/logout", "/warenkorb", "/demo/try", "/en/cart"])
def test_forms_of_other_sites_change_nothing(tmp_path: Path, path: str, origin: str | None) -> None:
    async def story(shop: Shop) -> None:
        visitor = shop.visitor()
        headers = {"origin": origin} if origin else {}
        data = {"customer": "C-1001", "add": "hafen", "device": "mobile"}
        answer = await visitor.http.post(path, data=data, headers=headers)
        assert answer.status_code == 403
        assert visitor.cookies == set()

    run(tmp_path, story)


@pytest.mark.parametrize(
    ("referer", "back"),
    [
        (f"{ORIGIN}/damen/schuhe?utm_campaign=herbst", "/damen/schuhe?utm_campaign=herbst"),
        ("https://evil.example/damen", "/"),
        (f"{ORIGIN}//evil.example/", "/"),
        (f"{ORIGIN}/\\evil.example/", "/"),
    ],
)
def test_forms_lead_back_to_their_page_and_never_elsewhere(
    tmp_path: Path, referer: str, back: str
) -> None:
    async def story(shop: Shop) -> None:
        headers = {"origin": ORIGIN, "referer": referer}
        answer = await shop.visitor().http.post("/demo/try", data={}, headers=headers)
        assert (answer.status_code, answer.headers["location"]) == (303, back)

    run(tmp_path, story)


def test_another_login_starts_with_an_empty_cart(tmp_path: Path) -> None:
    async def story(shop: Shop) -> None:
        visitor = shop.visitor()
        await visitor.form("/warenkorb", add="hafen")
        await visitor.form("/login", customer="C-1001")
        assert "219,00" in await visitor.page("/warenkorb")
        await visitor.form("/login", customer="C-1002")
        assert "219,00" not in await visitor.page("/warenkorb")

    run(tmp_path, story)


def test_a_session_that_is_not_ours_is_an_empty_one(tmp_path: Path) -> None:
    async def story(shop: Shop) -> None:
        visitor = shop.visitor()
        await visitor.form("/login", customer="C-1001")
        value = visitor.http.cookies["shop_session"]
        stranger = shop.visitor()
        for forged, tokens in ((value, 1), (f"f{value[1:]}", 0), ("nonsense", 0)):
            headers = {"cookie": f"shop_session={forged}"}
            page = await stranger.http.get("/", headers=headers)
            assert len(TOKEN.findall(page.text)) == tokens

    run(tmp_path, story)


def test_pages_carry_a_strict_policy_with_a_nonce_of_their_own(tmp_path: Path) -> None:
    async def story(shop: Shop) -> None:
        nonces = set()
        for _ in range(2):
            answer = await shop.visitor().http.get("/")
            policy = answer.headers["content-security-policy"]
            found = re.search(r"script-src 'self' 'nonce-([\w-]{20,})'", policy)
            assert found is not None
            nonces.add(found[1])
            for part in ("style-src 'self'", "trusted-types tagwerk", "frame-ancestors 'none'"):
                assert part in policy.split("; ")
        assert len(nonces) == 2

    run(tmp_path, story)


def test_the_strip_plays_device_and_country_for_the_edge(tmp_path: Path) -> None:
    async def story(shop: Shop) -> None:
        visitor = shop.visitor()
        bot = {"user-agent": "Googlebot/2.1 (+http://www.google.com/bot.html)"}
        link = "/?utm_campaign=herbst"
        assert shown(await visitor.decide(link, **bot))["hero"] is None
        await visitor.form("/demo/try", device="mobile")
        assert shown(await visitor.decide(link, **bot))["hero"] == "phone-hero"
        await visitor.form("/demo/try", country="CH")
        rules = shown(await visitor.decide(link, **bot))
        assert (rules["hero"], rules["strip"]) == ("autumn-hero", "delivery-ch")

    run(tmp_path, story)


def test_the_strip_changes_nothing_outside_the_edge() -> None:
    async def story() -> None:
        other = b'theme={"dark":1}; a=b c; lone; '  # as another program on localhost may set
        cookie = (b"cookie", other + b"demo_try=device=mobile&country=CH")
        for path, changed in (("/", False), ("/_twist", False), ("/_tw/demo-shop/decide", True)):
            seen: list[Any] = []

            async def inner(scope: Any, *_: Any, seen: list[Any] = seen) -> None:
                seen.append(scope)

            headers = [cookie, (b"user-agent", b"Firefox")]
            scope = {"type": "http", "path": path, "headers": headers, "client": ("8.8.8.8", 1)}
            await strip.TryStrip(inner)(scope, None, None)  # type: ignore[arg-type]
            assert (seen[0]["client"] != ("8.8.8.8", 1)) is changed
            assert ((b"user-agent", b"Firefox") not in seen[0]["headers"]) is changed
            assert scope["headers"] == headers and scope["client"] == ("8.8.8.8", 1)

    asyncio.run(story())


def test_no_address_redirects_to_the_host_a_client_names(tmp_path: Path) -> None:
    async def story(shop: Shop) -> None:
        for path in ("/assets", "/login/", "/warenkorb/"):
            answer = await shop.visitor().http.get(path, headers={"host": "evil.example"})
            assert answer.status_code == 404 and "location" not in answer.headers

    run(tmp_path, story)


def test_a_choice_that_the_strip_does_not_offer_is_none(tmp_path: Path) -> None:
    async def story(shop: Shop) -> None:
        visitor = shop.visitor()
        await visitor.form("/demo/try", device="toaster", country="10.0.0.1")
        assert visitor.cookies == set()

    run(tmp_path, story)


def test_prices_are_written_as_each_language_does() -> None:
    assert formatted(12900, "de") == "129,00\u00a0€"
    assert formatted(123456, "de") == "1.234,56\u00a0€"
    assert formatted(123456, "en") == "€1,234.56"


def test_the_view_of_a_page_is_readable(tmp_path: Path) -> None:
    async def story(shop: Shop) -> None:
        page = await shop.visitor().page("/damen/schuhe")
        found = re.search(r"""<meta name="tagwerk:view" content='([^']+)'""", page)
        assert found is not None
        assert json.loads(html.unescape(found[1]))["category"] == "shoes"

    run(tmp_path, story)


def test_only_addresses_of_the_shop_are_local() -> None:
    assert links.local("/damen") == "/damen"
    for bad in ("//evil.example", "/\\evil.example", "https://evil.example", "", "/a\nb"):
        assert links.local(bad) is None
