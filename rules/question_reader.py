"""Reads what an ``event`` condition asks: how often, how much, when or what, and the counter that knows."""

from collections.abc import Callable
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from rules.attributes import Attribute
from rules.comparison_reader import both, holds, read_comparisons
from rules.counter import Counter, Filter, Property
from rules.counter_key import counter
from rules.counters import LONGEST
from rules.findings import did_you_mean
from rules.millionths import exact_millionths
from rules.model import EventType
from rules.operators import OPERATORS
from rules.past_events import EventCount, EventMoment, EventSum, EventValue, PastEvent
from rules.places import flow
from rules.reader import Reader, said
from rules.source import Node
from rules.values import ANY_TYPE
from rules.wrong_values import WORD

QUESTIONS = ("count", "sum", "last", "first")
MAX_COUNT = 1000
NUMERIC = ("equals", "not", "lt", "lte", "gt", "gte", "between")
_FROM_0 = "A count is a whole number of at least 0"
Found = tuple[PastEvent, Counter]
_Comparisons = tuple[tuple[str, Any], ...]


class Events(NamedTuple):
    """The events a condition is about: of a type, with some properties, within some milliseconds."""

    type: EventType
    where: tuple[Filter, ...]
    window: int | None


class QuestionReader:
    """Reads one of the ``QUESTIONS``; ``events`` None: nobody knows of which event, that was noted."""

    def __init__(
        self, reader: Reader, timezone: ZoneInfo, word: str, node: Node, events: Events | None
    ) -> None:
        self._reader = reader
        self._timezone = timezone
        self._word = word
        self._node = node
        self._events = events

    def read(self) -> Found | None:
        """Return the condition and its counter; what is wrong is noted."""
        if self._word != "count" and (hint := self._of_meant()):
            self._reader.refuse(self._node, f"'{self._word}' needs 'of'", hint)
            return None
        return _READERS[self._word](self)

    def _count(self) -> Found | None:
        comparisons, events = self._counts(), self._events
        if events is None:
            return None
        kept = counter(events.type.name, events.where, keep=_keep(comparisons), span=events.window)
        return EventCount(kept.key, events.type.purpose, events.window, comparisons), kept

    def _counts(self) -> _Comparisons:
        reader, node = self._reader, self._node
        if not isinstance(node.value, dict):
            number = reader.whole(node, "count", hint=_how_often(node.value), compared=True)
            self._check_bounded(number, node)
            return (("equals", number or 0),)
        before = len(reader.findings)
        found = self._compared(node, Attribute("count", "number", "event"), NUMERIC)
        for word, argument in found:
            self._check_bounded(argument, node.value[word].value)
        if not reader.refused_since(before):
            self._check_some(found)
        return found

    def _check_bounded(self, argument: object, node: Node) -> None:
        if any(not 0 <= bound <= MAX_COUNT for bound in _bounds(argument)):
            hint = f"Write {MAX_COUNT} at most: no more events are counted"
            if min(_bounds(argument)) < 0:
                hint = _FROM_0
            self._reader.refuse(node, f"counts are compared with 0 to {MAX_COUNT}", hint)

    def _check_some(self, found: _Comparisons) -> None:
        """Refuse what no count meets, and what every count meets."""
        reader, node = self._reader, self._node
        counts = range(MAX_COUNT + 2)
        if not any(holds(found, count) for count in counts):
            hint = _FROM_0
            reader.refuse(node, f"count never meets {both(found)}", hint)
        elif all(holds(found, count) for count in counts):
            hint = "Write {gte: 1} for at least once, or leave the condition out"
            reader.refuse(node, f"every count meets {both(found)}, 0 as well", hint)

    def _sum(self) -> Found | None:
        reader, node, events = self._reader, self._node, self._events
        if not isinstance(node.value, dict):
            message = f"'sum' must be keys and values, not {said(node)}"
            reader.refuse(node, message, "Write {of: PROPERTY, gte: 100}")
            return None
        before = len(reader.findings)
        comparisons = self._compared(self._rest(), Attribute("sum", "number", "event"), NUMERIC)
        for word, argument in comparisons:
            self._check_places(argument, node.value[word].value)
        if "of" not in node.value:
            reader.refuse(node, "'sum' needs 'of'", "Add 'of:' with the name of a number property")
        of = self._of()
        if of is None or events is None or not self._adds_up(of, events.type):
            return None
        if reader.refused_since(before):
            return None  # a bound that is none cannot be made ready
        name, where, window = events.type.name, events.where, events.window
        if window is None:
            kept = counter(name, where, "total", of=of)
        else:
            kept = counter(name, where, "sums", of=of, keep=LONGEST, span=window)
        return EventSum(kept.key, events.type.purpose, window, comparisons, of), kept

    def _of_meant(self) -> str:
        """Return what ``{value: {gte: 100}}`` is to be, if the event has such a property."""
        asked, known = self._node.plain(), self._events.type.properties if self._events else {}
        asked = {asked: None} if isinstance(asked, str) else asked
        if not (isinstance(asked, dict) and len(asked) == 1 and (name := min(asked)) in known):
            return ""
        than = asked[name]
        if known[name] == "number" and not isinstance(than, dict):
            than = {"gte": than if type(than) in (int, float) else 100}
        elif not isinstance(than, dict):
            than = {"equals": than}
        if name in (*OPERATORS, "of") or than == {"equals": None}:
            return ""
        return f"Write {flow({'of': name, **than})}"

    def _check_places(self, argument: object, node: Node) -> None:
        if any(exact_millionths(bound) is None for bound in _bounds(argument)):
            hint = "Leave out what follows the sixth digit after the point"
            self._reader.refuse(node, "sums are kept to the millionth", hint)

    def _adds_up(self, of: Property, event: EventType) -> bool:
        if of.type in ("number", ANY_TYPE):
            return True
        numbers = sorted(name for name, type in event.properties.items() if type == "number")
        hint = f"Declare a number among the properties of '{event.name}' in site.yaml"
        if numbers:
            hint = f"Numbers of '{event.name}': {', '.join(numbers)}"
        message = f"only numbers add up, and '{of.name}' is {WORD[of.type]}"
        self._reader.refuse(self._node.at(("of",)), message, hint)
        return False

    def _moment(self) -> Found | None:
        """Read ``last`` or ``first``: of a property, or of the time itself."""
        of, events = self._of(), self._events
        if of is None and self._names_property():
            return None
        attribute = Attribute(of.name if of else self._word, of.type if of else "datetime", "event")
        comparisons = self._compared(self._rest(), attribute)
        self._check_possible(comparisons, timed=of is None)
        if events is None:
            return None
        kept, purpose, oldest = self._kept(events, of), events.type.purpose, self._word == "first"
        if of is None:
            return EventMoment(kept.key, purpose, events.window, comparisons, oldest), kept
        return EventValue(kept.key, purpose, events.window, comparisons, oldest, of), kept

    def _kept(self, events: Events, of: Property | None) -> Counter:
        """The newest event is enough, and ever the oldest; within a window each may be the first once."""
        first, window = self._word == "first", events.window
        return counter(
            events.type.name,
            events.where,
            "times" if of is None else "values",
            of=of,
            keep=1 if window is None or not first else LONGEST,
            span=window,
            oldest=first and window is None,
        )

    def _check_possible(self, found: _Comparisons, timed: bool) -> None:
        """Refuse what no event meets."""
        reader, node = self._reader, self._node
        if ("exists", False) in found and len(found) > 1:
            hint = "Leave 'exists' out, or the rest"
            rest = both(pair for pair in found if pair != ("exists", False))
            reader.refuse(node, f"an event that is not there never meets {rest}", hint)
        window = self._events.window if self._events and timed else None
        for word, argument in found:
            long_ago = word == "not_within_last" and argument is not None
            if window is not None and long_ago and argument.length >= window:
                message = f"no event is within the window and {word} {argument.text}"
                hint = "Leave 'within' out, or make it longer"
                reader.refuse(node.at((word,)), message, hint)

    def _compared(
        self, node: Node, attribute: Attribute, known: tuple[str, ...] | None = None
    ) -> _Comparisons:
        words = OPERATORS if known is None else known
        return tuple(read_comparisons(self._reader, attribute, node, node, words, self._timezone))

    def _names_property(self) -> bool:
        return isinstance(self._node.value, dict) and "of" in self._node.value

    def _of(self) -> Property | None:
        """Return the property that ``of`` names."""
        if not isinstance(self._node.value, dict) or "of" not in self._node.value:
            return None
        node = self._node.value["of"].value
        name = self._reader.text(node, "of")
        if name is None or self._events is None:
            return None
        event = self._events.type
        if name in event.properties:
            return Property(name, event.properties[name])
        message = f"the event '{event.name}' has no property '{name}'"
        self._reader.refuse(node, message, did_you_mean(name, event.properties))
        return None

    def _rest(self) -> Node:
        """Return the comparisons, without ``of``."""
        node = self._node
        if not isinstance(node.value, dict):
            return node
        rest = {name: entry for name, entry in node.value.items() if name != "of"}
        return replace(node, value=rest)


_READERS: dict[str, Callable[[QuestionReader], Found | None]] = {
    "count": QuestionReader._count,
    "sum": QuestionReader._sum,
    "last": QuestionReader._moment,
    "first": QuestionReader._moment,
}


def _bounds(argument: object) -> list[float]:
    values = argument if isinstance(argument, tuple) else (argument,)
    return [value for value in values if isinstance(value, (int, float))]


def _how_often(value: object) -> str:
    """Return what to write instead of a count that is none."""
    if not isinstance(value, list):
        return "Write 0 or more"
    if len(value) == 1:
        deep = isinstance(value[0].value, (dict, list))
        return "Write it without the list around it" if deep else f"Write {value[0].value}"
    return "Write one number, or {between: [1, 2]} for all from the first to the second"


def _keep(comparisons: _Comparisons) -> int:
    """Return how many times decide a count: one more than any number it is compared with."""
    bounds = [0.0, *(bound for _, argument in comparisons for bound in _bounds(argument))]
    return int(min(max(bounds), MAX_COUNT)) + 1
