"""Importing customers from a CSV file of the CRM: all of the file or nothing of it.

A column X, or ``crm.X``, fills the declared attribute ``crm.X``. Columns that are not declared are not stored:
what no rule can read is not worth keeping.
"""

import csv
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final

import msgspec

from edge.crm_values import Attribute, BadValue, read_value, value_class
from edge.stores.base import Customer, Scalar, Store

PREFIX: Final = "crm."
ID: Final = "id"
LONGEST_ID: Final = 200
DELIMITERS: Final = ",;"
REPORT_EVERY: Final = 64 * 1024
"""Bytes between two calls of ``progress``."""

UTF_16: Final = (b"\xff\xfe", b"\xfe\xff")

Progress = Callable[[int, int], None]


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
    """Columns whose values were stored."""
    ignored: tuple[str, ...]
    """Columns that no attribute declares; they were not stored."""
    missing: tuple[str, ...]
    """Declared attributes that the file has no column for; they are unknown for its customers."""
    findings: tuple[Finding, ...]


async def import_customers(
    store: Store,
    site_name: str,
    attributes: Mapping[str, Attribute],
    file: Path,
    progress: Progress = lambda done, total: None,
) -> Report:
    """Check the file, and if all of it is good, insert or replace its customers.

    ``attributes`` are the site's, by full name; only those called ``crm.*`` matter. ``progress``
    gets bytes read and bytes in all. It reads the file in the calling thread: this is for the
    command line. Raises OSError for a file that cannot be read, and StoreError.
    """
    declared = {
        name.removeprefix(PREFIX): attribute
        for name, attribute in attributes.items()
        if name.startswith(PREFIX)
    }
    reading = _Reading(file, declared, progress)
    customers = list(reading.customers())
    if not reading.findings:
        await store.put_customers(site_name, customers)
    return reading.report(len(customers))


class _Bad(Exception):
    """Reading cannot go on after this finding."""

    def __init__(self, line: int, got: str, hint: str, column: str = "") -> None:
        super().__init__(got)
        self.line, self.got, self.hint, self.column = line, got, hint, column


class _Reading:
    """One pass over a file: its customers, and what was found wrong."""

    def __init__(self, file: Path, declared: Mapping[str, Attribute], progress: Progress) -> None:
        self._file = file
        self._declared = declared
        self._progress = progress
        self._columns: list[str] = []
        self._lines: dict[str, int] = {}
        self.findings: list[Finding] = []

    def customers(self) -> Iterator[Customer]:
        """The good rows. Findings are complete when this ends."""
        try:
            rows = self._rows()
            self._columns = self._header(*next(rows, (1, [])))
            for line, cells in rows:
                customer = self._customer(line, cells)
                if customer is not None:
                    yield customer
        except _Bad as bad:
            self._found(bad.line, bad.column, bad.got, bad.hint)

    def report(self, customers: int) -> Report:
        """What was done with ``customers`` good rows."""
        return Report(
            customers=0 if self.findings else customers,
            stored=tuple(name for name in self._columns if name in self._declared),
            ignored=tuple(name for name in self._columns if name not in {*self._declared, ID}),
            missing=tuple(PREFIX + name for name in self._declared if name not in self._columns),
            findings=tuple(self.findings),
        )

    def _rows(self) -> Iterator[tuple[int, list[str]]]:
        """Rows that are not blank, each with the line it begins on."""
        lines = decoded_lines(self._file, self._progress)
        first = next(lines, "")
        reader = csv.reader(_chained(first, lines), delimiter=_delimiter(first), strict=True)
        begin = 1
        try:
            for cells in reader:
                if any(cell.strip() for cell in cells):
                    yield begin, [cell.strip() for cell in cells]
                begin = reader.line_num + 1
        except csv.Error as error:
            hint = "put cells that hold quotes or line breaks in quotes and double inner quotes"
            raise _Bad(begin, f"not readable as CSV ({error})", hint) from error

    def _header(self, line: int, names: list[str]) -> list[str]:
        if ID not in names:
            hint = "the first line names the columns, one of them id (the CRM ID)"
            raise _Bad(line, "there is no column id", hint)
        names = [name.removeprefix(PREFIX) for name in names]
        for name in names:
            if not name:
                raise _Bad(line, "a column has no name", "name it or remove it")
            if names.count(name) > 1:
                raise _Bad(line, "two columns have this name", "rename or remove one", name)
        return names

    def _customer(self, line: int, cells: list[str]) -> Customer | None:
        if len(cells) != len(self._columns):
            got = f"the row has {len(cells)} cells, the header {len(self._columns)}"
            self._found(line, "", got, "put cells that hold a delimiter in quotes")
            return None
        row = dict(zip(self._columns, cells, strict=True))
        found = len(self.findings)
        self._check_id(line, row[ID])
        attributes = {
            PREFIX + name: self._value(line, name, cell)
            for name, cell in row.items()
            if cell and name in self._declared
        }
        return Customer(row[ID], attributes) if len(self.findings) == found else None

    def _check_id(self, line: int, id: str) -> None:
        if not 0 < len(id) <= LONGEST_ID:
            hint = f"every customer needs a CRM ID of 1 to {LONGEST_ID} characters"
            self._found(line, ID, value_class(id), hint)
        elif id in self._lines:
            got = f"the same id as on line {self._lines[id]}"
            self._found(line, ID, got, "keep one row for each customer")
        else:
            self._lines[id] = line

    def _value(self, line: int, name: str, cell: str) -> Scalar:
        attribute = self._declared[name]
        try:
            return read_value(attribute, cell)
        except BadValue as bad:
            self._found(line, name, f"{value_class(cell)} instead of {bad.wanted}", bad.hint)
            return None

    def _found(self, line: int, column: str, got: str, hint: str) -> None:
        self.findings.append(Finding(self._file.name, line, column, got, hint))


def decoded_lines(file: Path, progress: Progress) -> Iterator[str]:
    """The file's lines with their ends, without a byte order mark. Raises _Bad if not UTF-8."""
    total, done, told = file.stat().st_size, 0, 0
    with file.open("rb") as lines:
        for number, line in enumerate(lines, start=1):
            yield _decoded(number, line)
            done += len(line)
            if done - told >= REPORT_EVERY:
                progress(done, total)
                told = done
    progress(total, total)


def _decoded(number: int, line: bytes) -> str:
    save = "save the file as CSV in UTF-8"
    if number == 1 and line.startswith(UTF_16):
        raise _Bad(1, "the file is UTF-16", save)
    try:
        return line.decode("utf-8-sig" if number == 1 else "utf-8")
    except UnicodeDecodeError as error:
        byte = line[error.start]
        got = f"byte {error.start + 1} of the line, 0x{byte:02X}, is not UTF-8"
        raise _Bad(number, f"{got} (perhaps Windows-1252)", save) from error


def _chained(first: str, rest: Iterator[str]) -> Iterator[str]:
    yield first
    yield from rest


def _delimiter(header: str) -> str:
    """The delimiter under which the header has a column id and the most columns."""

    def columns(delimiter: str) -> tuple[bool, int]:
        try:
            names = [name.strip() for name in next(csv.reader([header], delimiter=delimiter), [])]
        except csv.Error:
            return False, 0  # Said with its line when the file is read.
        return ID in names, len(names)

    return max(DELIMITERS, key=columns)
