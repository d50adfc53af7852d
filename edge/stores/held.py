"""Advances what a counter holds by one event; see ``edge.stores.base.Mark`` for what that is."""

from bisect import bisect_left, bisect_right
from typing import Any

from edge.stores.base import Mark


def advance(held: list[Any], mark: Mark, time: int) -> None:
    """Put an event in its place, however late it comes, and let go of what is not held any more."""
    if mark.kind == "total":
        held[:] = [sum(held) + mark.value]
        return
    if mark.kind == "times":
        times: list[int] = held
        times.insert(bisect_right(times, time), time)
        _cut(times, _lost(times, mark), mark)
        return
    if not held:
        held[:] = [[], []]
    times, values = held
    at = bisect_right(times, time)
    times.insert(at, time)
    if mark.kind == "sums":
        _add(values, at, mark.value)
    else:
        values.insert(at, mark.value)
    lost = _lost(times, mark)
    if lost and mark.kind == "sums":
        before = values[lost - 1]
        values[:] = [total - before for total in values]
    _cut(times, lost, mark)
    _cut(values, lost, mark)


def _add(sums: list[int], at: int, value: int) -> None:
    sums.insert(at, sums[at - 1] if at else 0)
    for later in range(at, len(sums)):
        sums[later] += value


def _lost(times: list[int], mark: Mark) -> int:
    """Return how many events are let go: of the oldest, or with ``oldest`` of the newest."""
    too_many = max(0, len(times) - mark.keep)
    if mark.span is None:
        return too_many
    return max(too_many, bisect_left(times, times[-1] - mark.span))


def _cut(items: list[Any], lost: int, mark: Mark) -> None:
    if mark.oldest:
        del items[len(items) - lost :]
    else:
        del items[:lost]
