"""The names of one site, for a schema that completes them: read even where something is wrong with the site."""

from collections.abc import Collection, Mapping

import msgspec

from rules.attributes import Attribute
from rules.blocks import compile_block
from rules.model import EventType
from rules.reader import Reader
from rules.site_file import SiteFile
from rules.site_paths import SITE_FILE, belongs
from rules.source import parse


class Names(msgspec.Struct, frozen=True):
    """What the rules of a site may name. None: not known, any name will do."""

    attributes: Mapping[str, Attribute] | None = None
    slots: Collection[str] | None = None
    blocks: Mapping[str, frozenset[str] | None] | None = None
    """Block -> the values a rule must give; None where it cannot be read."""
    audiences: Collection[str] | None = None
    events: Mapping[str, EventType] | None = None


ANY = Names()


def names_of(files: Mapping[str, bytes]) -> Names:
    """Return the names of a site's files. Raises ``BadSite`` if its site.yaml is no YAML."""
    node = parse(files.get(SITE_FILE, b"{}"), SITE_FILE)
    site_file = SiteFile(Reader(), node)
    vocabulary = site_file.vocabulary
    return Names(
        attributes=vocabulary.attributes,
        slots=tuple(site_file.slots),
        blocks=_blocks(files),
        audiences=tuple(vocabulary.audiences),
        events=vocabulary.events,
    )


def _blocks(files: Mapping[str, bytes]) -> dict[str, frozenset[str] | None]:
    sources: dict[str, dict[str, tuple[str, str]]] = {}
    for path, content in files.items():
        if path.startswith("blocks/") and belongs(path) == path:
            name, _, language = path.removeprefix("blocks/").removesuffix(".html").partition(".")
            text = content.decode("utf-8", "replace")
            sources.setdefault(name, {})[language] = (path, text)
    compiled = {name: compile_block(name, by)[0] for name, by in sources.items()}
    return {name: block.outline.variables if block else None for name, block in compiled.items()}
