"""Reads nodes as the types a schema wants, collecting every finding instead of stopping at one."""

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from types import MappingProxyType

import msgspec

from rules.findings import (
    AFTER_COMMA,
    IN_QUOTES,
    Finding,
    did_you_mean,
    did_you_mean_key,
    misspelt,
    or_new_in,
)
from rules.other_words import belongs, other_key, shape_of
from rules.source import Node, cut_off
from rules.values import type_of
from rules.wrong_values import WORD, either, hint_to, may_be_thousands

_ITEM = re.compile(r"\w[\w./ -]*")
"""A text that may stand in brackets as it is."""
_LISTS = ("origins", "languages", "values", "purposes")
"""Keys that have lists of texts."""


class Reader:
    """Collects findings while nodes are read; every ``None`` returned has left one."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []

    def refuse(self, node: Node, message: str, hint: str = "") -> None:
        """Note what is wrong at a node, unless it was told already that the node cannot be read."""
        if node.faulty:
            return
        self.findings.append(node.finding(message, hint))

    def warn(self, node: Node, message: str, hint: str = "") -> None:
        """Note what may be meant and probably is not: nothing is refused for it."""
        found = node.finding(message, hint)
        self.findings.append(msgspec.structs.replace(found, severity="warning"))

    def warn_of_comment(self, node: Node) -> None:
        """Warn of a text that may go on behind a # right after one space, where YAML reads a comment."""
        if isinstance(node.value, str) and node.commented.startswith(" #"):
            self.warn(node, f"only '{node.value}' is compared", in_quotes(node))

    def refused_since(self, before: int) -> bool:
        """Say whether anything was refused since there were so many findings; a warning refuses nothing."""
        return refused(self.findings[before:])

    def spared(self, node: Node, look: Callable[[], None]) -> None:
        """Look for what never holds or never wins, with findings of its own.

        That goes through all that conditions can say together, more than anybody can try. A site must not
        be refused for what went wrong there: a fault of ours costs that finding alone, and is told.
        """
        try:
            look()
        except Exception as bad:
            message = (
                f"this could not be compared with what is asked beside it ({type(bad).__name__})"
            )
            self.warn(node, message, "Report it: this is a fault of Tagwerk; all rules work")

    def keys(
        self,
        node: Node,
        what: str,
        known: Collection[str],
        required: Collection[str] = (),
        elsewhere: Mapping[str, str] = MappingProxyType({}),
    ) -> dict[str, Node]:
        """Return a mapping's values by key; unknown and missing keys are findings.

        ``elsewhere`` is what to do with keys that belong to another place.
        """
        entries = self.entries(node, what)
        if not isinstance(node.value, dict):
            return {}
        unknown = {name: entry for name, entry in entries.items() if name not in known}
        for name, several in cut_values(entries, known).items() if unknown else ():
            key, value = entries[name]
            if name in _LISTS:
                self.refuse(value, f"{name} must be a list, not {said(value)}", as_list(several))
                entries = {**entries, name: (key, msgspec.structs.replace(value, faulty=True))}
                unknown = {each: entry for each, entry in unknown.items() if each not in several}
        for name, (key, value) in unknown.items():
            cut = cut_off(key, value) and len(entries) > 1 and misspelt(name, known) is None
            hint = elsewhere.get(name) or _hint_to_key(name, what, known)
            hint = AFTER_COMMA if cut else hint
            self.refuse(key, f"{what} has no key '{name}'", hint)
        found = entries.keys() | {meant(each, known) for each in unknown}
        for name in required:
            if name not in found:
                self.refuse(node, f"{what} needs '{name}'", f"Add '{name}:'")
        return {name: entry[1] for name, entry in entries.items() if name in known}

    def entries(self, node: Node, what: str) -> Mapping[str, tuple[Node, Node]]:
        """Return a mapping as name -> (key, value); anything else is a finding and an empty dict."""
        if isinstance(node.value, dict):
            return node.value
        message = f"{what} must be keys and values, not {said(node)}"
        self.refuse(node, message, shape_of(what))
        return {}

    def items(self, node: Node, what: str, hint: str = "") -> list[Node]:
        """Return a list's items; anything else is a finding and an empty list."""
        if isinstance(node.value, list):
            return node.value
        parts = [part.strip() for part in re.split("[,;]", node.shown)]
        hint = hint or as_list(parts) or "Begin each item with '- '"
        self.refuse(node, f"{what} must be a list, not {said(node)}", hint)
        return []

    def text(self, node: Node | None, what: str, *, may_be_empty: bool = False) -> str | None:
        """Return a text; an empty one only where that can be meant."""
        value = self._scalar(node, what, "string")
        if value == "" and node is not None and not may_be_empty:
            self.refuse(node, f"{what} is empty")
            return None
        return value if isinstance(value, str) else None

    def written(self, node: Node | None, what: str) -> str | None:
        """Return a text, or a number as one: its reader knows better which unit it lacks."""
        if node is not None and type_of(node.value) == "number":
            return str(node.value)
        return self.text(node, what)

    def number(self, node: Node | None, what: str) -> float | None:
        """Return a number."""
        value = self._scalar(node, what, "number")
        return value if isinstance(value, (int, float)) else None

    def whole(
        self,
        node: Node | None,
        what: str,
        least: int = 0,
        hint: str = "",
        *,
        compared: bool = False,
    ) -> int | None:
        """Return a whole number of at least ``least``; ``hint`` is for one that is less, and for a list.

        ``compared``: operators may stand there as well.
        """
        value = self._scalar(node, what, "number", hint, compared=compared)
        if node is not None and self.is_doubtful(node):
            return None
        if isinstance(value, int) and value >= least:
            return value
        if isinstance(value, (int, float)) and node is not None:
            message = f"{what} must be a whole number of at least {least}, not {value}"
            between = f"Write {int(value)} or {int(value) + 1}"
            self.refuse(node, message, hint if value < least else between)
        return None

    def is_doubtful(self, node: Node) -> bool:
        """Say whether a number may be meant as thousands; if so, that is a finding."""
        if type_of(node.value) != "number" or not may_be_thousands(node.shown):
            return False
        many, few = node.shown.replace(".", ""), f"{node.value:g}"
        message = f"{node.shown} is {few}, and may be meant as {many}"
        self.refuse(node, message, f"Write {either(node.shown)}")
        return True

    def boolean(self, node: Node | None, what: str) -> bool | None:
        """Return true or false."""
        value = self._scalar(node, what, "boolean")
        return value if isinstance(value, bool) else None

    def texts(self, node: Node | None, what: str, hint: str = "") -> dict[str, Node]:
        """Return a list of texts, each with its place."""
        if node is None:
            return {}
        items = self.items(node, what, hint)
        found = [(self.text(item, f"each of {what}"), item) for item in items]
        return {text: item for text, item in found if text is not None}

    def one_of(
        self,
        node: Node | None,
        what: str,
        known: Collection[str],
        other_words: Mapping[str, str] = MappingProxyType({}),
        section: str = "",
    ) -> str | None:
        """Return a text out of a set of words; ``other_words`` are what people write for one.

        ``section`` is where site.yaml names them, if it does.
        """
        word = self.text(node, what)
        if word is None or word in known:
            return word
        if node is not None:
            hint = did_you_mean(word, known, other_words)
            hint = or_new_in(section, hint) if section else hint
            self.refuse(node, f"there is no {what} '{word}'", hint)
        return None

    def _scalar(
        self,
        node: Node | None,
        what: str,
        wanted: str,
        for_list: str = "",
        *,
        compared: bool = False,
    ) -> object:
        if node is None:
            return None
        if type_of(node.value) == wanted:
            return node.value
        message = f"{what} must be {WORD[wanted]}, not {said(node)}"
        cut = node.commented and node.value is None
        hint = hint_to(node.value, wanted, compared=compared)
        hint = for_list if isinstance(node.value, list) else hint
        self.refuse(node, message, IN_QUOTES if cut else hint)
        return None


def as_list(texts: Sequence[str]) -> str:
    """Return the hint to write texts as a list; nothing where some cannot stand in one as they are."""
    return f"Write [{', '.join(texts)}]" if all(map(_ITEM.fullmatch, texts)) else ""


def cut_values(
    entries: Mapping[str, tuple[Node, Node]], known: Collection[str]
) -> dict[str, list[str]]:
    """Return known keys in { } with what a comma parts from their values: ``gte: 99,50``, ``in: gold, silver``."""
    found: dict[str, list[str]] = {}
    whole = ""
    for name, (key, value) in entries.items():
        if not cut_off(key, value):
            scalar = isinstance(value.value, (str, int, float))
            whole = name if scalar and name in known else ""
        elif whole and misspelt(name, known) is None:
            found.setdefault(whole, [entries[whole][1].shown]).append(name)
    return found


def in_quotes(node: Node) -> str:
    """Return the hint to a value behind which a # begins a comment."""
    whole = f"{node.shown}{node.commented.rstrip(' ,]}')}"
    hint = "A # after a space begins a comment: put quotes around the text, as in"
    return f'{hint} "{whole}"'


def refused(findings: Iterable[Finding]) -> bool:
    """Say whether findings are more than warnings."""
    return any(each.severity != "warning" for each in findings)


def meant(name: str, known: Collection[str]) -> str | None:
    """Return the known key that a wrong one was to be, if anybody can tell."""
    return other_key(name, known) or misspelt(name, known)


def _hint_to_key(name: str, what: str, known: Collection[str]) -> str:
    other = other_key(name, known)
    return did_you_mean_key(name, known, {name: other} if other else {}, belongs(name, what))


def said(node: Node) -> str:
    """Return how a finding calls a value."""
    kind = type_of(node.value)
    if kind in ("list", "null"):
        return "a list" if kind == "list" else "nothing"
    if kind == "mapping":
        return "keys and values"
    shown = str(node.value).lower() if kind == "boolean" else node.written or repr(node.value)
    return f"{WORD[kind]} ({shown})"
