"""What each file of a site came to, and how long that holds: what did not change is not read again."""

from collections.abc import Callable, Iterator, Mapping
from typing import Final, NamedTuple, TypeVar

import msgspec

from rules.blocks import Block, Outline
from rules.counter import Counter
from rules.findings import BadSite, Finding
from rules.model import Rule
from rules.schedule_reader import End
from rules.source import Node, read

T = TypeVar("T")
_ABSENT: Final = object()


class Noted(Mapping[str, T]):
    """Names and what they stand for, noting which were asked for: what a reader's result depends on."""

    def __init__(self, names: Mapping[str, T]) -> None:
        self._names = names
        self._asked: dict[str, object] = {}
        self._listed = False

    def __getitem__(self, name: str) -> T:
        self._asked[name] = self._names.get(name, _ABSENT)
        return self._names[name]

    def __contains__(self, name: object) -> bool:
        self._asked[str(name)] = self._names.get(str(name), _ABSENT)
        return name in self._names

    def __iter__(self) -> Iterator[str]:
        self._listed = True
        return iter(self._names)

    def __len__(self) -> int:
        self._listed = True
        return len(self._names)

    def asked(self) -> "Asked":
        """Return what was asked for until now, and the answers."""
        return Asked(self._asked, frozenset(self._names) if self._listed else None)


class Asked(NamedTuple):
    """The answers that a reader was given."""

    answers: Mapping[str, object]
    every_name: frozenset[str] | None
    """All names, if they were listed, as in the hint to an unknown one."""

    def hold(self, names: Mapping[str, object]) -> bool:
        """Say whether the same questions have the same answers still."""
        if self.every_name is not None and self.every_name != names.keys():
            return False
        return all(names.get(name, _ABSENT) == it for name, it in self.answers.items())


class BlockPart(NamedTuple):
    """A block and the files it was compiled from; None where they were refused."""

    sources: Mapping[str, tuple[str, bytes]]
    """Language -> path and content; "" is the language of last resort."""
    block: Block | None
    findings: tuple[Finding, ...]

    @property
    def outline(self) -> Outline | None:
        """What rules know of it."""
        return self.block.outline if self.block else None


class CampaignPart(msgspec.Struct, frozen=True):
    """A campaign and everything that its reading depended on."""

    content: bytes
    known: object
    """What the site's vocabulary was: the very object."""
    blocks: Asked
    name: Node | None
    group: Node | None
    rule_ids: tuple[Node, ...]
    counters: tuple[Counter, ...]
    reads: frozenset[str]
    slots_without_any: tuple[str, ...]
    end: End | None
    rules: tuple[Rule, ...]
    findings: tuple[Finding, ...]

    def holds(self, content: bytes, known: object, blocks: Mapping[str, Outline | None]) -> bool:
        """Say whether reading the file again would come to the same."""
        return self.content == content and self.known is known and self.blocks.hold(blocks)


def tree(path: str, content: bytes, findings: list[Finding], if_empty: str) -> Node | None:
    """Return the file's values; None, and why, where there are none."""
    try:
        node, found = read(content, path)
    except BadSite as bad:
        findings += bad.findings
        return None
    findings += found
    if node.value is None and not node.faulty:
        findings.append(node.finding("the file is empty", if_empty))
    return None if node.value is None else node


def guarded(findings: list[Finding], path: str, read_it: Callable[[], T]) -> T | None:
    """Read a file; a fault of ours is said of this file and keeps nobody from reading the others."""
    try:
        return read_it()
    except Exception as bad:
        message = f"this file could not be read ({type(bad).__name__})"
        findings.append(Finding(path, 1, 1, message, "Report it: this is a fault"))
        return None
