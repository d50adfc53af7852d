"""Reads the files of ``blocks/``: which languages of a block there are, and what they compile to."""

from collections.abc import Collection, Mapping
from functools import partial

from rules.attributes import BUILT_IN, Attribute, find, or_declared
from rules.blocks import Block, compile_block
from rules.findings import Finding, did_you_mean
from rules.parts import BlockPart, guarded
from rules.site_paths import BLOCKS, read_from

Sources = dict[str, dict[str, tuple[str, bytes]]]
"""Block -> language -> path and content."""


def read_blocks(
    files: Mapping[str, bytes],
    languages: Collection[str] | None,
    kept: Mapping[str, BlockPart],
    findings: list[Finding],
) -> dict[str, BlockPart]:
    """Compile the blocks whose files changed. ``languages`` None: nobody knows which the site has."""
    sources, refused = _sources(files, languages, findings)
    parts = {name: _part(name, by, kept.get(name)) for name, by in sources.items()}
    for part in parts.values():
        findings += part.findings
    return {**dict.fromkeys(refused - parts.keys(), BlockPart({}, None, ())), **parts}


def check_reads(
    blocks: Mapping[str, BlockPart], attributes: Mapping[str, Attribute], findings: list[Finding]
) -> None:
    """Refuse attributes that blocks show and nobody has, where a block shows them."""
    for part in blocks.values():
        for name, place in part.block.places.items() if part.block else ():
            if find(name, attributes) is None:
                hint = or_declared(name, did_you_mean(name, [*attributes, *BUILT_IN]))
                findings.append(Finding(*place, f"there is no attribute '{name}'", hint))


def warn_of_unused(
    blocks: Mapping[str, BlockPart], used: Collection[str], findings: list[Finding]
) -> None:
    """Warn of blocks that nothing shows: the name may be mistyped there, or the rule never written."""
    for name, part in blocks.items():
        if name not in used:
            files = [path for _, (path, _) in sorted(part.sources.items())]
            hint = f"Name it in 'show:', as in {{block: {name}}}, or delete {' and '.join(files)}"
            message = f"no rule and no fallback shows block '{name}'"
            findings.append(Finding(files[0], 1, 1, message, hint, "warning"))


def _sources(
    files: Mapping[str, bytes], languages: Collection[str] | None, findings: list[Finding]
) -> tuple[Sources, set[str]]:
    """Return the files of each block, and the blocks of which a file was refused for its name."""
    sources: Sources = {}
    refused: set[str] = set()
    for path in read_from(files, BLOCKS):
        name, _, language = path.removeprefix(BLOCKS).removesuffix(".html").partition(".")
        if language and languages is not None and language not in languages:
            hint = f"The site speaks {', '.join(languages)}"
            message = f"the site has no language '{language}'"
            findings.append(Finding(path, 1, 1, message, hint))
            refused.add(name)
            continue
        sources.setdefault(name, {})[language] = (path, files[path])
    return sources, refused


def _part(name: str, sources: Mapping[str, tuple[str, bytes]], kept: BlockPart | None) -> BlockPart:
    if kept is not None and kept.sources == sources:
        return kept
    findings: list[Finding] = []
    first = next(iter(sources.values()))[0]
    block = guarded(findings, first, partial(_block, name, sources, findings))
    return BlockPart(sources, block, tuple(findings))


def _block(
    name: str, sources: Mapping[str, tuple[str, bytes]], findings: list[Finding]
) -> Block | None:
    texts: dict[str, tuple[str, str]] = {}
    for language, (path, content) in sources.items():
        try:
            texts[language] = (path, content.decode("utf-8-sig"))
        except UnicodeDecodeError:
            findings.append(Finding(path, 1, 1, "the file is not UTF-8", "Save it as UTF-8"))
    if "" not in sources:
        path = next(iter(sources.values()))[0]
        hint = f"Write blocks/{name}.html for every other language"
        findings.append(Finding(path, 1, 1, f"block '{name}' has only translations", hint))
    block, found = compile_block(name, texts)
    findings += found
    return None if findings else block
