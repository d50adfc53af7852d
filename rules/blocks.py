"""Blocks: small templates that can say what they read, and cannot do anything else.

A block is Jinja2 narrowed to text, ``if``, plain filters and values it is given. Loops, calls, attribute
access and arithmetic that can grow are refused when the block is loaded, so rendering is bounded by the
size of its input. What it renders passes an HTML sanitiser, whatever its values hold.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple, TypeAlias

import nh3
from jinja2 import Template, TemplateError
from jinja2.exceptions import UndefinedError

from rules.findings import Finding
from rules.html_check import BY_TAG, COMMON, PREFIXES, TAGS, safe_srcset
from rules.places import Place
from rules.template_check import ATTRIBUTES, TemplateCheck
from rules.values import Value

MAX_OUTPUT = 64 * 1024


def _kept(tag: str, name: str, value: str) -> str | None:
    # The sanitiser checks the schemes of addresses, but a srcset is a list of them.
    return None if name == "srcset" and not safe_srcset(value) else value


_CLEANER = nh3.Cleaner(
    tags=set(TAGS),
    attributes={"*": COMMON, **BY_TAG},
    generic_attribute_prefixes=PREFIXES,
    url_schemes={"http", "https", "mailto", "tel"},
    link_rel=None,
    attribute_filter=_kept,
)


Frozen: TypeAlias = tuple[tuple[str, str, Value], ...]
"""Named values that never change."""


def frozen(values: Mapping[str, Value]) -> Frozen:
    """Return values as a key; it holds how each is written, because 1, 1.0 and true are equal."""
    return _one(tuple([(name, repr(values[name]), values[name]) for name in sorted(values)]))


@lru_cache(maxsize=4096)
def _one(values: Frozen) -> Frozen:
    # Thousands of rules give the same: as one object it is found faster.
    return values


class BadRender(Exception):
    """A block could not be rendered from the values it was given."""


class Outline(NamedTuple):
    """What rules know of a block: as long as it stays the same, its text may change without them."""

    name: str
    variables: frozenset[str]
    """Names a rule must give under ``with``."""
    reads: frozenset[str]
    """Attributes it shows; they count as read by the rule."""
    files: frozenset[tuple[str, str]] = frozenset()
    """Each of the names, and the file that shows it: the one of last resort, if that does."""

    def file_of(self, variable: str) -> str:
        """Return the file that shows a name a rule must give."""
        return dict(self.files)[variable]


class Block:
    """A compiled template, in one or more languages."""

    def __init__(
        self, outline: Outline, templates: Mapping[str, Template], places: Mapping[str, Place]
    ) -> None:
        self.outline = outline
        self.places = places
        self._shown = sorted(outline.reads)
        self._templates = templates
        self._cached = lru_cache(maxsize=1024)(self._render)

    def render(self, language: str, given: Frozen, facts: Mapping[str, Value]) -> str:
        """Return sanitised HTML. Raises ``BadRender``, for example where an attribute is not known."""
        if not self._shown:
            return self._cached(language, given, ())
        shown = [(name, repr(facts[name]), facts[name]) for name in self._shown if name in facts]
        return self._cached(language, given, tuple(shown))

    def _render(self, language: str, given: Frozen, shown: Frozen) -> str:
        template = self._templates.get(language) or self._templates[""]
        values: dict[str, object] = {name: value for name, _, value in given}
        values[ATTRIBUTES] = {
            name: ", ".join(value) if isinstance(value, tuple) else value
            for name, _, value in shown
        }
        try:
            html = template.render(values)
        except UndefinedError as bad:
            raise BadRender(f"block '{self.outline.name}': {bad.message}") from bad
        except (TemplateError, ArithmeticError, TypeError, ValueError) as bad:
            # Its text may hold the value itself, which has no place in a log.
            raise BadRender(f"block '{self.outline.name}': {type(bad).__name__}") from bad
        if len(html) > MAX_OUTPUT:
            raise BadRender(f"block '{self.outline.name}' grew over {MAX_OUTPUT // 1024} KiB")
        return _CLEANER.clean(html).strip()


def compile_block(
    name: str, sources: Mapping[str, tuple[str, str]]
) -> tuple[Block | None, list[Finding]]:
    """Compile a block from language -> (path, source); "" is the language of last resort."""
    findings: list[Finding] = []
    templates: dict[str, Template] = {}
    files: dict[str, str] = {}
    reads: dict[str, Place] = {}
    for language, (path, source) in sorted(sources.items()):
        reading = TemplateCheck(path, source)
        template = reading.compile()
        findings += reading.findings
        files = dict.fromkeys(reading.variables, path) | files
        reads = {**reading.reads, **reads}
        if template is not None:
            templates[language] = template
    if findings:
        return None, findings
    outline = Outline(name, frozenset(files), frozenset(reads), frozenset(files.items()))
    return Block(outline, templates, reads), []
