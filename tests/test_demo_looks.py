"""The demo shop's pages at the narrowest width that access rules name: nothing to scroll sideways."""

from collections.abc import Callable

import pytest

from harness import Edge
from test_demo_shop import PATHS
from visits import Visit

pytestmark = pytest.mark.browser
OVERHANG = "() => document.documentElement.scrollWidth - innerWidth"


def test_no_page_scrolls_sideways_at_320_pixels(edge: Edge, visit: Callable[..., Visit]) -> None:
    page = visit().page
    page.set_viewport_size({"width": 320, "height": 640})
    wide = {}
    for path in [*PATHS, "/gibt-es-nicht"]:
        page.goto(edge.url + path)
        if (over := page.evaluate(OVERHANG)) > 0:
            wide[path] = over
    assert wide == {}
