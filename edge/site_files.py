"""The files of a site's folder: read once, and again only where one changed."""

import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from rules.site_paths import (
    HOMES,
    IS_FOLDER,
    IS_LINK,
    IS_OTHER,
    NO_FILE,
    SITE_FILE,
    belongs,
    is_campaign,
    may_be_campaign,
    may_hold_files,
)
from rules.source import MAX_BYTES

_TOO_LARGE = b" " * (MAX_BYTES + 1)
"""What stands for a file that is too large: as many blanks are refused in the same words."""
_GRAIN_NS = 50_000_000
"""How coarse the times of files may be: one that was read so soon after a change may change again unseen."""
_GONE = (FileNotFoundError, NotADirectoryError, PermissionError)

Stamp = tuple[int, int, int]
"""What changes whenever a file does: time, number and size."""
_UNSURE: Stamp = (0, 0, 0)


class Snapshot(NamedTuple):
    """The files of a site, by path relative to its folder, with ``/``, and what they were stamped.

    What is called as a file and is none has a path that ends in ``/``, and for content what it is.
    """

    stamps: Mapping[str, Stamp]
    files: Mapping[str, bytes]


def stamps(folder: Path) -> dict[str, Stamp]:
    """Return the stamp of every file that a site is made of."""
    found: dict[str, Stamp] = {}
    for path, entry in _entries(folder):
        with suppress(OSError):
            status = entry.stat(follow_symlinks=not path.endswith(NO_FILE))
            found[path] = (status.st_ctime_ns, status.st_ino, status.st_size)
    return found


def _entries(folder: Path) -> Iterator[tuple[str, os.DirEntry[str]]]:
    """Yield the files a site is made of. Hidden ones are somebody's drafts."""
    whole = not (folder / SITE_FILE).is_file()  # then it may be called almost so
    for entry in scan(folder):
        is_meant = entry.name == SITE_FILE or (whole and belongs(entry.name))
        if is_meant or may_be_campaign(entry.name):
            if _leads_to(entry.is_file):
                yield entry.name, entry
        elif may_hold_files(entry.name) and _leads_to(entry.is_dir):
            yield from _below(folder, entry.name)
        elif entry.name in HOMES:
            yield f"{entry.name}{NO_FILE}", entry


def _below(folder: Path, at: str) -> Iterator[tuple[str, os.DirEntry[str]]]:
    for entry in scan(folder / at):
        path = f"{at}/{entry.name}"
        is_folder = entry.is_dir(follow_symlinks=False)
        if is_folder:
            yield from _below(folder, path)
        if belongs(path):
            if not is_folder and _leads_to(entry.is_file):
                yield path, entry
            elif at.split("/")[0] in HOMES:  # in other folders it is somebody else's
                yield f"{path}{NO_FILE}", entry


def _leads_to(is_one: Callable[[], bool]) -> bool:
    try:
        return is_one()
    except OSError:  # a link that leads around to itself
        return False


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
        own = path.split("/")[0] in (SITE_FILE, *HOMES)
        # Gone meanwhile, which the next look will see, or not the site's, and nobody lets us read it.
        with suppress(FileNotFoundError if own else OSError):
            content = _bytes(folder, path, known.files.get(path))
            if not may_be_campaign(path) or is_campaign(content):
                files[path] = content
    return Snapshot(marks, files)


def _bytes(folder: Path, path: str, known: bytes | None) -> bytes:
    if path.endswith(NO_FILE):
        return what_it_is(folder / path.removesuffix(NO_FILE))
    with (folder / path).open("rb") as file:
        content = file.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        return _TOO_LARGE
    return known if known == content else content


def what_it_is(path: Path) -> bytes:
    """Return what is called as a file and is none."""
    if path.is_dir():
        return IS_FOLDER
    return IS_LINK if path.is_symlink() else IS_OTHER
