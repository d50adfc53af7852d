"""The files of a site's folder: read once, and again only where one changed."""

import os
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from rules.site_paths import SITE_FILE, belongs
from rules.source import MAX_BYTES

_FOLDERS = ("rules", "blocks")
_TOO_LARGE = b" " * (MAX_BYTES + 1)
"""What stands for a file that is too large: as many blanks are refused in the same words."""
_GRAIN_NS = 50_000_000
"""How coarse the times of files may be: one that was read so soon after a change may change again unseen."""
_GONE = (FileNotFoundError, NotADirectoryError, PermissionError)

Stamp = tuple[int, int, int]
"""What changes whenever a file does: time, number and size."""
_UNSURE: Stamp = (0, 0, 0)


class Snapshot(NamedTuple):
    """The files of a site, by path relative to its folder, with ``/``, and what they were stamped."""

    stamps: Mapping[str, Stamp]
    files: Mapping[str, bytes]


def stamps(folder: Path) -> dict[str, Stamp]:
    """Return the stamp of every file that a site is made of."""
    found: dict[str, Stamp] = {}
    for path, entry in _entries(folder):
        with suppress(OSError):
            status = entry.stat()
            found[path] = (status.st_ctime_ns, status.st_ino, status.st_size)
    return found


def _entries(folder: Path) -> Iterator[tuple[str, os.DirEntry[str]]]:
    """Yield the files a site is made of. Hidden ones are somebody's drafts."""
    whole = not (folder / SITE_FILE).is_file()  # then it may be called almost so
    for entry in scan(folder):
        if entry.name == SITE_FILE or (whole and belongs(entry.name)):
            if entry.is_file():
                yield entry.name, entry
        elif entry.name in _FOLDERS and entry.is_dir():
            yield from _below(folder, entry.name)


def _below(folder: Path, at: str) -> Iterator[tuple[str, os.DirEntry[str]]]:
    for entry in scan(folder / at):
        path = f"{at}/{entry.name}"
        if entry.is_dir(follow_symlinks=False):
            yield from _below(folder, path)
        elif belongs(path) and entry.is_file():
            yield path, entry


def scan(folder: Path) -> list[os.DirEntry[str]]:
    """Return what lies in a folder and is not hidden; nothing if it is gone or nobody may look."""
    try:
        with os.scandir(folder) as found:
            return [entry for entry in found if not entry.name.startswith(".")]
    except _GONE:
        return []


def snapshot(
    folder: Path, stamped: Mapping[str, Stamp], before: Snapshot | None = None
) -> Snapshot:
    """Return a site's files as they were stamped; those that ``before`` has are taken from there."""
    known = before or Snapshot({}, {})
    now = time.time_ns()
    marks: dict[str, Stamp] = {}
    files: dict[str, bytes] = {}
    for path, stamp in stamped.items():
        marks[path] = _UNSURE if abs(now - stamp[0]) < _GRAIN_NS else stamp
        if path in known.files and known.stamps[path] == stamp:
            files[path] = known.files[path]
            continue
        with suppress(FileNotFoundError):  # gone meanwhile, which the next look will see
            files[path] = _bytes(folder, path, known.files.get(path))
    return Snapshot(marks, files)


def _bytes(folder: Path, path: str, known: bytes | None) -> bytes:
    with (folder / path).open("rb") as file:
        content = file.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        return _TOO_LARGE
    return known if known == content else content
