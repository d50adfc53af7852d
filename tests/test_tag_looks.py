"""The banner as a person sees it: equal buttons, every width and scheme, axe on both layers."""

from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from tag_page import ASKED, DENIED, Shop, boot
from visits import Visit

pytestmark = pytest.mark.browser

AXE = Path(str(files("axe_playwright_python") / "axe.min.js"))
BANNER = "[data-tagwerk=banner]"
BODY = """
<style>body{margin:0;font:16px/1.5 system-ui,sans-serif;background:Canvas;color:CanvasText}
main,header,footer{max-width:64rem;margin:auto;padding:1rem} :root{color-scheme:light dark}
a{color:LinkText;line-height:2}</style>
<header><nav aria-label="Haupt"><a href="/damen">Damen</a> <a href="/herren">Herren</a></nav></header>
<main><h1>Neue Schuhe</h1><div id="hero"><p>Willkommen im Laden.</p></div>
<p>Leder, Wildleder und Stoff: die neuen Modelle sind da.</p><div style="height:1500px"></div>
<p><a href="/a">eins</a></p><p><a href="/b">zwei</a></p><p><a href="/c">drei</a></p></main>
<footer><a href="/impressum">Impressum</a> <a href="/datenschutz" id="last">Datenschutz</a></footer>
"""
# What a site's own style sheet does to every button, heading and list of its pages.
HOSTILE = """<style>*{letter-spacing:3px} html{font-size:62.5%} button{width:100%;float:left;
text-transform:uppercase;background:red!imp;border:9px dotted red;font-size:40px;display:block}
h2,p,ul,li{margin:40px;font-size:40px;color:red} section{float:left;width:100px} label{display:none}
input{display:none} a{color:red;font-size:50px}</style>"""
AXE_RUN = """() => axe.run(document).then((result) => result.violations.map(
  (violation) => violation.id + " " + violation.nodes.map((node) => node.html + node.failureSummary)))"""
FACE = """(e) => { const s = getComputedStyle(e), r = e.getBoundingClientRect(); return {
  width: Math.round(r.width), height: Math.round(r.height), top: r.top,
  font: s.fontSize + s.fontWeight + s.fontFamily,
  face: s.color + s.backgroundColor + s.border + s.borderRadius + s.boxShadow + s.opacity + s.textDecoration}; }"""
WIDTHS = [(320, 568), (320, 256), (375, 667), (768, 1024), (1440, 900), (3840, 2160)]
ENGLISH = {"lang": "en"}


def shop_with(
    visit: Callable[..., Visit], consent: Any = ASKED, body: str = BODY, **profile: Any
) -> Shop:
    lang = profile.pop("lang", "de")
    made = boot(consent=consent, reopen={"label": "Datenschutz-Einstellungen"})
    options = {"viewport": {"width": 1280, "height": 800}, "reduced_motion": "reduce", **profile}
    shop = Shop(visit(**options), body, boot=made, lang=lang, own_clock=False).open()
    if consent["ask"]:
        shop.page.locator(BANNER).wait_for()
    return shop


@pytest.mark.parametrize("lang", ["de", "en"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width,height", [(375, 667), (1440, 900)])
def test_axe_finds_nothing_on_either_layer(
    visit: Callable[..., Visit], lang: str, scheme: str, width: int, height: int
) -> None:
    viewport = {"width": width, "height": height}
    shop = shop_with(visit, lang=lang, viewport=viewport, color_scheme=scheme)
    shop.page.add_script_tag(path=AXE)
    for layer in (1, 2):
        if layer == 2:
            shop.page.locator("[data-tagwerk=settings]").click()
        shop.visit.shot(f"banner-{layer}-{width}-{scheme}-{lang}")
        assert shop.page.evaluate(AXE_RUN) == []
    shop.page.locator("summary").first.click()
    shop.visit.shot(f"banner-2-{width}-{scheme}-{lang}-open")
    assert shop.page.evaluate(AXE_RUN) == []


@pytest.mark.parametrize("width,height", [(375, 667), (1440, 900)])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_the_control(
    visit: Callable[..., Visit], scheme: str, width: int, height: int
) -> None:
    viewport = {"width": width, "height": height}
    shop = shop_with(visit, DENIED, viewport=viewport, color_scheme=scheme)
    shop.page.add_script_tag(path=AXE)
    shop.visit.shot(f"reopen-{width}-{scheme}")
    assert shop.page.evaluate(AXE_RUN) == []
    assert shop.page.locator("[data-tagwerk=reopen]").evaluate(FACE)["height"] >= 24


@pytest.mark.parametrize(
    "width,height,scheme,forced",
    [
        *((width, height, "light", "none") for width, height in WIDTHS),
        (375, 667, "dark", "none"),
        (375, 667, "light", "active"),
        (375, 667, "dark", "active"),
    ],
)
def test_reject_and_accept_are_the_same_but_for_the_word(
    visit: Callable[..., Visit], width: int, height: int, scheme: str, forced: str
) -> None:
    viewport = {"width": width, "height": height}
    shop = shop_with(visit, viewport=viewport, color_scheme=scheme, forced_colors=forced)
    for layer in (1, 2):
        if layer == 2:
            shop.page.locator("[data-tagwerk=settings]").click()
        shop.page.mouse.move(0, 0)
        reject, accept = (
            shop.page.locator(f"[data-tagwerk={name}]").evaluate(FACE)
            for name in ("reject-all", "accept-all")
        )
        assert reject == accept
        assert reject["height"] >= 44
        shop.visit.shot(f"size-{layer}-{width}x{height}-{scheme}-{forced}")


@pytest.mark.parametrize("width,height", WIDTHS)
def test_all_of_it_is_on_the_screen_without_scrolling(
    visit: Callable[..., Visit], width: int, height: int
) -> None:
    shop = shop_with(visit, viewport={"width": width, "height": height})
    box = shop.page.locator(BANNER).bounding_box()
    assert box is not None
    assert box["x"] >= 0 and box["x"] + box["width"] <= width
    assert box["y"] >= 0 and box["y"] + box["height"] <= height
    assert shop.page.evaluate("document.documentElement.scrollWidth") <= width
    if height > 400:
        for name in ("reject-all", "accept-all", "settings"):
            button = shop.page.locator(f"[data-tagwerk={name}]").bounding_box()
            assert button is not None and button["y"] + button["height"] <= height
        body = shop.page.locator(f"{BANNER} .tw-body")
        assert body.evaluate("(e) => e.scrollHeight - e.clientHeight") <= 1


@pytest.mark.parametrize("layer", [1, 2])
@pytest.mark.parametrize("width,height", [(320, 256), (640, 320)])
def test_the_choice_is_on_a_small_screen_wherever_the_text_is_scrolled_to(
    visit: Callable[..., Visit], width: int, height: int, layer: int
) -> None:
    shop = shop_with(visit, viewport={"width": width, "height": height})
    if layer == 2:
        shop.page.locator("[data-tagwerk=settings]").evaluate("(e) => e.click()")
    for share in (0, 0.5, 1):
        banner = shop.page.locator(BANNER)
        banner.evaluate("(e, share) => e.scrollTo(0, e.scrollHeight * share)", share)
        shop.visit.shot(f"zoom-{width}-{layer}-{share}")
        for name in ("reject-all", "accept-all"):
            hit = """(e) => { const r = e.getBoundingClientRect();
              return [r.top + 3, r.bottom - 3].every((y) => document.elementFromPoint(r.left + 9, y) === e) }"""
            assert shop.page.locator(f"[data-tagwerk={name}]").evaluate(hit), (name, share)


def test_the_style_of_the_page_does_not_reach_in(visit: Callable[..., Visit]) -> None:
    calm, wild = (shop_with(visit, body=body) for body in (BODY, BODY + HOSTILE))
    for selector in (
        "[data-tagwerk=reject-all]",
        f"{BANNER} h2",
        f"{BANNER} p",
        BANNER,
        f"{BANNER} a",
    ):
        wanted = calm.page.locator(selector).first.evaluate(FACE)
        assert wild.page.locator(selector).first.evaluate(FACE) == wanted
    wild.page.locator("[data-tagwerk=settings]").click()
    assert wild.page.get_by_label("Statistik").is_visible()


def test_nothing_in_the_page_moves(visit: Callable[..., Visit]) -> None:
    shop = shop_with(visit)
    before = shop.page.locator("h1").bounding_box()
    shop.page.locator("[data-tagwerk=settings]").click()
    shop.page.locator("[data-tagwerk=reject-all]").click()
    shop.page.locator("[data-tagwerk=reopen]").wait_for()
    shop.rest()
    assert shop.page.locator("h1").bounding_box() == before
    assert shop.page.evaluate("seen.shift") == 0


@pytest.mark.parametrize("width,height", [(375, 667), (1280, 800)])
def test_what_the_keyboard_reaches_in_the_page_is_not_covered(
    visit: Callable[..., Visit], width: int, height: int
) -> None:
    shop = shop_with(visit, viewport={"width": width, "height": height})
    shop.page.locator(f"{BANNER} .tw-links a").last.focus()
    covered = """() => { const r = document.activeElement.getBoundingClientRect();
      const b = document.querySelector("[data-tagwerk=banner]").getBoundingClientRect();
      const clear = r.bottom <= b.top || r.left >= b.right || r.top >= b.bottom;
      return [document.activeElement.id || document.activeElement.textContent,
              !clear || r.bottom > innerHeight || r.top < 0]; }"""
    reached = []
    while "last" not in reached:
        shop.page.keyboard.press("Tab")
        shop.rest()
        name, is_covered = shop.page.evaluate(covered)
        assert not is_covered, name
        reached.append(name)
    assert reached == ["Damen", "Herren", "eins", "zwei", "drei", "Impressum", "last"]


def test_it_moves_only_for_those_who_like_it(visit: Callable[..., Visit]) -> None:
    name = "(e) => getComputedStyle(e).animationName"
    still = shop_with(visit).page.locator(BANNER).evaluate(name)
    moving = shop_with(visit, reduced_motion="no-preference").page.locator(BANNER).evaluate(name)
    assert (still, moving) == ("none", "tagwerk-in")


def test_a_site_sets_its_own_colours(visit: Callable[..., Visit]) -> None:
    body = BODY + "<style>:root{--tw-accent:#7a1f3d;--tw-accent-text:#fff;--tw-radius:0px}</style>"
    shop = shop_with(visit, body=body)
    face = shop.page.locator("[data-tagwerk=accept-all]").evaluate(FACE)["face"]
    assert "rgb(122, 31, 61)" in face
    shop.visit.shot("banner-themed")
