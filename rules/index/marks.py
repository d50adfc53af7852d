"""Which marks a value meets: itself, the texts that begin or end it, the items it holds, the patterns in it."""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from rules.patterns import Patterns, Wanted


class Meeting(NamedTuple):
    """How values of one kind meet marks."""

    met: Callable[[Any], Any]
    """Value -> a key for all marks that it meets; None for none."""
    marks: Callable[[Any], tuple[Any, ...]]
    """Such a key -> the marks."""


def _itself(known: Iterable[Any]) -> Meeting:
    each = {value: value for value in known}
    return Meeting(each.get, lambda value: (value,))


def _beginnings(known: Iterable[str]) -> Meeting:
    """Find the longest text that begins a value: it stands near in their order, and implies the shorter ones."""
    ordered = sorted(known)
    chains: list[tuple[str, ...]] = [()]
    """Before each of the texts and after the last: those that begin the one before, the longest first."""
    for text in ordered:
        last = chains[-1]
        while last and not text.startswith(last[0]):
            last = last[1:]
        chains.append((text, *last))

    def longest(value: str) -> str | None:
        for text in chains[bisect_right(ordered, value)]:
            if value.startswith(text):
                return text
        return None

    return Meeting(longest, {chain[0]: chain for chain in chains[1:]}.__getitem__)


def _endings(known: Iterable[str]) -> Meeting:
    met, marks = _beginnings(known)
    return Meeting(lambda value: met(value[::-1]), marks)


def _held(known: Iterable[Any]) -> Meeting:
    names = frozenset(known)
    return Meeting(lambda items: tuple([item for item in items if item in names]) or None, tuple)


def _patterns(known: Iterable[Wanted]) -> Meeting:
    patterns = Patterns(known)
    found = patterns.found
    return Meeting(
        lambda value: found(value) or None,
        lambda numbers: tuple([patterns[number] for number in numbers]),
    )


MEETINGS: Mapping[str, Callable[[Iterable[Any]], Meeting]] = {
    "values": _itself,
    "prefix": _beginnings,
    "suffix": _endings,
    "items": _held,
    "patterns": _patterns,
}
"""Kind of a source -> how its values meet marks."""
