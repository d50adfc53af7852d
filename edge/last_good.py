"""Copies of the last good files of each site, so that a restart after a broken edit serves them."""

import os
from collections.abc import Mapping
from pathlib import Path

import msgspec

from edge.log import Log


class LastGood:
    """One file per site folder, replaced whole whenever the site loads well."""

    def __init__(self, folder: Path, log: Log) -> None:
        self._folder = folder
        self._log = log

    def keep(self, name: str, files: Mapping[str, bytes]) -> None:
        """Keep a copy. Where it cannot be written, that is logged and the site served all the same."""
        path = self._path(name)
        draft = path.with_name(f".{path.name}.{os.getpid()}")
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            draft.write_bytes(msgspec.msgpack.encode(files))
            draft.replace(path)
        except OSError as bad:
            self._log.error("site.copy_not_kept", bad, site=name)

    def files(self, name: str) -> dict[str, bytes] | None:
        """Return the copy, None if there is none that can be read."""
        try:
            return msgspec.msgpack.decode(self._path(name).read_bytes(), type=dict[str, bytes])
        except (OSError, msgspec.DecodeError):
            return None

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}.site"
