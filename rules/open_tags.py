"""Which tags are open at a place of a block, as browsers see it.

https://html.spec.whatwg.org/multipage/syntax.html#optional-tags
"""

from typing import NamedTuple

from rules.html_places import ENDS_P, Wrong, ended_around, ends_around, misplaced, outside_cells

VOID = frozenset({"area", "br", "col", "hr", "img", "source", "wbr"})
"""Tags without an end, of those a block may hold."""
MAX_OPEN = 200
"""How deep tags may nest."""

_CELLS = ("td", "th", "p")
_PARTS = ("thead", "tbody", "tfoot", "tr", "caption", "colgroup", *_CELLS)
_ENDED_BY: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(ENDS_P, ("p",)),
    "li": ("li", "p"), "dt": ("dt", "dd", "p"), "dd": ("dt", "dd", "p"),
    "td": _CELLS, "th": _CELLS, "tr": ("tr", "caption", "colgroup", *_CELLS),
    "thead": _PARTS, "tbody": _PARTS, "tfoot": _PARTS, "colgroup": ("caption",),
}  # fmt: skip
"""Tag -> those that end where it begins."""
_IN_RUBY = ("rt", "rp")
_ENDED_IN_RUBY = (*_IN_RUBY, "dd", "dt", "li", "p")
"""What <rt> and <rp> end, but only in <ruby>."""
_END_IS_OPTIONAL = frozenset({*_PARTS, "li", "dt", "dd", *_IN_RUBY})


class OpenTag(NamedTuple):
    """A tag and where it began."""

    name: str
    place: tuple[int, int]


class OpenTags:
    """The tags that are open, followed through the ifs of a template.

    Where the branches of an if leave different tags open, which are depends on values, and from there
    on no tag is called wrong.
    """

    def __init__(self) -> None:
        self._open: list[OpenTag] = []
        self._ifs: list[_If] = []
        self._named: set[str] = set()
        self._lost = False

    def start(self, tag: OpenTag) -> Wrong | None:
        """Open a tag, which may end others; say what is wrong with its place.

        Raises ``RecursionError`` where they nest too deep.
        """
        ended = _ENDED_BY.get(tag.name, ())
        if tag.name in _IN_RUBY and "ruby" in self._names():
            ended = _ENDED_IN_RUBY
        while self._open and self._open[-1].name in ended:
            self._open.pop()
        wrong = self._misplaced(tag.name)
        if tag.name not in VOID:
            self._open.append(tag)
        if len(self._open) > MAX_OPEN:
            raise RecursionError
        return wrong

    def text(self) -> Wrong | None:
        """Say what is wrong with a text at this place."""
        return None if self._lost else outside_cells("a text", self._names())

    def _names(self) -> list[str]:
        return [tag.name for tag in self._open]

    def _misplaced(self, name: str) -> Wrong | None:
        around = self._names()
        if self._lost:
            return None
        at = ended_around(name, around)
        if at is None:
            return misplaced(name, around)
        del self._open[at]
        self._named.add(around[at])
        return ends_around(name, around[at])

    def end(self, name: str) -> list[OpenTag] | None:
        """Close a tag and return those that should have been closed before; None if it is not open."""
        if self._lost:
            return []
        if not any(tag.name == name for tag in self._open):
            if name not in self._named:
                return None
            self._named.remove(name)
            return []
        crossed: list[OpenTag] = []
        while (tag := self._open.pop()).name != name:
            if tag.name not in _END_IS_OPTIONAL:
                crossed.append(tag)
                self._named.add(tag.name)
        return crossed

    def left(self) -> list[OpenTag]:
        """Return the tags that are open and should not be."""
        return [] if self._lost else [t for t in self._open if t.name not in _END_IS_OPTIONAL]

    def branch(self, word: str) -> None:
        """Go on after a statement: ``if``, ``elif``, ``else`` or ``endif``."""
        if word == "if":
            self._ifs.append(_If(list(self._open), [], []))
            return
        around = self._ifs[-1]
        around.words.append(word)
        around.ends.append(self._names())
        if word != "endif":
            self._open = list(around.before)
            return
        if "else" not in around.words:
            around.ends.append([tag.name for tag in around.before])
        self._lost |= any(end != around.ends[0] for end in around.ends)
        self._ifs.pop()


class _If(NamedTuple):
    before: list[OpenTag]
    ends: list[list[str]]
    words: list[str]
