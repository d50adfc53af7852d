"""The groups of campaigns that exclude each other, across the files of a site."""

from collections.abc import Collection

from rules.findings import did_you_mean
from rules.reader import Reader
from rules.source import Node

_ALONE = "Write it in another campaign as well, or remove 'exclusive': alone it changes nothing"

_FEW = 100
"""Groups among which the one that was meant is looked for: it takes a look at each, for each that is alone."""


def check_groups(reader: Reader, campaigns: Collection[tuple[Node | None, Node | None]]) -> None:
    """Warn of a group that only one campaign is in: each is given as its name and its group.

    Where a campaign cannot be read, it may be the other one, and nobody is warned.
    """
    if any(name is None for name, _ in campaigns):
        return
    groups: dict[str, list[Node]] = {}
    for _, node in campaigns:
        if node is not None and isinstance(node.value, str):
            groups.setdefault(node.value, []).append(node)
    alone = {group for group, nodes in groups.items() if len(nodes) == 1}
    seen: set[str] = set()  # of two that are alone and alike, only the later is told of the other
    for group, nodes in groups.items():
        if len(nodes) == 1:
            others = seen | (groups.keys() - alone) if len(groups) <= _FEW else ()
            seen.add(group)
            hint = did_you_mean(group, others, otherwise=_ALONE)
            reader.warn(nodes[0], f"only this campaign is in group '{group}'", hint)
