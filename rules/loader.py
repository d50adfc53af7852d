"""Makes a site of the files of its folder, or says everything that is wrong with them."""

from collections.abc import Callable, Mapping
from functools import partial
from hashlib import blake2b
from typing import NamedTuple, TypeAlias, TypeVar
from zoneinfo import ZoneInfo

from rules.blocks import Block, compile_block
from rules.campaign_file import CampaignFile
from rules.condition_parser import ConditionParser
from rules.counter_key import counters_version
from rules.counters import by_event, merge
from rules.fallback_reader import Filled, read_fallbacks
from rules.findings import BadSite, Finding
from rules.index.rule_index import RuleIndex
from rules.model import Rule, Site, exclusive_groups
from rules.places import Places
from rules.reader import Reader
from rules.schedule_reader import check_over
from rules.site_file import SiteFile
from rules.source import Node, parse

SITE_FILE = "site.yaml"
_ENDINGS = {
    "yaml": ("rules", "yaml"),
    "yml": ("rules", "yaml"),
    "html": ("blocks", "html"),
    "htm": ("blocks", "html"),
}
"""Ending of a file, in any case -> the folder it is read from, and how it is written there."""
_HIDDEN_ENDING = ".txt"
"""What editors add to a name on systems that hide the ending."""
_EMPTY = {
    SITE_FILE: "Write at least {site: my-shop, origins: ['https://my-shop.example'], languages: [en], "
    "consent: {revision: 1}, slots: {hero: {selector: '#hero'}}}",
}
_EMPTY_CAMPAIGN = "Begin it with 'campaign:', or delete it"
Files: TypeAlias = Mapping[str, bytes]
T = TypeVar("T")


class Loaded(NamedTuple):
    """What came of a folder: the site if nothing was wrong, and every finding."""

    site: Site | None
    findings: list[Finding]
    consent: Node | None
    """The consent section, for whoever reads it, even if other parts were refused."""


def load(files: Files, now: int | None = None, places: Places | None = None) -> Loaded:
    """Load a site from path -> content; paths are relative to its folder, with ``/``.

    ``now``, milliseconds since the epoch, is what campaigns may be over at; None: nobody asks.
    ``places`` is told where each rule and condition stands.
    """
    reader = Reader()
    named = _named(reader, files)
    loaded = _guarded(reader, SITE_FILE, partial(_load, reader, named, now, places))
    return loaded or Loaded(None, reader.findings, None)


def _named(reader: Reader, files: Mapping[str, bytes]) -> Mapping[str, bytes]:
    """Leave out, and name, the files whose names are no text: nothing could be said of them later."""
    named: dict[str, bytes] = {}
    for path, content in files.items():
        shown = path.encode("utf-8", "replace").decode()
        if shown == path:
            named[path] = content
            continue
        hint = "Rename it with letters that every system knows: a to z"
        reader.findings.append(Finding(shown, 1, 1, "the file's name is not UTF-8", hint))
    return named


def _load(reader: Reader, files: Files, now: int | None, places: Places | None) -> Loaded:
    blocks = _strays(reader, files)
    before = len(reader.findings)
    site_file = _guarded(reader, SITE_FILE, partial(_site_file, reader, files, places))
    if site_file is None:
        return Loaded(None, reader.findings, None)
    if len(reader.findings) > before:
        # Rules and blocks name what stands there: most of what would be said of them follows from it.
        return Loaded(None, reader.findings, site_file.consent)
    blocks |= _blocks(reader, files, site_file.languages)
    filled = read_fallbacks(
        reader, site_file.slots, site_file.fallbacks, site_file.vocabulary, blocks
    )
    campaigns = _campaigns(reader, files, site_file, blocks)
    for campaign, _ in campaigns:
        check_over(reader, campaign.end, now)
    if any(finding.severity == "error" for finding in reader.findings):
        return Loaded(None, reader.findings, site_file.consent)
    return Loaded(_site(files, site_file, filled, campaigns), reader.findings, site_file.consent)


def _guarded(reader: Reader, path: str, read: Callable[[], T]) -> T | None:
    """Read a file; a fault of ours is said of this file and keeps nobody from reading the others."""
    try:
        return read()
    except Exception as bad:
        message = f"this file could not be read ({type(bad).__name__})"
        reader.findings.append(Finding(path, 1, 1, message, "Report it: this is a fault"))
        return None


def _site_file(reader: Reader, files: Files, places: Places | None) -> SiteFile | None:
    root = _parsed(reader, files, SITE_FILE)
    if root is None:
        return None
    site_file = SiteFile(reader, root)
    if not isinstance(root.value, dict):
        return None
    site_file.vocabulary.places = places
    ConditionParser(reader, site_file.vocabulary, ZoneInfo("UTC")).check_audiences()
    return site_file


def _parsed(reader: Reader, files: Mapping[str, bytes], path: str) -> Node | None:
    if path not in files:
        if not any(belongs(other) == path for other in files):  # then that one was named
            reader.findings.append(Finding(path, 1, 1, "the file is missing", _EMPTY[path]))
        return None
    try:
        node = parse(files[path], path)
    except BadSite as bad:
        reader.findings += bad.findings
        return None
    if node.value is None:
        reader.refuse(node, "the file is empty", _EMPTY.get(path, _EMPTY_CAMPAIGN))
        return None
    return node


def belongs(path: str) -> str | None:
    """Return where a file is read from that was meant for the site, whatever its path; None for others."""
    folder, _, name = path.rpartition("/")
    shown = name[: -len(_HIDDEN_ENDING)] if name.lower().endswith(_HIDDEN_ENDING) else name
    stem, _, ending = shown.rpartition(".")
    home, right = _ENDINGS.get(ending.lower(), ("", ""))
    if not folder and home == "rules":
        return SITE_FILE if stem.lower() == "site" else None
    if not home or folder.split("/")[0] not in ("rules", "blocks"):
        return None
    if right == "yaml" and stem.lower().endswith(".test"):
        return f"tests/{stem}.yaml"  # they are read by whoever runs them
    well_named = shown == name and ending in (right, "yml")
    return path if folder == home and well_named else f"{home}/{stem}.{right}"


def _strays(reader: Reader, files: Mapping[str, bytes]) -> dict[str, Block | None]:
    """Name the files that were meant to be read and are not; return the blocks among them."""
    blocks: dict[str, Block | None] = {}
    for path in sorted(files):
        right = belongs(path)
        if right is None or right == path:
            continue
        if right.startswith("blocks/"):
            blocks[right.removeprefix("blocks/").partition(".")[0]] = None
        moved = right.rpartition("/")[0] != path.rpartition("/")[0]
        hint = f"{'Move' if moved else 'Rename'} it to {right}"
        if right in files:
            hint = f"{right} is read: bring over what is missing there, and delete this file"
        reader.findings.append(Finding(path, 1, 1, "this file is not read", hint))
    return blocks


def _blocks(
    reader: Reader, files: Mapping[str, bytes], languages: tuple[str, ...]
) -> dict[str, Block | None]:
    """Compile every block; one that was refused is None, so that nobody calls it missing as well."""
    sources: dict[str, dict[str, tuple[str, str]]] = {}
    blocks: dict[str, Block | None] = {}
    for path in sorted(files):
        if belongs(path) != path or not path.startswith("blocks/"):
            continue
        name, _, language = path.removeprefix("blocks/").removesuffix(".html").partition(".")
        if language and language not in languages:
            hint = f"The site speaks {', '.join(languages)}"
            reader.findings.append(
                Finding(path, 1, 1, f"the site has no language '{language}'", hint)
            )
            continue
        try:
            text = files[path].decode("utf-8-sig")
            sources.setdefault(name, {})[language] = (path, text)
        except UnicodeDecodeError:
            reader.findings.append(Finding(path, 1, 1, "the file is not UTF-8", "Save it as UTF-8"))
            blocks[name] = None
    for name, by in sources.items():
        if name not in blocks:
            first = next(iter(by.values()))[0]
            blocks[name] = _guarded(reader, first, partial(_block, reader, name, by))
    return blocks


def _block(reader: Reader, name: str, sources: dict[str, tuple[str, str]]) -> Block | None:
    if "" not in sources:
        path = next(iter(sources.values()))[0]
        hint = f"Write blocks/{name}.html for every other language"
        reader.findings.append(Finding(path, 1, 1, f"block '{name}' has only translations", hint))
        return None
    block, findings = compile_block(name, sources)
    reader.findings += findings
    return block


def _campaigns(
    reader: Reader, files: Mapping[str, bytes], site_file: SiteFile, blocks: dict[str, Block | None]
) -> list[tuple[CampaignFile, list[Rule]]]:
    read: list[tuple[CampaignFile, list[Rule]]] = []
    for path in sorted(files):
        if belongs(path) != path or not path.startswith("rules/"):
            continue
        campaign = CampaignFile(reader, site_file.vocabulary, site_file.slots, blocks)
        rules = _guarded(reader, path, partial(_rules, reader, files, path, campaign))
        if rules is not None:
            read.append((campaign, rules))
    _unique(reader, [c.name for c, _ in read if c.name is not None], "campaign")
    _unique(reader, [node for c, _ in read for _, node in c.rule_ids], "rule")
    _slots(reader, site_file, sorted({name for c, _ in read for name in c.slots_without_any}))
    return read


def _slots(reader: Reader, site_file: SiteFile, missing: list[str]) -> None:
    """Say once that a site has no slots at all, where they belong."""
    if not missing:
        return
    wanted = ", ".join(f'{name}: {{selector: "#{name}"}}' for name in missing)
    names = ", ".join(f"'{name}'" for name in missing)
    reader.refuse(
        site_file.node.at(("slots",)),
        f"the site has no slots, but its rules fill {names}",
        f"Add slots: {{{wanted}}}, each with the CSS selector of its place in your pages",
    )


def _rules(
    reader: Reader, files: Mapping[str, bytes], path: str, campaign: CampaignFile
) -> list[Rule] | None:
    node = _parsed(reader, files, path)
    return None if node is None else campaign.read(node)


def _unique(reader: Reader, nodes: list[Node], what: str) -> None:
    first: dict[object, Node] = {}
    for node in nodes:
        if not isinstance(node.value, str):
            continue  # it has a finding of its own
        known = first.setdefault(node.value, node)
        if known is not node:
            other = f"{known.path}:{known.line}:{known.column}"
            copied = what == "campaign" and known.path != node.path
            hint = "Rename one" + ("; if one file is only a copy, delete it" if copied else "")
            reader.refuse(
                node, f"two {what}s are called '{node.value}', this one and {other}", hint
            )


def _site(
    files: Mapping[str, bytes],
    site_file: SiteFile,
    filled: Filled,
    read: list[tuple[CampaignFile, list[Rule]]],
) -> Site:
    counters = merge(counter for campaign, _ in read for counter in campaign.counters)
    rules = [rule for _, rules in read for rule in rules]
    ranked = {slot: _ranked(rules, slot) for slot in site_file.slots}
    return Site(
        name=site_file.name,
        version=_version(files),
        origins=site_file.origins,
        languages=site_file.languages,
        slots=filled.slots,
        attributes=site_file.attributes,
        events=site_file.events,
        rules=ranked,
        index=RuleIndex(ranked),
        counters=counters,
        counters_version=counters_version(counters),
        counters_of=by_event(counters),
        counted={counter.key: counter.event for counter in counters},
        reads=filled.reads.union(*(campaign.reads for campaign, _ in read)),
        consent=site_file.consent or site_file.node,
        holdout=site_file.holdout,
        exclusive=exclusive_groups(rules),
    )


def _ranked(rules: list[Rule], slot: str) -> tuple[Rule, ...]:
    """Return a slot's rules, highest priority first; equals in the order of files and lines."""
    return tuple(
        sorted((rule for rule in rules if rule.slot == slot), key=lambda rule: -rule.priority)
    )


def _version(files: Mapping[str, bytes]) -> str:
    digest = blake2b(digest_size=6)
    for path in sorted(files):
        digest.update(f"{path}\0{len(files[path])}\0".encode())
        digest.update(files[path])
    return digest.hexdigest()
