"""What HTML a block may hold, and what of a block's HTML the sanitiser would silently drop."""

import re
from html.parser import HTMLParser

import nh3

from rules.findings import Finding

UNREADABLE = (
    RecursionError, ValueError, SyntaxError, AssertionError, OverflowError, MemoryError,
)  # fmt: skip
"""What Jinja, Python and html.parser raise, each its own, where a source is beyond them."""

TAGS = frozenset(nh3.ALLOWED_TAGS) | {
    "section", "article", "header", "footer", "main", "picture", "source", "figure", "figcaption", "button",
}  # fmt: skip
COMMON = {"class", "id", "role", "title", "lang", "dir", "hidden"}
BY_TAG = {
    "a": {"href", "hreflang", "target", "rel"},
    "img": {"src", "srcset", "sizes", "alt", "width", "height", "loading", "decoding"},
    "source": {"srcset", "sizes", "media", "type", "width", "height"},
    "button": {"type"},
    "time": {"datetime"},
    "ol": {"start"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
}
PREFIXES = {"data-", "aria-"}

_JINJA = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)


def safe_srcset(value: str) -> bool:
    """Say whether every candidate of a ``srcset`` is relative or http(s)."""
    heads = [part.partition(":") for part in re.split(r"[\s,]+", value)]
    return not any(
        colon and not set(head) & set("/?#") and head.lower() not in ("http", "https")
        for head, colon, _ in heads
    )


def check_html(path: str, source: str) -> list[Finding]:
    """Find what the sanitiser would drop of a template's HTML, so that its author hears of it."""
    checker = _HtmlCheck()
    marked = source.find("<![")
    if marked >= 0:  # Pythons differ in what they make of it
        return [unreadable(path, source, source.count("\n", 0, marked) + 1)]
    found: list[Finding] = []
    try:
        checker.feed(_JINJA.sub(_blank, source))
        checker.close()
    except UNREADABLE:
        found.append(unreadable(path, source, checker.getpos()[0]))
    hint = "It never reaches the page: blocks are sanitised. Remove it"
    return found + [Finding(path, *each, hint) for each in checker.found]


def unreadable(path: str, source: str, line: int) -> Finding:
    """Return the finding for a source that a parser gave up on in this line."""
    message = "the block is nested too deeply or holds what cannot be read"
    return Finding(path, line, column_of(source, line, "{"), message, "Make it simpler")


def column_of(source: str, line: int, near: str) -> int:
    """Return the column of a text in a line, or of the line's first character."""
    lines = source.split("\n")
    text = lines[line - 1] if 0 < line <= len(lines) else ""
    return text.find(near) + 1 or len(text) - len(text.lstrip()) + 1


def _blank(match: re.Match[str]) -> str:
    return re.sub(r"[^\n]", "x", match.group())


class _HtmlCheck(HTMLParser):
    """Finds what the sanitiser would silently drop, so that its author hears of it."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[int, int, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        line, column = self.getpos()
        if tag not in TAGS:
            self.found.append((line, column + 1, f"<{tag}> is not allowed in a block"))
            return
        for name, _ in attrs:
            known = name in COMMON or name in BY_TAG.get(tag, ())
            known = known or name.startswith(tuple(PREFIXES))
            if not known:
                said = f"the attribute '{name}' is not allowed on <{tag}>"
                self.found.append((line, column + 1, said))
