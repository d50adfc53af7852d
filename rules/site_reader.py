"""Reads ``site.yaml`` unless it is what was read before, and keeps what rules may name while that lasts."""

from collections.abc import Mapping
from functools import partial
from typing import NamedTuple
from zoneinfo import ZoneInfo

from rules.condition_parser import ConditionParser
from rules.excused import Known, excused, known
from rules.findings import Finding
from rules.parts import guarded, tree
from rules.places import Places
from rules.reader import Reader, refused
from rules.site_file import SiteFile
from rules.site_paths import SITE_FILE, belongs
from rules.source import Node

_EMPTY = (
    "Write at least {site: my-shop, origins: ['https://my-shop.example'], languages: [en], "
    "consent: {revision: 1}, slots: {hero: {selector: '#hero'}}}"
)
_OF_NO_RULE = ("site", "consent", "holdout")
"""Sections that no rule depends on."""


class SitePart(NamedTuple):
    """What ``site.yaml`` came to."""

    content: bytes | None
    file: SiteFile | None
    """None: it cannot be read."""
    known: Known
    """The same object as long as rules may name the same."""
    findings: tuple[Finding, ...]


def read_site(files: Mapping[str, bytes], kept: SitePart | None, places: Places | None) -> SitePart:
    """Read ``site.yaml`` of a site's files, by their paths; ``places`` is told where conditions stand."""
    content = files.get(SITE_FILE)
    if kept is not None and content is not None and kept.content == content:
        return kept
    reader = Reader()
    root = _root(files, reader.findings)
    file = _file(reader, root)
    faults = [each for each in reader.findings if refused([each])]
    names = excused(file, faults) if faults or not file else known(file)
    names.vocabulary.places = places
    conditions = ConditionParser(reader, names.vocabulary, ZoneInfo("UTC"))
    guarded(reader.findings, SITE_FILE, conditions.check_audiences)
    part = SitePart(content, file, names, tuple(reader.findings))
    return part._replace(known=kept.known) if kept and _means_the_same(kept, part) else part


def _root(files: Mapping[str, bytes], findings: list[Finding]) -> Node | None:
    if SITE_FILE in files:
        return tree(SITE_FILE, files[SITE_FILE], findings, _EMPTY)
    if not any(belongs(other) == SITE_FILE for other in files):  # then that one was named
        findings.append(Finding(SITE_FILE, 1, 1, "the file is missing", _EMPTY))
    return None


def _file(reader: Reader, root: Node | None) -> SiteFile | None:
    if root is None:
        return None
    file = guarded(reader.findings, SITE_FILE, partial(SiteFile, reader, root))
    return file if isinstance(root.value, dict) else None


def _means_the_same(one: SitePart, other: SitePart) -> bool:
    """Say whether rules may name the same by both; where nothing can be read, that is everything."""
    if one.content is None or other.content is None:
        return one.content is other.content
    if one.file is None or other.file is None or refused((*one.findings, *other.findings)):
        return False
    return _meaning(one.file.node, _OF_NO_RULE) == _meaning(other.file.node, _OF_NO_RULE)


def _meaning(node: Node, without: tuple[str, ...] = ()) -> object:
    """Return a value as something that is equal wherever the same is written, in whatever line."""
    if isinstance(node.value, dict):
        entries = node.value.items()
        return {name: _meaning(value) for name, (_, value) in entries if name not in without}
    if isinstance(node.value, list):
        return [_meaning(item) for item in node.value]
    return type(node.value), node.value, node.quoted, node.commented
