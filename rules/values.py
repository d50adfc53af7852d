"""The values conditions compare, their types, and three-valued truth."""

from collections.abc import Callable, Collection, Mapping
from datetime import date
from enum import Enum
from typing import Any, TypeAlias

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


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _is_boolean(value: object) -> bool:
    return isinstance(value, bool)


def _is_date(value: object) -> bool:
    # Python reads other forms as well: 20260901, 2026-W36-2.
    if not isinstance(value, str) or len(value) != 10 or value[4] != "-" or value[7] != "-":
        return False
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


def _is_list(value: object) -> bool:
    return isinstance(value, (list, tuple)) and _TEXT.issuperset(map(type, value))


def _has_key(kind: str) -> Callable[[object], bool]:
    key = KEYS[kind]
    return lambda value: key(value) is not None


_TEXT = frozenset({str})
_FITTING: Mapping[str, Callable[[object], bool]] = {
    **{kind: _has_key(kind) for kind in KEYS},
    "string": _is_text,
    "number": _is_number,
    "boolean": _is_boolean,
    "date": _is_date,
    "list": _is_list,
}


def fits(value: object, wanted: str) -> bool:
    """Say whether a plain value is of an attribute's type; numbers and texts are never mixed."""
    fitting = _FITTING.get(wanted)
    return fitting is not None and fitting(value)


Admit: TypeAlias = Callable[[Any], Value | None]


def admitting(wanted: str, values: Collection[Single]) -> Admit:
    """Return what admits a stored value: it gives None for one not of the type, or not among the allowed ones.

    Without allowed values all are; of a list, each must be one.
    """
    fitting, allowed = _FITTING[wanted], frozenset(values)
    if wanted == "list":
        return lambda value: (
            tuple(value) if fitting(value) and (not allowed or allowed.issuperset(value)) else None
        )
    if wanted == "string":  # the commonest, in one step less
        return lambda value: (
            value if isinstance(value, str) and (not allowed or value in allowed) else None
        )
    return lambda value: value if fitting(value) and (not allowed or value in allowed) else None
