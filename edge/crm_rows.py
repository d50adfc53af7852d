"""Reads the rows of a CSV file as CRMs and Excel write it: its encoding, its delimiter, its lines."""

import csv
from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path
from typing import Final

ID: Final = "id"
"""The column that every file has."""
DELIMITERS: Final = {",": "comma", ";": "semicolon", "\t": "tab"}
REPORT_EVERY: Final = 64 * 1024
"""Bytes between two calls of ``progress``."""

UTF_16: Final = (b"\xff\xfe", b"\xfe\xff")

Progress = Callable[[int, int], None]


class BadFile(Exception):
    """Reading cannot go on after this finding."""

    def __init__(self, line: int, got: str, hint: str, column: str = "") -> None:
        super().__init__(got)
        self.line, self.got, self.hint, self.column = line, got, hint, column


class Rows:
    """Rows that are not blank, each with the line it begins on. Raises BadFile, OSError."""

    def __init__(self, file: Path, progress: Progress) -> None:
        self._file = file
        self._progress = progress
        self.delimiter = ""
        """What it is called, once the first row is read."""

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        lines = _decoded_lines(self._file, self._progress)
        top = list(_through_header(lines))
        delimiter = _delimiter(top[-1] if top else "")
        self.delimiter = DELIMITERS[delimiter]
        reader = csv.reader(chain(top, lines), delimiter=delimiter, strict=True)
        begin = 1
        try:
            for cells in reader:
                if any(cell.strip() for cell in cells):
                    yield begin, [cell.strip() for cell in cells]
                begin = reader.line_num + 1
        except csv.Error as error:
            hint = "put cells that hold quotes or line breaks in quotes and double inner quotes"
            if "field limit" in str(error):
                hint = f"close the quotes, or cut a cell to {csv.field_size_limit():,} characters"
            raise BadFile(begin, f"not readable as CSV ({error})", hint) from error


def _decoded_lines(file: Path, progress: Progress) -> Iterator[str]:
    """The file's lines with their ends, without a byte order mark. Raises BadFile if not UTF-8."""
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
    save = "export the file as CSV in UTF-8 (in Excel: CSV UTF-8)"
    if number == 1 and line.startswith(UTF_16):
        raise BadFile(1, "the file is UTF-16", save)
    try:
        return line.decode("utf-8-sig" if number == 1 else "utf-8")
    except UnicodeDecodeError as error:
        byte = line[error.start]
        got = f"byte {error.start + 1} of the line, 0x{byte:02X}, is not UTF-8"
        raise BadFile(number, f"{got} (perhaps Windows-1252)", save) from error


def _through_header(lines: Iterator[str]) -> Iterator[str]:
    """The lines up to the first that is not blank."""
    for line in lines:
        yield line
        if line.strip():
            return


def _delimiter(header: str) -> str:
    """The delimiter under which the header has a column id and the most columns."""

    def columns(delimiter: str) -> tuple[bool, int]:
        try:
            names = [name.strip() for name in next(csv.reader([header], delimiter=delimiter), [])]
        except csv.Error:
            return False, 0  # Said with its line when the file is read.
        return ID in names, len(names)

    return max(DELIMITERS, key=columns)
