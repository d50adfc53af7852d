"""Keeps the served sites current: a good edit is live at once, a broken one changes nothing."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from pathlib import Path

from watchfiles import awatch

from edge import site_folder
from edge.last_good import LastGood
from edge.log import Log
from edge.reading import Reading, Readings
from edge.site_folder import LiveSite
from edge.wording import counted
from rules.findings import BadSite, Finding

DEBOUNCE_MS = 100
"""Edits that come within this time are read as one."""

LOOK_MS = 1000
"""How long to wait for a notice before looking anyway."""

GONE_SECONDS = 2
"""How long a site's folder is missing before another may have its name: longer than it takes to swap two."""


class LiveSites:
    """The sites of one root folder, by name. What is held here is always whole and checked."""

    def __init__(
        self,
        root: Path,
        log: Log,
        last_good: LastGood,
        clock: Callable[[], int],
        extra_origins: tuple[str, ...] = (),
    ) -> None:
        self._log = log
        self._last_good = last_good
        self._root = root
        self._extra = extra_origins
        self._folders: dict[Path, str] = {}
        self._readings = Readings(clock)
        self._sites: dict[str, LiveSite] = {}
        self._waiting: dict[Path, tuple[str, Path]] = {}
        """Folder -> the site's name that it would have, and the folder that has it."""
        self._missed: dict[Path, float] = {}
        """Folder of a site -> since when it is not there."""
        self.broken: dict[str, BadSite] = {}
        """Site -> why its newest edit is not live."""

    def get(self, name: str) -> LiveSite | None:
        """Return a site by name."""
        return self._sites.get(name)

    @property
    def all(self) -> Mapping[str, LiveSite]:
        """Every site, by name."""
        return self._sites

    def allows(self, site: LiveSite, origin: str | None) -> bool:
        """Say whether an Origin is one of the site's own; ``null`` and none are not."""
        return origin is not None and (origin in site.site.origins or origin in self._extra)

    def load(self) -> None:
        """Load every site; a broken one from the copy of its last good files.

        Raises ``BadSite`` with all findings of the sites that never were good.
        """
        found = site_folder.folders(self._root)
        if not found:
            hint = "Name a folder that holds site.yaml, or whose folders do"
            raise BadSite([Finding(str(self._root), 1, 1, "there is no site here", hint)])
        findings: list[Finding] = []
        for folder in found:
            try:
                outcome = self._read(folder).outcome
                self._take(folder, outcome.site)
                self._tell(folder, outcome.findings)
            except BadSite as bad:
                if not self._take_last_good(folder, bad):
                    findings += [site_folder.in_folder(folder, finding) for finding in bad.findings]
        if findings:
            raise BadSite(findings)

    def _read(self, folder: Path) -> Reading:
        reading = self._readings.read(folder)
        if reading.is_new and reading.outcome.live is not None:
            self._last_good.keep(folder.name, reading.snapshot.files)
        return reading

    def _take_last_good(self, folder: Path, bad: BadSite) -> bool:
        files = self._last_good.files(folder.name)
        if files is None:
            return False
        try:
            self._take(folder, site_folder.load(files))
        except BadSite:
            return False
        self._refuse(folder, bad)
        return True

    def _take(self, folder: Path, live: LiveSite) -> bool:
        """Serve a site; False while it is not clear whose its name is. Raises ``BadSite``."""
        name = live.site.name
        owner = self._owner(name, folder)
        if owner is not None:
            if owner in self._missed:
                self._readings.forget(
                    folder
                )  # look again: it was renamed, or the two are being swapped
                return False
            self._waiting[folder] = (name, owner)
            message = f"{owner} is called '{name}' already"
            raise BadSite([live.site.consent.finding(message, "Give each site its own name")])
        self._waiting.pop(folder, None)
        if folder not in self._folders:
            self.broken.pop(folder.name, None)  # until now that was all it was called
        former = self._folders.get(folder, name)
        if former != name:
            del self._sites[former]
        self._folders[folder] = name
        self._sites[name] = live
        self.broken.pop(name, None)
        return True

    def _owner(self, name: str, folder: Path) -> Path | None:
        """Return the other folder that has a site's name; one that is gone for good gives it up."""
        owners = (path for path, taken in self._folders.items() if taken == name)
        owner = next((path for path in owners if path != folder), None)
        if owner is not None and self._is_gone(owner):
            del self._folders[owner]
            return None
        return owner

    def _is_gone(self, folder: Path) -> bool:
        if folder.is_dir():
            self._missed.pop(folder, None)
            return False
        now = time.monotonic()
        return now - self._missed.setdefault(folder, now) >= GONE_SECONDS

    def _may_be_free(self, folder: Path) -> bool:
        """Say whether the name a folder waits for is no longer had by the one that had it."""
        if folder not in self._waiting:
            return False
        name, owner = self._waiting[folder]
        return self._folders.get(owner) != name or self._is_gone(owner)

    async def watch(self, stop: asyncio.Event) -> None:
        """Reload what changes on disk until told to stop.

        The system's notices only say when to look: some file systems send none, and an edit may fall
        between loading and watching. So every look compares all files, and there is one each second.
        """
        while not stop.is_set():
            try:
                await self._look()
                async for _ in self._notices(stop):
                    await self._look()
            except Exception as bad:  # whatever lies there or fails, the next edit must be seen
                self._log.error("site.watch_failed", bad)
                await asyncio.sleep(LOOK_MS / 1000)

    def _notices(self, stop: asyncio.Event) -> AsyncIterator[object]:
        return awatch(
            self._root,
            stop_event=stop,
            debounce=DEBOUNCE_MS,
            step=20,
            rust_timeout=LOOK_MS,
            yield_on_timeout=True,
            ignore_permission_denied=True,
        )

    async def _look(self) -> None:
        for folder in await asyncio.to_thread(self._changed):
            await self.reload(folder)

    def _changed(self) -> list[Path]:
        """Return the folders whose files are not those last read."""
        known = {*site_folder.folders(self._root), *self._folders}
        return [path for path in sorted(known) if self._is_new(path)]

    def _is_new(self, folder: Path) -> bool:
        return self._readings.is_changed(folder) or self._may_be_free(folder)

    async def reload(self, folder: Path) -> None:
        """Read one folder again, off the event loop; keep the last good site if it is broken."""
        try:
            reading = await asyncio.to_thread(self._read, folder)
            if reading.outcome.live is None and not reading.is_new:
                return  # its author was told
            live = reading.outcome.site
            # A mended file may be the one that was live all along; its author waits for a word.
            news = live.site.version != self._version(folder) or live.site.name in self.broken
            taken = self._take(folder, live)
        except BadSite as bad:
            self._refuse(folder, bad)
        else:
            if taken and news:
                self._tell(folder, reading.outcome.findings)
                name, version = live.site.name, live.site.version
                self._log.info(
                    "site.reloaded", site=name, version=version, message="the edit is live"
                )

    def _version(self, folder: Path) -> str | None:
        live = self._sites.get(self._folders.get(folder, ""))
        return live.site.version if live else None

    def _refuse(self, folder: Path, bad: BadSite) -> None:
        name = self._folders.get(folder, folder.name)
        self.broken[name] = bad
        self._tell(folder, bad.findings)
        errors = sum(finding.severity == "error" for finding in bad.findings)
        message = f"{counted(errors, 'finding')}; the last good version serves on"
        self._log.error("site.edit_refused", site=name, message=message)

    def _tell(self, folder: Path, findings: Iterable[Finding]) -> None:
        for finding in findings:
            log = self._log.error if finding.severity == "error" else self._log.warning
            log(
                "site.finding",
                site=self._folders.get(folder, folder.name),
                file=site_folder.in_folder(folder, finding).path,
                line=finding.line,
                column=finding.column,
                message=finding.message,
                hint=finding.hint,
            )
