"""The language as JSON Schema, made of the tables it is read by, for editors that complete and check.

https://json-schema.org/draft/2020-12/json-schema-core
"""

from collections.abc import Iterable, Mapping
from typing import Final, Literal

from rules.attributes import NAME, RESERVED
from rules.campaign_file import (
    CAMPAIGN_KEYS,
    CAMPAIGN_REQUIRED,
    RULE_KEYS,
    RULE_REQUIRED,
)
from rules.key_words import ACTIONS as ACTION_WORDS
from rules.key_words import TYPES as TYPE_WORDS
from rules.question_reader import MAX_COUNT
from rules.schedule_reader import SCHEDULE_KEYS
from rules.schema_conditions import CONDITION, definitions, mapping, one_of, pattern, when
from rules.schema_names import ANY, Names
from rules.schema_tests import tests
from rules.schema_values import BY_TYPE, DAY, HOUR, SHARE, TEXT, TIMEZONE, WINDOW, Json
from rules.show_reader import (
    ACTIONS,
    MARKS,
    SET_ATTRIBUTES,
    SHOW_KEYS,
    VARIANT_KEYS,
    VARIANT_REQUIRED,
)
from rules.site_file import (
    ATTRIBUTE_KEYS,
    ATTRIBUTE_REQUIRED,
    EVENT_KEYS,
    EVENT_REQUIRED,
    LANGUAGE,
    ORIGIN,
    PURPOSES,
    SITE_KEYS,
    SITE_REQUIRED,
    SLOT_KEYS,
    SOURCES,
)
from rules.values import TYPES

Kind = Literal["site", "rules", "test"]
"""``site.yaml``, a file of ``rules/``, a file of ``tests/``."""

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_MOMENT: Final[Json] = {
    "type": "string",
    "pattern": f"{DAY}([T ]{HOUR}(Z|[+-][0-9]{{2}}:[0-9]{{2}})?)?$",
}
_PLAIN: Final[Json] = {"type": ["string", "number", "boolean"]}
_SHOW: Final[Json] = {"$ref": "#/$defs/show"}
_DEFAULT_ACTION: Final = "setHtml"


def schema(kind: Kind, names: Names = ANY, consent: Mapping[str, object] | None = None) -> Json:
    """Return the schema of one kind of file, for one site if its names are given.

    ``consent`` is the schema of the ``consent`` section of ``site.yaml``, which is not ours to know.
    """
    head = {"$schema": DIALECT, "title": _TITLES[kind]}
    if kind == "test":
        return {**head, **tests(names)}
    body = _site(names, consent or {}) if kind == "site" else _campaign(names)
    return {**head, **body, "$defs": {"show": _show(names), **definitions(names)}}


_TITLES: Final[Mapping[Kind, str]] = {
    "site": "Tagwerk: site.yaml",
    "rules": "Tagwerk: a campaign and its rules",
    "test": "Tagwerk: tests of rules",
}


def _words(known: Iterable[str], meaning: Mapping[str, str]) -> Json:
    """Return some words, each explained by editors that can."""
    words = list(known)
    return {"enum": words, "enumDescriptions": [meaning[word] for word in words]}


def _named(each: Json, but: str = "") -> Json:
    """Return names with what each stands for; ``but``: what they do not begin with."""
    return {
        "type": "object",
        "propertyNames": {"pattern": pattern(f"{but}{NAME.pattern}")},
        "additionalProperties": each,
    }


def _site(names: Names, consent: Mapping[str, object]) -> Json:
    slot = mapping("slot", SLOT_KEYS, {"selector": TEXT, "fallback": _SHOW})
    purpose: Json = {"enum": list(PURPOSES)}
    kinds = {"type": "object", "additionalProperties": _words(TYPES, TYPE_WORDS)}
    event_parts: dict[str, Json] = {"purpose": purpose, "properties": kinds}
    reserved = f"(?!(?:{'|'.join(RESERVED)})(?:\\.|$))"
    parts: dict[str, Json] = {
        "site": {"type": "string", "pattern": pattern(NAME.pattern)},
        "origins": _list({"type": "string", "pattern": pattern(ORIGIN.pattern)}),
        "languages": _list({"type": "string", "pattern": pattern(LANGUAGE.pattern)}),
        "consent": dict(consent),
        "holdout": SHARE,
        "slots": _named(slot),
        "attributes": _named(_attribute(purpose), reserved),
        "events": _named(mapping("event", EVENT_KEYS, event_parts, EVENT_REQUIRED)),
        "audiences": _named(CONDITION),
    }
    return mapping("site", SITE_KEYS, parts, SITE_REQUIRED)


def _list(each: Json) -> Json:
    return {"type": "array", "items": each}


def _attribute(purpose: Json) -> Json:
    parts: dict[str, Json] = {
        "type": _words(TYPES, TYPE_WORDS),
        "source": {"enum": list(SOURCES)},
        "purpose": purpose,
        "values": {"type": "array", "minItems": 1},
        "freshness": WINDOW,
    }
    of_type = [
        when("type", kind, {"properties": {"values": {"items": _item(kind)}}}) for kind in TYPES
    ]
    return {**mapping("attribute", ATTRIBUTE_KEYS, parts, ATTRIBUTE_REQUIRED), "allOf": of_type}


def _item(kind: str) -> Json:
    return BY_TYPE["string" if kind == "list" else kind]


def _campaign(names: Names) -> Json:
    cap_parts: dict[str, Json] = {
        "times": {"type": "integer", "minimum": 1, "maximum": MAX_COUNT},
        "within": WINDOW,
    }
    cap = mapping("cap", cap_parts, cap_parts, ("times",))
    schedule = {"from": _MOMENT, "until": _MOMENT, "timezone": TIMEZONE}
    parts: dict[str, Json] = {
        "campaign": TEXT,
        "schedule": mapping("schedule", SCHEDULE_KEYS, schedule),
        "goal": one_of(names.events),
        "holdout": SHARE,
        "cap": cap,
        "exclusive": TEXT,
        "enabled": {"type": "boolean"},
        "rules": {"type": "array", "items": _rule(names, cap)},
    }
    return mapping("campaign", CAMPAIGN_KEYS, parts, CAMPAIGN_REQUIRED)


def _rule(names: Names, cap: Json) -> Json:
    parts: dict[str, Json] = {
        "id": TEXT,
        "slot": one_of(names.slots),
        "priority": {"type": "number"},
        "when": CONDITION,
        "show": _SHOW,
        "split": {"type": "array", "minItems": 1, "items": _variant(names)},
        "cap": cap,
        "enabled": {"type": "boolean"},
        "purposes": _list({"enum": list(PURPOSES)}),
    }
    rule = mapping("rule", RULE_KEYS, parts, RULE_REQUIRED)
    return {**rule, "oneOf": [{"required": ["show"]}, {"required": ["split"]}]}


def _show_parts(names: Names) -> dict[str, Json]:
    return {
        "action": _words(ACTIONS, ACTION_WORDS),
        "block": one_of(names.blocks),
        "with": {"type": "object", "additionalProperties": _PLAIN},
        "text": {"type": "string"},
        "name": TEXT,
        "value": {"type": "string"},
        "weight": {"type": "number", "exclusiveMinimum": 0},
        "variant": TEXT,
    }


def _show(names: Names) -> Json:
    return {**mapping("show", SHOW_KEYS, _show_parts(names)), "allOf": _needs(names)}


def _variant(names: Names) -> Json:
    variant = mapping("show", VARIANT_KEYS, _show_parts(names), VARIANT_REQUIRED)
    return {**variant, "allOf": _needs(names)}


def _needs(names: Names) -> list[Json]:
    """Return what each action and each block needs, and that it takes nothing else."""
    without: Json = {"if": {"not": {"required": ["action"]}}, "then": _action(_DEFAULT_ACTION)}
    of_actions = [when("action", action, _action(action)) for action in ACTIONS]
    of_blocks = [
        when("block", name, _given(variables))
        for name, variables in sorted((names.blocks or {}).items())
        if variables is not None
    ]
    return [without, *of_actions, *of_blocks]


def _action(action: str) -> Json:
    needs = ACTIONS[action]
    also = ("with",) if "block" in needs else ()
    allowed = ["action", *needs, *also, *(each for each in VARIANT_KEYS if each not in SHOW_KEYS)]
    narrowed = _NARROWED.get(action, {})
    return {"required": list(needs), "propertyNames": {"enum": allowed}, "properties": narrowed}


_NARROWED: Final[Mapping[str, Json]] = {
    "setAttribute": {"name": {"pattern": f"^({'|'.join(SET_ATTRIBUTES)}|(data|aria)-.*)$"}},
    "setText": {"text": {"pattern": f"^(?![\\s\\S]*(?:{MARKS.pattern}))"}},
    "addClass": {"value": {"pattern": "^\\s*[^.\\s]\\S*(\\s+[^.\\s]\\S*)*\\s*$"}},
}
"""Action -> what its keys take beyond what they take everywhere."""


def _given(variables: frozenset[str]) -> Json:
    names = sorted(variables)
    given: Json = {"properties": dict.fromkeys(names, _PLAIN), "required": names}
    then: Json = {"properties": {"with": {**given, "additionalProperties": False}}}
    return {**then, "required": ["with"]} if names else then
