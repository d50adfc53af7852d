"""Reads persona tests, and the one persona that ``explain`` is asked about."""

import re
from collections.abc import Collection, Mapping
from datetime import UTC, datetime

from rules.keys import milliseconds
from rules.model import Site
from rules.persona import Persona, Want
from rules.persona_reader import PersonaReader
from rules.places import Place
from rules.reader import Reader
from rules.source import Node
from rules.want_reader import read_wants

_PERSONA = ("consent", "attributes", "events", "visitor", "now", "language")
TEST_KEYS = ("name", *_PERSONA, "want")
TEST_REQUIRED = ("name", "want")
EXPLAINED_KEYS = ("name", *_PERSONA, "slots", "want")
_NOBODY = "none"
_DATED = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ].*)?\Z")
"""What begins with a day as people write it: ISO 8601 has shorter and stranger forms."""


_LATEST = milliseconds(datetime(3000, 1, 1, tzinfo=UTC))
"""Far from where calendars end: whatever window reaches back from now begins within them."""


class PersonaFile:
    """Reads the personas of one site; ``asked`` are the purposes that its visitors are asked for."""

    def __init__(self, reader: Reader, site: Site, asked: Collection[str]) -> None:
        self._reader = reader
        self._site = site
        self._asked = asked
        self._parts = PersonaReader(reader, site, asked)

    def tests(self, node: Node) -> list[Persona]:
        """Return the tests of a file: a list."""
        if isinstance(node.value, dict):
            self._reader.refuse(node, "a test file is a list of tests", "Begin each test with '- '")
            return []
        items = self._reader.items(node, "a test file")
        if node.value == []:
            self._reader.refuse(node, "the file lists no test", "Begin each test with '- name:'")
        read = [self._persona(item, "a test", TEST_KEYS, TEST_REQUIRED) for item in items]
        tests = [persona for persona in read if persona is not None]
        self._unique(tests)
        return tests

    def explained(self, node: Node) -> Persona | None:
        """Return the one persona of a file that explains a decision: a test, or less than one."""
        if isinstance(node.value, list):
            hint = "Keep one of the list, without its '- '"
            self._reader.refuse(node, "one visitor is explained at a time", hint)
            return None
        return self._persona(node, "a visitor", EXPLAINED_KEYS, ())

    def _unique(self, tests: list[Persona]) -> None:
        first: dict[str, Place] = {}
        for each in tests:
            known = first.setdefault(each.name, each.place)
            if known is not each.place:
                at = Node(*each.place, None)
                message = f"two tests are called '{each.name}', this one and {known}"
                self._reader.refuse(at, message, "Rename one")

    def _persona(
        self, node: Node, what: str, known: tuple[str, ...], required: tuple[str, ...]
    ) -> Persona | None:
        reader, parts, before = self._reader, self._parts, len(self._reader.findings)
        keys = reader.keys(node, what, known, required)
        if not isinstance(node.value, dict):
            return None
        name = reader.text(keys.get("name"), "name") or ""
        attributes = parts.attributes(keys.get("attributes"))
        attributes |= parts.language(keys.get("language"), attributes)
        persona = Persona(
            name,
            Place(node.path, node.line, node.column),
            parts.consent(keys.get("consent")),
            attributes,
            parts.events(keys.get("events")),
            self._visitor(keys.get("visitor"), name),
            self._now(keys.get("now")),
            self._slots(keys.get("slots")),
            self._wants(keys),
        )
        return persona if len(reader.findings) == before else None

    def _wants(self, keys: Mapping[str, Node]) -> tuple[Want, ...]:
        return read_wants(self._reader, self._site, keys["want"]) if "want" in keys else ()

    def _visitor(self, node: Node | None, name: str) -> str | None:
        if node is None:
            return name or "visitor"
        text = self._reader.written(node, "visitor")
        return None if text == _NOBODY else text

    def _now(self, node: Node | None) -> int | None:
        text = self._reader.text(node, "now")
        if text is None or node is None:
            return None
        try:
            if not _DATED.match(text):
                raise ValueError(text)
            moment = datetime.fromisoformat(text)
        except ValueError:
            hint = "Write 2026-09-10T12:00, in UTC, or with an offset: 2026-09-10T12:00+02:00"
            self._reader.refuse(node, f"'{text}' is no moment", hint)
            return None
        found = milliseconds(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
        if 0 <= found < _LATEST:
            return found
        message = f"'{text}' is in no year that a test can be in"
        self._reader.refuse(node, message, "Write a year from 1970 to 2999")
        return None

    def _slots(self, node: Node | None) -> tuple[str, ...] | None:
        if node is None:
            return None
        items = self._reader.items(node, "slots")
        named = [self._reader.one_of(item, "slot", self._site.slots) for item in items]
        return tuple(name for name in named if name is not None)
