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
    "mapping": "keys and values",
}
"""How findings call the types."""

_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_COMMA = re.compile(r"(-?[0-9]+),([0-9]+)")
_WITH_UNIT = re.compile(r"0*([0-9]+)(?::00| ?[^\W\d_]{1,8}\.?| ?[%€$])")
_DAY_FIRST = re.compile(r"([0-9]{1,2})\. ?([0-9]{1,2})\. ?([0-9]{4}|[0-9]{2})")
_YEAR_FIRST = re.compile(r"([0-9]{4})[-./]([0-9]{1,2})[-./]([0-9]{1,2})")
_YES = ("true", "yes", "y", "on", "1", "ja", "wahr")
_NO = ("false", "no", "n", "off", "0", "nein", "falsch")


def hint_to(value: object, wanted: str, form: str = "") -> str:
    """Return what to write where a value is to be of the type ``wanted``, or of a form."""
    if isinstance(value, (list, dict)):
        return ""
    if value is None:
        return "Write a value"
    if wanted == "string":
        return "Put quotes around it"
    text = str(value)
    mended = _MENDED[wanted]((without_curly_quotes(text) or text).strip())
    return f"Write {mended}" if mended else form or _FORM[wanted]


def _number(text: str) -> str:
    if _NUMBER.fullmatch(text):
        return f"{text} without quotes"
    if match := _COMMA.fullmatch(text):
        return f"{match[1]}.{match[2]}"
    if match := _WITH_UNIT.fullmatch(text):
        return f"{match[1]} alone"
    return ""


def _boolean(text: str) -> str:
    word = text.lower()
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


_MENDED: dict[str, Callable[[str], str]] = {"number": _number, "boolean": _boolean, "date": _date}
_FORM = {
    "number": "Write it in digits",
    "boolean": "Write true or false",
    "date": "Write a day of the calendar, the year first: 2026-09-01",
}
