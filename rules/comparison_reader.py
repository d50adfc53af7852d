"""Reads how an attribute or a count is compared: operators and what each compares with."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from rules.argument_reader import UTC, ArgumentReader
from rules.arguments import Circle, plain, shown
from rules.attributes import CLOCK, Attribute
from rules.findings import did_you_mean, did_you_mean_key
from rules.keys import on_earth
from rules.operators import INSTEAD, OPERATORS, OTHER_WORDS, base_of, never
from rules.reader import Reader
from rules.source import Entry, Node
from rules.values import Single
from rules.wrong_values import SEVERAL, WORD

__all__ = ["both", "holds", "read_comparisons", "shown"]

_LOWER = ("gt", "gte", "after", "between")
_UPPER = ("lt", "lte", "before", "between")
_OUTSIDE = ("gt", "lt", "after", "before")
"""Bounds that are left out themselves."""
_TURN = {"time.hour": "midnight", "time.month": "the turn of the year"}
"""Attributes that begin anew -> where."""
_DISTANCES = ("lt", "lte", "gt", "gte", "between")
_FURTHEST_KM = 20_016
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
    if not isinstance(node.value, dict):
        return _alone(reader, attribute, key, node, timezone)
    before = len(reader.findings)
    if not node.value:
        message = f"{attribute.name} is compared with nothing"
        reader.refuse(node, message, "Name an operator, or leave it out")
    found: list[tuple[str, object]] = []
    for word, entry in node.value.items():
        if word in known:
            found += _one(reader, attribute, word, entry, timezone)
            continue
        has = "there is no" if known is OPERATORS else f"{attribute.name} has no"
        words = _words_for(attribute.type)
        hint = did_you_mean_key(word, known, words)
        reader.refuse(entry.key, f"{has} operator '{word}'", hint)
    if len(reader.findings) == before:
        _check_bounds(reader, attribute, node.value, found)
        _check_windows(reader, attribute, node.value, found)
    if len(reader.findings) == before:
        _check_values(reader, attribute, node, found)
    return found


def _words_for(kind: str) -> dict[str, str]:
    """Return what other languages call an operator -> its name for attributes of a type."""
    instead = INSTEAD.get(kind, {})
    return {word: instead.get(name, name) for word, name in OTHER_WORDS.items()}


def _alone(
    reader: Reader, attribute: Attribute, key: Node, node: Node, timezone: ZoneInfo
) -> list[tuple[str, object]]:
    word = "in" if isinstance(node.value, list) else "equals"
    if attribute.type in OPERATORS[word].types:
        return _one(reader, attribute, word, Entry(key, node), timezone)
    meant = INSTEAD[attribute.type].get(word) or INSTEAD[attribute.type]["equals"]
    message = f"{attribute.name} is {WORD[attribute.type]}: say how it is compared"
    reader.refuse(node, message, f"Write {{{meant}: …}}")
    return []


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
    fitting = [
        name for name, each in OPERATORS.items() if kind in each.types and base_of(name) == name
    ]
    meant = INSTEAD.get(kind, {}).get(word)
    hint = f"Write '{meant}'" if meant else f"Use one of {', '.join(fitting)}"
    message = f"'{word}' compares {takes}; {attribute.name} is {WORD[kind]}"
    reader.refuse(entry.key, message, hint)
    return []


def _circle(reader: Reader, node: Node) -> Circle | None:
    """Read ``{from: [48.137, 11.575], lte: 25}``."""
    before = len(reader.findings)
    keys = reader.keys(node, "'distance_km'", ("from", *_DISTANCES), ("from",))
    place = _place(reader, keys["from"]) if "from" in keys else None
    bounds: list[tuple[str, object]] = []
    if isinstance(node.value, dict) and len(reader.findings) == before:
        words = {word: node.value[word] for word in keys if word != "from"}
        if not words:
            message = "'distance_km' does not say how far"
            reader.refuse(node, message, "Add lte: and how many kilometres")
            return None
        kilometres = Attribute("distance_km", "number")
        bounds = read_comparisons(reader, kilometres, node, replace(node, value=words), _DISTANCES)
        for word, bound in bounds:
            _check_distance(reader, words[word].value, bound)
    if place is None or len(reader.findings) > before:
        return None
    return Circle(*place, tuple(bounds))


def _check_distance(reader: Reader, node: Node, bound: Any) -> None:
    ends = bound if isinstance(bound, tuple) else (bound,)
    if not all(0 <= end <= _FURTHEST_KM for end in ends):
        message = f"distances on Earth are 0 to {_FURTHEST_KM} km"
        reader.refuse(node, message, "Write another one")


def _place(reader: Reader, node: Node) -> tuple[float, float] | None:
    nodes = reader.items(node, "'from'")
    if not isinstance(node.value, list):
        return None
    numbers = [reader.number(each, "each of 'from'") for each in nodes]
    place = [number for number in numbers if number is not None]
    if len(nodes) != 2:
        message = f"'from' needs latitude and longitude, not {len(nodes)} values"
        reader.refuse(node, message, "Write [48.137, 11.575]")
    elif len(place) == 2 and not on_earth(*place):
        message = f"there is no place at {place[0]}, {place[1]}"
        turned = f": write [{place[1]}, {place[0]}]" if on_earth(place[1], place[0]) else ""
        hint = f"Latitude comes first, -90 to 90, then longitude, -180 to 180{turned}"
        reader.refuse(node, message, hint)
    elif len(place) == 2:
        return place[0], place[1]
    return None


def _check_bounds(
    reader: Reader, attribute: Attribute, entries: dict[str, Entry], found: list[tuple[str, object]]
) -> None:
    """Refuse bounds between which nothing lies."""
    lowest = max(_bounds(found, _LOWER, 0), default=None)
    highest = min(_bounds(found, _UPPER, -1), default=None)
    if lowest is None or highest is None or not _nothing_between(lowest, highest, attribute.type):
        return
    (low, over), (high, under) = lowest, highest
    least, most = over.replace("between", "gte"), under.replace("between", "lte")
    message = f"{attribute.name} is never both {least} {plain(low)} and {most} {plain(high)}"
    if over == under:
        message = "'between' needs the lower value first"
    if attribute.name in _TURN and low != high:
        either = (
            f"{{{attribute.name}: {{{least}: {low}}}}}, {{{attribute.name}: {{{most}: {high}}}}}"
        )
        hint = f"Over {_TURN[attribute.name]} write any: [{either}]"
    elif over == under:
        hint = f"Write [{plain(high)}, {plain(low)}]"
    else:
        out = [word for word in (over, under) if word in _OUTSIDE]
        itself = f"{' and '.join(out)} {'leave' if len(out) > 1 else 'leaves'} the value itself out"
        hint = "Exchange the two values" if low > high else itself
    reader.refuse(entries[under].value, message, hint)


def _nothing_between(lowest: tuple[Any, str], highest: tuple[Any, str], kind: str) -> bool:
    (low, over), (high, under) = lowest, highest
    if kind == "date":  # between two days that follow each other there is no third
        low, high = date.fromisoformat(low).toordinal(), date.fromisoformat(high).toordinal()
    if kind in ("date", "datetime"):
        return bool(low + (over in _OUTSIDE) > high - (under in _OUTSIDE))
    return bool(low > high or (low == high and (over in _OUTSIDE or under in _OUTSIDE)))


def _check_windows(
    reader: Reader, attribute: Attribute, entries: dict[str, Entry], found: list[tuple[str, Any]]
) -> None:
    """Refuse to be within a window and out of one that holds it."""
    windows = dict(found)
    inner, outer = windows.get("within_last"), windows.get("not_within_last")
    if inner is None or outer is None or inner.length > outer.length:
        return
    name, node = attribute.name, entries["not_within_last"].value
    message = f"{name} is never within_last {inner.text} and not_within_last {outer.text}"
    reader.refuse(node, message, "Exchange the two windows")


def _check_values(
    reader: Reader, attribute: Attribute, node: Node, found: list[tuple[str, object]]
) -> None:
    """Refuse comparisons that hold for none of the values there are, as far as they are known."""
    listed = next((argument for word, argument in found if word in ("equals", "in")), None)
    values = attribute.values
    if listed is not None:
        values = listed if type(listed) is tuple else (listed,)
    if not values or attribute.type in ("list", "datetime", "location"):
        return
    if ("exists", False) in found or any(holds(found, each) for each in values):
        return
    name, (word, argument) = attribute.name, found[0]
    if len(found) > 1:
        hint = "All of them have to hold: leave one out"
        reader.refuse(node, f"{name} never meets {both(found)} at once", hint)
        return
    text = argument if isinstance(argument, str) and never(word, "") else ""
    hint = did_you_mean(text, map(str, attribute.values), attribute.other_words, attribute.form)
    reader.refuse(node, f"{name} {never(word, f'is never {word}')} {shown(argument)}", hint)


def holds(comparisons: Iterable[tuple[str, object]], value: Single) -> bool:
    """Say whether all comparisons hold for a value, as far as that does not depend on the clock."""
    return all(_holds(word, value, argument) for word, argument in comparisons)


def _holds(word: str, value: Single, argument: object) -> bool:
    row = OPERATORS[word]
    compared = value.casefold() if row.folded and isinstance(value, str) else value
    return row.moving or row.test(compared, argument)


def both(comparisons: Iterable[tuple[str, object]]) -> str:
    """Return how a finding names comparisons."""
    return " and ".join(f"{word} {shown(argument)}" for word, argument in comparisons)


def _bounds(
    found: list[tuple[str, object]], words: tuple[str, ...], end: int
) -> Iterator[tuple[Any, str]]:
    for word, argument in found:
        if word in words:
            yield (argument[end] if word == "between" else argument), word  # type: ignore[index]
