"""Finds what no address of a page can be: a condition on it would never be true, or always."""

import re
from collections.abc import Callable, Iterable
from string import punctuation
from urllib.parse import quote, unquote

from rules.attributes import BUILT_IN, QUERY
from rules.operators import FOLDED, base_of
from rules.operators import never as said_of

_BEGINS = ("equals", "not", "in", "not_in", "starts_with")
"""The operators whose text stands at the beginning of what it is compared with."""
_ADDRESS = re.compile(
    r"(?:https?://[^/?#]*|(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,}(?=/))?([^?#]*)(?:\?([^=&#]*))?.*",
    re.DOTALL,
)
_HOST = re.compile(r"([A-Za-z0-9-]+\.)+[A-Za-z]{2,}(/.*)?")
_ORIGIN = re.compile(r"https?://[^/?#]+")
_NO_PATH = re.compile(r"(https?://[^/?#]+)([?#].*)?", re.DOTALL)
_TRIED_ON = re.compile(r"https?://(localhost|.*\.localhost|127\.[0-9.]+|\[::1\])(:[0-9]+)?$")
_SERVER = re.compile(
    r"(https?)://(\[[^\]/?#]*\]|[^\[\]/?#:@]*)(?::([0-9]+)(?![^/?#]))?", re.IGNORECASE
)
_USER = re.compile(r"(https?://)[^/?#]*@", re.IGNORECASE)
_LEFT_OUT = {"https": "443", "http": "80"}
"""Scheme -> the port that browsers leave out."""
_ENCODED = re.compile(r"%[0-9A-Fa-f]{2}")
_KEPT = re.compile(r"%(2[35Ff]|3[Ff])")
"""Encoded # % / ?: a path people read holds them if the address has ``%2523`` or so, or needs them."""
_UNSENT = re.compile(r"[^!-~]")
"""What browsers encode in every address."""
_WRITTEN = re.compile(r"\{(starts_with|ends_with|contains):")
"""A comparison that a hint writes out."""
_STARS = {
    (False, True): "starts_with",
    (True, False): "ends_with",
    (True, True): "contains",
}
"""Whether a star stands before and after a text -> what is meant."""
_SCHEMES = ("https://", "http://")


def never(name: str, operator: str, text: str) -> tuple[str, str] | None:
    """Return what is wrong with a text compared with an attribute, and what to do; None: it can be."""
    check, base = _CHECKS.get(name), base_of(operator)
    if check is None:
        return None
    if base != operator:
        found = never(name, base, text.lower()) and never(name, base, text)
        return found and (found[0], _WRITTEN.sub(rf"{{\1{FOLDED}:", found[1]))
    if operator == "matches" and not _literal(text):
        return None
    hint = check(operator, text)
    bare = text.strip("*")
    if bare and bare != text and operator in _BEGINS:
        other = _STARS[text.startswith("*"), text.endswith("*")]
        if name == "page.path" and other == "starts_with" and "://" not in bare:
            bare = f"/{bare.removeprefix('/')}"
        if not check(other, bare):
            hint = f"A * stands for itself: write {_instead(name, operator, other, bare)}"
    return (f"{name} {said_of(operator)} '{text}'", hint) if hint else None


def is_elsewhere(operator: str, text: str, origins: Iterable[str]) -> bool:
    """Say whether a text begins as no address of some origins does; machines to try things out on are known."""
    host = _ORIGIN.match(text.lower())
    if host is None or base_of(operator) not in _BEGINS or _TRIED_ON.match(host[0]):
        return False
    return not any(
        each == host[0] or (host[0] == text.lower() and each.startswith(host[0]))
        for each in origins
    )


def _literal(pattern: str) -> bool:
    """Say whether every letter of a pattern has to be there."""
    return set("|?*+[{").isdisjoint(pattern.replace(".*", "").replace(".+", ""))


def _instead(name: str, operator: str, other: str, text: str) -> str:
    """Return a comparison as it is written in the place of another one."""
    comparison = f"{{{other}: {text}}}"
    negated = operator in ("not", "not_in")
    return f"not: {{{name}: {comparison}}}" if negated else comparison


def _path(operator: str, text: str) -> str:
    if readable := _decoded(text):
        return f"A path is compared as people read it: write {readable}"
    match = _ADDRESS.fullmatch(text)
    if match is None:
        return ""
    sign = next((letter for letter in text if letter in "?#"), None)
    begins, hosted = operator in _BEGINS, _ORIGIN.match(text) is not None
    if sign is None and (text.startswith("/") or not (begins or hosted)):
        return ""
    path, parameter = match.groups()
    if begins and not path.startswith("/"):
        path = f"/{path}"
    todo = [f"write {path}"] if path else ["compare page.url"] if hosted else []
    if parameter:
        utm = parameter.replace("utm_", "utm.", 1)
        todo.append(f"read the rest with {utm if utm in BUILT_IN else QUERY + parameter}")
    why = "Every path begins with /" if begins else "A path has no host"
    why = f"A path ends before the {sign}" if sign else why
    return f"{why}: {', and '.join(todo)}" if todo else why


def _decoded(text: str) -> str:
    """Return an encoded text as people read it; nothing where a path can hold it as it is."""
    if not _ENCODED.search(text) or _KEPT.search(text):
        return ""
    try:
        return unquote(text, errors="strict")
    except UnicodeDecodeError:
        return ""


def _url(operator: str, text: str) -> str:
    if encoded := _encoded(text):
        return encoded.replace("write", "compare page.path, or write", 1)
    address, mark, _ = text.partition("#")
    if mark:
        write = f": write {address}" if address and operator != "matches" else ""
        return f"Browsers send no # and nothing after it{write}"
    if operator not in _BEGINS:
        return ""
    if unsent := _server(operator, text):
        return unsent
    bare = _NO_PATH.fullmatch(text)
    if bare and (bare[2] or operator != "starts_with"):
        return f"After the host comes a /: write {bare[1]}/{bare[2] or ''}"
    if text.startswith(_SCHEMES) or any(each.startswith(text) for each in _SCHEMES):
        return ""
    todo = f"write https://{text}" if _HOST.fullmatch(text) else "compare page.path with this"
    return f"Every address begins with https://: {todo}"


def _server(operator: str, text: str) -> str:
    """Look for a host and a port as no browser sends them."""
    if (user := _USER.match(text)) is not None:
        return f"Browsers send no user name: write {user[1]}{text[user.end() :]}"
    match = _SERVER.match(text)
    if match is None:
        return ""
    scheme, host, port = match.groups()
    rest = text[match.end() :]
    if port and int(port[:6]) not in range(1, 65536):
        return "Ports are 1 to 65535"
    if port == _LEFT_OUT[scheme.lower()] and (rest or operator != "starts_with"):
        return f"Browsers leave :{port} out: write {scheme.lower()}://{host.lower()}{rest}"
    if match[0] != match[0].lower():
        return f"Browsers send the host in small letters: write {match[0].lower()}{rest}"
    return ""


def _referrer(operator: str, text: str) -> str:
    if encoded := _encoded(text):
        return encoded
    if operator not in _BEGINS:
        return ""
    whole = operator != "starts_with"
    if whole and _NO_PATH.fullmatch(text):
        other = _instead("page.referrer", operator, "starts_with", f"{text}/")
        return f"After the host comes a /: write {other}"
    # A beginning may be one of a scheme: android-app
    if ":" in text or not (text if whole else set(text) & set("./")):
        return ""
    other = _instead("page.referrer", operator, "contains", text)
    return f"A referrer is a whole address, https://…: write {other}"


def _encoded(text: str) -> str:
    if not _UNSENT.search(text):
        return ""
    host = _ORIGIN.match(text)
    if host and _UNSENT.search(host[0]):
        return "Browsers send such a host as xn--…"
    return f"Browsers send addresses encoded: write {quote(text, safe=punctuation)}"


_CHECKS: dict[str, Callable[[str, str], str]] = {
    "page.path": _path,
    "page.url": _url,
    "page.referrer": _referrer,
}
