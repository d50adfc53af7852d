"""From a folder on disk to a site that can be served, or to everything that is wrong with it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from msgspec.structs import replace

from consent import policy as consent_policy
from consent.grants import NECESSARY
from consent.policy import BadPolicy, Policy
from edge import banner
from edge.banner import Banner
from edge.gate import Gate
from edge.page_query import PageQuery
from edge.site_files import scan, snapshot, stamps
from edge.wording import counted
from rules import loader
from rules.findings import BadSite, Finding
from rules.loader import Loaded
from rules.model import Site
from rules.places import Places
from rules.site_paths import SITE_FILE, belongs


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
    gate: Gate


def read(folder: Path) -> Mapping[str, bytes]:
    """Return the content of a site's files, by path relative to its folder."""
    return snapshot(folder, stamps(folder)).files


class Outcome(NamedTuple):
    """What loading a site came to."""

    live: LiveSite | None
    """None where anything is wrong that is not only a warning."""
    findings: tuple[Finding, ...]
    """Everything of every part, in the order of files and lines."""
    loaded: Loaded

    @property
    def site(self) -> LiveSite:
        """Return the site. Raises ``BadSite`` with every finding if there is none."""
        if self.live is None:
            raise BadSite(self.findings)
        return self.live


def attempt(
    files: Mapping[str, bytes],
    before: Outcome | None = None,
    now: int | None = None,
    places: Places | None = None,
) -> Outcome:
    """Make a site of its files; what did not change is taken from ``before``.

    ``now`` is milliseconds since the epoch: what is over by then is a warning. ``places``
    is told where rules and conditions stand.
    """
    loaded = loader.load(files, before.loaded if before else None, now=now, places=places)
    findings = list(loaded.findings)
    policy = _policy(loaded, findings)
    live = None
    if loaded.site is not None and policy is not None:
        live = _live(loaded.site, policy)
        findings += _unasked(loaded.site, policy)
    return Outcome(live, tuple(sorted(findings)), loaded)


def _unasked(site: Site, policy: Policy) -> Iterator[Finding]:
    """Warn of rules that need consent which the site asks nobody for: they never win."""
    needing: dict[str, list[str]] = {}
    asked = {NECESSARY, *policy.purposes}
    for rule in chain.from_iterable(site.rules.values()):
        for purpose in rule.purposes - asked:
            needing.setdefault(purpose, []).append(rule.id)
    for purpose, rules in needing.items():
        others = f" and {counted(len(rules) - 1, 'other rule')}" if len(rules) > 1 else ""
        message = f"nobody is asked for {purpose}: rule '{rules[0]}'{others} can never win"
        place = site.consent.at(("purposes",))
        hint = f"Add '{purpose}:' under 'purposes:' in 'consent:'"
        yield replace(place.finding(message, hint), severity="warning")


def _live(site: Site, policy: Policy) -> LiveSite:
    banners = {language: banner.render(policy, language) for language in site.languages}
    slots = tuple({"name": slot.name, "selector": slot.selector} for slot in site.slots.values())
    return LiveSite(site, policy, banners, slots, PageQuery(site.reads), Gate(site))


def load(files: Mapping[str, bytes], places: Places | None = None) -> LiveSite:
    """Make a site of its files. Raises ``BadSite`` with every finding of every part."""
    return attempt(files, places=places).site


def open_site(folder: Path, places: Places | None = None) -> LiveSite:
    """Read a site for whoever edits it. Raises ``BadSite``, its paths as a person would open them."""
    live, findings = open_with_warnings(folder, places=places)
    if live is None:
        raise BadSite(findings)
    return live


def open_with_warnings(
    folder: Path, now: int | None = None, places: Places | None = None
) -> tuple[LiveSite | None, list[Finding]]:
    """Read a site for whoever edits it, and say all there is to say, good or not."""
    try:
        outcome = attempt(read(folder), now=now, places=places)
    except BadSite as bad:
        return None, [in_folder(folder, each) for each in bad.findings]
    return outcome.live, [in_folder(folder, each) for each in outcome.findings]


def in_folder(folder: Path, finding: Finding) -> Finding:
    """Return the finding with its path as a person would open it."""
    path = (folder / finding.path).as_posix()
    return Finding(
        path, finding.line, finding.column, finding.message, finding.hint, finding.severity
    )


def _policy(loaded: Loaded, findings: list[Finding]) -> Policy | None:
    section = loaded.consent
    if section is None:
        return None
    plain = section.plain()
    if not isinstance(plain, dict):
        hint = "Write at least consent: {revision: 1}"
        findings.append(section.finding("consent must be keys and values", hint))
        return None
    try:
        languages = loaded.site_part.known.languages if loaded.site_part else None
        return consent_policy.parse(plain, languages)
    except BadPolicy as bad:
        for problem in bad.problems:
            place = section.key_at(problem.path) if problem.of_key else section.at(problem.path)
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
        belongs(entry.name) and entry.is_file() for entry in scan(folder)
    )
