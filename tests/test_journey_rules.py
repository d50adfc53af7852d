"""Journey 6: a marketer edits YAML and templates while the edge runs."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from harness import Edge, tagwerk, wait_until
from journeys import arrive, go, hero, play
from visits import Visit

pytestmark = pytest.mark.browser
Profile = Callable[..., Visit]
LINK = "/?utm_campaign=herbst"


@pytest.fixture
def shopper(edge: Edge, visit: Profile) -> Page:
    """Somebody who came by the campaign's link from Austria."""
    page = arrive(visit(), edge)
    play(page, edge, device="desktop", country="AT")
    return go(page, edge, LINK)


def shows(page: Page, edge: Edge, text: str) -> None:
    """Wait until a view of the page has a text in its hero."""
    wait_until(f"the hero to show {text}", lambda: text in hero(go(page, edge, LINK)))


def first_line(edge: Edge, name: str, part: str) -> int:
    """Return the number of the first line with a text in it."""
    lines = (edge.folder / name).read_text(encoding="utf-8").splitlines()
    return next(number for number, line in enumerate(lines, 1) if part in line)


def test_6_a_rule_is_edited(edge: Edge, shopper: Page) -> None:
    autumn = hero(shopper)
    edge.edit("rules/herbst.yaml", "utm.campaign: herbst", "utm.campaign: winter")
    wait_until("the change", lambda: hero(go(shopper, edge, LINK)) != autumn)
    edge.edit("rules/herbst.yaml", "utm.campaign: winter", "utm.campaign: herbst")
    wait_until("the change back", lambda: hero(go(shopper, edge, LINK)) == autumn)


def test_6_a_broken_rule_changes_nothing_and_is_named(edge: Edge, shopper: Page) -> None:
    autumn = hero(shopper)
    line = first_line(edge, "rules/herbst.yaml", "utm.campaign: herbst")
    since = len(edge.log)
    edge.edit("rules/herbst.yaml", "utm.campaign: herbst", "utm.campain: herbst")
    said = edge.wait_for_log(r"herbst\.yaml", since=since)
    edge.wait_for_log("the last good version serves on", since=since)
    assert hero(go(shopper, edge, LINK)) == autumn
    checked = tagwerk("check", str(edge.folder))
    assert checked.returncode == 1
    assert checked.stdout == said + "\n"
    assert f"rules/herbst.yaml:{line}:" in said
    assert "there is no attribute 'utm.campain'. Did you mean 'utm.campaign'?" in said
    edge.edit("rules/herbst.yaml", "utm.campain: herbst", "utm.campaign: herbst")
    edge.wait_for_log("site.reloaded", since=since)
    assert tagwerk("check", str(edge.folder)).returncode == 0


def test_6_a_broken_edit_survives_a_restart(edge: Edge, shopper: Page) -> None:
    autumn = hero(shopper)
    edge.write("rules/herbst.yaml", "campaign: [")
    edge.restart()
    assert hero(go(shopper, edge, LINK)) == autumn
    assert any("herbst.yaml" in line for line in edge.log)


def test_6_a_block_is_edited(edge: Edge, shopper: Page) -> None:
    name = "blocks/hero-autumn.html"
    good = (edge.folder / name).read_text(encoding="utf-8")
    edge.write(name, '<section class="c-hero"><h1>Neu im Herbst</h1></section>\n')
    shows(shopper, edge, "Neu im Herbst")
    edge.write(name, '<section class="c-hero">\n<h1>{{ titel }</h1></section>\n')
    said = edge.wait_for_log(r"hero-autumn\.html")
    assert "hero-autumn.html:2:" in said
    assert "Neu im Herbst" in hero(go(shopper, edge, LINK))
    assert "blocks/hero-autumn.html:2:" in tagwerk("check", str(edge.folder)).stdout
    edge.write(name, good)
    wait_until("the block as it was", lambda: "Neu im" not in hero(go(shopper, edge, LINK)))


def test_6_a_script_in_a_block_never_runs(edge: Edge, shopper: Page) -> None:
    autumn = hero(shopper)
    edge.write("blocks/hero-autumn.html", "<h1>x</h1><script>window.ran = 1</script>\n")
    edge.wait_for_log(r"hero-autumn\.html")
    assert hero(go(shopper, edge, LINK)) == autumn
    assert shopper.evaluate("() => window.ran") is None
