"""Checks that a block's template holds text, ``if``, plain filters and values, and nothing else."""

from typing import Any

from jinja2 import StrictUndefined, Template, TemplateError, nodes
from jinja2.exceptions import TemplateSyntaxError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from rules.findings import Finding, did_you_mean
from rules.html_check import UNREADABLE, check_html, column_of, unreadable
from rules.places import Place
from rules.template_marks import Mark, statements

MAX_SOURCE = 64 * 1024
MAX_DEPTH = 50
"""How deep a template may nest; parsing, checking and compiling it recurse."""
MAX_NUMBER = 10**15
ATTRIBUTES = "attr"
"""The name under which a block finds attributes: ``{{ attr['crm.first_name'] }}``."""

FILTERS = frozenset({
    "abs", "capitalize", "d", "default", "e", "escape", "int", "lower", "round", "title", "trim", "upper",
})  # fmt: skip
_NODES = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Const, nodes.Getitem, nodes.If,
    nodes.CondExpr, nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not, nodes.Add, nodes.Sub,
    nodes.Neg, nodes.Concat, nodes.Filter, nodes.Test, nodes.Keyword,
)  # fmt: skip
_TESTS = frozenset({"defined", "undefined", "none"})

_WORDS = ("if", "elif", "else", "endif")
_OTHER_WORDS = {
    "elseif": "elif", "elsif": "elif", "else if": "elif", "end if": "endif", "end": "endif", "fi": "endif",
}  # fmt: skip
_ALL_THERE_IS = "Blocks know values, if and filters"
_SAID: dict[type[nodes.Node], str] = {
    nodes.Call: "calls", nodes.List: "lists", nodes.Tuple: "lists", nodes.Dict: "lists", nodes.Slice: "lists",
    nodes.Mul: "'*'", nodes.Div: "'/'", nodes.FloorDiv: "'//'", nodes.Mod: "'%'", nodes.Pow: "'**'",
    nodes.Pos: "'+'",
}  # fmt: skip
_CLOSE = ("these braces are never closed", "Close {{ with }} and {% with %}")
_SYNTAX = (
    ("end of comment", "this comment is never closed", "Add #}"),
    ("end of template", *_CLOSE),
    ("unexpected '}'", *_CLOSE),
    (
        "Expected an expression",
        "there is nothing between the braces",
        "Name a value: {{ discount }}",
    ),
    ("got '='", "'=' does not compare", "Write =="),
    ("char '&'", "'&' is no word of a block", "Write 'and'"),
    ("char '!'", "'!' is no word of a block", "Write 'not'"),
    ("char '\"'", "a quote is never closed", "Write it at both ends of the text"),
    ('char "\'"', "a quote is never closed", "Write it at both ends of the text"),
)
"""A part of what Jinja says -> what is wrong, what to do."""


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
_ENVIRONMENT.globals.clear()  # 'range', 'dict' and the like are values as any others
_RESERVED = "self"
"""Jinja shows the template itself by this name, whatever value is given."""


class TemplateCheck:
    """One template's source while it is checked."""

    def __init__(self, path: str, source: str) -> None:
        self._path = path
        self._source = source
        self._line = 1
        self.findings: list[Finding] = []
        self.variables: set[str] = set()
        self.reads: dict[str, Place] = {}
        """Attributes it shows, and where it shows each first."""

    def compile(self) -> Template | None:
        """Return the template, or nothing and findings."""
        if len(self._source) > MAX_SOURCE:
            self._refuse(1, "", f"the block is larger than {MAX_SOURCE // 1024} KiB", "Split it")
            return None
        try:
            self._statements()
            if self.findings:
                return None
            self._walk(_ENVIRONMENT.parse(self._source))
            self.findings += check_html(self._path, self._source)
            return None if self.findings else _ENVIRONMENT.from_string(self._source)
        except TemplateSyntaxError as bad:
            self._refuse(bad.lineno, "{", *_syntax(str(bad.message)))
        except TemplateError as bad:
            self._refuse(1, "{", *_syntax(str(bad)))
        except UNREADABLE:
            self.findings.append(unreadable(self._path, self._source, self._line))
        return None

    def _refuse(self, line: int, near: str, message: str, hint: str = "") -> None:
        column = column_of(self._source, line, near)
        self.findings.append(Finding(self._path, line, column, message, hint))

    def _statements(self) -> None:
        """Refuse statements blocks do not have, and ifs that do not fit together."""
        found = statements(self._source)
        refused: set[str] = set()
        for mark in found:
            ends_a_refused_one = mark.word.removeprefix("end") in refused - {mark.word}
            if mark.word not in _WORDS and not ends_a_refused_one:
                hint = did_you_mean(mark.word, _WORDS, _OTHER_WORDS, otherwise=_ALL_THERE_IS)
                self._refuse_at(mark, f"a block cannot use '{mark.word}'", hint)
                refused.add(mark.word)
        if not refused:
            self._ifs(found)

    def _ifs(self, found: list[Mark]) -> None:
        opened: list[Mark] = []
        for mark in found:
            if mark.word == "if":
                opened.append(mark)
            elif not opened:
                hint = "Write {% if … %} before it, or remove it"
                self._refuse_at(mark, f"this {mark.word} has no if", hint)
            elif mark.word == "endif":
                opened.pop()
        for mark in opened:
            self._refuse_at(mark, "this if is never closed", "Add {% endif %}")

    def _refuse_at(self, mark: Mark, message: str, hint: str) -> None:
        self.findings.append(Finding(self._path, mark.line, mark.column, message, hint))

    def _walk(self, node: nodes.Node, depth: int = 0) -> None:
        self._line = node.lineno
        if depth > MAX_DEPTH:
            raise RecursionError
        if isinstance(node, (nodes.Getitem, nodes.Getattr)):
            self._looked_up(node)
            return
        if not isinstance(node, _NODES):
            said = _SAID.get(type(node), "this")
            self._refuse(node.lineno, "{", f"a block cannot use {said}", _ALL_THERE_IS)
            return
        if isinstance(node, nodes.Name):
            self._name(node)
        if isinstance(node, (nodes.Filter, nodes.Test)):
            self._filter(node)
        if isinstance(node, nodes.Const) and _too_large(node.value):
            self._refuse(node.lineno, "{", "a number in a block is at most 10 to the 15")
        for child in node.iter_child_nodes():
            self._walk(child, depth + 1)

    def _looked_up(self, node: nodes.Getitem | nodes.Getattr) -> None:
        if isinstance(node, nodes.Getitem):
            near, key = "[", node.arg
            if _is_attr(node.node) and isinstance(key, nodes.Const):
                column = column_of(self._source, node.lineno, str(key.value))
                self.reads.setdefault(str(key.value), Place(self._path, node.lineno, column))
                return
        else:
            near = f"{_dotted(node)}".partition(".")[0] + "."
        name = (_dotted(node) or "crm.first_name").removeprefix(f"{ATTRIBUTES}.")
        hint = f"Write {ATTRIBUTES}['{name}']"
        self._refuse(node.lineno, near, "only attributes are looked up", hint)

    def _name(self, node: nodes.Name) -> None:
        if node.name == ATTRIBUTES:
            hint = "Write attr['crm.first_name']"
            self._refuse(node.lineno, ATTRIBUTES, "attr alone shows nothing", hint)
        if node.name == _RESERVED:
            message = f"'{_RESERVED}' is a word of the templates themselves"
            self._refuse(node.lineno, _RESERVED, message, "Call the value something else")
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


def _is_attr(node: nodes.Node) -> bool:
    return isinstance(node, nodes.Name) and node.name == ATTRIBUTES


def _dotted(node: nodes.Node) -> str | None:
    """Return the name somebody meant by dots or brackets, as attributes are called."""
    if isinstance(node, nodes.Name):
        return node.name
    if isinstance(node, nodes.Getattr):
        last: object = node.attr
    elif isinstance(node, nodes.Getitem):
        last = node.arg.value if isinstance(node.arg, nodes.Const) else _dotted(node.arg)
    else:
        return None
    first = _dotted(node.node)
    return f"{first}.{last}" if first and isinstance(last, str) else None


def _syntax(said: str) -> tuple[str, str]:
    """Return what is wrong and what to do, for what Jinja says of it."""
    for part, message, hint in _SYNTAX:
        if part in said:
            return message, hint
    hint = "Write a value, such as {{ discount }} or {{ attr['crm.first_name'] }}"
    return "what stands between the braces cannot be read", hint


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
