"""One cell of a customer file becomes the value of a declared attribute, or a reason why not."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Final, Protocol

from edge.stores.base import Scalar
from edge.wording import counted

NUMBER: Final = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?", re.ASCII)
DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
DIGITS: Final = 15
"""More digits than these a JSON number does not keep in every program."""

BOOLEANS: Final = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


class Attribute(Protocol):
    """What an import asks of a declared attribute."""

    @property
    def type(self) -> str:
        """One of string, number, boolean, date."""

    @property
    def source(self) -> str:
        """``crm`` if an import fills it."""

    @property
    def values(self) -> Sequence[Scalar]:
        """The only values allowed; empty for any."""


class BadValue(ValueError):
    """The cell does not fit: what was wanted, and what to do."""

    def __init__(self, wanted: str, hint: str) -> None:
        super().__init__(f"wanted {wanted}: {hint}")
        self.wanted = wanted
        self.hint = hint


def read_value(attribute: Attribute, cell: str) -> Scalar:
    """The value of a cell that is not empty. Raises BadValue."""
    value = READERS[attribute.type](cell)
    if attribute.values and value not in attribute.values:
        allowed = ", ".join(map(str, attribute.values))
        raise BadValue(f"one of {allowed}", "correct it, or add the value in site.yaml")
    return value


def value_class(cell: str) -> str:
    """What kind of thing a cell holds, without showing it: it may be personal data."""
    if not cell:
        return "an empty cell"
    if NUMBER.fullmatch(cell):
        return "a number"
    if DATE.fullmatch(cell):
        return "a date"
    return f"text of {counted(len(cell), 'character')}"


def _string(cell: str) -> Scalar:
    return cell


def _number(cell: str) -> Scalar:
    if not NUMBER.fullmatch(cell):
        raise BadValue("a number", "write it like 7 or 1234.5, or leave it empty")
    if sum(map(str.isdigit, cell)) > DIGITS:
        raise BadValue(f"a number of at most {DIGITS} digits", "declare the attribute as a string")
    return float(cell) if "." in cell else int(cell)


def _boolean(cell: str) -> Scalar:
    if cell.lower() not in BOOLEANS:
        raise BadValue("a boolean", f"write one of {', '.join(BOOLEANS)}, or leave it empty")
    return BOOLEANS[cell.lower()]


def _date(cell: str) -> Scalar:
    try:
        if DATE.fullmatch(cell):
            return date.fromisoformat(cell).isoformat()
    except ValueError:
        raise BadValue("a day of the calendar", "correct it or leave it empty") from None
    raise BadValue("a date", "write it as YYYY-MM-DD, such as 2026-09-01, or leave it empty")


READERS: Final[Mapping[str, Callable[[str], Scalar]]] = {
    "string": _string,
    "number": _number,
    "boolean": _boolean,
    "date": _date,
}
