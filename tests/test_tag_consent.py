"""The banner in the page: what each press sends, where the focus is, what never grants."""

from collections.abc import Callable
from typing import Any

import pytest

from tag_page import ASKED, DENIED, GRANTED, HUNG, Shop, boot, decision
from visits import Visit

pytestmark = pytest.mark.browser

BODY = """<a href="#main" id="skip">Zum Inhalt</a><main id="main"><h1>Shop</h1>
<div id="hero">own</div><p data-slot="strip">Text</p><button id="theirs">Kaufen</button></main>
<footer><a href="/impressum">Impressum</a></footer>"""
BANNER = "[data-tagwerk=banner]"
REOPEN = {"label": "Datenschutz-Einstellungen"}


def press(name: str) -> str:
    return f"[data-tagwerk={name}]"


def granting(sent: Any) -> tuple[int, Any]:
    """What the edge answers to a choice."""
    purposes = {
        "accept_all": GRANTED["grants"][:],
        "save": ["necessary", *(sent.get("purposes") or [])],
    }
    grants = purposes.get(sent["action"], ["necessary"])
    state = "granted" if len(grants) > 1 else "denied"
    return 200, {"consent": {**GRANTED, "grants": sorted(grants), "state": state}, "receipt": None}


def shop_with(
    visit: Callable[..., Visit], consent: Any = ASKED, body: str = BODY, **options: Any
) -> Shop:
    made = boot(consent=consent, reopen=REOPEN, decisions=[decision("strip", html="for all")])
    shop = Shop(visit(**options.pop("profile", {})), body, boot=made, **options)
    shop.answers["consent"] = granting

    def decide(_: Any) -> tuple[int, Any]:
        chosen = shop.sent("consent")
        now = granting(chosen[-1])[1]["consent"] if chosen else consent
        return 200, {"decisions": [decision(html="<p>for you</p>")], "consent": now}

    shop.answers["decide"] = decide
    shop.open()
    if consent["ask"]:
        shop.page.locator(BANNER).wait_for()
    return shop


CHOICES = [
    (["reject-all"], {"action": "reject_all", "layer": 1}),
    (["accept-all"], {"action": "accept_all", "layer": 1}),
    (["settings", "reject-all"], {"action": "reject_all", "layer": 2}),
    (["settings", "accept-all"], {"action": "accept_all", "layer": 2}),
    (["settings", "save"], {"action": "save", "purposes": [], "layer": 2}),
]


@pytest.mark.parametrize("presses,wanted", CHOICES)
def test_a_choice_is_sent_and_the_page_decided_anew(
    visit: Callable[..., Visit], presses: list[str], wanted: dict[str, Any]
) -> None:
    shop = shop_with(visit)
    for name in presses:
        shop.page.locator(press(name)).click()
    shop.wait("hero.textContent === 'for you'")
    assert shop.sent("consent") == [{**wanted, "lang": "de"}]
    assert len(shop.sent("decide")) == 1
    assert shop.page.locator(BANNER).count() == 0
    assert len(shop.said("consent")) == 1
    shop.unharmed()


def test_nothing_is_stored_or_sent_before_a_choice(visit: Callable[..., Visit]) -> None:
    shop = shop_with(visit)
    for gesture in ("Escape", "PageDown", "End", "Tab"):
        shop.page.keyboard.press(gesture)
    shop.page.mouse.wheel(0, 500)
    shop.page.locator("#theirs").click()
    shop.page.evaluate("history.pushState({}, '', '/next'); tagwerk.track('view')")
    shop.settle(400)
    assert {name for name, _ in shop.calls} == {"banner", "decide"}
    assert shop.visit.stored() == {}
    assert shop.page.locator(BANNER).is_visible()
    assert shop.visit.foreign("https://shop.example") == []


def test_toggles_are_off_at_first_and_only_what_is_on_is_saved(visit: Callable[..., Visit]) -> None:
    shop = shop_with(visit)
    shop.page.locator(press("settings")).click()
    toggles = shop.page.locator(f"{BANNER} input")
    assert toggles.evaluate_all("(all) => all.map((each) => [each.name, each.checked])") == [
        ["statistics", False],
        ["personalization", False],
        ["marketing", False],
    ]
    shop.page.get_by_label("Personalisierung").check()
    shop.page.locator(press("save")).click()
    shop.wait("hero.textContent === 'for you'")
    assert shop.sent("consent")[0]["purposes"] == ["personalization"]


def test_a_grant_counts_the_view_that_the_visitor_is_on(visit: Callable[..., Visit]) -> None:
    shop = shop_with(visit)
    shop.page.locator(press("accept-all")).click()
    shop.settle(500)
    (batch,) = shop.sent("events")
    assert [each["name"] for each in batch] == ["view"]


def test_a_grant_counts_the_block_that_the_visitor_sees(visit: Callable[..., Visit]) -> None:
    shop = shop_with(visit)
    # The same block again: it was watched by nobody so far.
    same = {"decisions": [decision("strip", html="for all")], "consent": GRANTED}
    shop.answers["decide"] = (200, same)
    shop.settle(1300)
    shop.page.locator(press("accept-all")).click()
    shop.settle(1500)
    names = [each["name"] for batch in shop.sent("events") for each in batch]
    assert names == ["view", "exposure"]


def test_withdrawal_through_the_control_on_the_page(visit: Callable[..., Visit]) -> None:
    shop = shop_with(visit, GRANTED)
    assert shop.sent("banner") == []
    shop.page.evaluate("tagwerk.track('unsent')")
    shop.page.get_by_role("button", name=REOPEN["label"]).click()
    shop.page.locator(press("reject-all")).click()
    shop.wait("hero.textContent === 'for you'")
    assert shop.sent("consent")[0]["action"] == "withdraw"
    shop.page.evaluate("tagwerk.track('after')")
    shop.settle(500)
    names = [each["name"] for batch in shop.sent("events") for each in batch]
    assert "after" not in names


def test_what_was_not_delivered_before_a_withdrawal_never_is(visit: Callable[..., Visit]) -> None:
    shop = shop_with(visit, {**GRANTED, "grants": ["necessary", "personalization"]})
    shop.answers["events"] = (503, {})
    shop.page.evaluate("tagwerk.track('undelivered')")
    shop.settle(500)
    tried = len(shop.sent("events"))
    assert tried >= 1
    shop.page.locator(press("reopen")).click()
    shop.page.locator(press("reject-all")).click()
    shop.page.locator(BANNER).wait_for(state="detached")
    tried = len(shop.sent("events"))
    shop.settle(3000)
    assert len(shop.sent("events")) == tried


def test_what_is_under_way_at_a_withdrawal_is_not_sent_again(visit: Callable[..., Visit]) -> None:
    shop = shop_with(visit, {**GRANTED, "grants": ["necessary", "personalization"]})
    shop.answers["events"] = HUNG
    shop.settle(300)
    assert len(shop.sent("events")) == 1
    shop.page.locator(press("reopen")).click()
    shop.page.locator(press("reject-all")).click()
    shop.page.locator(BANNER).wait_for(state="detached")
    shop.settle(4000)
    assert (len(shop.sent("events")), shop.hung) == (1, [])


def test_the_control_shows_what_is_granted_and_closing_changes_nothing(
    visit: Callable[..., Visit],
) -> None:
    granted = {**GRANTED, "grants": ["necessary", "statistics"]}
    shop = shop_with(visit, granted)
    for way_out in ("close", "Escape"):
        shop.page.locator(press("reopen")).click()
        shop.page.locator(press("save")).wait_for()
        assert shop.page.get_by_label("Statistik").is_checked()
        assert not shop.page.get_by_label("Marketing").is_checked()
        shop.page.get_by_label("Marketing").check()
        if way_out == "close":
            shop.page.locator(press("close")).click()
        else:
            shop.page.keyboard.press("Escape")
        shop.page.locator(BANNER).wait_for(state="detached")
        assert shop.page.evaluate("document.activeElement.dataset.tagwerk") == "reopen"
    assert shop.sent("consent") == []


def test_out_of_the_settings_leads_back_to_the_open_question(visit: Callable[..., Visit]) -> None:
    shop = shop_with(visit)
    for way_out in ("close", "Escape"):
        shop.page.locator(press("settings")).click()
        assert shop.page.evaluate("document.activeElement.tagName") == "H2"
        if way_out == "close":
            shop.page.locator(press("close")).click()
        else:
            shop.page.keyboard.press("Escape")
        shop.page.locator(press("settings")).wait_for()
        shop.page.keyboard.press("Escape")
        assert shop.page.locator(BANNER).is_visible()
    assert shop.sent("consent") == []


def test_the_keyboard_reaches_reject_first_and_the_focus_is_not_stolen(
    visit: Callable[..., Visit],
) -> None:
    shop = shop_with(visit)
    assert shop.page.evaluate("document.activeElement === document.body")
    stops = []
    for _ in range(3):
        shop.page.keyboard.press("Tab")
        stops.append(shop.page.evaluate("document.activeElement.dataset.tagwerk"))
    assert stops == ["reject-all", "accept-all", "settings"]
    shop.page.locator(press("reject-all")).focus()
    shop.page.keyboard.press("Enter")
    shop.page.locator(BANNER).wait_for(state="detached")
    assert shop.page.evaluate("document.activeElement.dataset.tagwerk") == "reopen"


def test_the_focus_returns_to_where_it_was(visit: Callable[..., Visit]) -> None:
    shop = shop_with(visit)
    shop.page.locator("#theirs").focus()
    shop.page.locator(press("reject-all")).focus()
    shop.page.keyboard.press("Enter")
    shop.page.locator(BANNER).wait_for(state="detached")
    assert shop.page.evaluate("document.activeElement.id") == "theirs"


def test_a_control_of_the_page_is_used_instead_of_ours(visit: Callable[..., Visit]) -> None:
    own = '<footer><a href="#x" data-tagwerk="reopen"><b>Cookies</b></a></footer>'
    shop = shop_with(visit, DENIED, body=own)
    assert shop.page.locator(press("reopen")).count() == 1
    shop.page.locator("b").click()
    shop.page.locator(press("save")).wait_for()
    assert shop.page.evaluate("location.hash") == ""


def test_the_page_can_open_it(visit: Callable[..., Visit]) -> None:
    shop = shop_with(visit, DENIED)
    shop.page.evaluate("tagwerk.consent.show()")
    shop.page.locator(press("save")).wait_for()
    assert shop.page.locator(press("settings")).is_hidden()


FAULTS = [(503, {}), (500, {}), (0, None)]


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("choice", ["accept-all", "save"])
def test_a_grant_that_is_not_recorded_is_none_and_is_said(
    visit: Callable[..., Visit], fault: Any, choice: str
) -> None:
    shop = shop_with(visit)
    shop.answers["consent"] = fault
    shop.page.locator(press("settings")).click()
    shop.page.locator(press(choice)).click()
    shop.settle(2000)
    assert "nicht gespeichert" in shop.page.get_by_role("alert").inner_text()
    shop.page.evaluate("tagwerk.track('x')")
    shop.settle(300)
    assert shop.sent("events") == []
    # It can be tried again.
    shop.answers["consent"] = granting
    shop.page.locator(press(choice)).click()
    shop.page.locator(BANNER).wait_for(state="detached")
    shop.unharmed()


@pytest.mark.parametrize("fault", FAULTS)
def test_a_refusal_needs_no_answer(visit: Callable[..., Visit], fault: Any) -> None:
    shop = shop_with(visit)
    shop.answers["consent"] = fault
    shop.page.locator(press("reject-all")).click()
    shop.settle(2000)
    assert shop.page.locator(BANNER).count() == 0
    shop.unharmed()


def test_a_withdrawal_that_is_not_answered_holds_on_the_page_and_is_said(
    visit: Callable[..., Visit],
) -> None:
    shop = shop_with(visit, GRANTED)
    shop.answers["consent"] = (503, {})
    shop.page.locator(press("reopen")).click()
    shop.page.locator(press("reject-all")).click()
    shop.page.get_by_role("alert").wait_for()
    shop.page.evaluate("tagwerk.track('after')")
    shop.settle(400)
    assert "after" not in [each["name"] for batch in shop.sent("events") for each in batch]


def test_an_opt_out_shows_what_is_in_force_and_a_refusal_ends_it_at_once(
    visit: Callable[..., Visit],
) -> None:
    shop = shop_with(visit, {**ASKED, "grants": ["necessary", "statistics"]})
    shop.page.locator(press("settings")).click()
    assert shop.page.get_by_label("Statistik").is_checked()
    assert not shop.page.get_by_label("Marketing").is_checked()
    shop.answers["consent"] = (503, {})
    shop.page.locator(press("reject-all")).click()
    shop.page.get_by_role("alert").wait_for()
    assert shop.sent("consent")[0] == {"action": "reject_all", "lang": "de", "layer": 2}
    shop.page.evaluate("tagwerk.track('after')")
    shop.settle(400)
    assert "after" not in [each["name"] for batch in shop.sent("events") for each in batch]


def test_the_settings_stay_open_while_the_page_moves_on(visit: Callable[..., Visit]) -> None:
    shop = shop_with(visit)
    shop.page.locator(press("settings")).click()
    shop.answers["decide"] = (200, {"decisions": [], "consent": {**ASKED, "revision": 4}})
    shop.page.evaluate("history.pushState({}, '', '/next')")
    shop.settle(200)
    assert shop.page.locator(press("save")).is_visible()


def test_two_quick_presses_are_one_choice(visit: Callable[..., Visit]) -> None:
    shop = shop_with(visit)
    shop.page.locator(press("reject-all")).dblclick()
    shop.settle(200)
    assert len(shop.sent("consent")) == 1


def test_a_page_that_drops_the_banner_gets_it_back(visit: Callable[..., Visit]) -> None:
    shop = shop_with(visit)
    shop.page.evaluate("document.body.replaceWith(document.createElement('body'))")
    shop.page.locator(BANNER).wait_for()
    shop.page.locator(press("reject-all")).click()
    shop.page.locator(BANNER).wait_for(state="detached")
    assert len(shop.sent("consent")) == 1
    shop.page.evaluate("""() => { window.removed = 0; new MutationObserver(() => {
      const banner = document.querySelector("[data-tagwerk=banner]");
      if (banner && removed < 50) { removed += 1; banner.remove(); }
    }).observe(document, {childList: true, subtree: true}); }""")
    shop.page.evaluate("tagwerk.consent.show()")
    shop.settle(200)
    assert 1 <= shop.page.evaluate("removed") <= 6
    shop.unharmed()


def test_the_control_outlives_every_body(visit: Callable[..., Visit]) -> None:
    shop = shop_with(visit, GRANTED)
    shop.page.locator(press("reopen")).wait_for()
    for _ in range(9):
        shop.page.evaluate("document.body = document.createElement('body')")
        shop.settle(300)
        assert shop.page.locator(press("reopen")).count() == 1
    shop.page.locator(press("reopen")).click()
    shop.page.locator(BANNER).wait_for()
    shop.unharmed()


def test_a_page_that_keeps_removing_the_control_wins(visit: Callable[..., Visit]) -> None:
    shop = shop_with(visit, GRANTED)
    shop.page.locator(press("reopen")).wait_for()
    fight = """() => { window.fights = 0; new MutationObserver(() => {
      const control = document.querySelector("[data-tagwerk=reopen]");
      if (control) { fights += 1; control.remove(); }
    }).observe(document, {childList: true, subtree: true}); document.body.append("x"); }"""
    shop.page.evaluate(fight)
    shop.settle(400)
    assert 1 < shop.page.evaluate("fights") <= 6
