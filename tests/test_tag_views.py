"""Views: the load and each history navigation, decided once and counted once."""

from collections.abc import Callable
from typing import Any

import pytest

from tag_page import GRANTED, HUNG, ORIGIN, Shop, boot, decision, default
from visits import Visit

pytestmark = pytest.mark.browser

BODY = '<main><div id="hero">own</div></main>'


def by_path(sent: Any) -> tuple[int, Any]:
    """A decision that says which page it was made for."""
    path = sent["page"]["url"].removeprefix(ORIGIN)
    return 200, {"decisions": [decision(html=f"for {path}")], "consent": GRANTED}


def single_page(visit: Callable[..., Visit], **more: Any) -> Shop:
    options = {"consent": GRANTED, "decisions": [decision(html="for /")], **more}
    shop = Shop(visit(), BODY, boot=boot(**options))
    shop.answers["decide"] = by_path
    return shop


def pages(shop: Shop) -> list[str]:
    """The pages that were decided."""
    return [sent["page"]["url"].removeprefix(ORIGIN) for sent in shop.sent("decide")]


def views(shop: Shop) -> list[str]:
    """The paths that were counted."""
    events = [event for batch in shop.sent("events") for event in batch]
    return [event["properties"]["path"] for event in events if event["name"] == "view"]


def go(shop: Shop, path: str, milliseconds: int = 50) -> None:
    """Move on to an address and stay so long; the next move then comes before the view has settled."""
    shop.page.evaluate("(path) => history.pushState({}, '', path)", path)
    shop.settle(milliseconds)


def test_what_came_with_the_tag_is_not_asked_for_again(visit: Callable[..., Visit]) -> None:
    shop = single_page(visit).open()
    shop.settle(400)
    assert (shop.text(), pages(shop), views(shop)) == ("for /", [], ["/"])


@pytest.mark.parametrize("made_for", [None, "/other", "/?utm_source=x"])
def test_decisions_for_another_page_are_not_shown(
    visit: Callable[..., Visit], made_for: str | None
) -> None:
    shop = single_page(visit, page=made_for, decisions=[decision(html="stale")]).open("/a?b=1#c")
    shop.wait("hero.textContent !== 'own'")
    assert (shop.text(), pages(shop)) == ("for /a?b=1", ["/a?b=1"])


@pytest.mark.parametrize(
    "moves,wanted",
    [
        (["history.pushState({}, '', '/a')"], ["/a"]),
        (["history.replaceState({}, '', '/?q=1')"], ["/?q=1"]),
        (["history.pushState({}, '', '/a'); history.replaceState({}, '', '/b')"], ["/b"]),
        (["history.pushState({}, '', '/a'); history.pushState({}, '', '/a')"], ["/a"]),
        (["history.pushState({}, '', '/a'); history.pushState({}, '', '/')"], []),
        (["history.pushState({}, '', '/a')", "history.back()"], ["/a", "/"]),
        (["history.replaceState({n: 1}, '')", "location.hash = 'x'"], []),
    ],
)
def test_each_navigation_is_one_view(
    visit: Callable[..., Visit], moves: list[str], wanted: list[str]
) -> None:
    shop = single_page(visit).open()
    for move in moves:
        shop.page.evaluate(f"() => {{ {move} }}")
        shop.settle(400)
    last = wanted[-1] if wanted else "/"
    assert (shop.text(), pages(shop)) == (f"for {last}", wanted)
    counted = ["/", *(path.split("?")[0] for path in wanted)]
    assert views(shop) == counted
    shop.unharmed()


def test_a_burst_of_addresses_is_decided_when_it_is_over(visit: Callable[..., Visit]) -> None:
    shop = single_page(visit).open()
    for step in range(40):
        shop.page.evaluate("(step) => history.replaceState({}, '', '/s?q=' + step)", step)
        shop.page.clock.run_for(10)
    assert shop.text() == "own"
    shop.settle(400)
    assert pages(shop)[-1] == "/s?q=39"
    assert len(pages(shop)) <= 2
    assert shop.text() == "for /s?q=39"
    shop.settle(400)
    assert views(shop) == ["/", *(["/s"] * len(pages(shop)))]


def test_views_that_follow_each_other_are_each_decided_at_once(visit: Callable[..., Visit]) -> None:
    shop = single_page(visit).open()
    wanted = ["/a", "/b", "/c"]
    for path in wanted:
        shop.page.evaluate("(path) => history.pushState({}, '', path)", path)
        shop.settle(10)
        assert shop.text() == f"for {path}"
        shop.settle(290)
    shop.settle(200)
    assert (pages(shop), views(shop)) == (wanted, ["/", *wanted])


def test_the_same_address_written_again_puts_no_view_off(visit: Callable[..., Visit]) -> None:
    shop = single_page(visit).open()
    write = "(path) => history.replaceState({}, '', path)"
    for path in ("/", "/a", "/b"):
        for _ in range(30):
            shop.page.evaluate(write, path)
            shop.page.clock.run_for(10)
    shop.rest()
    assert shop.text() == "for /b"
    assert pages(shop) == ["/a", "/b"]


def test_back_in_the_middle_of_a_burst_has_the_view_it_had(visit: Callable[..., Visit]) -> None:
    shop = single_page(visit).open()
    for path in ("/a", "/b", "/a"):
        shop.page.evaluate("(path) => history.pushState({}, '', path)", path)
        shop.settle(50)
    shop.settle(400)
    assert (shop.text(), pages(shop), views(shop)) == ("for /a", ["/a"], ["/", "/a"])


@pytest.mark.parametrize("late", [by_path, (500, {"title": "broken"})])
def test_an_answer_that_came_during_a_detour_is_asked_for_again(
    visit: Callable[..., Visit], late: Any
) -> None:
    shop = single_page(visit).open()
    shop.answers["decide"] = HUNG
    go(shop, "/b")
    go(shop, "/c")
    shop.answers["decide"] = late
    shop.answer_hung()
    shop.answers["decide"] = HUNG
    go(shop, "/b", 400)
    # Not what was decided for the page before.
    assert shop.text() == "own"
    shop.answers["decide"] = by_path
    shop.answer_hung()
    assert (shop.text(), pages(shop)) == ("for /b", ["/b", "/b"])
    assert views(shop) == ["/", "/b"]
    referrers = [sent["page"]["referrer"] for sent in shop.sent("decide")]
    assert referrers == [f"{ORIGIN}/"] * 2
    shop.unharmed()


def test_an_answer_that_outlasts_a_detour_is_waited_for(visit: Callable[..., Visit]) -> None:
    shop = single_page(visit).open()
    shop.answers["decide"] = HUNG
    for path in ("/b", "/c", "/b"):
        go(shop, path)
    shop.settle(350)
    assert shop.text() == "own"
    shop.answers["decide"] = by_path
    shop.answer_hung()
    assert (shop.text(), pages(shop), views(shop)) == ("for /b", ["/b"], ["/", "/b"])


@pytest.mark.parametrize("stay", [50, 400])
def test_back_to_the_first_page_while_an_answer_is_under_way(
    visit: Callable[..., Visit], stay: int
) -> None:
    shop = single_page(visit).open()
    shop.answers["decide"] = HUNG
    go(shop, "/b")
    go(shop, "/", stay)
    assert shop.text() == "own"
    shop.answers["decide"] = by_path
    shop.answer_hung()
    shop.settle(400)
    assert (shop.text(), pages(shop), views(shop)) == ("for /", ["/b", "/"], ["/", "/b", "/"])


def test_a_view_whose_decision_failed_is_the_default_until_it_is_a_view_again(
    visit: Callable[..., Visit],
) -> None:
    shop = single_page(visit).open()
    shop.answers["decide"] = (500, {"title": "broken"})
    go(shop, "/b")
    shop.answers["decide"] = by_path
    go(shop, "/c")
    go(shop, "/b", 400)
    assert (shop.text(), pages(shop)) == ("own", ["/b"])
    go(shop, "/c", 400)
    go(shop, "/b", 400)
    assert (shop.text(), pages(shop)) == ("for /b", ["/b", "/c", "/b"])


def test_a_detour_and_back_has_the_view_it_had(visit: Callable[..., Visit]) -> None:
    shop = single_page(visit).open()
    go(shop, "/b")
    go(shop, "/b?x")
    assert shop.text() == "own"
    go(shop, "/b", 400)
    assert (shop.text(), pages(shop), views(shop)) == ("for /b", ["/b"], ["/", "/b"])


def test_what_a_customer_was_shown_does_not_come_back_after_a_logout_and_a_detour(
    visit: Callable[..., Visit],
) -> None:
    shop = single_page(visit).open()
    go(shop, "/b")
    shop.answers |= {"logout": (200, {"linked": False}), "decide": HUNG}
    shop.page.evaluate("() => void tagwerk.logout()")
    shop.rest()
    go(shop, "/c")
    shop.answers["decide"] = (
        200,
        {"decisions": [decision(html="for anyone")], "consent": GRANTED},
    )
    shop.answer_hung()
    go(shop, "/b", 400)
    assert (shop.text(), pages(shop)) == ("for anyone", ["/b", "/b", "/b"])


def test_the_page_has_its_own_nodes_back_before_it_renders(visit: Callable[..., Visit]) -> None:
    shop = single_page(visit).open()
    assert (
        shop.page.evaluate("() => { history.pushState({}, '', '/a'); return hero.textContent }")
        == "own"
    )


def test_the_referrer_of_a_view_is_the_view_before(visit: Callable[..., Visit]) -> None:
    shop = single_page(visit).open("/")
    for path in ("/a?x=1", "/b"):
        shop.page.evaluate("(path) => history.pushState({}, '', path)", path)
        shop.settle(300)
    assert [sent["page"]["referrer"] for sent in shop.sent("decide")] == [
        f"{ORIGIN}/",
        f"{ORIGIN}/a?x=1",
    ]


def test_an_answer_that_comes_after_the_next_view_is_not_shown(visit: Callable[..., Visit]) -> None:
    shop = single_page(visit)
    shop.answers["decide"] = lambda sent: (
        (0, None) if "/slow" in sent["page"]["url"] else by_path(sent)
    )
    shop.open()
    shop.page.evaluate("() => history.pushState({}, '', '/slow')")
    shop.settle(100)
    shop.page.evaluate("() => history.pushState({}, '', '/fast')")
    shop.settle(500)
    assert shop.text() == "for /fast"
    shop.settle(2000)
    assert shop.text() == "for /fast"
    # The visitor was on all three.
    assert views(shop) == ["/", "/slow", "/fast"]
    shop.unharmed()


def test_a_view_that_is_not_decided_shows_the_default(visit: Callable[..., Visit]) -> None:
    shop = single_page(visit)
    shop.answers["decide"] = (500, {"title": "broken"})
    shop.open()
    shop.page.evaluate("() => history.pushState({}, '', '/a')")
    shop.settle(100)
    assert shop.text() == "own"
    assert [each["during"] for each in shop.said("error")] == ["decide"]
    shop.unharmed()


def test_a_view_says_what_the_page_says_about_itself(visit: Callable[..., Visit]) -> None:
    shop = single_page(visit).open("/?q=1")
    shop.settle(400)
    (event,) = shop.sent("events")[0]
    assert event["properties"] == {"path": "/", "category": "schuhe"}


def test_each_decision_is_announced_without_its_content(visit: Callable[..., Visit]) -> None:
    layer = "window.dataLayer = []"
    made = boot(decisions=[decision(html="x"), default("strip")])
    shop = Shop(visit(), BODY, boot=made, before=layer).open()
    first, second = shop.said("decision")
    assert first == {key: value for key, value in decision().items() if key != "html"}
    assert (second["slot"], second["reason"]) == ("strip", "DEFAULT")
    pushed = shop.page.evaluate("dataLayer")
    assert [each["event"] for each in pushed] == ["tagwerk.decision"] * 2 + ["tagwerk.ready"]
    assert pushed[0]["rule"] == "r1"


def test_no_data_layer_is_made(visit: Callable[..., Visit]) -> None:
    assert single_page(visit).open().page.evaluate("window.dataLayer") is None


def test_a_page_out_of_the_back_forward_cache_is_decided_anew(visit: Callable[..., Visit]) -> None:
    shop = single_page(visit).open()
    shop.page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))")
    shop.settle(400)
    assert (pages(shop), views(shop)) == (["/"], ["/", "/"])
