"""Every DOM action of the tag: what it does to a slot, and that undo gives the page back."""

from collections.abc import Callable
from typing import Any

import pytest

from tag_page import GRANTED, STRICT_CSP, Shop, boot, decision, default
from visits import Visit

pytestmark = pytest.mark.browser

HERO = '<div id="hero" class="big" title="old"><p>own</p></div>'
MARK = ' data-tagwerk-filled=""'
NEW = "<h2>new</h2>"

# action, what the decision carries, what is then in <main>
ACTIONS = [
    ("setHtml", {"html": NEW}, HERO.replace("<p>own</p>", NEW)),
    ("setHtml", {"html": ""}, HERO.replace("<p>own</p>", "")),
    ("setText", {"text": "<b>"}, HERO.replace("<p>own</p>", "&lt;b&gt;")),
    ("replace", {"html": "<b>1</b>2"}, "<b>1</b>2"),
    ("replace", {"html": '<p id="hero">again</p>'}, '<p id="hero">again</p>'),
    ("replace", {"html": ""}, ""),
    ("append", {"html": NEW}, HERO.replace("</p>", f"</p>{NEW}")),
    ("prepend", {"html": NEW}, HERO.replace("<p>", f"{NEW}<p>")),
    ("before", {"html": NEW}, NEW + HERO),
    ("after", {"html": NEW}, HERO + NEW),
    ("addClass", {"value": "gold big"}, HERO.replace('"big"', '"big gold"')),
    ("setAttribute", {"name": "title", "value": "x"}, HERO.replace('"old"', '"x"')),
    ("setAttribute", {"name": "lang", "value": "en"}, HERO.replace('"old"', '"old" lang="en"')),
    ("hide", {}, HERO.replace('"old"', '"old" style="display: none !important;"')),
]
NAMES = [f"{action}-{number}" for number, (action, *_) in enumerate(ACTIONS)]


def main_html(shop: Shop) -> str:
    """What is in <main>, without the mark that the tag leaves on a filled slot."""
    html: str = shop.page.locator("main").evaluate("(main) => main.innerHTML")
    return html.replace(MARK, "")


def shop_with(visit: Callable[..., Visit], *decisions: dict[str, Any], **options: Any) -> Shop:
    made = boot(decisions=list(decisions), consent=options.pop("consent", GRANTED))
    return Shop(visit(), f"<main>{HERO}</main>", boot=made, **options)


@pytest.mark.parametrize("action,content,wanted", ACTIONS, ids=NAMES)
def test_an_action_is_applied_and_undone(
    visit: Callable[..., Visit], action: str, content: dict[str, str], wanted: str
) -> None:
    headers = {"content-security-policy": STRICT_CSP}
    shop = shop_with(visit, decision(action=action, **content), headers=headers).open()
    assert main_html(shop) == wanted
    shop.answers["decide"] = (200, {"decisions": [default()], "consent": GRANTED})
    shop.page.evaluate("tagwerk.decide()")
    assert main_html(shop) == HERO
    shop.unharmed()
    assert shop.said("error") == []


@pytest.mark.parametrize("action,content,_", ACTIONS, ids=NAMES)
def test_undo_gives_back_the_same_nodes(
    visit: Callable[..., Visit], action: str, content: dict[str, str], _: str
) -> None:
    keep = """new MutationObserver(() => window.kept ??= document.getElementById("hero")?.firstChild
      && [hero, hero.firstChild]).observe(document, {childList: true, subtree: true})"""
    shop = shop_with(visit, decision(action=action, **content), before=keep).open()
    shop.page.evaluate("tagwerk.decide()")
    assert shop.page.evaluate("kept[0] === hero && kept[1] === hero.firstChild")


@pytest.mark.parametrize(
    "change,wanted",
    [
        ("hero.replaceChildren('theirs')", "theirs"),
        ("hero.firstChild.remove()", ""),
        ("hero.append('mine')", "<p>own</p>mine"),
        ("hero.prepend('mine')", "mine<p>own</p>"),
        ("hero.firstChild.replaceWith('mine')", "mine"),
    ],
)
def test_undo_leaves_what_the_page_has_changed_since(
    visit: Callable[..., Visit], change: str, wanted: str
) -> None:
    shop = shop_with(visit, decision(html=NEW)).open()
    shop.page.evaluate(change)
    shop.page.evaluate("tagwerk.decide()")
    assert shop.page.locator("#hero").inner_html() == wanted


def test_an_attribute_that_the_page_changed_since_stays(visit: Callable[..., Visit]) -> None:
    shop = shop_with(visit, decision(action="setAttribute", name="title", value="x")).open()
    shop.page.evaluate("hero.title = 'theirs'")
    shop.page.evaluate("tagwerk.decide()")
    assert shop.page.evaluate("hero.title") == "theirs"


@pytest.mark.parametrize(
    "name,value",
    [
        ("onclick", "alert(1)"),
        ("ONPOINTERDOWN", "alert(1)"),
        ("style", "position:fixed"),
        ("srcdoc", "<script>alert(1)</script>"),
        ("href", "javascript:alert(1)"),
        ("href", " java\tscript\n:alert(1)"),
        ("href", "\x01JavaScript:alert(1)"),
        ("src", "data:text/html,<script>alert(1)</script>"),
        ("action", "vbscript:x"),
    ],
)
def test_an_attribute_that_runs_code_is_refused(
    visit: Callable[..., Visit], name: str, value: str
) -> None:
    refused = decision(action="setAttribute", name=name, value=value)
    shop = shop_with(visit, refused).open()
    assert main_html(shop) == HERO
    assert [each["during"] for each in shop.said("error")] == ["slot hero"]
    shop.unharmed()


def test_a_link_or_picture_may_be_changed(visit: Callable[..., Visit]) -> None:
    for name, value in (("href", "/sale?x=javascript:"), ("src", "https://cdn.example/a.png")):
        shop = shop_with(visit, decision(action="setAttribute", name=name, value=value)).open()
        assert shop.page.locator("#hero").get_attribute(name) == value


def test_an_action_that_is_not_known_changes_nothing(visit: Callable[..., Visit]) -> None:
    for action in ("toString", "constructor", "__proto__", "explode"):
        shop = shop_with(visit, decision(action=action, html="x")).open()
        assert main_html(shop) == HERO
        assert len(shop.said("error")) == 1
        shop.unharmed()


def test_the_same_decision_again_leaves_the_nodes_alone(visit: Callable[..., Visit]) -> None:
    shop = shop_with(visit, decision(html=NEW)).open()
    again = decision(html=NEW, id="ffffffffffffffff")
    shop.answers["decide"] = (200, {"decisions": [again], "consent": GRANTED})
    shop.page.evaluate("window.first = hero.firstChild")
    shop.page.evaluate("tagwerk.decide()")
    assert shop.page.evaluate("window.first === hero.firstChild")


def test_another_variant_takes_the_place_of_the_first(visit: Callable[..., Visit]) -> None:
    shop = shop_with(visit, decision(action="append", html="<b>a</b>")).open()
    other = decision(action="append", html="<b>b</b>", variant="v2")
    shop.answers["decide"] = (200, {"decisions": [other], "consent": GRANTED})
    shop.page.evaluate("tagwerk.decide()")
    assert shop.page.locator("#hero").inner_html() == "<p>own</p><b>b</b>"


def test_scripts_in_a_block_do_not_run(visit: Callable[..., Visit]) -> None:
    block = "<script>window.ran = 1</script><p>block</p>"
    shop = shop_with(visit, decision(html=block)).open()
    assert shop.text() == "block"
    assert shop.page.evaluate("window.ran") is None


def test_a_policy_that_the_page_forbids_leaves_the_default(visit: Callable[..., Visit]) -> None:
    csp = STRICT_CSP.replace("trusted-types tagwerk", "trusted-types other")
    shop = shop_with(visit, decision(html=NEW), headers={"content-security-policy": csp}).open()
    assert main_html(shop) == HERO
    assert [each["during"] for each in shop.said("error")] == ["slot hero"]
    assert shop.page.evaluate("seen.errors") == []
