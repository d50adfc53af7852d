"""Checks that a block's template holds text, ``if``, plain filters and values, and nothing else."""

from typing import Any

from jinja2 import StrictUndefined, Template, TemplateError, nodes
from jinja2.exceptions import TemplateSyntaxError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from rules.findings import Finding, did_you_mean
from rules.html_check import UNREADABLE, check_html, column_of, unreadable

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


class TemplateCheck:
    """One template's source while it is checked."""

    def __init__(self, path: str, source: str) -> None:
        self._path = path
        self._source = source
        self._line = 1
        self.findings: list[Finding] = []
        self.variables: set[str] = set()
        self.reads: set[str] = set()

    def compile(self) -> Template | None:
        """Return the template, or nothing and findings."""
        if len(self._source) > MAX_SOURCE:
            self._refuse(1, "", f"the block is larger than {MAX_SOURCE // 1024} KiB", "Split it")
            return None
        try:
            self._walk(_ENVIRONMENT.parse(self._source))
            self.findings += check_html(self._path, self._source)
            return None if self.findings else _ENVIRONMENT.from_string(self._source)
        except TemplateSyntaxError as bad:
            said = str(bad.message).rstrip(".")
            self._refuse(bad.lineno, "{", said, "Check the braces and the quotes")
        except TemplateError as bad:
            self._refuse(1, "{", str(bad).rstrip("."))
        except UNREADABLE:
            self.findings.append(unreadable(self._path, self._source, self._line))
        return None

    def _refuse(self, line: int, near: str, message: str, hint: str = "") -> None:
        column = column_of(self._source, line, near)
        self.findings.append(Finding(self._path, line, column, message, hint))

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
