"""Reads the fallbacks of slots: what they show wherever no rule wins."""

from collections.abc import Mapping
from typing import NamedTuple
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from rules.attributes import find
from rules.blocks import Outline
from rules.condition_parser import ConditionParser, Vocabulary
from rules.model import Slot
from rules.reader import Reader
from rules.show_reader import ShowReader
from rules.source import Node


class Filled(NamedTuple):
    """The slots of a site with their fallbacks, and the attributes that those show."""

    slots: Mapping[str, Slot]
    reads: frozenset[str]


def read_fallbacks(
    reader: Reader,
    slots: Mapping[str, Slot],
    fallbacks: Mapping[str, Node],
    vocabulary: Vocabulary,
    blocks: Mapping[str, Outline | None],
) -> Filled:
    """Return the slots as they are filled; ``fallbacks`` are by slot, as ``site.yaml`` writes them."""
    filled, reads = dict(slots), set[str]()
    for name, node in fallbacks.items():
        conditions = ConditionParser(reader, vocabulary, ZoneInfo("UTC"))
        show = ShowReader(reader, blocks, conditions).show(node, "fallback")
        for read in sorted(conditions.reads):
            attribute = find(read, vocabulary.attributes)
            if attribute is not None and attribute.purpose is not None:
                block = show.block.name if show and show.block else ""
                message = (
                    f"the fallback of slot '{name}' shows {read}, which needs {attribute.purpose}"
                )
                hint = "It is for everybody: show only what a request says by itself"
                reader.refuse(node, message, f"{hint}, or remove {read} from block '{block}'")
        filled[name] = replace(slots[name], fallback=show)
        reads |= conditions.reads
    return Filled(filled, frozenset(reads))
