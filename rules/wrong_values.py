"""What to write instead of a value of the wrong type."""

import re
from collections.abc import Callable
from datetime import date

from rules.findings import without_curly_quotes

WORD = {
    "string": "a text",
    "number": "a number",
    "boolean": "true or false",
    "date": "a date",
    "datetime": "a moment",
    "list": "a list",
    "version": "a version",
    "ip": "an IP address",
    "location": "a location",
    "mapping": "keys and values",
}
"""How findings call the types."""
SEVERAL = {
    "string": "texts",
    "number": "numbers",
    "boolean": "true or false",
    "date": "dates",
    "datetime": "moments",
    "list": "lists",
    "version": "versions",
    "ip": "IP addresses",
    "location": "locations",
}
"""How findings call several of a type."""

_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_THOUSANDS = re.compile(r"[+-]?[1-9][0-9]{0,2}\.[0-9]{3}")
_COMMA = re.compile(r"(-?[0-9]+),([0-9]+)")
_BOUND = re.compile(r"(>=|<=|=>|=<|≥|≤|>|<) ?(-?[0-9]+(?:\.[0-9]+)?)")
_BOUNDS = {
    ">": "gt",
    ">=": "gte",
    "=>": "gte",
    "≥": "gte",
    "<": "lt",
    "<=": "lte",
    "=<": "lte",
    "≤": "lte",
}
_WITH_UNIT = re.compile(r"0*([0-9]+)(?::00| ?[^\W\d_]{1,8}\.?| ?[%€$])")
_DAY_FIRST = re.compile(r"([0-9]{1,2})\. ?([0-9]{1,2})\. ?([0-9]{4}|[0-9]{2})")
_YEAR_FIRST = re.compile(r"([0-9]{4})[-./]([0-9]{1,2})[-./]([0-9]{1,2})")
_DAY_AND_TIME = re.compile(
    r"([0-9.]+ ?[0-9.]+|[0-9./-]+)(?:, | um |[T ])([0-9]{1,2})(?::([0-9]{2}))?(?::[0-9]{2})?(?:\.[0-9]+)?"
    r"(?: Uhr)?(Z|[+-][0-9]{2}:[0-9]{2})?"
)
_VERSION = re.compile(r"(?<![\w.])[0-9]{1,9}([.,][0-9]{1,9}){0,3}(?![\w.])")
_IN_CIDR = re.compile(r"[0-9A-Fa-f.:]+/[0-9]{1,3}")
_YES = ("true", "yes", "y", "on", "1", "ja", "wahr")
_NO = ("false", "no", "n", "off", "0", "nein", "falsch")


def hint_to(value: object, wanted: str, form: str = "") -> str:
    """Return what to write where a value is to be of the type ``wanted``, or of a form."""
    if isinstance(value, (list, dict)):
        return ""
    if value is None:
        return "Write a value"
    if wanted == "string":
        return form or "Put quotes around it"
    if wanted == "list":
        return "Put quotes around it" if isinstance(value, (int, float)) else ""
    text = str(value)
    mended = _MENDED[wanted]((without_curly_quotes(text) or text).strip())
    return f"Write {mended}" if mended not in ("", text) else form or _FORM[wanted]


def may_be_thousands(text: str) -> bool:
    """Say whether a number with a point is written as others write thousands: 1.000."""
    return _THOUSANDS.fullmatch(text) is not None


def _number(text: str) -> str:
    if _NUMBER.fullmatch(text):
        return f"{text} without quotes"
    if match := _COMMA.fullmatch(text):
        return f"{match[1]}.{match[2]}"
    if match := _WITH_UNIT.fullmatch(text):
        return f"{match[1]} alone"
    if match := _BOUND.fullmatch(text):
        return f"{{{_BOUNDS[match[1]]}: {match[2]}}}"
    return ""


def _boolean(text: str) -> str:
    word = text.lower()
    if text in ("true", "false"):
        return f"{text} without quotes"
    return "true" if word in _YES else "false" if word in _NO else ""


def _date(text: str) -> str:
    if match := _DAY_FIRST.fullmatch(text):
        day, month, year = match.groups()
    elif match := _YEAR_FIRST.fullmatch(text):
        year, month, day = match.groups()
    else:
        return ""
    try:
        century = 2000 if len(year) == 2 else 0
        return date(century + int(year), int(month), int(day)).isoformat()
    except ValueError:
        return ""


def _datetime(text: str) -> str:
    match = _DAY_AND_TIME.fullmatch(text)
    day = _date(match[1] if match else text)
    if match is None or not day:
        return day
    hour, minute = int(match[2]), int(match[3] or 0)
    return f"{day}T{hour:02}:{minute:02}{match[4] or ''}" if hour < 24 and minute < 60 else ""


def _version(text: str) -> str:
    match = _VERSION.search(text)
    return '"' + match[0].replace(",", ".") + '"' if match else ""


def _ip(text: str) -> str:
    return f"{{in_cidr: {text}}}" if _IN_CIDR.fullmatch(text) else ""


_MENDED: dict[str, Callable[[str], str]] = {
    "number": _number,
    "boolean": _boolean,
    "date": _date,
    "datetime": _datetime,
    "version": _version,
    "ip": _ip,
    "location": lambda text: "",
}
_FORM = {
    "number": "Write it in digits",
    "boolean": "Write true or false",
    "date": "Write a day of the calendar, the year first: 2026-09-01",
    "datetime": "Write a day, or a day and a time to the minute: 2026-09-01T18:00",
    "version": 'Write one to four numbers with points between them, in quotes: "14.2"',
    "ip": "Write an address: 192.0.2.1 or 2001:db8::1",
    "location": 'Write latitude and longitude: "48.137,11.575"',
}
