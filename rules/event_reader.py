"""Reads the ``event`` of a condition: how often something happened, and the counter that knows it."""

import re
from collections.abc import Mapping
from datetime import timedelta

from rules.argument_reader import ArgumentReader
from rules.attributes import Attribute
from rules.comparison_reader import both, holds, read_comparisons
from rules.conditions import EventCount
from rules.counters import counter_key
from rules.model import Counter, EventType
from rules.reader import Reader
from rules.source import Node
from rules.values import Value

MAX_COUNT = 1000
_KEYS = ("name", "where", "within", "count")
_COUNTABLE = ("equals", "not", "lt", "lte", "gt", "gte", "between")
_WINDOW = re.compile(r"([1-9][0-9]{0,4})(m|h|d)\Z")
_UNIT = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}


def read_event(
    reader: Reader, events: Mapping[str, EventType], node: Node
) -> tuple[EventCount, Counter] | None:
    """Return the condition and its counter; everything wrong with it is noted, its name or not."""
    if isinstance(node.value, str):
        message = f"an event condition needs more than a name ('{node.value}')"
        reader.refuse(node, message, f"Write {{name: {node.value}, count: {{gte: 1}}}}")
        return None
    keys = reader.keys(node, "an event condition", _KEYS, ("name", "count"))
    name = reader.one_of(keys.get("name"), "event", events.keys())
    event = None if name is None else events[name]
    where = {} if event is None else _where(reader, event, keys.get("where"))
    window = _window(reader, keys.get("within"))
    comparisons = _count(reader, keys["count"]) if "count" in keys else ()
    if event is None:
        return None
    key = counter_key(event.name, where)
    counter = Counter(key, event.name, where, _keep(comparisons))
    return EventCount(key, event.purpose, window, comparisons), counter


def _where(reader: Reader, event: EventType, node: Node | None) -> dict[str, tuple[Value, ...]]:
    if node is None:
        return {}
    found: dict[str, tuple[Value, ...]] = {}
    keys = reader.keys(node, f"the event '{event.name}'", event.properties)
    for name, value in keys.items():
        wanted = Attribute(name, event.properties[name], "event")
        word = "in" if isinstance(value.value, list) else "equals"
        argument = ArgumentReader(reader, wanted, word, value).read()
        found[name] = argument if isinstance(argument, tuple) else (argument,)
    return dict(sorted(found.items()))


def _count(reader: Reader, node: Node) -> tuple[tuple[str, object], ...]:
    if not isinstance(node.value, dict):
        number = reader.whole(node, "count")
        _check_bounded(reader, number, node)
        return (("equals", number or 0),)
    before = len(reader.findings)
    found = read_comparisons(reader, Attribute("count", "number"), node, node, _COUNTABLE)
    for word, argument in found:
        _check_bounded(reader, argument, node.value[word].value)
    if len(reader.findings) == before:
        _check_some(reader, found, node)
    return tuple(found)


def _check_some(reader: Reader, found: list[tuple[str, object]], node: Node) -> None:
    """Refuse what no count meets, and what every count meets."""
    counts = range(MAX_COUNT + 2)
    if not any(holds(found, count) for count in counts):
        hint = "A count is a whole number of at least 0"
        reader.refuse(node, f"count never meets {both(found)}", hint)
    elif all(holds(found, count) for count in counts):
        hint = "Write {gte: 1} for at least once, or leave the condition out"
        reader.refuse(node, f"every count meets {both(found)}, 0 as well", hint)


def _check_bounded(reader: Reader, argument: object, node: Node) -> None:
    bounds = argument if isinstance(argument, tuple) else (argument,)
    if any(isinstance(bound, (int, float)) and not 0 <= bound <= MAX_COUNT for bound in bounds):
        reader.refuse(node, f"counts are compared with 0 to {MAX_COUNT}")


def _window(reader: Reader, node: Node | None) -> int | None:
    text = reader.written(node, "within")
    if text is None or node is None:
        return None
    match = _WINDOW.match(text)
    if match is None:
        hint = "Write a number and m, h or d: 90m, 12h, 30d"
        reader.refuse(node, f"'{text}' is no window", hint)
        return None
    return int(match[1]) * int(_UNIT[match[2]].total_seconds() * 1000)


def _keep(comparisons: tuple[tuple[str, object], ...]) -> int:
    bounds: list[float] = [0]
    for _, argument in comparisons:
        values = argument if isinstance(argument, tuple) else (argument,)
        bounds += [value for value in values if isinstance(value, (int, float))]
    return int(min(max(bounds), MAX_COUNT)) + 1
