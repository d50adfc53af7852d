"""Reads a frequency cap: how often the rules it is for may be seen, and the counter that knows it."""

import re
from collections.abc import Mapping, Sequence

from rules.argument_shapes import window_hint
from rules.conditions import Condition
from rules.counter import Counter
from rules.event_reader import read_event
from rules.model import EventType
from rules.question_reader import MAX_COUNT
from rules.reader import Reader, said
from rules.source import Entry, Node
from rules.values import ANY_TYPE

EVENT = "exposure"
"""The event the tag sends when a block was really seen."""
_PROPERTY = "rule"
_SPOKEN = re.compile(
    r"([0-9]{1,4}) ?(?:x|×|mal|times?)?"
    r"(?: ?(?:/|per|pro|an?|in|je|each|every|alle|einmal)? ?([0-9]{1,3})? ?([a-z]{2,8}))?"
)
_TO_NOBODY = "Write 'enabled: false' for what nobody is to see"
_DECLARED = (
    "exposure: {purpose: statistics, properties: {slot: string, rule: string, variant: string}}"
)


def read_cap(
    reader: Reader, events: Mapping[str, EventType], node: Node, rules: Sequence[str]
) -> tuple[Condition, Counter, str] | None:
    """Return what is true of visitors who saw these rules often enough, its counter and its purpose."""
    if not isinstance(node.value, dict):
        message = f"a cap must be keys and values, not {said(node)}"
        reader.refuse(node, message, f"Write cap: {_spoken(node.shown)}")
        return None
    keys = reader.keys(node, "a cap", ("times", "within"), ("times",))
    times = reader.whole(keys.get("times"), "times", 1, _TO_NOBODY)
    if times is not None and times > MAX_COUNT:
        hint = f"Write {MAX_COUNT}, or leave the cap out"
        reader.refuse(keys["times"], f"a cap is {MAX_COUNT} times at most", hint)
        return None
    if not _countable(reader, events, node) or times is None or not rules:
        return None
    found = read_event(reader, events, _asked(node, keys, times, rules))
    return None if found is None else (found[0], found[1], events[EVENT].purpose)


def _spoken(text: str) -> str:
    """Return a cap as it is written, for one as people say it: 3, 3 per week, 3x/Tag, 2 in 14 days."""
    match = _SPOKEN.fullmatch(text.lower())
    if match is None:
        return "{times: 3, within: 7d}"
    often = max(1, int(match[1]))
    window = window_hint(f"{match[2] or 1} {match[3]}").removeprefix("Write ") if match[3] else ""
    within = f"{{times: {often}, within: {window or '7d'}}}"
    return within if match[3] else f"{within}, or {{times: {often}}} for ever"


def _countable(reader: Reader, events: Mapping[str, EventType], node: Node) -> bool:
    event = events.get(EVENT)
    if event is None:
        message = f"a cap counts the event '{EVENT}', which site.yaml does not declare"
        reader.refuse(node, message, f"Add {_DECLARED} under 'events:' there")
        return False
    if event.properties.get(_PROPERTY) not in ("string", ANY_TYPE):
        message = f"a cap counts by the '{_PROPERTY}' of '{EVENT}', which is not kept as a text"
        reader.refuse(node, message, f"Add {_PROPERTY}: string to its properties in site.yaml")
        return False
    return True


def _asked(cap: Node, keys: Mapping[str, Node], times: int, rules: Sequence[str]) -> Node:
    """Return the event condition that a cap is short for; all of it stands where the cap does."""

    def at(value: object) -> Node:
        return Node(cap.path, cap.line, cap.column, value, quoted=True)  # type: ignore[arg-type]

    def mapping(**values: Node) -> Node:
        return at({name: Entry(at(name), value) for name, value in values.items()})

    seen = at([at(rule) for rule in rules])
    asked = {
        "name": at(EVENT),
        "where": mapping(**{_PROPERTY: seen}),
        "count": mapping(gte=at(times)),
    }
    return mapping(**asked, **{name: keys[name] for name in keys if name == "within"})
