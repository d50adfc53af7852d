"""The values conditions compare, their types, and three-valued truth."""

from datetime import date
from enum import Enum
from typing import TypeAlias

from rules.keys import KEYS

Single: TypeAlias = str | int | float | bool
Value: TypeAlias = Single | tuple[str, ...]
"""What an attribute can hold. A date is a text, ``2026-09-01``, which sorts as dates do.

Moments, versions, addresses and places are texts as well; ``rules.keys`` reads them.
"""

TYPES = (
    "string", "number", "boolean", "date", "datetime", "list", "version", "ip", "location",
)  # fmt: skip
OTHER_TYPES = {
    "text": "string", "str": "string", "enum": "string", "int": "number", "integer": "number",
    "float": "number", "bool": "boolean", "day": "date", "timestamp": "datetime", "time": "datetime",
    "array": "list", "set": "list", "strings": "list", "semver": "version", "ipaddress": "ip", "cidr": "ip",
    "geo": "location", "point": "location", "coordinates": "location",
}  # fmt: skip
"""What other languages call a type -> its name."""
ANY_TYPE = "any"
"""What an attribute is whose declaration is at fault: nothing is held against what it is compared with."""


class Truth(Enum):
    """The value of a condition. Only ``TRUE`` matches."""

    FALSE = "false"
    TRUE = "true"
    UNKNOWN = "unknown"
    """Nobody knows what the condition reads."""
    HIDDEN = "hidden"
    """Consent hides what the condition reads."""


FALSE, TRUE, UNKNOWN, HIDDEN = Truth.FALSE, Truth.TRUE, Truth.UNKNOWN, Truth.HIDDEN


def truth(value: bool) -> Truth:
    """Turn a plain comparison into a truth."""
    return TRUE if value else FALSE


def type_of(value: object) -> str:
    """Return the type word of a YAML scalar; ``null`` for nothing, ``list`` or ``mapping`` else."""
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, (int, float)):
        return "number"
    if isinstance(value, str):
        return "string"
    return "null" if value is None else "list" if isinstance(value, list) else "mapping"


def fits(value: object, wanted: str) -> bool:
    """Say whether a plain value is of an attribute's type; numbers and texts are never mixed."""
    if wanted == "date":
        return isinstance(value, str) and _is_date(value)
    if wanted == "list":
        return isinstance(value, (list, tuple)) and all(isinstance(each, str) for each in value)
    if wanted in KEYS:
        return KEYS[wanted](value) is not None
    return type_of(value) == wanted


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
