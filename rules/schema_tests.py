"""The schema of tests: who somebody is, and what each slot is to show them."""

from typing import Final

from rules.attributes import CLOCK, QUERY
from rules.decide import NOTHING, Reason
from rules.model import EventType
from rules.persona_file import TEST_KEYS, TEST_REQUIRED
from rules.persona_reader import HAPPENED_KEYS
from rules.schema_conditions import attributes_of, mapping, one_of, pattern, said, when
from rules.schema_names import Names
from rules.schema_values import BY_TYPE, DAY, TEXT, WINDOW, Json, lists, one_or_several, value_of
from rules.show_reader import ACTIONS
from rules.site_file import PURPOSES
from rules.want_reader import WANT_KEYS

STATES: Final = ("granted", "denied")
_MOST: Final = 10_000
_DAY: Final = DAY.replace("[0-9]{4}", "(19[7-9]|2[0-9]{2})[0-9]", 1)
"""A day from 1970 to 2999."""
_ANY_VALUE: Final[Json] = {
    "anyOf": [{"type": ["string", "number", "boolean"]}, BY_TYPE["list"]],
}


def tests(names: Names) -> Json:
    """Return the schema of a file of tests."""
    granted = {
        "type": "object",
        "properties": {
            name: {"description": f"Consent for {name}.", "enum": list(STATES)} for name in PURPOSES
        },
        "additionalProperties": False,
    }
    parts: dict[str, Json] = {
        "name": TEXT,
        "consent": {"anyOf": [{"enum": ["all", "none"]}, granted]},
        "attributes": _facts(names),
        "events": {"type": "array", "items": _happened(names)},
        "visitor": {"type": ["string", "number"]},
        "now": {"type": "string", "pattern": _DAY},
        "language": {"type": "string", "pattern": "^[a-z]{2}$"},
        "want": _want(names),
    }
    return {
        "type": "array",
        "items": mapping("test", TEST_KEYS, parts, TEST_REQUIRED),
        "minItems": 1,
        "$defs": lists(attributes_of(names).values()),
    }


def _facts(names: Names) -> Json:
    facts = {
        name: {"description": said(each), **_fact(value_of(each), each.type)}
        for name, each in attributes_of(names).items()
        if name not in CLOCK
    }
    query = {pattern(f"{QUERY}.").replace(".", "\\.", 2): {"type": "string"}}
    others: Json = {"additionalProperties": _ANY_VALUE if names.attributes is None else False}
    others["propertyNames"] = {"not": {"enum": list(CLOCK)}}  # a test says when it is by 'now'
    return {"type": "object", "properties": facts, "patternProperties": query, **others}


def _fact(value: Json, kind: str) -> Json:
    return {"type": "array", "items": value} if kind == "list" else value


def _happened(names: Names) -> Json:
    parts: dict[str, Json] = {
        "name": one_of(names.events),
        "properties": {"type": "object", "additionalProperties": _ANY_VALUE},
        "ago": WINDOW,
        "times": {"type": "integer", "minimum": 1, "maximum": _MOST},
    }
    known = [
        when("name", event.name, _properties(event)) for event in (names.events or {}).values()
    ]
    happened = mapping("happened", HAPPENED_KEYS, parts, ("name",))
    return {**happened, "allOf": known} if known else happened


def _properties(event: EventType) -> Json:
    """Return what holds of an event that is known: it has its own properties only."""
    of_type = {name: BY_TYPE[kind] for name, kind in event.properties.items()}
    return {"properties": {"properties": {"properties": of_type, "additionalProperties": False}}}


def _want(names: Names) -> Json:
    parts: dict[str, Json] = {
        "rule": TEXT,
        "block": one_of(names.blocks),
        "variant": TEXT,
        "reason": {"enum": [reason.value for reason in Reason]},
        "action": {"enum": [NOTHING, *ACTIONS]},
        "html_contains": one_or_several(TEXT),
        "text": {"type": "string"},
    }
    slot = {**mapping("want", WANT_KEYS, parts), "minProperties": 1}
    return {
        "type": "object",
        "propertyNames": one_of(names.slots),
        "additionalProperties": {"anyOf": [{"const": "default"}, slot]},
        "minProperties": 1,
    }
