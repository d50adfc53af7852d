"""Reads ``site.yaml``: what a site is, and what its rules may name."""

import json
import re
from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from rules.argument_reader import ArgumentReader
from rules.argument_shapes import read_window
from rules.attributes import BUILT_IN, NAME, RESERVED, Attribute
from rules.condition_parser import Vocabulary
from rules.model import EventType, Slot
from rules.reader import Reader
from rules.selectors import never_found
from rules.share_reader import read_share
from rules.source import Node
from rules.values import OTHER_TYPES, TYPES
from rules.wrong_values import WORD

PURPOSES = ("necessary", "functional", "statistics", "personalization", "marketing")
SITE_KEYS = (
    "site",
    "origins",
    "languages",
    "consent",
    "holdout",
    "slots",
    "attributes",
    "events",
    "audiences",
)
SITE_REQUIRED = ("site", "origins", "languages", "consent")
SLOT_KEYS = ("selector", "fallback")
ATTRIBUTE_KEYS = ("type", "source", "purpose", "values", "freshness")
ATTRIBUTE_REQUIRED = ("type", "source", "purpose")
SOURCES = ("crm",)
EVENT_KEYS = ("purpose", "properties")
EVENT_REQUIRED = ("purpose",)
ORIGIN = re.compile(
    r"(?P<scheme>https?)://([a-z0-9_-]+(\.[a-z0-9_-]+)*|\[[0-9a-f:.]+\])(:(?P<port>[1-9][0-9]{0,4}))?\Z"
)
"""An origin as browsers send it: anything else would never be equal to one."""
_QUOTED = 'one that begins with # stands in quotes, "#hero"'
"""A # without them begins a comment, and nothing is left of the selector."""
_DEFAULT_PORT = {"http": "80", "https": "443"}
LANGUAGE = re.compile(r"[a-z]{2}\Z")
_LISTED = ("string", "number", "boolean", "date", "list")
"""The types whose values a site can list."""


def _origin(text: str) -> str:
    """Return the origin that an address or a host is meant as: ``www.shop.example/``."""
    scheme, _, rest = text.lower().rpartition("://")
    tried = rest.startswith("localhost")
    origin = f"{scheme or ('http' if tried else 'https')}://{re.split('[/?#]', rest)[0]}"
    return origin if ORIGIN.match(origin) and (scheme or tried or "." in rest) else ""


class SiteFile:
    """What ``site.yaml`` says; whatever is wrong with it is noted in the reader."""

    def __init__(self, reader: Reader, node: Node) -> None:
        self._reader = reader
        self.node = node
        keys = reader.keys(node, "the site", SITE_KEYS, SITE_REQUIRED)
        self.name = self._name(keys.get("site"), "site") or ""
        self.origins = self._origins(keys.get("origins"))
        self.languages = self._languages(keys.get("languages"))
        self.consent = keys.get("consent")
        self.holdout = read_share(reader, keys.get("holdout"), "holdout")
        self.fallbacks: dict[str, Node] = {}
        """Slot -> what it shows wherever no rule wins, to be read when the blocks are."""
        self.slots = {name: self._slot(name, at) for name, at in self._named(keys, "slots")}
        self.attributes = self._attributes(keys)
        self.events = {name: self._event(name, at) for name, at in self._named(keys, "events")}
        spoken = Attribute("page.language", "string", values=self.languages)
        address = Attribute("page.url", "string", origins=self.origins)
        asked = {each.name: each for each in (spoken, address)}
        self.vocabulary = Vocabulary(self.attributes | asked, self.events)
        self.vocabulary.audiences = dict(self._named(keys, "audiences"))

    def _name(self, node: Node | None, what: str) -> str | None:
        text = self._reader.text(node, what)
        if text is not None and node is not None and not NAME.match(text):
            self._reader.refuse(
                node, f"'{text}' is no name", "Use a-z, 0-9, '-', '_' and '.', 64 at most"
            )
            return None
        return text

    def _named(self, keys: Mapping[str, Node], section: str) -> list[tuple[str, Node]]:
        if section not in keys:
            return []
        found = self._reader.entries(keys[section], f"'{section}'")
        for name, (key, _) in found.items():
            if not NAME.match(name):
                self._reader.refuse(
                    key, f"'{name}' is no name", "Use a-z, 0-9, '-', '_' and '.', 64 at most"
                )
        return [(name, value) for name, (_, value) in found.items()]

    def _origins(self, node: Node | None) -> tuple[str, ...]:
        hint = ""
        if node is not None and isinstance(node.value, str):
            meant = [_origin(each) for each in re.split("[,; ]+", node.value)]
            hint = f"Write {json.dumps(meant if all(meant) else ['https://shop.example'])}"
        origins = self._reader.texts(node, "origins", hint)
        for origin, item in origins.items():
            match = ORIGIN.match(origin)
            if match is None:
                form = "scheme and host alone, in small letters: https://shop.example"
                hint = f"Write {_origin(origin) or form}"
            elif match["port"] == _DEFAULT_PORT[match["scheme"]]:
                hint = f"Browsers leave :{match['port']} out"
            elif int(match["port"] or 1) not in range(1, 65536):
                hint = "Ports are 1 to 65535"
            else:
                continue
            self._reader.refuse(item, f"'{origin}' is no origin", hint)
        return tuple(origins)

    def _languages(self, node: Node | None) -> tuple[str, ...]:
        languages = self._reader.texts(node, "languages")
        for language, item in languages.items():
            if not LANGUAGE.match(language):
                self._reader.refuse(item, f"'{language}' is no language", "Write two letters: de")
        return tuple(languages) or ("en",)

    def _slot(self, name: str, node: Node) -> Slot:
        if node.value is None:
            message = f"slot '{name}' must be keys and values, not nothing"
            hint = f'Write {{}} for <div data-slot="{name}">, or {{selector: CSS}}: {_QUOTED}'
            self._reader.refuse(node, message, hint)
            return Slot(name, None)
        keys = self._reader.keys(node, f"slot '{name}'", SLOT_KEYS)
        selector = keys.get("selector")
        if "fallback" in keys:
            self.fallbacks[name] = keys["fallback"]
        if selector is not None and selector.value is None:
            message = "selector must be a text, not nothing"
            self._reader.refuse(selector, message, f"Write a CSS selector: {_QUOTED}")
            return Slot(name, None)
        found = self._reader.text(selector, "selector")
        if selector is not None and (wrong := never_found(found or "")) is not None:
            self._reader.warn(selector, *wrong)
        return Slot(name, found)

    def _attributes(self, keys: Mapping[str, Node]) -> dict[str, Attribute]:
        found: dict[str, Attribute] = {}
        for name, node in self._named(keys, "attributes"):
            if name in BUILT_IN or name.split(".")[0] in RESERVED:
                self._reader.refuse(
                    node, f"'{name}' is built in", "Choose another name, such as crm.NAME"
                )
            found[name] = self._attribute(name, node)
        return found

    def _attribute(self, name: str, node: Node) -> Attribute:
        reader = self._reader
        keys = reader.keys(node, f"attribute '{name}'", ATTRIBUTE_KEYS, ATTRIBUTE_REQUIRED)
        kind = reader.one_of(keys.get("type"), "type", TYPES, OTHER_TYPES)
        fresh = read_window(reader, keys["freshness"], "freshness") if "freshness" in keys else None
        bare = Attribute(
            name,
            kind or "string",
            reader.one_of(keys.get("source"), "source", SOURCES) or "crm",
            reader.one_of(keys.get("purpose"), "purpose", PURPOSES) or "personalization",
            freshness=fresh,
        )
        if kind is None or "values" not in keys:
            return bare
        return replace(bare, values=self._values(bare, keys["values"]))

    def _values(self, attribute: Attribute, node: Node) -> tuple[Any, ...]:
        if attribute.type not in _LISTED:
            message = f"{attribute.name} is {WORD[attribute.type]}, and its values are not listed"
            self._reader.refuse(node, message, "Leave 'values' out")
            return ()
        if not isinstance(node.value, list):
            self._reader.items(node, "values")
            return ()
        each = replace(attribute, type="string") if attribute.type == "list" else attribute
        found = ArgumentReader(self._reader, each, "in", node).read()
        return found if isinstance(found, tuple) else ()

    def _event(self, name: str, node: Node) -> EventType:
        reader = self._reader
        keys = reader.keys(node, f"event '{name}'", EVENT_KEYS, EVENT_REQUIRED)
        purpose = reader.one_of(keys.get("purpose"), "purpose", PURPOSES) or "personalization"
        properties: dict[str, str] = {}
        if "properties" in keys:
            for key, (_, value) in reader.entries(keys["properties"], "'properties'").items():
                properties[key] = reader.one_of(value, "type", TYPES, OTHER_TYPES) or "string"
        return EventType(name, purpose, properties)
