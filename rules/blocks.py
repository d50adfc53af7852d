"""Blocks: small templates that can say what they read, and cannot do anything else.

A block is Jinja2 narrowed to text, ``if``, plain filters and values it is given. Loops, calls, attribute
access and arithmetic that can grow are refused when the block is loaded, so rendering is bounded by the
size of its input. What it renders passes an HTML sanitiser, whatever its values hold.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from html.parser import HTMLParser
from typing import Any, TypeAlias

import nh3
from jinja2 import StrictUndefined, Template, TemplateError, nodes
from jinja2.exceptions import TemplateSyntaxError, UndefinedError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from rules.findings import Finding, did_you_mean
from rules.values import Value

MAX_SOURCE = 64 * 1024
MAX_OUTPUT = 64 * 1024
MAX_DEPTH = 50
"""How deep a template may nest; parsing, checking and compiling it recurse."""
MAX_NUMBER = 10**15
ATTRIBUTES = "attr"
"""The name under which a block finds attributes: ``{{ attr['crm.first_name'] }}``."""

TAGS = frozenset(nh3.ALLOWED_TAGS) | {
    "section", "article", "header", "footer", "main", "picture", "source", "figure", "figcaption", "button",
}  # fmt: skip
_COMMON = {"class", "id", "role", "title", "lang", "dir", "hidden"}
_BY_TAG = {
    "a": {"href", "hreflang", "target", "rel"},
    "img": {"src", "srcset", "sizes", "alt", "width", "height", "loading", "decoding"},
    "source": {"srcset", "sizes", "media", "type", "width", "height"},
    "button": {"type"},
    "time": {"datetime"},
    "ol": {"start"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
}
_PREFIXES = {"data-", "aria-"}


def safe_srcset(value: str) -> bool:
    """Say whether every candidate of a ``srcset`` is relative or http(s)."""
    heads = [part.partition(":") for part in re.split(r"[\s,]+", value)]
    return not any(
        colon and not set(head) & set("/?#") and head.lower() not in ("http", "https")
        for head, colon, _ in heads
    )


def _kept(tag: str, name: str, value: str) -> str | None:
    # The sanitiser checks the schemes of addresses, but a srcset is a list of them.
    return None if name == "srcset" and not safe_srcset(value) else value


_CLEANER = nh3.Cleaner(
    tags=set(TAGS),
    attributes={"*": _COMMON, **_BY_TAG},
    generic_attribute_prefixes=_PREFIXES,
    url_schemes={"http", "https", "mailto", "tel"},
    link_rel=None,
    attribute_filter=_kept,
)

FILTERS = frozenset({
    "abs", "capitalize", "d", "default", "e", "escape", "int", "lower", "round", "title", "trim", "upper",
})  # fmt: skip
_NODES = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Const, nodes.Getitem, nodes.If,
    nodes.CondExpr, nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not, nodes.Add, nodes.Sub,
    nodes.Neg, nodes.Concat, nodes.Filter, nodes.Test, nodes.Keyword,
)  # fmt: skip
_JINJA = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
_UNREADABLE = (
    RecursionError, ValueError, SyntaxError, AssertionError, OverflowError, MemoryError,
)  # fmt: skip
_TESTS = frozenset({"defined", "undefined", "none"})


class _Environment(ImmutableSandboxedEnvironment):
    """Looks up items as items only: Jinja falls back to attributes, so ``items`` would be a method."""

    def getitem(self, obj: Any, argument: Any) -> Any:
        try:
            return obj[argument]
        except (TypeError, LookupError):
            return self.undefined(obj=obj, name=argument)


_ENVIRONMENT = _Environment(
    autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
)


Frozen: TypeAlias = tuple[tuple[str, str, Value], ...]
"""Named values that never change."""


def frozen(values: Mapping[str, Value]) -> Frozen:
    """Return values as a key; it holds how each is written, because 1, 1.0 and true are equal."""
    return tuple([(name, repr(values[name]), values[name]) for name in sorted(values)])


class BadRender(Exception):
    """A block could not be rendered from the values it was given."""


class Block:
    """A compiled template, in one or more languages, with what it reads."""

    def __init__(
        self, name: str, templates: Mapping[str, Template], variables: frozenset[str], reads: frozenset[str]
    ) -> None:  # fmt: skip
        self.name = name
        self.variables = variables
        """Names a rule must give under ``with``."""
        self.reads = reads
        """Attributes it shows; they count as read by the rule."""
        self._templates = templates
        self._cached = lru_cache(maxsize=1024)(self._render)

    def render(self, language: str, given: Frozen, facts: Mapping[str, Value]) -> str:
        """Return sanitised HTML. Raises ``BadRender``, for example where an attribute is not known."""
        shown = {name: facts[name] for name in self.reads if name in facts}
        return self._cached(language, given, frozen(shown) if shown else ())

    def _render(self, language: str, given: Frozen, shown: Frozen) -> str:
        template = self._templates.get(language) or self._templates[""]
        values: dict[str, object] = {name: value for name, _, value in given}
        values[ATTRIBUTES] = {name: value for name, _, value in shown}
        try:
            html = template.render(values)
        except UndefinedError as bad:
            raise BadRender(f"block '{self.name}': {bad.message}") from bad
        except (TemplateError, ArithmeticError, TypeError, ValueError) as bad:
            # Its text may hold the value itself, which has no place in a log.
            raise BadRender(f"block '{self.name}': {type(bad).__name__}") from bad
        if len(html) > MAX_OUTPUT:
            raise BadRender(f"block '{self.name}' grew over {MAX_OUTPUT // 1024} KiB")
        return _CLEANER.clean(html).strip()


def compile_block(
    name: str, sources: Mapping[str, tuple[str, str]]
) -> tuple[Block | None, list[Finding]]:
    """Compile a block from language -> (path, source); "" is the language of last resort."""
    findings: list[Finding] = []
    templates: dict[str, Template] = {}
    variables: set[str] = set()
    reads: set[str] = set()
    for language, (path, source) in sources.items():
        reading = _Reading(path, source)
        template = reading.compile()
        findings += reading.findings
        variables |= reading.variables
        reads |= reading.reads
        if template is not None:
            templates[language] = template
    if findings:
        return None, findings
    return Block(name, templates, frozenset(variables), frozenset(reads)), []


class _Reading:
    """One template's source while it is checked."""

    def __init__(self, path: str, source: str) -> None:
        self._path = path
        self._source = source
        self._lines = source.split("\n")
        self._line = 1
        self.findings: list[Finding] = []
        self.variables: set[str] = set()
        self.reads: set[str] = set()

    def compile(self) -> Template | None:
        if len(self._source) > MAX_SOURCE:
            self._refuse(1, "", f"the block is larger than {MAX_SOURCE // 1024} KiB", "Split it")
            return None
        try:
            self._walk(_ENVIRONMENT.parse(self._source))
            self._check_html()
            return None if self.findings else _ENVIRONMENT.from_string(self._source)
        except TemplateSyntaxError as bad:
            said = str(bad.message).rstrip(".")
            self._refuse(bad.lineno, "{", said, "Check the braces and the quotes")
        except TemplateError as bad:
            self._refuse(1, "{", str(bad).rstrip("."))
        except _UNREADABLE:
            # Jinja, Python and html.parser each raise their own where a source is beyond them.
            self._unreadable(self._line)
        return None

    def _refuse(self, line: int, near: str, message: str, hint: str = "") -> None:
        text = self._lines[line - 1] if 0 < line <= len(self._lines) else ""
        column = text.find(near) + 1 or len(text) - len(text.lstrip()) + 1
        self.findings.append(Finding(self._path, line, column, message, hint))

    def _unreadable(self, line: int) -> None:
        message = "the block is nested too deeply or holds what cannot be read"
        self._refuse(line, "{", message, "Make it simpler")

    def _walk(self, node: nodes.Node, depth: int = 0) -> None:
        self._line = node.lineno
        if depth > MAX_DEPTH:
            raise RecursionError
        if not isinstance(node, _NODES):
            message = f"a block cannot use '{type(node).__name__.lower()}'"
            self._refuse(node.lineno, "{", message, "Blocks know values, if and filters")
            return
        if isinstance(node, nodes.Getitem):
            self._getitem(node)
            return
        if isinstance(node, nodes.Name):
            self._name(node)
        if isinstance(node, (nodes.Filter, nodes.Test)):
            self._filter(node)
        if isinstance(node, nodes.Const) and _too_large(node.value):
            self._refuse(node.lineno, "{", "a number in a block is at most 10 to the 15")
        for child in node.iter_child_nodes():
            self._walk(child, depth + 1)

    def _getitem(self, node: nodes.Getitem) -> None:
        owner, key = node.node, node.arg
        known = isinstance(owner, nodes.Name) and owner.name == ATTRIBUTES
        if known and isinstance(key, nodes.Const):
            self.reads.add(str(key.value))
        else:
            said = "only attributes are looked up"
            self._refuse(node.lineno, "[", said, "Write attr['crm.first_name']")

    def _name(self, node: nodes.Name) -> None:
        if node.name == ATTRIBUTES:
            hint = "Write attr['crm.first_name']"
            self._refuse(node.lineno, ATTRIBUTES, "attr alone shows nothing", hint)
        self.variables.add(node.name)

    def _filter(self, node: nodes.Filter | nodes.Test) -> None:
        known = FILTERS if isinstance(node, nodes.Filter) else _TESTS
        kind = type(node).__name__.lower()
        if node.name not in known:
            message = f"blocks have no {kind} '{node.name}'"
            self._refuse(node.lineno, node.name, message, did_you_mean(node.name, known))
        elif not _takes(node):
            message = f"the {kind} '{node.name}' does not take these arguments"
            hint = "default takes one, round one number from 0 to 6, the others none"
            self._refuse(node.lineno, node.name, message, hint)

    def _check_html(self) -> None:
        checker = _HtmlCheck()
        marked = self._source.find("<![")
        if marked >= 0:  # Pythons differ in what they make of it
            self._unreadable(self._source.count("\n", 0, marked) + 1)
            return
        try:
            checker.feed(_JINJA.sub(_blank, self._source))
            checker.close()
        except _UNREADABLE:
            self._unreadable(checker.getpos()[0])
        for line, column, message in checker.found:
            hint = "It never reaches the page: blocks are sanitised. Remove it"
            self.findings.append(Finding(self._path, line, column, message, hint))


def _takes(node: nodes.Filter | nodes.Test) -> bool:
    """Say whether a filter or test may have its arguments: ``round`` would work out 10**n."""
    if node.kwargs or node.dyn_args or node.dyn_kwargs:
        return False
    if node.name == "round" and node.args:
        places = node.args[0].value if isinstance(node.args[0], nodes.Const) else None
        return len(node.args) == 1 and type(places) is int and 0 <= places <= 6
    return len(node.args) <= (node.name in ("d", "default"))


def _too_large(value: object) -> bool:
    return isinstance(value, (int, float)) and abs(value) > MAX_NUMBER


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
            known = name in _COMMON or name in _BY_TAG.get(tag, ())
            known = known or name.startswith(tuple(_PREFIXES))
            if not known:
                said = f"the attribute '{name}' is not allowed on <{tag}>"
                self.found.append((line, column + 1, said))
