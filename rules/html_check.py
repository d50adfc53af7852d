"""What HTML a block may hold, and what of a block's HTML would not reach the page as it is written."""

import re
from html.parser import HTMLParser

import nh3

from rules.findings import Finding
from rules.open_tags import VOID, OpenTag, OpenTags
from rules.template_marks import FILL, TEXT_PARTS, Mark, blanked, place, statements

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
SCHEMES = {"http", "https", "mailto", "tel"}

_SCHEME = re.compile(r"[\x00-\x20]*([a-z][a-z0-9+.-]*):", re.IGNORECASE)
_ATTR_IN_BRACES = re.compile(r"\{\s*(?P<name>attr\s?\[[^\]{}]{1,200}\])\s*\}")
_NAME_IN_BRACES = re.compile(
    r"<!--.*?(?:-->|\Z)"
    r"|(?<![\w-])data-[\w-]+\s*=\s*(?:\"[^\"]*\"|'[^']*')"
    r"|\{\s*(?P<name>[^\W\d]\w*(?:\.\w+)*)\s*\}",
    re.DOTALL,
)
"""Not in ``data-*``, where scripts of the shop may have placeholders of their own."""
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_QUOTED = re.compile(r"""=\s*("[^"]*"|'[^']*')""")
_CURLY = re.compile("=\\s*[„“”‚‘’«»‹›]")
_HOST = re.compile(r"\s*www\.[^/?#\s]+\.", re.IGNORECASE)
_DROPPED = "It never reaches the page: blocks are sanitised. Remove it"
_CLOSED_ALREADY = {
    **dict.fromkeys(VOID, "Remove it"),
    "p": "Remove it: a <p> ends where a <div>, a list or a heading begins",
}
"""End tag that closes nothing -> what to do, where the tag itself is the reason."""


def safe_srcset(value: str) -> bool:
    """Say whether every candidate of a ``srcset`` is relative or http(s)."""
    return not _bad_candidates(value)


def _bad_candidates(value: str) -> list[str]:
    heads = [part.partition(":") for part in re.split(r"[\s,]+", value)]
    return [
        head
        for head, colon, _ in heads
        if colon and not set(head) & set("/?#") and head.lower() not in ("http", "https")
    ]


def _bad_scheme(name: str, value: str) -> str | None:
    """Return the scheme for which the sanitiser would drop an address that is written out."""
    if name == "srcset":
        return next((head.lower() for head in _bad_candidates(value) if FILL not in head), None)
    # Browsers leave these out wherever they stand: https://url.spec.whatwg.org/#concept-basic-url-parser
    match = _SCHEME.match(re.sub(r"[\t\n\r]", "", value)) if name in ("href", "src") else None
    return match[1].lower() if match and match[1].lower() not in SCHEMES else None


def check_html(path: str, source: str) -> list[Finding]:
    """Find what of a template's HTML would be dropped or closed elsewhere than its author thinks."""
    marked = source.find("<![")
    if marked >= 0:  # Pythons differ in what they make of it
        return [unreadable(path, source, source.count("\n", 0, marked) + 1)]
    checker = _HtmlCheck(path, statements(source))
    html = blanked(source)
    checker.found += _single_braces(path, html)
    try:
        checker.read(html)
    except UNREADABLE:
        checker.found.append(unreadable(path, source, checker.getpos()[0]))
    if not checker.found and not any(
        part.lastgroup for part in TEXT_PARTS.finditer(_COMMENT.sub("", html))
    ):
        hint = "Write what it shows, or delete it; to hide a slot, a rule has 'action: hide'"
        checker.found.append(Finding(path, 1, 1, "the block is empty", hint))
    return checker.found


def _single_braces(path: str, html: str) -> list[Finding]:
    """Find values that would be shown as they are written."""
    found: list[Finding] = []
    for pattern in (_ATTR_IN_BRACES, _NAME_IN_BRACES):
        for match in pattern.finditer(html):
            name = match["name"]
            if name is None:
                continue
            value = f"attr['{name}']" if "." in name and "[" not in name else name
            hint = f"Write {{{{ {value} }}}}"
            if pattern is _NAME_IN_BRACES:
                hint += f", or {{{{ '{match[0]}' }}}} if the braces are meant"
            message = "single braces are shown as they are written"
            found.append(Finding(path, *place(html, match.start()), message, hint))
    return found


def unreadable(path: str, source: str, line: int) -> Finding:
    """Return the finding for a source that a parser gave up on in this line."""
    message = "the block is nested too deeply or holds what cannot be read"
    return Finding(path, line, column_of(source, line, "{"), message, "Make it simpler")


def column_of(source: str, line: int, near: str) -> int:
    """Return the column of a text in a line, or of the line's first character."""
    lines = source.split("\n")
    text = lines[line - 1] if 0 < line <= len(lines) else ""
    return text.find(near) + 1 or len(text) - len(text.lstrip()) + 1


class _HtmlCheck(HTMLParser):
    """Reads a template's HTML along with its ifs: each branch begins with the tags open before it."""

    def __init__(self, path: str, marks: list[Mark]) -> None:
        super().__init__()
        self._path = path
        self._marks = marks
        self._tags = OpenTags()
        self.found: list[Finding] = []

    def read(self, html: str) -> None:
        self.feed(html)
        if re.match(r"<(/?[a-z]|!--)", self.rawdata, re.IGNORECASE):
            comment = self.rawdata.startswith("<!--")
            hint = "Add -->" if comment else "Add >, and a quote at both ends of each value"
            self._say(f"this {'comment' if comment else 'tag'} is never closed", hint)
            return
        self.close()
        self._catch_up(None)
        for tag in self._tags.left():
            message = f"<{tag.name}> is never closed"
            self.found.append(Finding(self._path, *tag.place, message, f"Add </{tag.name}>"))

    def _say(self, message: str, hint: str = _DROPPED) -> None:
        self.found.append(Finding(self._path, *self._place(), message, hint))

    def _place(self) -> tuple[int, int]:
        line, column = self.getpos()
        return line, column + 1

    def _catch_up(self, place: tuple[int, int] | None) -> None:
        """Follow the ifs that stand before a place, or all of them."""
        while self._marks and (
            place is None or (self._marks[0].line, self._marks[0].column) < place
        ):
            self._tags.branch(self._marks.pop(0).word)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._catch_up(self._place())
        if FILL in tag:
            self._say("a value cannot be a part of a tag's name", "Write the tag out")
        elif tag not in TAGS:
            self._say(f"<{tag}> is not allowed in a block")
        else:
            self._attributes(tag, attrs)
            wrong = self._tags.start(OpenTag(tag, self._place()))
            if wrong is not None:
                self._say(*wrong)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        # Browsers do not see the slash: <div/> is open.
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        self._catch_up(self._place())
        if tag not in TAGS:
            return
        open_ones = self._tags.end(tag)
        if open_ones is None:
            hint = f"Remove it, or write <{tag}> before it"
            self._say(f"</{tag}> closes nothing", _CLOSED_ALREADY.get(tag, hint))
            return
        for each in open_ones:
            message = f"<{each.name}> is not closed before </{tag}>"
            hint = f"Add </{each.name}> before it"
            self.found.append(Finding(self._path, *each.place, message, hint))

    def handle_data(self, data: str) -> None:
        start = self._place()
        self._catch_up(start)
        for part in TEXT_PARTS.finditer(data):
            if part.lastgroup == "statement" and self._marks:
                self._tags.branch(self._marks.pop(0).word)
            wrong = self._tags.text() if part.lastgroup == "text" else None
            if wrong is not None:
                line, column = place(data, part.start())
                where = (start[0] + line - 1, column + (start[1] - 1 if line == 1 else 0))
                self.found.append(Finding(self._path, *where, *wrong))
                return

    def _attributes(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if any(set(name) & {'"', "'"} for name, _ in attrs):
            hint = "Write one at both ends of each value"
            self._say(f"a quote is missing in <{tag}>", hint)
            return
        if any(FILL in name for name, _ in attrs):
            message = f"a value or an if cannot stand among the attributes of <{tag}>"
            self._say(message, 'Put it between quotes: class="{{ name }}"')
            return
        if _CURLY.search(_QUOTED.sub("", self.get_starttag_text() or "")):
            hint = 'Write class="c-button": only straight quotes are quotes'
            self._say(f"a value of <{tag}> stands in curly quotes", hint)
            return
        for name, value in attrs:
            known = name in COMMON or name in BY_TAG.get(tag, ())
            bad = _bad_scheme(name, value or "")
            if not known and not name.startswith(tuple(PREFIXES)):
                self._say(f"the attribute '{name}' is not allowed on <{tag}>")
            elif bad is not None:
                message = f"an address in '{name}' cannot begin with '{bad}:'"
                self._say(message, "Begin it with /, https://, mailto: or tel:")
            elif name in ("href", "src") and _HOST.match(value or ""):
                message = f"the address in '{name}' leads to a page of your own site"
                whole = (value or "").strip()
                self._say(message, f"Write https://{'www.…' if FILL in whole else whole}")
