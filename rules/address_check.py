"""Finds what no address of a page can be: a condition on it would never be true, or always."""

import re
from collections.abc import Callable
from urllib.parse import unquote

from rules.attributes import BUILT_IN, QUERY

_BEGINS = ("equals", "not", "in", "not_in", "starts_with")
"""The operators whose text stands at the beginning of what it is compared with."""
_VERB = {
    "starts_with": "never begins with",
    "ends_with": "never ends with",
    "contains": "never contains",
}
_ADDRESS = re.compile(
    r"(?:https?://[^/?#]*|(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,}(?=/))?([^?#]*)(?:\?([^=&#]*))?.*",
    re.DOTALL,
)
_HOST = re.compile(r"([A-Za-z0-9-]+\.)+[A-Za-z]{2,}(/.*)?")
_ENCODED = re.compile(r"%[0-9A-Fa-f]{2}")
_SCHEMES = ("https://", "http://")


def never(name: str, operator: str, text: str) -> tuple[str, str] | None:
    """Return what is wrong with a text compared with an attribute, and what to do; None: it can be."""
    if name not in _CHECKS or operator not in (*_BEGINS, *_VERB):
        return None
    hint = _CHECKS[name](text, operator in _BEGINS)
    return (f"{name} {_VERB.get(operator, 'is never')} '{text}'", hint) if hint else None


def _path(text: str, begins: bool) -> str:
    if _ENCODED.search(text):
        return f"A path is compared as people read it: write {unquote(text)}"
    match = _ADDRESS.fullmatch(text)
    sign = next((letter for letter in text if letter in "?#"), None)
    if match is None or (sign is None and (text.startswith("/") or not begins)):
        return ""
    path, parameter = match.groups()
    if begins and not path.startswith("/"):
        path = f"/{path}"
    todo = [f"write {path}"] if path else []
    if parameter:
        utm = parameter.replace("utm_", "utm.", 1)
        todo.append(f"read the rest with {utm if utm in BUILT_IN else QUERY + parameter}")
    why = f"A path ends before the {sign}" if sign else "Every path begins with /"
    return f"{why}: {', and '.join(todo)}" if todo else why


def _url(text: str, begins: bool) -> str:
    if not begins or text.startswith(_SCHEMES) or any(each.startswith(text) for each in _SCHEMES):
        return ""
    todo = f"write https://{text}" if _HOST.fullmatch(text) else "compare page.path with this"
    return f"Every address begins with https://: {todo}"


def _referrer(text: str, begins: bool) -> str:
    if not begins or not _HOST.fullmatch(text):
        return ""
    return f"A referrer is a whole address, https://…: write contains: {text}"


_CHECKS: dict[str, Callable[[str, bool], str]] = {
    "page.path": _path,
    "page.url": _url,
    "page.referrer": _referrer,
}
