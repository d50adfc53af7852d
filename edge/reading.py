"""What sites' folders were last read as, and reading them again: only what changed, while requests go on."""

import gc
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import NamedTuple

from edge import site_files, site_folder
from edge.site_files import Snapshot, Stamp
from edge.site_folder import Outcome
from rules.findings import BadSite, Finding
from rules.site_paths import SITE_FILE

_HANDOVER_SECONDS = 0.001
"""How long reading keeps the interpreter to itself while a request waits for it, at most; Python's own 5 ms
would be waited for again after each of a request's own waits."""
_ONE_AT_A_TIME = Lock()
"""The interpreter has one such time, and one collector of garbage: two at once would not put them back."""


class Reading(NamedTuple):
    """A folder's files and what they came to."""

    snapshot: Snapshot
    outcome: Outcome
    is_new: bool
    """Whether it is another than the reading before."""


class Readings:
    """The newest reading of each folder; ``clock`` gives milliseconds since the epoch."""

    def __init__(self, clock: Callable[[], int]) -> None:
        self._clock = clock
        self._last: dict[Path, Reading] = {}
        self._stamps: dict[Path, Mapping[str, Stamp]] = {}

    def read(self, folder: Path) -> Reading:
        """Read what changed in a folder. Raises ``BadSite`` where that cannot be done."""
        try:
            # Stamped first: what changes while it is read is then seen to have changed.
            stamps = self._stamps[folder] = site_files.stamps(folder)
            reading = self._last[folder] = self._read(folder, stamps)
        except Exception as bad:  # a disk that fails, or a defect of ours: what was good serves on
            self._last.pop(folder, None)
            raise BadSite([_unreadable(bad)]) from bad
        self._stamps[folder] = reading.snapshot.stamps
        return reading

    def _read(self, folder: Path, stamps: Mapping[str, Stamp]) -> Reading:
        last = self._last.get(folder)
        snapshot = site_files.snapshot(folder, stamps, last.snapshot if last else None)
        if last is not None and last.snapshot.files == snapshot.files:
            return Reading(snapshot, last.outcome, False)
        before = last.outcome if last else None
        with _beside_requests():
            outcome = site_folder.attempt(snapshot.files, before, self._clock())
        return Reading(snapshot, outcome, True)

    def is_changed(self, folder: Path) -> bool:
        """Say whether a folder's files are not those last read."""
        return site_files.stamps(folder) != self._stamps.get(folder)

    def forget(self, folder: Path) -> None:
        """Have a folder read anew, whatever is in it."""
        self._last.pop(folder, None)
        self._stamps.pop(folder, None)


@contextmanager
def _beside_requests() -> Iterator[None]:
    """Let requests go on while a site is made.

    A collection of garbage stops everything for as long as it takes to walk all there is: 130 ms for the
    rules of a large site. A site has next to no garbage, so it is left out, then and for good.
    """
    with _ONE_AT_A_TIME:
        handover = sys.getswitchinterval()
        gc.collect()  # what is garbage by now; it does not walk what was frozen before
        gc.disable()
        sys.setswitchinterval(_HANDOVER_SECONDS)
        try:
            yield
        finally:
            sys.setswitchinterval(handover)
            gc.freeze()
            gc.enable()


def _unreadable(bad: Exception) -> Finding:
    why, hint = type(bad).__name__, "Report it: this is a fault"
    if isinstance(bad, OSError):
        why, hint = str(bad.strerror), "See whether the disk is well and who may read the folder"
    return Finding(SITE_FILE, 1, 1, f"the site cannot be read ({why})", hint)
