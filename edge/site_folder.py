"""From a folder on disk to a site that can be served, or to everything that is wrong with it."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from consent import policy as consent_policy
from consent.policy import BadPolicy, Policy
from edge import banner
from edge.banner import Banner
from edge.page_query import PageQuery
from rules import loader
from rules.findings import BadSite, Finding
from rules.model import Site
from rules.places import Places
from rules.site_paths import SITE_FILE, belongs
from rules.source import Node

_PATTERNS = (SITE_FILE, "rules/**/*", "blocks/**/*")
_MAX_BLOCK = 256 * 1024
Stamp = tuple[str, int, int, int]


@dataclass(frozen=True, slots=True)
class LiveSite:
    """A site as requests use it: everything that can be made ahead is made."""

    site: Site
    policy: Policy
    banners: Mapping[str, Banner]
    """Language -> banner, ready to send."""
    slots: tuple[dict[str, str | None], ...]
    """What the tag needs to find the slots of a page."""
    query: PageQuery


def _paths(folder: Path) -> list[Path]:
    """Return the files a site is made of. Hidden files are somebody's drafts."""
    named = (folder / SITE_FILE).is_file()
    patterns = _PATTERNS if named else (*_PATTERNS, "*")  # it may be called almost so
    found = (path for pattern in patterns for path in folder.glob(pattern))
    return [path for path in found if _wanted(path.relative_to(folder)) and path.is_file()]


def _wanted(path: Path) -> bool:
    hidden = any(part.startswith(".") for part in path.parts)
    name = path.as_posix()
    return not hidden and belongs(name) is not None


def read(folder: Path) -> dict[str, bytes]:
    """Return the content of a site's files, by path relative to its folder."""
    return {path.relative_to(folder).as_posix(): _bytes(folder, path) for path in _paths(folder)}


def stamp(folder: Path) -> frozenset[Stamp]:
    """Return what changes whenever a file of the site does: path, time and size of each."""
    stamps: set[Stamp] = set()
    for path in _paths(folder):
        with suppress(OSError):
            status = path.stat()
            stamps.add((path.as_posix(), status.st_ctime_ns, status.st_ino, status.st_size))
    return frozenset(stamps)


def _bytes(folder: Path, path: Path) -> bytes:
    if path.stat().st_size > _MAX_BLOCK:
        name = path.relative_to(folder).as_posix()
        raise BadSite([Finding(name, 1, 1, "the file is larger than 256 KiB", "Split it")])
    return path.read_bytes()


def load(files: Mapping[str, bytes], places: Places | None = None) -> LiveSite:
    """Make a site of its files. Raises ``BadSite`` with every finding of every part."""
    loaded = loader.load(files, places=places)
    findings = list(loaded.findings)
    policy = _policy(loaded.consent, findings) if loaded.consent is not None else None
    if findings or loaded.site is None or policy is None:
        raise BadSite(findings)
    site = loaded.site
    banners = {language: banner.render(policy, language) for language in site.languages}
    slots = tuple({"name": slot.name, "selector": slot.selector} for slot in site.slots.values())
    return LiveSite(site, policy, banners, slots, PageQuery(site.reads))


def open_site(folder: Path, places: Places | None = None) -> LiveSite:
    """Read a site for whoever edits it. Raises ``BadSite``, its paths as a person would open them."""
    try:
        return load(read(folder), places)
    except BadSite as bad:
        raise BadSite([in_folder(folder, each) for each in bad.findings]) from None


def in_folder(folder: Path, finding: Finding) -> Finding:
    """Return the finding with its path as a person would open it."""
    path = (folder / finding.path).as_posix()
    return Finding(
        path, finding.line, finding.column, finding.message, finding.hint, finding.severity
    )


def _policy(section: Node, findings: list[Finding]) -> Policy | None:
    plain = section.plain()
    if not isinstance(plain, dict):
        hint = "Write at least consent: {revision: 1}"
        findings.append(section.finding("consent must be keys and values", hint))
        return None
    try:
        return consent_policy.parse(plain)
    except BadPolicy as bad:
        for problem in bad.problems:
            place = section.at(problem.path)
            name = ".".join(map(str, ("consent", *problem.path)))
            findings.append(place.finding(f"{name}: {problem.message}", problem.hint))
        return None


def folders(root: Path) -> list[Path]:
    """Return the site folders under ``root``, or ``root`` itself if it is one.

    One whose site.yaml is called almost so is a site as well: to be read, and told.
    """
    if (root / SITE_FILE).is_file():
        return [root]
    found = [folder for folder in sorted(root.glob("*/")) if _is_site(folder)]
    return found or ([root] if _is_site(root) else [])


def _is_site(folder: Path) -> bool:
    return not folder.name.startswith(".") and any(
        _wanted(path.relative_to(folder)) and path.is_file() for path in folder.glob("*")
    )
