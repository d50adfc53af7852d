"""The ``consent`` section of site.yaml as JSON Schema, made of the tables it is read by.

https://json-schema.org/draft/2020-12/json-schema-core
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeAlias

from consent.grants import NECESSARY, PURPOSES
from consent.policy import MAX_DAYS, REGIMES, Policy, Service, ServiceCookie

Json: TypeAlias = dict[str, Any]

WORDS: Final[Mapping[str, str]] = {
    "revision": "A whole number. Raise it when a purpose or a recipient is added: everyone is asked again.",
    "purposes": "Which purposes the site asks for, in this order. necessary is always on.",
    "services": "What the banner lists below each purpose. [] says that there are none.",
    "regimes": "default and countries -> opt_in (nothing without a yes), opt_out (all until a no), notice (all).",
    "expires_days": f"How long a grant holds, in days, {MAX_DAYS} at most.",
    "privacy_url": "A link to the privacy policy, or one for each language.",
    "imprint_url": "A link to the imprint, or one for each language.",
    "name": "What the banner calls it.",
    "provider": "Who receives the data; self is the site itself.",
    "purpose": "The purpose it is listed under.",
    "cookies": "The cookies it sets.",
    "third_countries": "The countries outside the EU and the EEA that data goes to.",
    "duration": "How long it is kept, as it is shown.",
}
"""Key -> what it means."""

_TEXT: Final[Json] = {"type": "string", "pattern": "\\S"}
_COUNTRY: Final = "(?!EU$|UK$)[A-Z]{2}"
_LINK: Final[Json] = {"type": "string", "pattern": "^(/(?![/\\\\])|[hH][tT][tT][pP][sS]?://.)\\S*$"}
_LINKS: Final[Json] = {
    "anyOf": [
        _LINK,
        {"type": "object", "propertyNames": {"pattern": "^[a-z]{2}$"}, "additionalProperties": _LINK},
    ]
}  # fmt: skip


def schema() -> Json:
    """Return the schema of the section."""
    asked = [name for name in PURPOSES if name != NECESSARY]
    nothing: Json = {"type": ["object", "null"], "maxProperties": 0}
    purposes = {name: {"description": f"The site asks for {name}.", **nothing} for name in asked}
    parts: dict[str, Json] = {
        "revision": {"type": "integer", "minimum": 1, "maximum": 1_000_000},
        "purposes": _closed(purposes),
        "services": {"type": ["array", "null"], "items": _service()},
        "regimes": {
            "type": ["object", "null"],
            "propertyNames": {"pattern": f"^(default|{_COUNTRY})$"},
            "additionalProperties": {"enum": list(REGIMES)},
        },
        "expires_days": {"type": "integer", "minimum": 1, "maximum": MAX_DAYS},
        "privacy_url": _or_nothing(_LINKS),
        "imprint_url": _or_nothing(_LINKS),
    }
    return _mapping(Policy.__struct_fields__, parts, ("revision",))


def _service() -> Json:
    cookie = _mapping(ServiceCookie.__struct_fields__, {"name": _TEXT, "duration": _TEXT})
    parts: dict[str, Json] = {
        "name": _TEXT,
        "provider": _TEXT,
        "purpose": {"enum": list(PURPOSES)},
        "cookies": {"type": ["array", "null"], "items": {**cookie, "required": ["name", "duration"]}},
        "third_countries": {
            "type": ["array", "null"],
            "items": {"type": "string", "pattern": f"^{_COUNTRY}$"},
        },
        "privacy_url": _or_nothing(_LINKS),
    }  # fmt: skip
    return _mapping(Service.__struct_fields__, parts, ("name", "provider", "purpose"))


def _mapping(keys: Sequence[str], parts: Mapping[str, Json], required: Sequence[str] = ()) -> Json:
    described = {key: {"description": WORDS[key], **parts[key]} for key in keys}
    return {**_closed(described), "type": "object", "required": list(required)}


def _closed(properties: Mapping[str, Json]) -> Json:
    return {
        "type": ["object", "null"],
        "properties": dict(properties),
        "additionalProperties": False,
    }


def _or_nothing(part: Json) -> Json:
    return {"anyOf": [part, {"type": "null"}]}
