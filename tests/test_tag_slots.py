"""Which elements the tag fills, when, and how often."""

from collections.abc import Callable
from typing import Any

import pytest

from tag_page import Shop, boot, decision
from visits import Visit

pytestmark = pytest.mark.browser

FILLED = "document.querySelectorAll('[data-tagwerk-filled]').length"


def shop_with(
    visit: Callable[..., Visit], body: str, *decisions: dict[str, Any], **more: Any
) -> Shop:
    return Shop(visit(), body, boot=boot(decisions=list(decisions), **more.pop("boot", {})), **more)


def test_a_slot_is_found_by_its_selector_and_by_its_name(visit: Callable[..., Visit]) -> None:
    body = '<div id="hero">1</div><div data-slot="hero">2</div><div data-slot="strip">3</div>'
    shop = shop_with(visit, body, decision(html="A"), decision("strip", html="B")).open()
    assert shop.page.locator("body > div").all_inner_texts() == ["A", "A", "B"]


def test_a_selector_that_is_none_harms_no_other_slot(visit: Callable[..., Visit]) -> None:
    slots = [{"name": "hero", "selector": "##"}, {"name": "strip"}]
    body = '<div id="hero">1</div><div data-slot="strip">2</div>'
    decisions = [decision(html="A"), decision("strip", html="B")]
    shop = Shop(visit(), body, boot=boot(slots=slots, decisions=decisions)).open()
    assert shop.page.locator("body > div").all_inner_texts() == ["1", "B"]
    shop.page.evaluate("document.body.append('change')")
    shop.settle()
    assert len(shop.said("error")) == 1
    shop.unharmed()


def test_a_late_slot_is_filled_once_and_without_another_decide(visit: Callable[..., Visit]) -> None:
    shop = shop_with(visit, "<main></main>", decision(action="append", html="<b>new</b>")).open()
    late = "document.querySelector('main').innerHTML = '<p id=hero>own</p>'"
    assert (
        shop.page.evaluate(f"async () => {{ {late}; await 0; return hero.innerHTML }}")
        == "own<b>new</b>"
    )
    for _ in range(5):
        shop.page.evaluate("document.body.append('more')")
    shop.settle()
    assert shop.page.locator("#hero").inner_html() == "own<b>new</b>"
    assert shop.sent("decide") == []


def test_a_slot_is_filled_while_the_page_is_still_parsed(visit: Callable[..., Visit]) -> None:
    # The script below the slot runs before the parser goes on; the tag is there already.
    probe = "<script>window.early = document.getElementById('hero').textContent</script>"
    body = f'<script src="/_tw/demo-shop/tag.js"></script><div id="hero">own</div> {probe}'
    shop = shop_with(visit, body, decision(html="new")).open()
    assert shop.page.evaluate("window.early") == "new"
    assert shop.page.evaluate("document.readyState") == "complete"


def test_a_slot_that_the_parser_has_not_left_is_not_mixed(visit: Callable[..., Visit]) -> None:
    # The script inside the slot makes the parser stop there, half of the slot in the page.
    inside = "<p>1</p><script>document.title = 'half'</script><p>2</p>"
    body = f'<script src="/_tw/demo-shop/tag.js"></script><div id="hero">{inside}</div><p>end</p>'
    shop = shop_with(visit, body, decision(html="new")).open()
    assert shop.page.locator("#hero").inner_html() == "new"
    shop.page.evaluate("tagwerk.decide()")
    assert shop.page.locator("#hero p").all_inner_texts() == ["1", "2"]


def test_a_page_that_renders_over_it_wins_after_a_few_rounds(visit: Callable[..., Visit]) -> None:
    fight = """new MutationObserver(() => {
      const hero = document.getElementById("hero");
      if (!hero || hero.textContent === "own") return;
      window.rounds = (window.rounds ?? 0) + 1;
      const fresh = document.createElement("div");
      fresh.id = "hero"; fresh.textContent = "own";
      hero.replaceWith(fresh);
    }).observe(document, {childList: true, subtree: true});"""
    shop = shop_with(visit, '<div id="hero">own</div>', decision(html="new"), before=fight).open()
    shop.settle(300)
    assert shop.page.evaluate("rounds") <= 5
    assert shop.text() == "own"
    assert [each["during"] for each in shop.said("error")] == ["slot hero"]
    shop.unharmed()


def test_a_page_that_renders_anew_now_and_then_gets_the_block_again(
    visit: Callable[..., Visit],
) -> None:
    shop = shop_with(visit, '<main><p id="hero">own</p></main>', decision(html="new")).open()
    for _ in range(3):
        shop.page.evaluate("document.querySelector('main').innerHTML = '<p id=hero>own</p>'")
        shop.settle()
        assert shop.text() == "new"
    assert shop.said("error") == []


def test_many_elements_of_one_slot_are_no_fight(visit: Callable[..., Visit]) -> None:
    body = '<p data-slot="strip">own</p>' * 20
    shop = shop_with(visit, body, decision("strip", html="new")).open()
    assert shop.page.evaluate(FILLED) == 20
    assert shop.said("error") == []


def test_a_copy_of_a_filled_slot_is_not_filled_twice(visit: Callable[..., Visit]) -> None:
    shop = shop_with(
        visit, '<main><p id="hero">own</p></main>', decision(action="append", html="!")
    ).open()
    shop.page.evaluate("document.body.replaceWith(document.body.cloneNode(true))")
    shop.settle()
    assert shop.text() == "own!"


@pytest.mark.parametrize("action", ["setHtml", "replace", "append", "before"])
def test_a_block_that_holds_its_own_slot_does_not_nest(
    visit: Callable[..., Visit], action: str
) -> None:
    html = '<p data-slot="hero">inner</p><p data-slot="strip">inner</p>'
    shop = shop_with(
        visit,
        '<div id="hero">own</div>',
        decision(action=action, html=html),
        decision("strip", html=html),
    ).open()
    shop.settle()
    assert shop.page.locator("[data-slot=hero]").count() == 1
    shop.unharmed()
