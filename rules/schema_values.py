"""The values of a schema: what an attribute of a type is compared with, operator by operator.

https://json-schema.org/draft/2020-12/json-schema-validation
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, TypeAlias

from rules.argument_reader import MAX_PATTERN
from rules.attributes import WEEKDAYS, Attribute
from rules.comparison_reader import FURTHEST_KM
from rules.key_words import of_operator
from rules.operators import OPERATORS
from rules.values import TYPES

Json: TypeAlias = dict[str, Any]

TEXT: Final[Json] = {"type": "string", "minLength": 1}
WINDOW: Final[Json] = {"type": "string", "pattern": "^[1-9][0-9]{0,4}[mhd]$"}
DAYS: Final[Json] = {"type": "string", "pattern": "^[1-9][0-9]{0,4}d$"}
SHARE: Final[Json] = {
    "type": "string",
    "pattern": "^(?!.*\\.000 ?%)(0?[0-9]{1,2}(\\.[0-9]{1,6})?|100(\\.0{1,6})?) ?%$",
}
DAY: Final = "^[0-9]{4}-[0-9]{2}-[0-9]{2}"
HOUR: Final = "([01][0-9]|2[0-3]):[0-5][0-9]"
TIME: Final[Json] = {"type": "string", "pattern": f"^{HOUR}$"}
_ALONE: Final = (
    "CET CST6CDT Cuba EET EST EST5EDT Egypt Eire Factory GB GB-Eire GMT GMT[+]0 GMT-0 GMT0 Greenwich HST Hongkong "
    "Iceland Iran Israel Jamaica Japan Kwajalein Libya MET MST MST7MDT NZ NZ-CHAT Navajo PRC PST8PDT Poland "
    "Portugal ROC ROK Singapore Turkey UCT UTC Universal W-SU WET Zulu"
)
"""The timezones that are no Area/City: https://www.iana.org/time-zones, file backward."""
TIMEZONE: Final[Json] = {
    "type": "string",
    "pattern": f"^([A-Z][A-Za-z]+(/[A-Z][A-Za-z0-9_+-]*)+|{_ALONE.replace(' ', '|')})$",
}
ADDRESSES: Final[Mapping[str, Json]] = {
    "page.path": {"type": "string", "pattern": "^/([^?#]*[^?#*])?$"},
    "page.url": {"type": "string", "pattern": "^https?://[^/?#]+/([^#]*[^#*])?$"},
    "page.referrer": {"type": "string", "pattern": "^$|:"},
}
"""Attribute -> what its values look like, where their type does not say all."""

FEW: Final = 12
"""Values that an attribute may have and all of them stand wherever it is compared."""
_DEGREES: Final = "-?[0-9]{1,3}(\\.[0-9]+)?"

BY_TYPE: Final[Mapping[str, Json]] = {
    "string": {"type": "string"},
    "number": {"type": "number"},
    "boolean": {"type": "boolean"},
    "date": {"type": "string", "pattern": f"{DAY}$"},
    "datetime": {"type": "string", "pattern": f"{DAY}(T{HOUR}(Z|[+-]{HOUR})?)?$"},
    "list": {"type": "array", "items": {"type": "string"}},
    "version": {"type": "string", "pattern": "^[0-9]+(\\.[0-9]+){0,3}([-+].*)?$"},
    "ip": {"type": "string", "pattern": "^[0-9a-fA-F.:]+$"},
    "location": {"type": "string", "pattern": f"^{_DEGREES}, ?{_DEGREES}$"},
}
"""Type of an attribute -> what its values look like."""

_BOUNDS: Final = ("lt", "lte", "gt", "gte", "between")


def one_or_several(each: Json) -> Json:
    """Return what takes one value, or a list of them."""
    return {"anyOf": [each, {"type": "array", "items": each, "minItems": 1}]}


def _circle(_: Json) -> Json:
    place = {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2}
    distance: Json = {"type": "number", "minimum": 0, "maximum": FURTHEST_KM}
    bounds: dict[str, Json] = dict.fromkeys(_BOUNDS, distance)
    bounds["between"] = {"type": "array", "items": distance, "minItems": 2, "maxItems": 2}
    return {
        "type": "object",
        "properties": {
            "from": {"description": "Latitude and longitude of the place.", **place},
            **{word: {"description": of_operator(word), **each} for word, each in bounds.items()},
        },
        "required": ["from"],
        "minProperties": 2,
        "additionalProperties": False,
    }


BY_SHAPE: Final[Mapping[str, Callable[[Json], Json]]] = {
    "same": lambda value: value,
    "list": lambda value: {"type": "array", "items": value, "minItems": 1},
    "pair": lambda value: {"type": "array", "items": value, "minItems": 2, "maxItems": 2},
    "text": lambda value: TEXT,
    "pattern": lambda value: {**TEXT, "maxLength": MAX_PATTERN},
    "boolean": lambda value: {"type": "boolean"},
    "items": one_or_several,
    "networks": lambda value: one_or_several(TEXT),
    "window": lambda value: WINDOW,
    "days": lambda value: one_or_several({"enum": list(WEEKDAYS)}),
    "times": lambda value: {"type": "array", "items": TIME, "minItems": 2, "maxItems": 2},
    "circle": _circle,
}
"""Shape of an operator's argument -> what it looks like, for an attribute's values."""


def value_of(attribute: Attribute) -> Json:
    """Return what a value of an attribute looks like; of a list, what one of its texts does."""
    if len(attribute.values) > FEW:
        return {"$ref": f"#/$defs/{_listed(attribute)}"}
    if attribute.values:
        return {"enum": list(attribute.values)}
    if attribute.name in ADDRESSES and attribute.source == "request":
        return ADDRESSES[attribute.name]
    return BY_TYPE["string" if attribute.type == "list" else attribute.type]


def _listed(attribute: Attribute) -> str:
    return f"values of {attribute.name}"


def lists(attributes: Iterable[Attribute]) -> Json:
    """Return the values that are too many to stand wherever their attribute is compared."""
    return {
        _listed(each): {"enum": list(each.values)} for each in attributes if len(each.values) > FEW
    }


def comparison(attribute: Attribute) -> Json:
    """Return what an attribute may be compared with: a value, a list, or operators."""
    if value_of(attribute) in BY_TYPE.values():
        return {"$ref": f"#/$defs/{attribute.type}"}
    return _comparison(attribute)


def still_comparison(attribute: Attribute) -> Json:
    """Return what the property of an event may be compared with: nothing that changes as time goes by."""
    if not any(OPERATORS[word].moving for word in arguments(attribute)):
        return comparison(attribute)
    made = _comparison(attribute)
    words = [word for word in arguments(attribute) if not OPERATORS[word].moving]
    return {**made, "if": {"type": "object"}, "then": {"propertyNames": {"enum": words}}}


def types() -> Json:
    """Return what attributes may be compared with of which no more than the type is known."""
    return {kind: _comparison(Attribute("", kind)) for kind in TYPES}


def _comparison(attribute: Attribute) -> Json:
    value, taken = value_of(attribute), arguments(attribute)
    forms: list[Json] = [value] if "equals" in taken else []
    if "in" in taken:
        forms.append({"type": "array", "items": value, "minItems": 1})
    return {"anyOf": [*forms, operators(taken)]}


def arguments(attribute: Attribute) -> dict[str, Json]:
    """Return the operators that an attribute takes, with what each compares it with."""
    value = value_of(attribute)
    return {
        word: _argument(attribute, word, value)
        for word, row in OPERATORS.items()
        if attribute.type in row.types
    }


def operators(taken_by: Mapping[str, Json]) -> Json:
    """Return operators with what each takes, described; one at least."""
    return {
        "type": "object",
        "properties": {
            word: {"description": of_operator(word), **taken} for word, taken in taken_by.items()
        },
        "minProperties": 1,
        "additionalProperties": False,
    }


def _argument(attribute: Attribute, word: str, value: Json) -> Json:
    if attribute.values and word in _BOUNDS:  # a bound may lie between two values
        value = BY_TYPE[attribute.type]
        if attribute.type == "number":
            numbers: Any = attribute.values
            value = {**value, "minimum": min(numbers), "maximum": max(numbers)}
    if OPERATORS[word].folded and attribute.name != "page.path":
        value = BY_TYPE[
            attribute.type
        ]  # in other capitals a value is none of those that are listed
    if OPERATORS[word].shape == "window" and attribute.type == "date":
        return DAYS
    return BY_SHAPE[OPERATORS[word].shape](value)


_SCALAR: Final[Json] = {"type": ["string", "number", "boolean"]}


def any_comparison() -> Json:
    """Return what an attribute may be compared with whose type is not known."""
    several = {"type": "array", "items": _SCALAR, "minItems": 1}
    return {"anyOf": [_SCALAR, several, operators(any_arguments())]}


def any_arguments() -> dict[str, Json]:
    """Return every operator, with what it compares with where the type is not known."""
    return {word: BY_SHAPE[row.shape](_SCALAR) for word, row in OPERATORS.items()}
