"""What to write instead of a value of the wrong type."""

import re
from collections.abc import Callable, Collection

from rules.findings import without_curly_quotes
from rules.loose_values import LONGEST, day, moment, no_such_day, number, span
from rules.operators import meant_by
from rules.source import Plain

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

_THOUSANDS = re.compile(r"[+-]?[1-9][0-9]{0,2}\.[0-9]{3}")
_BOUND = re.compile(r"(\D+?) ?(-?[0-9].*)")
_BOUNDS = ("lt", "lte", "gt", "gte")
BLOCK = re.compile(r"[\w-]+\Z")
"""A name of a block whose file can be told: a dot would begin a language."""
_VERSION = re.compile(r"(?<![\w.])[0-9]{1,9}([.,][0-9]{1,9}){0,3}(?![\w.])")
_IN_CIDR = re.compile(r"[0-9A-Fa-f.:]+/[0-9]{1,3}")
_YES = ("true", "yes", "y", "on", "1", "ja", "wahr")
_NO = ("false", "no", "n", "off", "0", "nein", "falsch")


def hint_to(value: object, wanted: str, form: str = "", *, compared: bool = False) -> str:
    """Return what to write where a value is to be of the type ``wanted``, or of a form.

    ``compared``: operators may stand there as well.
    """
    if isinstance(value, (list, dict)):
        return ""
    if value is None:
        return "Write a value"
    if wanted == "string":
        return form or "Put quotes around it"
    if wanted == "list":
        return "Put quotes around it" if isinstance(value, (int, float)) else ""
    text = str(value)
    bare = (without_curly_quotes(text) or text).strip()
    if len(bare) > LONGEST:
        return form or _FORM[wanted]
    mended = _MENDED[wanted](bare)
    if mended == bare and wanted in ("number", "boolean"):
        return f"Write {mended} without quotes"
    if not mended and compared:
        mended = _comparison(bare, wanted)
    if mended not in ("", text):
        return f"Write {mended}"
    return no_such_day(bare) * (wanted in ("date", "datetime")) or form or _FORM[wanted]


def ends_of(text: str, kind: str) -> str:
    """Return both ends of ``8-18``, the lower first, as a list shows them; nothing if a text has none."""
    ends = span(text, _ORDERED[kind]) if kind in _ORDERED else None
    if ends is None or any(map(may_be_thousands, ends)):
        return ""
    rising = float(ends[0]) <= float(ends[1]) if kind == "number" else ends[0] <= ends[1]
    return ", ".join(ends) if rising else ""


def _comparison(text: str, kind: str) -> str:
    """Return the operators that people write as ``>= 18``, ``mehr als 3`` and ``8-18``."""
    bound = _BOUND.fullmatch(text) if kind in _ORDERED else None
    word = bound and (meant_by(bound[1]) or bound[1])
    if bound and word in _BOUNDS and (than := _ORDERED[kind](bound[2])):
        return "" if may_be_thousands(than) else f"{{{word}: {than}}}"
    ends = ends_of(text, kind)
    return f"{{between: [{ends}]}}" if ends else ""


def shown_alone(text: str, actions: Collection[str]) -> dict[str, Plain]:
    """Return what a text alone is to show: an action, a block, or the text itself."""
    if text in actions:
        return {"action": text}
    block = block_name(text)
    if block and not BLOCK.match(block):
        return {"action": "setText", "text": text}
    return {"block": block or "NAME"}


def block_name(name: str) -> str:
    """Return a block's name without what its file has around it, its language among that."""
    bare = name.removeprefix("blocks/").removesuffix(".html")
    return bare if bare == name else bare.partition(".")[0]


def may_be_thousands(text: str) -> bool:
    """Say whether a number with a point is written as others write thousands: 1.000."""
    return _THOUSANDS.fullmatch(text) is not None


def either(text: str) -> str:
    """Return the two numbers that such a one may be."""
    few = f"{float(text):g}"
    return f"{text.replace('.', '')}, or {few if few != text else f'{few}0'}"


def _number(text: str) -> str:
    found = number(text)
    return either(found) if may_be_thousands(found) else found


def _boolean(text: str) -> str:
    word = text.lower()
    return "true" if word in _YES else "false" if word in _NO else ""


def _version(text: str) -> str:
    match = _VERSION.search(text)
    return '"' + match[0].replace(",", ".") + '"' if match else ""


def _ip(text: str) -> str:
    return f"{{in_cidr: {text}}}" if _IN_CIDR.fullmatch(text) else ""


_ORDERED: dict[str, Callable[[str], str]] = {"number": number, "date": day, "datetime": moment}
_MENDED: dict[str, Callable[[str], str]] = {
    "number": _number,
    "boolean": _boolean,
    "date": day,
    "datetime": moment,
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
