"""Reads how an attribute or a count is compared: operators and what each compares with."""

from collections.abc import Collection, Sequence
from difflib import SequenceMatcher
from typing import Any
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from rules.argument_reader import UTC, ArgumentReader
from rules.argument_shapes import days_meant, window_meant
from rules.arguments import Circle
from rules.attributes import CLOCK, WEEKDAYS, Attribute
from rules.comparison_check import (
    both,
    check_bounds,
    check_lists,
    check_values,
    check_windows,
    holds,
)
from rules.findings import did_you_mean_key, misspelt
from rules.keys import location, on_earth
from rules.loose_values import day
from rules.operators import INSTEAD, OPERATORS, base_of, meant_by
from rules.reader import Reader, as_list, cut_values, said
from rules.source import Entry, Node
from rules.values import ANY_TYPE
from rules.wrong_values import SEVERAL, WORD, hint_to

__all__ = ["both", "holds", "read_comparisons"]

_DISTANCES = ("lt", "lte", "gt", "gte", "between")
_LISTED = ("list", "items", "networks", "days")
"""Shapes of what may be several values."""
_HOLDS_COMMA = "Put quotes around a text that holds a comma, or [ ] around several"
_NEAR = "{from: [48.137, 11.575], lte: 25}"
FURTHEST_KM = 20_016
"""Half around the Earth: nothing is further away."""


def read_comparisons(
    reader: Reader,
    attribute: Attribute,
    key: Node,
    node: Node,
    known: Collection[str] = OPERATORS,
    timezone: ZoneInfo = UTC,
) -> list[tuple[str, object]]:
    """Return operators and arguments; a list alone is ``in``, one value ``equals``.

    ``timezone`` is the campaign's: moments without an offset are on its clocks.
    """
    if not isinstance(node.value, dict) and attribute.type == ANY_TYPE:
        return []
    if not isinstance(node.value, dict):
        return _alone(reader, attribute, key, node, timezone)
    before = len(reader.findings)
    if not node.value:
        message = f"{attribute.name} is compared with nothing"
        reader.refuse(node, message, "Name an operator, or leave it out")
    found: list[tuple[str, object]] = []
    cut = {} if all(word in known for word in node.value) else cut_values(node.value, known)
    for word, pieces in cut.items():
        message = f"a comma parts {pieces[0]} from {pieces[1]}"
        reader.refuse(node.value[pieces[1]].key, message, _in_one(word, attribute.type, pieces))
    refused = {*cut, *(each for pieces in cut.values() for each in pieces[1:])}
    for word, entry in node.value.items():
        if word in refused:
            continue
        if word in known:
            if attribute.type != ANY_TYPE:
                found += _one(reader, attribute, word, entry, timezone)
            continue
        has = "there is no" if known is OPERATORS else f"{attribute.name} has no"
        hint = _hint_to_operator(word, attribute.type, known)
        reader.refuse(entry.key, f"{has} operator '{word}'", hint)
    if not reader.refused_since(before):
        check_bounds(reader, attribute, node.value, found)
        check_windows(reader, attribute, node.value, found)
        check_lists(reader, attribute, node.value, found)
    if not reader.refused_since(before):
        check_values(reader, attribute, node, found)
    return found


def _in_one(word: str, kind: str, pieces: Sequence[str]) -> str:
    """Return how to write what commas cut in pieces: a list, where the operator takes one, or a number."""
    shape = OPERATORS[word].shape if word in OPERATORS else ""
    if shape in _LISTED or (shape == "pair" and len(pieces) == 2):
        return as_list(pieces) or _HOLDS_COMMA
    number = hint_to(",".join(pieces), kind) if kind == "number" else ""
    return number if number[6:7].isdecimal() else _HOLDS_COMMA


def _hint_to_operator(word: str, kind: str, known: Collection[str]) -> str:
    """Return the operator of a type that a word was to be; else all the type has, the most alike first."""
    taken = [name for name in known if name not in OPERATORS or _takes(name, kind)]
    meant = meant_by(word)
    if (near := meant or misspelt(word, OPERATORS)) is not None:
        meant = INSTEAD.get(kind, {}).get(near, meant)
    alike = sorted(
        filter(_is_base, taken), key=lambda each: -SequenceMatcher(None, word[:40], each).ratio()
    )
    return did_you_mean_key(
        word, taken, {word: meant} if meant else {}, f"Use one of {', '.join(alike)}"
    )


def _takes(word: str, kind: str) -> bool:
    return kind == ANY_TYPE or kind in OPERATORS[word].types


def _is_base(word: str) -> bool:
    return base_of(word) == word


def _alone(
    reader: Reader, attribute: Attribute, key: Node, node: Node, timezone: ZoneInfo
) -> list[tuple[str, object]]:
    word = "in" if isinstance(node.value, list) else "equals"
    if attribute.type in OPERATORS[word].types:
        return _one(reader, attribute, word, Entry(key, node), timezone)
    message = f"{attribute.name} is {WORD[attribute.type]}: say how it is compared"
    reader.refuse(node, message, _said_how(attribute, node.value))
    return []


def _said_how(attribute: Attribute, value: object) -> str:
    """Return how to compare with a value that stands alone, where that says nothing."""
    kind = attribute.type
    if kind == "datetime":
        text = str(value)
        is_window = text[:1].isdecimal() or " " in text  # 'yes' is no year
        if is_window and attribute.name not in CLOCK and (length := window_meant(text)):
            return f"Write {{within_last: {length}}}"
        on = day(text)
        return f"Write {{between: [{on}, {on}]}}" if on else "Use before, after or between"
    if kind == "location":
        return f"Write {{distance_km: {_NEAR}}}"
    return f"Write {{has_any: {value if isinstance(value, str) else '[…]'}}}"


def _one(
    reader: Reader, attribute: Attribute, word: str, entry: Entry, timezone: ZoneInfo
) -> list[tuple[str, object]]:
    row, kind, node = OPERATORS[word], attribute.type, entry.value
    if kind in row.types and row.moving and attribute.name in CLOCK:
        message = f"'{word}' asks how long ago something was, and {attribute.name} is always now"
        reader.refuse(entry.key, message, "Use before and after")
        return []
    if kind in row.types and row.shape == "circle":
        return [(word, _circle(reader, node))]
    if kind in row.types:
        return [(word, ArgumentReader(reader, attribute, word, node, timezone).read())]
    *most, last = [SEVERAL[each] for each in row.types]
    takes = f"{', '.join(most)} and {last}" if most else last
    fitting = [name for name in OPERATORS if _takes(name, kind) and _is_base(name)]
    meant = INSTEAD.get(kind, {}).get(word)
    hint = f"Write '{meant}'" if meant else f"Use one of {', '.join(fitting)}"
    if attribute.values == WEEKDAYS and word == "between" and (days := days_meant(node)):
        hint = f"Write [{days}]"
    message = f"'{word}' compares {takes}; {attribute.name} is {WORD[kind]}"
    reader.refuse(entry.key, message, hint)
    return []


def _circle(reader: Reader, node: Node) -> Circle | None:
    """Read the place, and what the distance from it is compared with."""
    before = len(reader.findings)
    words = dict(node.value) if isinstance(node.value, dict) else {}
    from_ = words.pop("from", None)
    place = None if from_ is None else _place(reader, from_.value)
    if from_ is None and not any(misspelt(word, ("from",)) for word in words):
        reader.refuse(node, "'distance_km' needs 'from'", f"Write {_NEAR}")
    elif from_ is not None and not words:
        reader.refuse(node, "'distance_km' does not say how far", f"Write {_NEAR}")
    kilometres = Attribute("distance_km", "number")
    rest = replace(node, value=words)
    bounds = (
        read_comparisons(reader, kilometres, node, rest, ("from", *_DISTANCES)) if words else []
    )
    if place is None or reader.refused_since(before):
        return None
    for word, bound in bounds:
        _check_distance(reader, words[word].value, bound)
    return Circle(*place, tuple(bounds))


def _check_distance(reader: Reader, node: Node, bound: Any) -> None:
    ends = bound if isinstance(bound, tuple) else (bound,)
    if not all(0 <= end <= FURTHEST_KM for end in ends):
        message = f"distances on Earth are 0 to {FURTHEST_KM} km"
        reader.refuse(node, message, "Half around the Earth is the furthest there is")


def _place(reader: Reader, node: Node) -> tuple[float, float] | None:
    nodes = node.value
    if not isinstance(nodes, list):
        place = location(node.value) or (48.137, 11.575)
        message = f"'from' must be a list, not {said(node)}"
        reader.refuse(node, message, f"Write [{place[0]}, {place[1]}]")
        return None
    numbers = [reader.number(each, "each of 'from'") for each in nodes]
    found = [number for number in numbers if number is not None]
    if len(nodes) != 2:
        message = f"'from' needs latitude and longitude, not {len(nodes)} values"
        reader.refuse(node, message, "Write [48.137, 11.575]")
    elif len(found) == 2 and not on_earth(*found):
        message = f"there is no place at {found[0]}, {found[1]}"
        turned = f": write [{found[1]}, {found[0]}]" if on_earth(found[1], found[0]) else ""
        hint = f"Latitude comes first, -90 to 90, then longitude, -180 to 180{turned}"
        reader.refuse(node, message, hint)
    elif len(found) == 2:
        return found[0], found[1]
    return None
