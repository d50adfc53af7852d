"""What is said of a block's HTML, held against the parser through which it reaches the page."""

import re
from itertools import product

import nh3
import pytest

from rules.html_check import TAGS, check_html
from rules.open_tags import VOID

AROUND = [(), ("table",), ("table", "tr"), ("table", "tr", "td"), ("ruby",)]
NESTED = [
    "a", "b", "button", "caption", "col", "colgroup", "dd", "div", "dt", "h1", "h2", "img", "li", "p", "rt",
    "section", "table", "tbody", "td", "tr", "ul",
]  # fmt: skip


def written(tags: tuple[str, ...]) -> str:
    """Tags inside each other, every one closed, with a text in the middle."""
    ends = [f"</{tag}>" for tag in reversed(tags) if tag not in VOID]
    return "".join(f"<{tag}>" for tag in tags) + "x" + "".join(ends)


def on_the_page(html: str) -> str:
    return nh3.clean(html, tags=set(TAGS), link_rel=None)


def plain(html: str) -> str:
    """HTML without the two tags that browsers add of themselves, which moves nothing."""
    return re.sub(r"</?(tbody|colgroup)>", "", html)


@pytest.mark.slow
@pytest.mark.parametrize("around", AROUND, ids=lambda tags: " ".join(tags) or "nothing")
def test_html_is_accepted_if_it_reaches_the_page_as_it_is_written(around: tuple[str, ...]) -> None:
    wrongly: list[str] = []
    for tags in product(NESTED, repeat=3):
        html = written(around + tags)
        shown = on_the_page(html)
        refused = bool(check_html("b.html", html))
        if refused if shown == html else not refused and plain(shown) != plain(html):
            wrongly.append(html)
    assert wrongly == []
