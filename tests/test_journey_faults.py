"""Journey 7: with the edge killed, hung or slow, the page is what it would be without us."""

import os
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from harness import NGINX, Edge, Process, free_port, status, wait_until
from journeys import BANNER, LISTEN, arrive, choose, hero
from visits import Visit

pytestmark = pytest.mark.browser
Profile = Callable[..., Visit]
HIDDEN = """
window.hidden = {};
const look = () => {
  for (const slot of document.querySelectorAll("[data-slot]")) {
    const style = getComputedStyle(slot);
    const off = style.visibility === "hidden" || style.opacity === "0" || style.display === "none";
    const name = slot.dataset.slot;
    if (off) hidden[name] = Math.max(hidden[name] || 0, performance.now() - (since[name] ??= performance.now()));
    else delete since[name];
  }
  requestAnimationFrame(look);
};
const since = {};
requestAnimationFrame(look);
"""
"""Measures, every frame, for how many milliseconds on end any slot is hidden."""


class Shop(Process):
    """nginx in front: the shop's pages as files of its own, its edge behind a proxy, as on a real site."""

    def __init__(self, folder: Path, edge: Edge) -> None:
        super().__init__(free_port())
        self._folder = folder
        self._edge = edge

    def command(self) -> list[str]:
        """nginx in the foreground on this object's port."""
        config = self._folder / "nginx.conf"
        user = "user root;" if os.geteuid() == 0 else ""
        values = {"port": self.port, "edge": self._edge.port, "dir": self._folder, "user": user}
        config.write_text(CONFIG % values)
        return [NGINX, "-p", str(self._folder), "-c", str(config), "-g", "daemon off;"]

    def _ready(self) -> bool:
        return status(f"{self.url}/") == 200


CONFIG = """
%(user)s
pid %(dir)s/nginx.pid;
error_log stderr;
worker_processes 1;
events {}
http {
  access_log off;
  types { text/html html; text/css css; image/svg+xml svg; text/javascript js; }
  client_body_temp_path %(dir)s/body; proxy_temp_path %(dir)s/proxy;
  fastcgi_temp_path %(dir)s/f; uwsgi_temp_path %(dir)s/u; scgi_temp_path %(dir)s/s;
  server {
    listen 127.0.0.1:%(port)s;
    root %(dir)s/pages;
    location /_tw/ { proxy_pass http://127.0.0.1:%(edge)s; proxy_read_timeout 2s; }
    location = /_tw/demo-shop/tag.js {
      proxy_pass http://127.0.0.1:%(edge)s;
      proxy_read_timeout 2s;
      error_page 502 504 =200 @without;
    }
    location @without { default_type text/javascript; return 200 ""; }
  }
}
"""


@pytest.fixture
def shop(edge: Edge, tmp_path: Path) -> Iterator[Shop]:
    """The shop's home page, kept as a file by nginx; the edge can die without it."""
    folder = tmp_path / "nginx"
    (folder / "pages" / "assets" / "art").mkdir(parents=True)
    with urllib.request.urlopen(edge.url + "/") as answer:
        (folder / "pages" / "index.html").write_bytes(answer.read())
    for path in (edge.folder / "assets").rglob("*.*"):
        target = folder / "pages" / "assets" / path.relative_to(edge.folder / "assets")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(path.read_bytes())
    with Shop(folder, edge) as running:
        yield running


def look(visit: Visit, shop: Shop) -> Page:
    """Open the home page with every watch on, and give the tag time to do harm."""
    page = visit.page
    page.add_init_script(LISTEN)
    page.add_init_script(HIDDEN)
    page.goto(shop.url + "/", wait_until="commit")
    page.locator("[data-slot=hero]").wait_for(state="visible")
    page.wait_for_timeout(3500)
    return page


def unharmed(visit: Visit, page: Page) -> None:
    """Check that the page is as it would be without us."""
    assert page.evaluate("() => Object.values(window.hidden).every((ms) => ms <= 300)")
    assert page.evaluate("() => window.shifts") == []
    assert visit.errors == []
    assert visit.console == []


def test_7_killed(edge: Edge, shop: Shop, visit: Profile) -> None:
    usual = look(visit(), shop)
    default = hero(usual)
    edge.kill()
    visitor = visit()
    page = look(visitor, shop)
    assert hero(page) == default
    unharmed(visitor, page)
    visitor.shot("7-edge-killed")


def test_7_hung(edge: Edge, shop: Shop, visit: Profile) -> None:
    default = hero(look(visit(), shop))
    edge.hang()
    visitor = visit()
    page = look(visitor, shop)
    assert hero(page) == default
    unharmed(visitor, page)
    visitor.shot("7-edge-hung")
    edge.resume()


def test_7_killed_while_the_page_is_open(edge: Edge, visit: Profile) -> None:
    visitor = visit()
    page = arrive(visitor, edge)
    expect(page.locator(BANNER)).to_be_visible()
    edge.kill()
    page.locator(f"{BANNER} [data-tagwerk=accept-all]").click()
    wait_until(
        "the tag to say so", lambda: page.evaluate("() => heard.some((e) => e[0] === 'error')")
    )
    expect(page.locator(BANNER)).to_be_visible()
    assert visitor.cookies() == {}, "what could not be recorded is not granted"
    assert visitor.errors == []
    edge.start()
    choose(page, "accept-all")


def test_7_nothing_is_ever_hidden_and_nothing_moves(edge: Edge, visit: Profile) -> None:
    visitor = visit()
    page = visitor.page
    page.add_init_script(HIDDEN)
    page = arrive(visitor, edge, "/?utm_campaign=herbst")
    page.wait_for_timeout(1500)
    assert page.evaluate("() => window.hidden") == {}
    moved = page.evaluate("() => window.shifts")
    assert sum(value for value, _ in moved) == 0, moved
