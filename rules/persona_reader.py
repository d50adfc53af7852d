"""Reads the parts of a persona: consent, attributes and what they did, each checked as rules are."""

import re
from collections.abc import Collection, Mapping
from typing import Final
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from rules.argument_reader import ArgumentReader
from rules.argument_shapes import window_hint
from rules.attributes import BUILT_IN, Attribute, find
from rules.conditions import reader_of
from rules.findings import did_you_mean_key
from rules.model import EventType, Site
from rules.operators import OPERATORS
from rules.page_address import said_by
from rules.persona import Happened
from rules.reader import Reader, said
from rules.site_file import PURPOSES
from rules.source import Node
from rules.values import Value, fits
from rules.wrong_values import WORD, hint_to

HAPPENED_KEYS = ("name", "properties", "ago", "times")
MOST_TIMES: Final = 10_000
"""How often events may happen in one test, all together: more than any rule asks for."""
_NOT_AT_ALL: Final = "Leave the event out where it did not happen"
_NO_TIME: Final = "Write a number and m, h or d: 90m, 12h, 3d; leave it out for just now"
_NECESSARY: Final = "necessary"
_LANGUAGE: Final = "page.language"
_URL: Final = "page.url"
_STATES: Final = {"granted": True, "denied": False}
_ALL: Final = {"all": True, "none": False}
_AGO = re.compile(r"([1-9][0-9]{0,4})(m|h|d)\Z")
_UNIT: Final = {"m": 60_000, "h": 3_600_000, "d": 86_400_000}


class PersonaReader:
    """Reads what a persona is; what is wrong is noted and something harmless returned."""

    def __init__(self, reader: Reader, site: Site, asked: Collection[str]) -> None:
        self._reader = reader
        self._site = site
        self._asked = asked
        spoken = Attribute(_LANGUAGE, "string", values=site.languages)
        self._declared = {**site.attributes, _LANGUAGE: spoken}

    def consent(self, node: Node | None) -> frozenset[str]:
        """Return the purposes granted: what is left out is denied, ``necessary`` always granted."""
        if node is None:
            return frozenset({_NECESSARY})
        if isinstance(node.value, str):
            word = self._reader.one_of(node, "consent", _ALL)
            return frozenset({_NECESSARY, *(self._asked if word == "all" else ())})
        granted = {_NECESSARY}
        if not isinstance(node.value, dict):
            message = f"consent must be keys and values, or a word, not {said(node)}"
            self._reader.refuse(node, message, self._consent_hint(node))
            return frozenset(granted)
        for name, (key, value) in node.value.items():
            if self._purpose(name, key) and self._is_granted(name, value):
                granted.add(name)
        return frozenset(granted)

    def _consent_hint(self, node: Node) -> str:
        items = node.value if isinstance(node.value, list) else []
        listed = [item.value for item in items if isinstance(item.value, str)]
        named = [name for name in listed if name in self._asked]
        if named:
            return f"Write {{{', '.join(f'{name}: granted' for name in named)}}}"
        one = next(iter(self._asked), "statistics")
        short = "none" if node.value is False else "all"
        return f"Write {short}, or the purposes: {{{one}: granted}}"

    def _purpose(self, name: str, key: Node) -> bool:
        if name in self._asked:
            return True
        if name == _NECESSARY:
            message, hint = "what is necessary asks for no consent", "Leave it out"
        elif name in PURPOSES:
            message = f"the site asks nobody for consent to {name}"
            hint = "Add it under 'consent: purposes:' in site.yaml"
        else:
            message = f"there is no purpose '{name}'"
            hint = did_you_mean_key(name, self._asked)
        self._reader.refuse(key, message, hint)
        return False

    def _is_granted(self, name: str, node: Node) -> bool:
        if isinstance(node.value, bool):
            hint = f"Write {'granted' if node.value else 'denied'}"
            self._reader.refuse(node, f"consent to {name} is a word, not {said(node)}", hint)
            return False
        word = self._reader.one_of(node, "state of consent", _STATES)
        return word is not None and _STATES[word]

    def attributes(self, node: Node | None) -> dict[str, Value]:
        """Return attributes with their values, checked against type and allowed values."""
        if node is None:
            return {}
        found: dict[str, Value] = {}
        entries = self._reader.entries(node, "attributes")
        for name, (key, value) in entries.items():
            attribute = self._attribute(name, key)
            if attribute is not None:
                read = self._value(attribute, value)
                if read is not None:
                    found[name] = read
        if _URL in found:
            self._check_page(str(found[_URL]), found, entries)
        return found

    def _check_page(
        self, url: str, found: Mapping[str, Value], entries: Mapping[str, tuple[Node, Node]]
    ) -> None:
        """Refuse what is stated of the page otherwise than its address says."""
        for name, there in said_by(url).items():
            here = found.get(name, there)
            if here != there:
                message = f"{name} is '{here}' here and '{there}' in {_URL}"
                self._reader.refuse(entries[name][1], message, "Leave one of them out")

    def language(self, node: Node | None, attributes: dict[str, Value]) -> dict[str, Value]:
        """Return the attribute that ``language`` is short for: the page's."""
        if node is None:
            return {}
        language = self._value(self._declared[_LANGUAGE], node)
        if language is None:
            return {}
        if attributes.get(_LANGUAGE, language) != language:
            message = f"the page is in '{attributes[_LANGUAGE]}' and in '{language}'"
            self._reader.refuse(node, message, f"Remove one: it is short for {_LANGUAGE}")
        return {_LANGUAGE: language}

    def _attribute(self, name: str, key: Node) -> Attribute | None:
        if reader_of(name, ZoneInfo("UTC")) is not None:
            hint = "Leave it out, and write when it is beside 'attributes': now: 2026-09-10T18:00"
            self._reader.refuse(key, f"{name} is read from the clock", hint)
            return None
        attribute = find(name, self._declared)
        if attribute is None:
            hint = did_you_mean_key(name, [*self._declared, *BUILT_IN])
            self._reader.refuse(key, f"there is no attribute '{name}'", hint)
        return attribute

    def _value(self, attribute: Attribute, node: Node) -> Value | None:
        before = len(self._reader.findings)
        scalar = not isinstance(node.value, (list, dict))
        if scalar and attribute.type in OPERATORS["equals"].types:
            ArgumentReader(self._reader, attribute, "equals", node).read()
        elif not fits(node.plain(), attribute.type):
            message = f"{attribute.name} is {WORD[attribute.type]}, not {said(node)}"
            hint = hint_to(node.value, attribute.type, attribute.form)
            one = "Write the one value that the visitor has"
            several = "Write texts in brackets: [a, b]" if attribute.type == "list" else one
            self._reader.refuse(node, message, hint or several)
        elif attribute.values and node.value:
            ArgumentReader(self._reader, attribute, "has_any", node).read()
        if attribute.name == _URL:
            self._address(node)
        found = self._reader.findings[before:]
        # What a rule is only warned of makes a test tell of another visitor than is meant.
        self._reader.findings[before:] = [replace(each, severity="error") for each in found]
        if found:
            return None
        plain = node.plain()
        return tuple(map(str, plain)) if isinstance(plain, list) else plain  # type: ignore[return-value]

    def _address(self, node: Node) -> None:
        """Refuse what looks like an address and cannot be taken apart as one."""
        try:
            said_by(str(node.value))
        except ValueError:
            message = f"'{node.value}' is no address"
            self._reader.refuse(
                node, message, "Write it as browsers do: https://shop.example/a?b=c"
            )

    def events(self, node: Node | None) -> tuple[Happened, ...]:
        """Return what the persona did before."""
        if node is None:
            return ()
        found = [self._event(item) for item in self._reader.items(node, "'events'")]
        happened = tuple(each for each in found if each is not None)
        total = sum(each.times for each in happened)
        if total > MOST_TIMES:
            message = f"all that happened is {total:,} events, and {MOST_TIMES:,} are the most"
            self._reader.refuse(node, message, "Write smaller 'times': no rule asks for so many")
        return happened

    def _event(self, node: Node) -> Happened | None:
        reader = self._reader
        keys = reader.keys(node, "what happened", HAPPENED_KEYS, ("name",))
        name = reader.one_of(keys.get("name"), "event", self._site.events)
        times = reader.whole(keys.get("times"), "times", 1, _NOT_AT_ALL)
        if times is not None and times > MOST_TIMES:
            message = f"an event is repeated {MOST_TIMES:,} times at most"
            reader.refuse(keys["times"], message, f"Write {MOST_TIMES}")
        ago = self._ago(keys.get("ago"))
        if name is None:
            return None
        properties = self._properties(self._site.events[name], keys.get("properties"))
        return Happened(name, properties, ago, min(times or 1, MOST_TIMES))

    def _properties(self, event: EventType, node: Node | None) -> dict[str, Value]:
        if node is None:
            return {}
        what = f"the event '{event.name}'"
        found: dict[str, Value] = {}
        for name, value in self._reader.keys(node, what, event.properties).items():
            read = self._value(Attribute(name, event.properties[name], "event"), value)
            if read is not None:
                found[name] = read
        return found

    def _ago(self, node: Node | None) -> int:
        text = self._reader.written(node, "ago")
        if text is None or node is None:
            return 0
        match = _AGO.match(text)
        if match is None:
            self._reader.refuse(node, f"'{text}' is no time ago", window_hint(text) or _NO_TIME)
            return 0
        return int(match[1]) * _UNIT[match[2]]
