"""One cell of a customer file becomes the value of a declared attribute, or a reason why not."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import Final, Protocol

from edge.stores.base import Scalar
from edge.wording import counted
from rules.values import fits

NUMBER: Final = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?", re.ASCII)
THOUSANDS: Final = re.compile(r"[+-]?[1-9][0-9]{0,2}\.[0-9]{3}", re.ASCII)
"""A number whose point may part thousands."""
UNPARTED: Final = re.compile(r"[+-]?(?:[0-9]+\.[0-9]+|[0-9]{4,})", re.ASCII)
"""A number that tells that points part no thousands: one with a point elsewhere, or four digits without."""
DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
DIGITS: Final = 15
"""More digits than these a JSON number does not keep in every program."""

LIST_BREAK: Final = ";"
"""What parts the texts of a list."""

BOOLEANS: Final = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


class Attribute(Protocol):
    """What an import asks of a declared attribute."""

    @property
    def type(self) -> str:
        """One of ``rules.values.TYPES``."""

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
    several = value if isinstance(value, list) else [value]
    if attribute.values and not all(each in attribute.values for each in several):
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


def _datetime(cell: str) -> Scalar:
    if fits(cell, "datetime"):
        return cell
    hint = "write it with its offset, as 2026-09-01T18:00+02:00, or leave it empty"
    raise BadValue("a moment", hint)


def _list(cell: str) -> Scalar:
    found = list(dict.fromkeys(part.strip() for part in cell.split(LIST_BREAK) if part.strip()))
    if not found:
        raise BadValue("a list", f"write texts with {LIST_BREAK} between them, or leave it empty")
    return found


def _version(cell: str) -> Scalar:
    if fits(cell, "version"):
        return cell
    hint = "write one to four numbers with points between them, as 14.2.1, or leave it empty"
    raise BadValue("a version", hint)


def _ip(cell: str) -> Scalar:
    if fits(cell, "ip"):
        return cell
    raise BadValue("an IP address", "write it like 192.0.2.1 or 2001:db8::1, or leave it empty")


def _location(cell: str) -> Scalar:
    if fits(cell, "location"):
        return cell
    hint = 'write latitude and longitude in quotes, as "48.137,11.575", or leave it empty'
    raise BadValue("a location", hint)


READERS: Final[Mapping[str, Callable[[str], Scalar]]] = {
    "string": _string,
    "number": _number,
    "boolean": _boolean,
    "date": _date,
    "datetime": _datetime,
    "list": _list,
    "version": _version,
    "ip": _ip,
    "location": _location,
}


class Points:
    """What the points of numbers are, column by column: 1.000 alone may be one or a thousand."""

    def __init__(self) -> None:
        self._told: set[str] = set()
        self._doubtful: dict[str, tuple[int, int]] = {}
        """Column -> the first line with such a number, and how many have one."""

    def saw(self, line: int, column: str, cell: str) -> None:
        """Note a number."""
        if THOUSANDS.fullmatch(cell):
            first, many = self._doubtful.get(column, (line, 0))
            self._doubtful[column] = (first, many + 1)
        elif UNPARTED.fullmatch(cell):
            self._told.add(column)

    def doubtful(self) -> Iterator[tuple[int, str, str, str]]:
        """Yield line, column, what is there and what to do, for each column that does not tell."""
        for column, (line, many) in self._doubtful.items():
            if column not in self._told:
                also = f", as in {many:,} cells" if many > 1 else ""
                got = f"a number like 1.000, which may be 1 or 1000{also}"
                hint = (
                    "write 1000 or 1.0: thousands without a point, fractions not with three digits"
                )
                yield line, column, got, hint
