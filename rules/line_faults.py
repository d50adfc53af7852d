"""Why a line is no recorded request, in words of whoever keeps the log and not of whoever decodes it."""

import re
from typing import Final

import msgspec

_WORDS: Final = {
    "object": "keys and values",
    "array": "a list",
    "str": "a text",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "null": "null",
}
_EXPECTED: Final = re.compile(r"Expected `([^`]+)`, got `([^`]+)`")
_MISSING: Final = re.compile(r"missing required field `([^`]+)`")
_VALUE: Final = re.compile(r"Invalid enum value (.+?)(?: - at |$)")
_PLACE: Final = re.compile(r" - at `(?:key in )?\$\.?([^`]*)`")


def why(bad: Exception) -> str:
    """Return what is wrong with a line that the decoder refused."""
    if isinstance(bad, UnicodeDecodeError):
        return "it is not UTF-8"
    if isinstance(bad, RecursionError):
        return "it is nested too deep"
    if isinstance(bad, msgspec.ValidationError):
        return _shape(str(bad))
    if "truncated" in str(bad):
        return "it is cut off: JSON begins and does not end"
    return "it is no JSON, which every line of a log is"


def _shape(said: str) -> str:
    match = _PLACE.search(said)
    where = _where(match[1]) if match and match[1] else "it"
    if match := _MISSING.search(said):
        return f"{where} lacks '{match[1]}'"
    if match := _VALUE.search(said):
        return f"{where} is {match[1]}, which it cannot be"
    if match := _EXPECTED.search(said):
        wanted, got = match[1].split(" | "), match[2]
        if where == "it":
            return f"it is {_WORDS.get(got, got)}, and a recorded request is {_one_of(wanted)}"
        return f"{where} is {_WORDS.get(got, got)}, and is to be {_one_of(wanted)}"
    return f"{where} is nothing that a recorded request holds there"


def _where(path: str) -> str:
    inner = path.removesuffix("[...]")
    if inner == path:
        return path
    return f"a part of {inner.replace('[...]', '')}"


def _one_of(kinds: list[str]) -> str:
    kept = [kind for kind in kinds if kind != "null" and not (kind == "int" and "float" in kinds)]
    words = [_WORDS.get(kind, kind) for kind in kept]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"
