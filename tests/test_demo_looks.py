"""The demo shop in a real browser: no page scrolls sideways, and the box to try it with helps, not hinders."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from harness import Edge
from journeys import arrive, choose, decision, go, hero, play
from test_demo_shop import PATHS
from visits import Visit

pytestmark = pytest.mark.browser
Profile = Callable[..., Visit]
OVERHANG = "() => document.documentElement.scrollWidth - innerWidth"
PHONE = {"width": 375, "height": 812}
DESK = {"width": 1440, "height": 900}
CONSENT = "[data-try=state]"
# The lines that each word of the table takes: a word on two lines is broken.
BROKEN = """() => {
  const words = document.createTreeWalker(document.querySelector(".try__table"), NodeFilter.SHOW_TEXT);
  const found = [];
  while (words.nextNode()) {
    for (const { 0: word, index } of words.currentNode.data.matchAll(/\\S+/g)) {
      const range = document.createRange();
      range.setStart(words.currentNode, index);
      range.setEnd(words.currentNode, index + word.length);
      if (range.getClientRects().length > 1) found.push(word);
    }
  }
  return found;
}"""


def test_no_page_scrolls_sideways_at_320_pixels_with_the_box_open(
    edge: Edge, visit: Profile
) -> None:
    page = visit().page
    page.set_viewport_size({"width": 320, "height": 640})
    wide = {}
    for path in [*PATHS, "/gibt-es-nicht"]:
        page.goto(edge.url + path)
        page.locator(".try summary").click()
        if (over := page.evaluate(OVERHANG)) > 0:
            wide[path] = over
    assert wide == {}


def box(page: Page) -> Locator:
    """The box to try the demo with."""
    return page.locator(".try__box")


def opened(page: Page) -> bool:
    """Whether what is in the box can be seen."""
    return page.locator(".try__grid").is_visible()


def named_slots(page: Page) -> list[str]:
    """The slots that the table names."""
    return page.locator(".try__table tbody td:first-child").all_inner_texts()


def reasons(page: Page) -> list[str]:
    """What the table says of each slot."""
    return page.locator(".try__table tbody td:last-child").all_inner_texts()


def test_the_box_is_closed_on_a_phone_until_its_pointer_is_followed(
    edge: Edge, visit: Profile
) -> None:
    page = arrive(visit(viewport=PHONE), edge)
    choose(page, "reject-all")
    assert not opened(page)
    page.locator(".hint a").click()
    assert opened(page)
    expect(box(page)).to_be_in_viewport()
    assert page.evaluate("() => document.activeElement.tagName") == "SUMMARY"
    assert opened(arrive(visit(viewport=DESK), edge))


@pytest.mark.parametrize("viewport", [PHONE, DESK])
def test_a_choice_in_the_box_leaves_the_page_where_it_is(
    edge: Edge, visit: Profile, viewport: dict[str, int]
) -> None:
    page = arrive(visit(viewport=viewport), edge)
    choose(page, "reject-all")
    page.locator(".hint a").click()
    page.locator(".try__table").get_by_text("Großes Bild").click()
    page.locator(".hint a").click()
    default = hero(page)
    phone = page.locator("button[name=device][value=mobile]")
    phone.scroll_into_view_if_needed()
    page.wait_for_timeout(700)  # smooth scrolling
    before = page.evaluate("() => scrollY")
    with page.expect_event("domcontentloaded"):  # writing down that it was tried navigates, too
        phone.click()
    page.wait_for_load_state("networkidle")
    expect(phone).to_have_attribute("aria-pressed", "true")
    assert decision(page)["rule"] == "phone-hero"
    assert hero(page) != default
    assert opened(page)
    assert "#" not in page.url
    assert before > 300 and abs(page.evaluate("() => scrollY") - before) < 40


def test_the_box_works_without_script(edge: Edge, visit: Profile) -> None:
    page = visit(java_script_enabled=False, viewport=PHONE).page
    page.goto(f"{edge.url}/en/")
    page.locator("button[name=country][value=AT]").click()
    expect(page.locator("button[name=country][value=AT]")).to_have_attribute("aria-pressed", "true")


@pytest.mark.parametrize("viewport", [PHONE, DESK])
@pytest.mark.parametrize("path", ["/", "/en/"])
def test_no_word_of_the_table_is_broken(
    edge: Edge, visit: Profile, viewport: dict[str, int], path: str
) -> None:
    page = arrive(visit(viewport=viewport), edge, path)
    choose(page, "accept-all")
    go(page, edge, path)
    if not opened(page):
        page.locator(".try summary").click()
    expect(page.locator(".try__table")).to_contain_text("workshop-or-card")
    assert page.evaluate(BROKEN) == []


def test_the_table_names_the_slots_of_the_page(edge: Edge, visit: Profile) -> None:
    page = arrive(visit(), edge)
    assert named_slots(page) == ["Zeile ganz oben", "Großes Bild", "Empfehlung"]
    go(page, edge, "/lookbook/abend")
    expect(page.locator(".try__table")).to_contain_text("evening-look")
    assert named_slots(page) == ["Zeile ganz oben", "Satz zum Look"]


@pytest.mark.parametrize("viewport", [PHONE, DESK])
def test_the_table_leads_to_what_it_names(
    edge: Edge, visit: Profile, viewport: dict[str, int]
) -> None:
    page = arrive(visit(viewport=viewport, reduced_motion="reduce"), edge, "/en/")
    choose(page, "reject-all")
    slots = ("strip", "hero", "recommendation")
    for name, slot in zip(
        ("Line at the top", "Large picture", "Recommendation"), slots, strict=True
    ):
        page.locator(".hint a").click()
        page.locator(".try__table").get_by_text(name).click()
        expect(page.locator(f"[data-slot={slot}]")).to_be_in_viewport(ratio=0.6)
        expect(box(page)).not_to_be_in_viewport()


def test_a_stranger_is_told_of_no_rule_that_waits_for_consent(edge: Edge, visit: Profile) -> None:
    page = arrive(visit(), edge, "/en/")
    play(page, edge, device="desktop", country="AT")
    go(page, edge, "/en/")
    waits = "Nothing personal without consent."
    assert reasons(page) == ["A rule applies. delivery-at", waits, waits]


def test_the_box_says_what_a_login_waits_for(edge: Edge, visit: Profile) -> None:
    page = arrive(visit(), edge, "/en/")
    first = page.get_by_text("Accept personalization first")
    expect(first).to_be_visible()
    choose(page, "reject-all")
    expect(first).to_be_visible()
    page.locator("[data-try=consent]").click()
    choose(page, "accept-all")
    expect(first).to_be_hidden()


def test_the_box_says_which_consent_is_in_force(edge: Edge, visit: Profile) -> None:
    page = arrive(visit(), edge)
    expect(page.locator(CONSENT)).to_have_text("Noch keine Wahl getroffen")
    choose(page, "reject-all")
    expect(page.locator(CONSENT)).to_have_text("Abgelehnt")
    go(page, edge, "/en/")
    expect(page.locator(CONSENT)).to_have_text("Refused")
    page.locator("[data-try=consent]").click()
    choose(page, "accept-all")
    expect(page.locator(CONSENT)).to_have_text("Granted: Statistics, Personalization")
