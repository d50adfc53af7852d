"""Steps that the journeys share: what a visitor does, and what can be seen of the tag's work."""

import sqlite3
from typing import Any

from playwright.sync_api import Page, expect

from harness import Edge, wait_until
from visits import Visit

BANNER = "[data-tagwerk=banner]"
CONSENT, VISITOR = "__Host-tw_consent", "__Host-tw_visitor"
LISTEN = """
window.heard = [];
for (const name of ["ready", "decision", "exposure", "consent", "error"]) {
  document.addEventListener("tagwerk:" + name, (event) => heard.push([name, event.detail]));
}
window.shifts = [];
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) {
    const moved = entry.sources.map((each) => (each.node && each.node.outerHTML || "").slice(0, 90));
    shifts.push([entry.value, moved]);
  }
}).observe({ type: "layout-shift", buffered: true });
"""
"""Runs before every page: keeps the tag's events and every layout shift."""


def arrive(visit: Visit, edge: Edge, path: str = "/") -> Page:
    """Open a page of the shop and wait until the tag has done its work."""
    page = visit.page
    page.add_init_script(LISTEN)
    return go(page, edge, path)


def go(page: Page, edge: Edge, path: str = "/") -> Page:
    """Go to a page of the shop and wait until the tag is ready."""
    page.goto(edge.url + path)
    ready(page)
    return page


def heard(page: Page, name: str) -> list[Any]:
    """Return the details of the tag's events of one name, in order."""
    found: list[Any] = page.evaluate(
        "name => heard.filter((e) => e[0] === name).map((e) => e[1])", name
    )
    return found


def decision(page: Page, slot: str = "hero") -> dict[str, Any]:
    """Return the newest decision of a slot, once there is one."""
    wait_until(f"a decision for {slot}", lambda: _of(page, slot))
    found: dict[str, Any] = _of(page, slot)[-1]
    return found


def _of(page: Page, slot: str) -> list[Any]:
    return [each for each in heard(page, "decision") if each["slot"] == slot]


def decided(page: Page, reason: str, slot: str = "hero") -> None:
    """Wait until a slot's newest decision has a reason."""
    wait_until(
        f"{slot} to be {reason}, last {_of(page, slot)[-1:]}",
        lambda: [each["reason"] for each in _of(page, slot)][-1:] == [reason],
    )


def choose(page: Page, button: str) -> None:
    """Press a button of the banner and wait until the choice holds."""
    before = len(heard(page, "consent"))
    page.locator(f"{BANNER} [data-tagwerk={button}]").click()
    wait_until("the choice to hold", lambda: len(heard(page, "consent")) > before)
    expect(page.locator(BANNER)).to_have_count(0)


def hero(page: Page) -> str:
    """Return the text of the hero."""
    return page.locator("[data-slot=hero]").inner_text()


def log_in(page: Page, edge: Edge, customer: str) -> None:
    """Log in at the shop and go to its home page."""
    go(page, edge, "/login")
    form = page.locator(f"main form[action$='/login']:has([value='{customer}'])")
    with page.expect_navigation():
        form.locator("button").first.click()
    ready(page)


def play(page: Page, edge: Edge, device: str = "", country: str = "") -> None:
    """Choose a device and a country in the demo's box; "" is the browser's own."""
    form = {"device": device, "country": country}
    answer = page.request.post(f"{edge.url}/demo/try", form=form, headers={"origin": edge.url})
    assert answer.ok


def ready(page: Page) -> None:
    """Wait until the tag has done its work and all it asked for has come."""
    page.wait_for_function("() => window.heard.some(([name]) => name === 'ready')")
    page.wait_for_load_state("networkidle")


def slots(page: Page) -> str:
    """Return the text of every slot of the page."""
    return "\n".join(page.locator("[data-slot]").all_inner_texts())


def rows(edge: Edge, table: str) -> int:
    """Count the rows of a table of the store, as another process sees them."""
    path = edge.var / "tagwerk.db"
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as connection:
        return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


def traces(edge: Edge) -> dict[str, int]:
    """Count everything the store holds about visitors."""
    return {table: rows(edge, table) for table in ("visitors", "events", "links")}


NOTHING = {"visitors": 0, "events": 0, "links": 0}
