"""Reads the ``event`` of a condition: which events of the past it is about, and what it asks of them."""

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from rules.argument_reader import UTC
from rules.argument_shapes import read_window
from rules.attributes import Attribute
from rules.comparison_reader import read_comparisons
from rules.counter import Counter, Filter, Property
from rules.findings import misspelt
from rules.model import EventType
from rules.operators import OPERATORS
from rules.past_events import PastEvent
from rules.question_reader import QUESTIONS, Events, QuestionReader
from rules.reader import Reader
from rules.source import Node

EVENT_CONDITION_KEYS = ("name", "where", "within", *QUESTIONS)


def read_event(
    reader: Reader, events: Mapping[str, EventType], node: Node, timezone: ZoneInfo = UTC
) -> tuple[PastEvent, Counter] | None:
    """Return the condition and its counter; None if anything is wrong, and then all of it is noted."""
    if isinstance(node.value, str):
        message = f"an event condition needs more than a name ('{node.value}')"
        reader.refuse(node, message, f"Write {{name: {node.value}, count: {{gte: 1}}}}")
        return None
    before = len(reader.findings)
    keys = reader.keys(
        node, "an event condition", EVENT_CONDITION_KEYS, ("name",), _under_where(events, node)
    )
    name = reader.one_of(keys.get("name"), "event", events.keys(), section="events")
    about = None
    window = read_window(reader, keys["within"], "within") if "within" in keys else None
    if name is not None:
        where = _where(reader, events[name], keys.get("where"), timezone)
        about = Events(events[name], where, window)
    word = _question(reader, node, keys)
    if word is None:
        return None
    found = QuestionReader(reader, timezone, word, keys[word], about).read()
    return None if reader.refused_since(before) else found


def _under_where(events: Mapping[str, EventType], node: Node) -> dict[str, str]:
    """Return what to do with properties of the event that stand beside its name."""
    name = str(node.at(("name",)).value)
    if name not in events or not isinstance(node.value, dict):
        return {}
    entries = {
        key: value for key, (_, value) in node.value.items() if key in events[name].properties
    }
    each = ", ".join(f"{key}: {value.shown}" for key, value in entries.items())
    return dict.fromkeys(entries, f"Write where: {{{each}}}")


def _question(reader: Reader, node: Node, keys: dict[str, Node]) -> str | None:
    """Return which question is asked; there must be one."""
    asked = [word for word in QUESTIONS if word in keys]
    entries = node.value if isinstance(node.value, dict) else {}
    if len(asked) > 1:
        later = max((entries[word].key for word in asked), key=lambda key: (key.line, key.column))
        message = f"an event condition asks one thing, not {' and '.join(map(repr, asked))}"
        hint = "Write a condition for each: all: [{event: …}, {event: …}]"
        reader.refuse(later, message, hint)
    elif (
        not asked
        and entries
        and not any(misspelt(each, EVENT_CONDITION_KEYS) in QUESTIONS for each in entries)
    ):
        message = "an event condition needs 'count', 'sum', 'last' or 'first'"
        reader.refuse(node, message, "Add count: {gte: 1} for at least once")
    return asked[0] if len(asked) == 1 else None


def _where(
    reader: Reader, event: EventType, node: Node | None, timezone: ZoneInfo
) -> tuple[Filter, ...]:
    if node is None:
        return ()
    found: list[Filter] = []
    for name, value in reader.keys(node, f"the event '{event.name}'", event.properties).items():
        property = Property(name, event.properties[name])
        attribute = Attribute(name, property.type, "event")
        comparisons = read_comparisons(reader, attribute, value, value, timezone=timezone)
        found.append(Filter(property, tuple(comparisons)))
        for word, _ in comparisons:
            _check_still(reader, word, value)
    return tuple(found)


def _check_still(reader: Reader, word: str, node: Node) -> None:
    """Refuse what is true of an event on one day and not on another: it is counted once, when it comes."""
    if OPERATORS[word].moving and isinstance(node.value, dict):
        message = f"'{word}' changes as time goes by, but events are counted as they come"
        hint = "'within', beside 'where', asks when the event was"
        reader.refuse(node.value[word].key, message, hint)
