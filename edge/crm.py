"""Importing customers from a CSV file of the CRM: all of the file or nothing of it.

A column X or ``crm.X`` fills the declared attribute of either name. Columns that are not declared are not
stored: what no rule can read is not worth keeping. One that is nearly declared is a slip and refused.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

import msgspec

from edge.crm_rows import ID, BadFile, Progress, Rows
from edge.crm_values import Attribute, BadValue, Points, read_value, value_class
from edge.stores.base import Customer, Scalar, Store
from edge.wording import counted, printable
from rules.findings import did_you_mean

PREFIX: Final = "crm."
LONGEST_ID: Final = 200
_DIGITS: Final = re.compile(r"[0-9]+")


class Finding(msgspec.Struct, frozen=True):
    """Something wrong in the file: where, what is there (never its text), what to do."""

    file: str
    line: int
    column: str
    got: str
    hint: str

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" + (f": column {self.column}" if self.column else "")
        return f"{where}: {self.got}: {self.hint}"


class Report(msgspec.Struct, frozen=True):
    """What an import did. With findings it did nothing."""

    customers: int
    stored: tuple[str, ...]
    """Attributes whose values were stored."""
    ignored: tuple[str, ...]
    """Columns, as the file writes them, that no attribute declares; they were not stored."""
    missing: tuple[str, ...]
    """Attributes that the file has no column for; they are unknown for its customers."""
    findings: tuple[Finding, ...]


async def import_customers(
    store: Store,
    site_name: str,
    attributes: Mapping[str, Attribute],
    file: Path,
    now: int,
    progress: Progress = lambda done, total: None,
) -> Report:
    """Check the file, and if all of it is good, insert or replace its customers.

    ``now``: the time of the import, milliseconds since the epoch. Raises OSError for a file that
    cannot be read, and StoreError.
    """
    customers, report = read_customers(attributes, file, progress)
    if not report.findings:
        await store.put_customers(site_name, customers, now)
    return report


def read_customers(
    attributes: Mapping[str, Attribute], file: Path, progress: Progress
) -> tuple[list[Customer], Report]:
    """Read and check the file: its customers, and what an import of them does.

    ``attributes`` are the site's, by full name; only those from the CRM matter. ``progress`` gets
    bytes read and bytes in all. It reads in the calling thread: this is for the command line.
    Raises OSError.
    """
    declared = {name: each for name, each in attributes.items() if each.source == "crm"}
    reading = _Reading(file, declared, progress)
    customers = list(reading.customers())
    return customers, reading.report(len(customers))


class _Reading:
    """One pass over a file: its customers, and what was found wrong."""

    def __init__(self, file: Path, declared: Mapping[str, Attribute], progress: Progress) -> None:
        self._file = file.name
        self._declared = declared
        self._rows = Rows(file, progress)
        self._columns: list[str] = []
        self._fills: dict[str, str] = {}
        """Column -> the attribute that it fills."""
        self._lines: dict[str, int] = {}
        self.findings: list[Finding] = []
        self._points = Points()

    def customers(self) -> Iterator[Customer]:
        """The good rows. Findings are complete when this ends."""
        try:
            rows = iter(self._rows)
            header, names = next(rows, (1, []))
            self._header(header, names)
            for line, cells in rows:
                customer = self._customer(line, cells)
                if customer is not None:
                    yield customer
            if not self._lines and not self.findings:
                raise BadFile(header, "no customer is below the header", "export the file again")
            for doubt in self._points.doubtful():
                self._found(*doubt)
        except BadFile as bad:
            self._found(bad.line, bad.column, bad.got, bad.hint)

    def report(self, customers: int) -> Report:
        """What was done with ``customers`` good rows."""
        return Report(
            customers=0 if self.findings else customers,
            stored=tuple(self._fills.values()),
            ignored=tuple(name for name in self._columns if name not in {*self._fills, ID}),
            missing=tuple(self._missing()),
            findings=tuple(self.findings),
        )

    def _header(self, line: int, names: list[str]) -> None:
        if ID not in names:
            raise _no_id(line, names)
        names = self._columns = [printable(name) for name in names]
        targets: set[str] = set()
        for number, name in enumerate(names, start=1):
            if not name:
                got = f"column {number} of {len(names)} has no name"
                raise BadFile(line, got, "name it or remove it, all the way down")
            target = self._target(name)
            if target in targets:
                raise BadFile(line, "two columns have this name", "rename or remove one", name)
            targets.add(target)
            if target in self._declared:
                self._fills[name] = target
        self._refuse_slips(line)

    def _target(self, column: str) -> str:
        if column == ID:
            return ID
        spellings = (column, PREFIX + column, column.removeprefix(PREFIX))
        return next((name for name in spellings if name in self._declared), column)

    def _missing(self) -> list[str]:
        return [name for name in self._declared if name not in self._fills.values()]

    def _refuse_slips(self, line: int) -> None:
        """A mistyped column left out would empty its attribute for every customer."""
        missing = [name.removeprefix(PREFIX) for name in self._missing()]
        for name in self._columns:
            if name not in self._fills and name != ID:
                meant = _meant(name.removeprefix(PREFIX), missing)
                got = "no attribute has this name; rename or remove the column"
                if meant:
                    self._found(line, name, got, meant)

    def _customer(self, line: int, cells: list[str]) -> Customer | None:
        if len(cells) != len(self._columns):
            self._found(line, "", *self._wrong_length(cells))
            return None
        row = dict(zip(self._columns, cells, strict=True))
        found = len(self.findings)
        self._check_id(line, row[ID])
        attributes = {
            attribute: self._value(line, name, row[name])
            for name, attribute in self._fills.items()
            if row[name]
        }
        return Customer(row[ID], attributes) if len(self.findings) == found else None

    def _wrong_length(self, cells: list[str]) -> tuple[str, str]:
        got = f"{counted(len(cells), 'cell')} instead of {len(self._columns)}"
        delimiter = self._rows.delimiter
        if len(cells) < len(self._columns):
            return got, "give every column a cell, if only an empty one"
        if not any(cells[len(self._columns) :]):
            return got, f"remove the {delimiter} at the end"
        return got, f"put a cell that holds a {delimiter} in quotes"

    def _check_id(self, line: int, id: str) -> None:
        if not 0 < len(id) <= LONGEST_ID:
            hint = f"every customer needs a CRM ID of 1 to {LONGEST_ID} characters"
            self._found(line, ID, value_class(id), hint)
        elif not id.isprintable():
            got = "a character that cannot be seen"
            self._found(line, ID, got, "remove it: no login would be found under this id")
        elif id in self._lines:
            got = f"the same id as on line {self._lines[id]}"
            self._found(line, ID, got, "keep one row for each customer")
        else:
            self._lines[id] = line

    def _value(self, line: int, name: str, cell: str) -> Scalar:
        declared = self._declared[self._fills[name]]
        if declared.type == "number":
            self._points.saw(line, name, cell)
        try:
            return read_value(declared, cell)
        except BadValue as bad:
            self._found(line, name, f"{value_class(cell)} instead of {bad.wanted}", bad.hint)
            return None

    def _found(self, line: int, column: str, got: str, hint: str) -> None:
        self.findings.append(Finding(self._file, line, column, got, hint))


def _no_id(line: int, names: list[str]) -> BadFile:
    if not names:
        return BadFile(line, "the file is empty", "export it again")
    if names[0].startswith("sep="):
        return BadFile(
            line, "a line for Excel alone", "remove it: the first line names the columns"
        )
    for name in names:
        meant = _meant(name, [ID])
        if meant:
            return BadFile(line, f"there is no column {ID}", meant, name)
    hint = f"the first line names the columns, one of them {ID} (the CRM ID)"
    between = "with commas, semicolons or tabs between them"
    return BadFile(line, f"there is no column {ID}", f"{hint}, {between}")


def _meant(name: str, known: Iterable[str]) -> str:
    """Which name was meant, as a hint; empty if none is near. Another number is another name."""
    alike = [each for each in known if _DIGITS.findall(each) == _DIGITS.findall(name)]
    return did_you_mean(name.lower(), alike, otherwise=" ").strip()
