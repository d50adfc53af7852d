"""Finds comparisons of one attribute that never hold together: bounds, windows, lists, known values."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from rules.arguments import bare, plain, shown
from rules.attributes import Attribute
from rules.findings import did_you_mean
from rules.operators import OPERATORS, never
from rules.reader import Reader
from rules.source import Entry, Node
from rules.values import Single

_LOWER = ("gt", "gte", "after", "between")
_UPPER = ("lt", "lte", "before", "between")
_OUTSIDE = ("gt", "lt", "after", "before")
"""Bounds that are left out themselves."""
_ALL_BUT = ("not", "not_in", "not_ignore_case", "not_in_ignore_case")
_LEFT_OUT = "Leave out of the list what is meant"
_TWICE = (
    ("not exists true", "exists false"),
    ("not exists false", "exists true"),
    ("not not_in_ignore_case ", "in_ignore_case "),
    ("not not_ignore_case ", "equals_ignore_case "),
    ("not not_within_last ", "within_last "),
    ("not not_in ", "in "),
    ("not not ", "equals "),
    ("not has_none ", "has_any "),
)
"""What is said twice over -> the same said once."""
_TURN = {"time.hour": "midnight", "time.month": "the turn of the year"}
"""Attributes that begin anew -> where."""


def check_bounds(
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
    one_of_both = _either(attribute.name, f"{least}: {plain(low)}", f"{most}: {plain(high)}")
    if attribute.name in _TURN and low != high:
        hint = f"Over {_TURN[attribute.name]} write {one_of_both}"
    elif over == under:
        hint = f"Write [{plain(high)}, {plain(low)}]"
    else:
        out = [word for word in (over, under) if word in _OUTSIDE]
        itself = f"{' and '.join(out)} {'leave' if len(out) > 1 else 'leaves'} the value itself out"
        hint = "Exchange the two values" if low > high else itself
        if low > high and attribute.source != "event" and attribute.name not in OPERATORS:
            hint = f"{hint}, or write {one_of_both} for what meets one of them"
    reader.refuse(entries[under].value, message, hint)


def _either(name: str, one: str, other: str) -> str:
    return f"any: [{{{name}: {{{one}}}}}, {{{name}: {{{other}}}}}]"


def _nothing_between(lowest: tuple[Any, str], highest: tuple[Any, str], kind: str) -> bool:
    (low, over), (high, under) = lowest, highest
    if kind == "date":  # between two days that follow each other there is no third
        low, high = date.fromisoformat(low).toordinal(), date.fromisoformat(high).toordinal()
    if kind in ("date", "datetime"):
        return bool(low + (over in _OUTSIDE) > high - (under in _OUTSIDE))
    return bool(low > high or (low == high and (over in _OUTSIDE or under in _OUTSIDE)))


def check_windows(
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


def check_lists(
    reader: Reader, attribute: Attribute, entries: dict[str, Entry], found: list[tuple[str, Any]]
) -> None:
    """Refuse to have what is not to be there."""
    lists = dict(found)
    none = lists.get("has_none", frozenset())
    both_ways = lists.get("has_all", frozenset()) & none
    any_ = lists.get("has_any", frozenset())
    if any_ and any_ <= none:
        both_ways |= any_
    if both_ways:
        names = " and ".join(f"'{each}'" for each in sorted(both_ways))
        message = f"{attribute.name} never both has and has not {names}"
        reader.refuse(entries["has_none"].value, message, "Leave it out of one of the two lists")


def check_values(
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
    if word in _ALL_BUT:
        one = word in ("not", "not_ignore_case")
        always = f"is always {shown(argument)}" if one else f"is always one of {shown(argument)}"
        hint = "No other value is declared" if one else _LEFT_OUT
        reader.refuse(node, f"{name} {always}", hint)
        return
    text = argument if isinstance(argument, str) and never(word, "") else ""
    hint = did_you_mean(text, map(bare, attribute.values), attribute.other_words, attribute.form)
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


def plainly(said: str) -> str:
    """Return the words for a comparison without a double negation: ``in [...]`` for ``not not_in [...]``."""
    for twice, once in _TWICE:
        if said.startswith(twice):
            several = " and " in said  # then the first not is of all of them
            return f"not ({said[4:]})" if several else once + said.removeprefix(twice)
    return said


def _bounds(
    found: list[tuple[str, object]], words: tuple[str, ...], end: int
) -> Iterator[tuple[Any, str]]:
    for word, argument in found:
        if word in words:
            yield (argument[end] if word == "between" else argument), word  # type: ignore[index]
