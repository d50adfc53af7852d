"""The part of a schema that conditions are: groups, attributes of the site, what a visitor did before."""

from collections.abc import Collection, Mapping
from typing import Any, Final

from rules.attributes import BUILT_IN, NAME, QUERY, RESERVED, Attribute
from rules.condition_words import GROUPS
from rules.event_reader import EVENT_CONDITION_KEYS
from rules.key_words import KEYS, TYPES
from rules.model import EventType
from rules.operators import OPERATORS
from rules.question_reader import MAX_COUNT, NUMERIC, QUESTIONS
from rules.schema_names import Names
from rules.schema_values import (
    BY_SHAPE,
    TEXT,
    WINDOW,
    Json,
    any_arguments,
    any_comparison,
    arguments,
    comparison,
    lists,
    operators,
    still_comparison,
    types,
)

CONDITION: Final[Json] = {"$ref": "#/$defs/condition"}


def pattern(regex: str) -> str:
    """Return a regular expression of ours as schemas write it (ECMA-262)."""
    return f"^{regex}".replace("\\Z", "$").replace("?P<scheme>", "").replace("?P<port>", "")


def mapping(
    what: str, keys: Collection[str], parts: Mapping[str, Json], required: Collection[str] = ()
) -> Json:
    """Return keys with what each takes, described. KeyError: a key is new, and has to be added here."""
    return {
        "type": "object",
        "properties": {key: {"description": KEYS[what][key], **parts[key]} for key in keys},
        "required": list(required),
        "additionalProperties": False,
    }


def one_of(known: Collection[str] | None) -> Json:
    """Return one of the names there are; any, if they are not known."""
    if known is None:
        return TEXT
    return {"enum": sorted(known)} if known else {"not": {}}


def when(key: str, value: str, then: Json) -> Json:
    """Return what holds as well where a key has a value."""
    return {"if": {"properties": {key: {"const": value}}, "required": [key]}, "then": then}


def definitions(names: Names) -> Json:
    """Return what conditions refer to."""
    return {
        "condition": _condition(names),
        "event": _event(names.events),
        **types(),
        **lists(attributes_of(names).values()),
    }


def attributes_of(names: Names) -> dict[str, Attribute]:
    """Return the attributes that have names: built in, or of the site."""
    return {**BUILT_IN, **(names.attributes or {})}


def _condition(names: Names) -> Json:
    words = KEYS["condition"]
    several = {"type": "array", "items": CONDITION, "minItems": 1}
    groups = {name: CONDITION if name == "not" else several for name in GROUPS}
    parts = {**groups, "event": {"$ref": "#/$defs/event"}, "audience": one_of(names.audiences)}
    compared = {
        name: {"description": said(each), **comparison(each)}
        for name, each in attributes_of(names).items()
    }
    described = {name: {"description": words[name], **part} for name, part in parts.items()}
    return {
        "type": "object",
        "properties": {**described, **compared},
        "patternProperties": _unnamed(names, parts),
        "minProperties": 1,
        "additionalProperties": False,
    }


def _unnamed(names: Names, words: Collection[str]) -> Json:
    """Return what the attributes take that nobody lists: parameters of the address, and those not known."""
    query = comparison(Attribute(f"{QUERY}NAME", "string"))
    found = {pattern(f"{QUERY}.").replace(".", "\\.", 2): query}
    if names.attributes is None:
        others = f"(?!(?:{'|'.join(words)})$)(?!(?:{'|'.join(RESERVED)})\\.){NAME.pattern}"
        found[pattern(others)] = any_comparison()
    return found


def said(attribute: Attribute) -> str:
    """Return what an editor says of an attribute."""
    needs = f" Needs the grant for {attribute.purpose}." if attribute.purpose else ""
    return f"{attribute.name} is {TYPES[attribute.type]}.{needs}"


def _event(events: Mapping[str, EventType] | None) -> Json:
    bounded = {"type": "number", "minimum": 0, "maximum": MAX_COUNT}
    count = {word: BY_SHAPE[OPERATORS[word].shape](bounded) for word in NUMERIC}
    number = {word: BY_SHAPE[OPERATORS[word].shape]({"type": "number"}) for word in NUMERIC}
    parts: dict[str, Json] = {
        "name": one_of(events),
        "where": {"type": "object", "additionalProperties": any_comparison()},
        "within": WINDOW,
        "count": {"anyOf": [{**bounded, "type": "integer"}, operators(count)]},
        "sum": _of(number, ("of",)),
        "last": _of(any_arguments()),
        "first": _of(any_arguments()),
    }
    asked = [{"required": [word]} for word in QUESTIONS if word in EVENT_CONDITION_KEYS]
    known = [_known(event) for event in (events or {}).values()]
    condition = mapping("event condition", EVENT_CONDITION_KEYS, parts, ("name",))
    return {**condition, "oneOf": asked, "allOf": known} if known else {**condition, "oneOf": asked}


def _of(taken: Mapping[str, Json], required: Collection[str] = ()) -> Json:
    """Return operators that compare a property of an event, named by ``of``."""
    found = operators(taken)
    of: Json = {"description": "The property of the event.", **TEXT}
    least = {"required": list(required), "minProperties": len(required) + 1}
    return {**found, **least, "properties": {"of": of, **found["properties"]}}


def _known(event: EventType) -> Json:
    """Return what holds of a condition on one event: only its own properties are asked for."""
    of_type = {name: Attribute(name, kind, "event") for name, kind in event.properties.items()}
    where: dict[str, Any] = {name: still_comparison(each) for name, each in of_type.items()}
    numbers = [name for name, kind in event.properties.items() if kind == "number"]
    found: dict[str, Json] = {
        "where": {"properties": where, "additionalProperties": False},
        "sum": {"properties": {"of": one_of(numbers)}},
        "last": _moment(of_type),
        "first": _moment(of_type),
    }
    then = {name: each for name, each in found.items() if name in EVENT_CONDITION_KEYS}
    return when("name", event.name, {"properties": then})


def _moment(of_type: Mapping[str, Attribute]) -> Json:
    """Return how the newest or oldest event is compared: by one of its properties, or by its time."""
    by_time = {"if": {"not": {"required": ["of"]}}, "then": _only(Attribute("", "datetime"))}
    by_property = [when("of", name, _only(each, "of")) for name, each in of_type.items()]
    return {"properties": {"of": one_of(of_type)}, "allOf": [by_time, *by_property]}


def _only(attribute: Attribute, *others: str) -> Json:
    taken = arguments(attribute)
    words = {"enum": [*others, *taken]}
    return {"properties": taken, "propertyNames": words, "minProperties": len(others) + 1}
