"""What rules and blocks may name although ``site.yaml`` is at fault: what follows from it is not said again.

A name that stands there counts, and only what is well in its declaration is held against a rule. Where a
section cannot be read, or the whole file, every name counts that could be one of its own.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import NamedTuple, TypeVar

from msgspec.structs import replace

from rules.attributes import BUILT_IN, Attribute
from rules.condition_parser import Vocabulary
from rules.condition_words import WORDS
from rules.findings import Finding, misspelt
from rules.model import NO_PURPOSE, EventType, Slot
from rules.reader import meant
from rules.site_file import SiteFile
from rules.source import Entry, Node
from rules.values import ANY_TYPE

T = TypeVar("T")
_SECTIONS = ("languages", "slots", "attributes", "events", "audiences")
_RESERVED = {name.split(".")[0] for name, each in BUILT_IN.items() if each.source == "request"}
_NOTHING = Node("", 1, 1, {}, faulty=True)
"""What an audience says that cannot be read."""


class Known(NamedTuple):
    """What the rules and blocks of a site may name."""

    vocabulary: Vocabulary
    slots: Mapping[str, Slot]
    languages: Collection[str] | None
    """None: nobody knows which."""


class Declared(Mapping[str, T]):
    """The names of a section, and those that count although they do not stand there."""

    def __init__(
        self, names: Mapping[str, T], counts: Callable[[str], bool], stand_in: Callable[[str], T]
    ) -> None:
        self._names = names
        self._counts = counts
        self._stand_in = stand_in

    def __getitem__(self, name: str) -> T:
        if name not in self._names and self._counts(name):
            return self._stand_in(name)
        return self._names[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


def known(file: SiteFile) -> Known:
    """Return what a site declares, where nothing is wrong with that."""
    return Known(file.vocabulary, file.slots, file.languages)


def excused(file: SiteFile | None, findings: Iterable[Finding]) -> Known:
    """Return what counts as declared by a faulty ``site.yaml``; None: it cannot be read at all."""
    site = _Faulty(file.node if file else None, findings)
    languages = None if file is None or site.is_unread("languages") else file.languages
    attributes: dict[str, Attribute] = {}
    if file is not None:
        attributes = {name: site.attribute(each) for name, each in file.attributes.items()}
    spoken = Attribute("page.language", "string", values=tuple(languages or ()))
    events = {} if file is None else {n: site.event(each) for n, each in file.events.items()}
    audiences = {} if file is None else file.vocabulary.audiences
    slots = {} if file is None else file.slots
    vocabulary = Vocabulary(
        site.declared("attributes", {**attributes, spoken.name: spoken}, _any_attribute),
        site.declared("events", events, _any_event),
    )
    vocabulary.audiences = site.declared("audiences", audiences, lambda _: _NOTHING)
    return Known(vocabulary, site.declared("slots", slots, Slot), languages)


class _Faulty:
    """A faulty ``site.yaml`` as it is written: what is said of which part of it."""

    def __init__(self, root: Node | None, findings: Iterable[Finding]) -> None:
        self._places = {(finding.line, finding.column) for finding in findings}
        self._root = root or _NOTHING
        self._keys = _entries(self._root)
        self._misspelt = {meant(key, _SECTIONS) for key in self._wrong_keys(self._root)}

    def declared(
        self, section: str, names: Mapping[str, T], stand_in: Callable[[str], T]
    ) -> Declared[T]:
        """Return the names of a section, and what counts as one of them."""
        misnamed = self._wrong_keys(self._root.at((section,)))
        unread = self.is_unread(section)

        def counts(name: str) -> bool:
            if unread and (section != "attributes" or _may_be_declared(name)):
                return True
            return misspelt(name, misnamed) is not None

        return Declared(names, counts, stand_in)

    def is_unread(self, section: str) -> bool:
        """Say whether nobody knows what a section holds: it is misspelt, there twice, or no section."""
        if section not in self._keys:
            return not self._keys or section in self._misspelt or section == "languages"
        node = self._keys[section].value
        if section == "languages":
            return not isinstance(node.value, list) or self._holds_wrong(node)
        return node.faulty or not isinstance(node.value, dict)

    def attribute(self, attribute: Attribute) -> Attribute:
        """Return a declared attribute without what was made up for its faults."""
        right = self._right_parts(self._root.at(("attributes", attribute.name)))
        return replace(
            attribute,
            type=attribute.type if "type" in right else ANY_TYPE,
            purpose=attribute.purpose if "purpose" in right else None,
            values=attribute.values if {"type", "values"} <= right else (),
        )

    def event(self, event: EventType) -> EventType:
        """Return a declared event without what was made up for its faults."""
        at = self._root.at(("events", event.name))
        listed = at.at(("properties",))
        known = self._right_parts(listed)
        types = {
            name: each if name in known else ANY_TYPE for name, each in event.properties.items()
        }
        unread = not isinstance(listed.value, dict) or listed.faulty
        unread = unread or not _entries(at).keys() <= {"purpose", "properties"}
        return EventType(
            event.name,
            event.purpose if "purpose" in self._right_parts(at) else NO_PURPOSE,
            Declared(types, lambda _: unread, lambda _: ANY_TYPE),
        )

    def _right_parts(self, node: Node) -> set[str]:
        """Return the keys whose values nothing is said of."""
        entries = _entries(node).items()
        return {name for name, (_, value) in entries if not self._holds_wrong(value)}

    def _wrong_keys(self, node: Node) -> list[str]:
        return [name for name, (key, _) in _entries(node).items() if self._is_wrong(key)]

    def _holds_wrong(self, node: Node) -> bool:
        items = node.value if isinstance(node.value, list) else []
        return self._is_wrong(node) or any(self._is_wrong(item) for item in items)

    def _is_wrong(self, node: Node) -> bool:
        return node.faulty or (node.line, node.column) in self._places


def _entries(node: Node) -> Mapping[str, Entry]:
    return node.value if isinstance(node.value, dict) else {}


def _may_be_declared(name: str) -> bool:
    """Say whether a name could be that of a declared attribute, and is no slip in another word."""
    if name.split(".")[0] in _RESERVED:
        return False
    return "." in name or misspelt(name, (*WORDS, *BUILT_IN)) is None


def _any_attribute(name: str) -> Attribute:
    return Attribute(name, ANY_TYPE)


def _any_event(name: str) -> EventType:
    return EventType(name, NO_PURPOSE, Declared({}, lambda _: True, lambda _: ANY_TYPE))
