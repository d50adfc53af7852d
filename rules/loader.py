"""Makes a site of the files of its folder, or says everything that is wrong with them.

What a load came to can be given to the next: then only what changed is read, and what depends on it.
"""

from collections.abc import Collection, Iterable, Mapping
from functools import partial
from hashlib import blake2b
from typing import NamedTuple

from rules.block_files import check_reads, read_blocks, warn_of_unused
from rules.blocks import Outline
from rules.campaign_file import CampaignFile
from rules.counter_key import counters_version
from rules.counters import by_event, merge
from rules.excused import Known
from rules.fallback_reader import Filled, read_fallbacks
from rules.findings import Finding
from rules.groups import check_groups
from rules.index.rule_index import RuleIndex
from rules.model import Rule, Site, exclusive_groups
from rules.never_wins import Indexed, refuse_beaten
from rules.parts import BlockPart, CampaignPart, Noted, guarded, tree
from rules.places import Places
from rules.reader import Reader, refused
from rules.schedule_reader import check_over
from rules.site_file import SiteFile
from rules.site_paths import RULES, SITE_FILE, belongs, named, read_from, strays
from rules.site_reader import SitePart, read_site
from rules.source import Node

_EMPTY_CAMPAIGN = "Begin it with 'campaign:', or delete it"


class Loaded(NamedTuple):
    """What came of a folder: the site, unless something is wrong with it, and every finding."""

    site: Site | None
    findings: list[Finding]
    consent: Node | None = None
    """The consent section, for whoever reads it, even if other parts were refused."""
    site_part: SitePart | None = None
    blocks: Mapping[str, BlockPart] = {}
    campaigns: Mapping[str, CampaignPart] = {}
    """By path. These three are what each file was read as, for the next load."""
    newest: Site | None = None
    """The newest site that was good: this one, or an earlier one."""


def load(
    files: Mapping[str, bytes],
    before: Loaded | None = None,
    *,
    now: int | None = None,
    places: Places | None = None,
) -> Loaded:
    """Load a site from path -> content; paths are relative to its folder, with ``/``.

    ``before`` is what an earlier load of the site came to, good or not: what did not change is taken from
    it. ``now``, milliseconds since the epoch, is what campaigns may be over at; None: nobody asks.
    ``places`` is told where each rule and condition stands; nothing is taken from an earlier load then.
    """
    findings: list[Finding] = []
    kept = before if before and places is None else Loaded(None, [])
    loading = partial(_load, files, kept, now, places, findings)
    loaded = guarded(findings, SITE_FILE, loading)
    return loaded or Loaded(None, findings)


def _load(
    files: Mapping[str, bytes],
    kept: Loaded,
    now: int | None,
    places: Places | None,
    findings: list[Finding],
) -> Loaded:
    files = named(files, findings)
    astray = strays(files, findings)
    site_part = read_site(files, kept.site_part, places)
    findings += site_part.findings
    blocks = read_blocks(files, site_part.known.languages, kept.blocks, findings)
    check_reads(blocks, site_part.known.vocabulary.attributes, findings)
    outlines = dict.fromkeys(astray) | {name: part.outline for name, part in blocks.items()}
    campaigns = {
        path: _campaign(path, files[path], site_part.known, outlines, kept.campaigns.get(path))
        for path in read_from(files, RULES)
    }
    reader, file, newest = Reader(), site_part.file, kept.newest
    asked = Noted(outlines)
    filled = _filled(reader, site_part, asked)
    _across(reader, site_part, campaigns.values(), now)
    indexed = _indexed(filled.slots, campaigns.values(), newest)
    if file is not None and not refused(site_part.findings):  # what is excused would always be true
        values_of = site_part.known.vocabulary.values_of
        beaten = partial(refuse_beaten, reader, indexed, values_of, campaigns.values(), newest)
        reader.spared(file.node, beaten)
    findings += reader.findings
    good = file is not None and not refused(findings)
    if good:  # what is at fault may be what shows a block
        used = {name for each in campaigns.values() for name in each.blocks.answers}
        warn_of_unused(blocks, used | asked.asked().answers.keys(), findings)
    site = (
        _site(files, file, filled, campaigns.values(), indexed, blocks) if good and file else None
    )
    consent = file.consent if file else None
    return Loaded(site, findings, consent, site_part, blocks, campaigns, site or newest)


def _campaign(
    path: str,
    content: bytes,
    known: Known,
    blocks: Mapping[str, Outline | None],
    kept: CampaignPart | None,
) -> CampaignPart:
    if kept is not None and kept.holds(content, known, blocks):
        return kept
    reader = Reader()
    asked = Noted(blocks)
    campaign = CampaignFile(reader, known.vocabulary, known.slots, asked)
    rules = guarded(reader.findings, path, partial(_rules, reader, path, content, campaign))
    return CampaignPart(
        content,
        known,
        asked.asked(),
        campaign.name,
        campaign.group,
        tuple([node for _, node in campaign.rule_ids]),
        merge(campaign.counters),
        frozenset(campaign.reads),
        tuple(campaign.slots_without_any),
        campaign.end,
        tuple(rules or ()),
        tuple(reader.findings),
    )


def _rules(reader: Reader, path: str, content: bytes, campaign: CampaignFile) -> list[Rule]:
    node = tree(path, content, reader.findings, _EMPTY_CAMPAIGN)
    return [] if node is None else campaign.read(node)


def _filled(reader: Reader, site: SitePart, blocks: Mapping[str, Outline | None]) -> Filled:
    """Return the slots with their fallbacks."""
    if site.file is None:
        return Filled({}, frozenset())
    slots, names = site.file.slots, site.known.vocabulary
    read = partial(read_fallbacks, reader, slots, site.file.fallbacks, names, blocks)
    return guarded(reader.findings, SITE_FILE, read) or Filled(slots, frozenset())


def _indexed(
    slots: Iterable[str], campaigns: Iterable[CampaignPart], before: Site | None
) -> Indexed:
    """Return each slot's rules, highest priority first, and their index; those of before if they are the same."""
    found: dict[str, list[Rule]] = {slot: [] for slot in slots}
    for campaign in campaigns:
        for rule in campaign.rules:
            found.setdefault(rule.slot, []).append(rule)
    # Equals stay in the order of files and lines.
    rules = {
        slot: tuple(sorted(each, key=lambda rule: -rule.priority)) for slot, each in found.items()
    }
    if before is not None and before.rules == rules and isinstance(before.index, RuleIndex):
        return Indexed(before.rules, before.index)
    return Indexed(rules, RuleIndex(rules))


def _across(
    reader: Reader, site: SitePart, campaigns: Collection[CampaignPart], now: int | None
) -> None:
    """Say what is wrong with each campaign, and with how they go together."""
    for campaign in campaigns:
        reader.findings += campaign.findings
        check_over(reader, campaign.end, now)
    check_groups(reader, [(each.name, each.group) for each in campaigns])
    _unique(reader, [each.name for each in campaigns if each.name is not None], "campaign")
    _unique(reader, [node for each in campaigns for node in each.rule_ids], "rule")
    missing = {name for each in campaigns for name in each.slots_without_any}
    if missing and site.file is not None:
        _slots(reader, site.file, sorted(missing))


def _slots(reader: Reader, site_file: SiteFile, missing: list[str]) -> None:
    """Say once that a site has no slots at all, where they belong."""
    wanted = ", ".join(f'{name}: {{selector: "#{name}"}}' for name in missing)
    names = ", ".join(f"'{name}'" for name in missing)
    reader.refuse(
        site_file.node.at(("slots",)),
        f"the site has no slots, but its rules fill {names}",
        f"Add slots: {{{wanted}}}, each with the CSS selector of its place in your pages",
    )


def _unique(reader: Reader, nodes: Iterable[Node], what: str) -> None:
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
    campaigns: Collection[CampaignPart],
    indexed: Indexed,
    blocks: Mapping[str, BlockPart],
) -> Site:
    counters = merge(counter for campaign in campaigns for counter in campaign.counters)
    return Site(
        name=site_file.name,
        version=_version({path: files[path] for path in files if belongs(path) == path}),
        origins=site_file.origins,
        languages=site_file.languages,
        slots=filled.slots,
        attributes=site_file.attributes,
        events=site_file.events,
        rules=indexed.rules,
        index=indexed.finder,
        blocks={name: part.block for name, part in blocks.items() if part.block},
        counters=counters,
        counters_version=counters_version(counters),
        counters_of=by_event(counters),
        counted={counter.key: counter.event for counter in counters},
        reads=filled.reads.union(*(campaign.reads for campaign in campaigns)),
        consent=site_file.consent or site_file.node,
        holdout=site_file.holdout,
        exclusive=exclusive_groups(rule for each in campaigns for rule in each.rules),
        common={language: {} for language in site_file.languages},
    )


def _version(files: Mapping[str, bytes]) -> str:
    digest = blake2b(digest_size=6)
    for path in sorted(files):
        digest.update(f"{path}\0{len(files[path])}\0".encode())
        digest.update(files[path])
    return digest.hexdigest()
