"""Reads how an attribute or a count is compared: operators and what each compares with."""

from collections.abc import Collection, Iterable, Iterator
from typing import Any

from rules.argument_reader import ArgumentReader
from rules.attributes import Attribute
from rules.findings import did_you_mean, did_you_mean_key
from rules.operators import NEVER, OPERATORS, OTHER_WORDS
from rules.reader import Reader
from rules.source import Entry, Node
from rules.values import Value
from rules.wrong_values import WORD

_LOWER = ("gt", "gte", "between")
_UPPER = ("lt", "lte", "between")
_TURN = {"time.hour": "midnight", "time.month": "the turn of the year"}
"""Attributes that begin anew -> where."""


def read_comparisons(
    reader: Reader, attribute: Attribute, key: Node, node: Node, known: Collection[str] = OPERATORS
) -> list[tuple[str, object]]:
    """Return operators and arguments; a list alone is ``in``, one value ``equals``."""
    if not isinstance(node.value, dict):
        word = "in" if isinstance(node.value, list) else "equals"
        return _one(reader, attribute, word, key, node)
    before = len(reader.findings)
    if not node.value:
        message = f"{attribute.name} is compared with nothing"
        reader.refuse(node, message, "Name an operator, or leave it out")
    found: list[tuple[str, object]] = []
    for word, entry in node.value.items():
        if word in known:
            found += _one(reader, attribute, word, entry.key, entry.value)
            continue
        has = "there is no" if known is OPERATORS else f"{attribute.name} has no"
        hint = did_you_mean_key(word, known, OTHER_WORDS)
        reader.refuse(entry.key, f"{has} operator '{word}'", hint)
    if len(reader.findings) == before:
        _check_bounds(reader, attribute, node.value, found)
    if len(reader.findings) == before:
        _check_values(reader, attribute, node, found)
    return found


def _one(
    reader: Reader, attribute: Attribute, word: str, key: Node, node: Node
) -> list[tuple[str, object]]:
    types = OPERATORS[word].types
    if attribute.type in types:
        return [(word, ArgumentReader(reader, attribute, word, node).read())]
    takes = " and ".join(f"{WORD[each].removeprefix('a ')}s" for each in types)
    fitting = [name for name, row in OPERATORS.items() if attribute.type in row.types]
    message = f"'{word}' compares {takes}; {attribute.name} is {WORD[attribute.type]}"
    reader.refuse(key, message, f"Use one of {', '.join(fitting)}")
    return []


def _check_bounds(
    reader: Reader, attribute: Attribute, entries: dict[str, Entry], found: list[tuple[str, object]]
) -> None:
    """Refuse bounds between which nothing lies."""
    lowest = max(_bounds(found, _LOWER, 0), default=None)
    highest = min(_bounds(found, _UPPER, -1), default=None)
    if lowest is None or highest is None or lowest[0] < highest[0]:
        return
    (low, over), (high, under) = lowest, highest
    if low == high and over != "gt" and under != "lt":
        return
    least, most = over.replace("between", "gte"), under.replace("between", "lte")
    message = f"{attribute.name} is never both {least} {low} and {most} {high}"
    if over == under:
        message = "'between' needs the lower value first"
    if attribute.name in _TURN and low != high:
        either = (
            f"{{{attribute.name}: {{{least}: {low}}}}}, {{{attribute.name}: {{{most}: {high}}}}}"
        )
        hint = f"Over {_TURN[attribute.name]} write any: [{either}]"
    elif over == under:
        hint = f"Write [{high}, {low}]"
    else:
        hint = "gt and lt leave the value itself out" if low == high else "Exchange the two values"
    reader.refuse(entries[under].value, message, hint)


def _check_values(
    reader: Reader, attribute: Attribute, node: Node, found: list[tuple[str, object]]
) -> None:
    """Refuse comparisons that hold for none of the values there are, as far as they are known."""
    listed = next((argument for word, argument in found if word in ("equals", "in")), None)
    values = (
        listed if isinstance(listed, tuple) else attribute.values if listed is None else (listed,)
    )
    if not values or ("exists", False) in found or any(holds(found, each) for each in values):
        return
    name, (word, argument) = attribute.name, found[0]
    if len(found) > 1:
        hint = "All of them have to hold: leave one out"
        reader.refuse(node, f"{name} never meets {both(found)} at once", hint)
        return
    text = argument if isinstance(argument, str) and word in NEVER else ""
    hint = did_you_mean(text, map(str, attribute.values), attribute.other_words, attribute.form)
    verb = NEVER.get(word, f"is never {word}")
    reader.refuse(node, f"{name} {verb} {shown(argument)}", hint)


def holds(comparisons: Iterable[tuple[str, object]], value: Value) -> bool:
    """Say whether all comparisons hold for a value."""
    return all(OPERATORS[word].test(value, argument) for word, argument in comparisons)


def both(comparisons: Iterable[tuple[str, object]]) -> str:
    """Return how a finding names comparisons."""
    return " and ".join(f"{word} {shown(argument)}" for word, argument in comparisons)


def shown(argument: Any) -> str:
    """Return how a finding shows what an operator compares with."""
    if isinstance(argument, tuple):
        return str(list(argument))
    text = getattr(argument, "pattern", argument)
    return f"'{text}'" if isinstance(text, str) else str(text)


def _bounds(
    found: list[tuple[str, object]], words: tuple[str, ...], end: int
) -> Iterator[tuple[Any, str]]:
    for word, argument in found:
        if word in words:
            yield (argument[end] if isinstance(argument, tuple) else argument), word
