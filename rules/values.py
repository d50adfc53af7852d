"""The values conditions compare, their types, and three-valued truth."""

from datetime import date
from enum import Enum
from typing import TypeAlias

Value: TypeAlias = str | int | float | bool
"""What an attribute can hold. A date is a text, ``2026-09-01``, which sorts as dates do."""

TYPES = ("string", "number", "boolean", "date")


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
    """Say whether a YAML scalar is of an attribute's type; numbers and texts are never mixed."""
    if wanted == "date":
        return isinstance(value, str) and _is_date(value)
    return type_of(value) == wanted


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
