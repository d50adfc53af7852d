"""Where a tag may stand, as far as browsers would move it, drop it or end another one for it.

https://html.spec.whatwg.org/multipage/parsing.html#parsing-main-inhtml
"""

from collections.abc import Sequence

_PARENTS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("caption", "colgroup", "thead", "tbody", "tfoot"), ("table",)),
    "col": ("colgroup", "table"),
    "tr": ("table", "thead", "tbody"),
    **dict.fromkeys(("td", "th"), ("tr",)),
}
"""Parts of tables, which are dropped everywhere else -> where they stand."""
_OUTSIDE_CELLS = frozenset(parent for parents in _PARENTS.values() for parent in parents)
"""What is not a part of a table is moved out of it from here."""
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
ENDS_P = _HEADINGS | {
    "address", "article", "aside", "blockquote", "center", "dd", "details", "div", "dl", "dt", "figcaption",
    "figure", "footer", "header", "hgroup", "hr", "li", "main", "nav", "ol", "p", "pre", "section", "summary",
    "table", "ul",
}  # fmt: skip
"""Tags that end every <p> that is open around them."""
_SHIELDS = frozenset({"table", "td", "th", "caption"})
_ITEM_SHIELDS = ENDS_P - {"address", "div", "p"} | {"button"}
_A_P = ("p", _SHIELDS | {"button"})
_ENDS: dict[str, tuple[tuple[str, frozenset[str]], ...]] = {
    **dict.fromkeys(ENDS_P, (_A_P,)),
    "a": (("a", _SHIELDS),),
    "button": (("button", _SHIELDS),),
    "li": (("li", _ITEM_SHIELDS), _A_P),
    **dict.fromkeys(("dt", "dd"), (("dt", _ITEM_SHIELDS), ("dd", _ITEM_SHIELDS), _A_P)),
}
"""Tag -> what it ends however deep it stands in it, and the tags that keep it from that."""

Wrong = tuple[str, str]
"""What is wrong, and what to do."""


def misplaced(name: str, around: Sequence[str]) -> Wrong | None:
    """Say what is wrong with a tag among the tags open around it, the innermost last."""
    parents, inside = _PARENTS.get(name), around[-1] if around else ""
    if parents is None:
        return outside_cells(f"<{name}>", around)
    if inside in parents:
        return None
    *others, last = [f"<{parent}>" for parent in parents]
    stands_in = f"{', '.join(others)} or {last}" if others else last
    table = len(around) - 1 - around[::-1].index("table") if "table" in around else 0
    reachable = any(each in parents for each in around[table:])
    hint = f"Close the <{inside}> before it" if reachable else f"Write <{parents[0]}> before it"
    return f"<{name}> stands only in {stands_in}", hint


def outside_cells(what: str, around: Sequence[str]) -> Wrong | None:
    """Say what is wrong with what is no part of a table, where it stands among those."""
    if not around or around[-1] not in _OUTSIDE_CELLS:
        return None
    return f"{what} cannot stand in <{around[-1]}>, outside the cells", "Put it into <td>"


def ended_around(name: str, around: Sequence[str]) -> int | None:
    """Return which of the tags open around a tag ends where it begins, though it should not."""
    if name in _HEADINGS and around and around[-1] in _HEADINGS:
        return len(around) - 1
    for ended, shields in _ENDS.get(name, ()):
        for at in reversed(range(len(around))):
            if around[at] == ended:
                return at
            if around[at] in shields:
                break
    return None


def ends_around(name: str, ended: str) -> Wrong:
    """Say that a tag ends one that is open around it."""
    hint = f"Close the <{ended}> before it"
    if ended == "p":
        hint += ", or write <div> for the <p>"
    return f"<{name}> ends the <{ended}> that is open around it", hint
