"""Turns the ``when`` of a rule into a condition, noting what it reads and everything wrong with it."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import NamedTuple
from zoneinfo import ZoneInfo

from rules.argument_reader import UTC
from rules.attributes import BUILT_IN, Attribute, find, values_of
from rules.comparison_check import plainly
from rules.comparison_reader import read_comparisons
from rules.condition_words import GROUPS, unknown, wrong_shape
from rules.conditions import ALWAYS, All, Any, Compare, Condition, Named, Not, reader_of
from rules.contradictions import contradictions, leaves, read_by, said
from rules.counter import Counter
from rules.event_reader import read_event
from rules.model import EventType
from rules.operators import key_of
from rules.places import Places
from rules.reader import Reader
from rules.source import Node, cut_off
from rules.values import Value

MAX_AUDIENCES = 20
"""How deep audiences may name audiences."""
MAX_LEVELS = 60
"""How deep a condition may nest, its audiences included: reading and evaluating it recurse."""
MAX_PARTS = 2000
"""How many parts a condition may have, its audiences included: all of them may be evaluated."""


class Vocabulary:
    """What the conditions of one site may name."""

    def __init__(
        self, attributes: Mapping[str, Attribute], events: Mapping[str, EventType]
    ) -> None:
        self.attributes = attributes
        self.events = events
        self.audiences: Mapping[str, Node] = {}
        self.parsed: dict[tuple[str, str], Audience] = {}
        """Audiences read so far, by name and timezone: each is read once, however often it is used."""
        self.places: Places | None = None
        """Where conditions stand, if anybody wants to know."""

    def values_of(self, attribute: str) -> Sequence[Value]:
        """Return all values that an attribute can have; none where there are too many."""
        return values_of(attribute, self.attributes)


class ConditionParser:
    """Parses the conditions of one rule; ``reads``, ``purposes`` and ``counters`` gather what it needs."""

    def __init__(
        self,
        reader: Reader,
        vocabulary: Vocabulary,
        timezone: ZoneInfo,
        within: tuple[str, ...] = (),
        level: int = 0,
    ) -> None:
        self._reader = reader
        self._vocabulary = vocabulary
        self._timezone = timezone
        self._within = within
        self._level = level
        self._deepest = level
        self._parts = 0
        self._audiences = 0
        self._written: list[tuple[Condition, Node]] = []
        self.reads: set[str] = set()
        self.purposes: set[str] = set()
        self.counters: list[Counter] = []

    def parse(self, node: Node) -> Condition:
        """Return the condition a mapping states; several keys must all hold."""
        self._level += 1
        self._deepest = max(self._deepest, self._level)
        condition = self._mapping(node)
        self._level -= 1
        return condition

    def check_audiences(self) -> None:
        """Read every audience, those that no rule uses as well."""
        for name in self._vocabulary.audiences:
            self._read(name)

    def parse_whole(self, node: Node) -> Condition:
        """Return a condition that is no part of another: its parts must be able to hold together."""
        before = len(self._reader.findings)
        condition = self.parse(node)
        if not self._reader.refused_since(before):
            self._reader.spared(node, partial(self._refuse_contradictions, condition))
        return condition

    def _negated(self, node: Node) -> Condition:
        """Return what is not to hold: it must be able to."""
        before = len(self._reader.findings)
        condition = self.parse(node)
        # Of many negations in one another not each needs to look at all that is below.
        if not (self._reader.refused_since(before) or isinstance(condition, Not)):
            self._reader.spared(node, partial(self._refuse_contradictions, condition))
        return condition

    def _refuse_contradictions(self, condition: Condition) -> None:
        for pair in contradictions(condition, self._vocabulary.values_of):
            placed = [(self._place(each.condition), each) for each in pair]
            placed.sort(key=lambda one: (one[0].path, one[0].line, one[0].column))
            (there, earlier), (here, later) = placed
            where = (
                f"line {there.line}" if there.path == here.path else f"{there.path}:{there.line}"
            )
            both = f"{plainly(said(later))} and, in {where}, {plainly(said(earlier))}"
            message = f"{read_by(later.condition)} never meets {both} at once"
            hint = "All of them have to hold: leave one out, or write any: if one is enough"
            self._reader.refuse(here, message, hint)

    def _place(self, comparison: Condition) -> Node:
        """Return where a comparison stands, or the audience it is part of."""
        return next(node for whole, node in self._written if comparison in leaves(whole))

    def _mapping(self, node: Node) -> Condition:
        if isinstance(node.value, list):
            message = "several conditions need a word for how they go together"
            self._reader.refuse(node, message, "Write all: or any: before the list")
            return ALWAYS
        entries = self._reader.entries(node, "a condition")
        if not entries and isinstance(node.value, dict):
            self._reader.refuse(
                node, "the condition is empty", "Leave 'when' out to show it to everybody"
            )
        parts = [
            self._part(name, key, value, len(entries) > 1 and cut_off(key, value))
            for name, (key, value) in entries.items()
        ]
        if len(parts) > 1:
            return self._noted(All(tuple(parts)), "", node, node)
        return parts[0] if parts else ALWAYS

    def _part(self, name: str, key: Node, value: Node, cut: bool) -> Condition:
        self._parts += 1
        condition = self._noted(self._read_part(name, key, value, cut), name, key, value)
        if name not in GROUPS:
            self._written.append((condition, key))
        return condition

    def _noted(self, condition: Condition, name: str, at: Node, value: Node) -> Condition:
        if self._vocabulary.places is not None:
            self._vocabulary.places.note(condition, name, at, value)
        return condition

    def _read_part(self, name: str, key: Node, value: Node, cut: bool) -> Condition:
        if (wrong := wrong_shape(name, value)) is not None:
            self._reader.refuse(value, *wrong)
            return ALWAYS
        if name in GROUPS:
            return self._group(name, value)
        if name == "event":
            return self._event(value)
        if name == "audience":
            return self._audience(value)
        return self._comparison(name, key, value, cut)

    def _group(self, name: str, value: Node) -> Condition:
        if name == "not":
            return Not(self._negated(value))
        parse = self._negated if name == "none" else self.parse
        parts = tuple(parse(item) for item in self._reader.items(value, f"'{name}'"))
        if value.value == []:
            self._reader.refuse(value, f"'{name}' lists no condition", "Begin each with '- '")
        if name == "all":
            return All(parts)
        return Any(parts) if name == "any" else Not(Any(parts))

    def _audience(self, value: Node) -> Condition:
        audiences = self._vocabulary.audiences
        name = self._reader.one_of(value, "audience", audiences.keys(), section="audiences")
        if name is None:
            return ALWAYS
        if name in self._within:
            circle = " -> ".join([*self._within, name])
            self._reader.refuse(
                value, f"audience '{name}' needs itself ({circle})", "Break the circle"
            )
            return ALWAYS
        if len(self._within) >= MAX_AUDIENCES or self._level >= MAX_LEVELS:
            return self._too_deep(value)
        # Every audience is as deep in one timezone as in another, and none may be cut off and kept.
        known = self._vocabulary.parsed.get((name, UTC.key))
        if known is not None and self._is_too_deep(known):
            return self._too_deep(value)
        return self._use(self._read(name), value)

    def _read(self, name: str) -> "Audience":
        """Return an audience, read once a timezone; what is wrong with it is said the first time."""
        key = name, self._timezone.key
        parsed = self._vocabulary.parsed
        if key not in parsed:
            said = any(other == name for other, _ in parsed)
            reader = Reader() if said else self._reader
            inner = ConditionParser(
                reader, self._vocabulary, self._timezone, (*self._within, name), self._level
            )
            node, before = self._vocabulary.audiences[name], len(reader.findings)
            stated = inner.parse_whole(node)
            if reader.refused_since(before):  # nothing is compared with what cannot be read
                stated = ALWAYS
            condition = self._noted(Named(name, stated), "audience", node, node)
            height = inner._deepest - self._level
            parsed[key] = Audience(condition, inner, inner._parts, height, inner._audiences + 1)
        return parsed[key]

    def _use(self, audience: "Audience", value: Node) -> Condition:
        if self._is_too_deep(audience):
            return self._too_deep(value)
        if self._parts + audience.parts > MAX_PARTS:
            message = f"the condition grows to more than {MAX_PARTS} parts through its audiences"
            self._reader.refuse(value, message, "Use the audience less often, or make it smaller")
            return ALWAYS
        self._parts += audience.parts
        self._audiences = max(self._audiences, audience.depth)
        self._deepest = max(self._deepest, self._level + audience.height)
        self.reads |= audience.needs.reads
        self.purposes |= audience.needs.purposes
        self.counters += audience.needs.counters
        return audience.condition

    def _is_too_deep(self, audience: "Audience") -> bool:
        deep = len(self._within) + audience.depth > MAX_AUDIENCES
        return deep or self._level + audience.height > MAX_LEVELS

    def _too_deep(self, value: Node) -> Condition:
        message = f"audiences nest deeper than {MAX_AUDIENCES}, or {MAX_LEVELS} conditions deep"
        self._reader.refuse(value, message, "Write the condition out")
        return ALWAYS

    def note(self, name: str) -> Attribute | None:
        """Note that an attribute is read, if there is one of this name."""
        attribute = find(name, self._vocabulary.attributes)
        if attribute is None:
            return None
        self.reads.add(name)
        if attribute.purpose is not None:
            self.purposes.add(attribute.purpose)
        return attribute

    def _comparison(self, name: str, key: Node, value: Node, cut: bool) -> Condition:
        attribute = self.note(name)
        if attribute is None:
            known = [*self._vocabulary.attributes, *BUILT_IN]
            self._reader.refuse(key, *unknown(name, known, cut, [*self._vocabulary.audiences]))
            return ALWAYS
        read = reader_of(attribute.name, self._timezone)
        compared = read_comparisons(self._reader, attribute, key, value, timezone=self._timezone)
        parts = [
            Compare(
                attribute.name,
                attribute.purpose,
                word,
                argument,
                read,
                key_of(word, attribute.type),
            )
            for word, argument in compared
        ]
        return parts[0] if len(parts) == 1 else All(tuple(parts))

    def _event(self, node: Node) -> Condition:
        found = read_event(self._reader, self._vocabulary.events, node, self._timezone)
        if found is None:
            return ALWAYS
        condition, counter = found
        self.purposes.add(condition.purpose)
        self.counters.append(counter)
        return condition


class Audience(NamedTuple):
    """A condition that rules share, with what it needs and how much it adds to theirs."""

    condition: Condition
    needs: ConditionParser
    parts: int
    height: int
    depth: int
