"""What the clock leaves possible: schedules, hours, days. All of it holds for a whole minute."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from rules.clock import MINUTE
from rules.conditions import Context
from rules.index.attribute import possible_of
from rules.index.dimension import Dimension, Ranged
from rules.index.terms import Source, Span
from rules.model import Schedule

KEPT = 64
"""Minutes kept: requests come in order, but for recorded ones."""


class Minute(NamedTuple):
    """The clauses of rules whose schedule is on, and of those the ones for which it is the right time."""

    running: int
    possible: int


class Clocks:
    """Every schedule and every question to the clock, each asked once a minute."""

    def __init__(
        self,
        schedules: Sequence[Schedule],
        dimensions: Mapping[Source, Dimension],
        size: int,
    ) -> None:
        """Gather the schedules of the clauses, and of the dimensions those that are read off the clock."""
        spans = [(number, _span(schedule)) for number, schedule in enumerate(schedules)]
        self._schedules = Ranged(spans, size)
        self._dimensions = [
            (source.read, possible_of(source, dimension))
            for source, dimension in dimensions.items()
            if source.read is not None
        ]
        self._minutes: dict[int, Minute] = {}

    def at(self, now: int) -> Minute:
        """Return what the minute of a moment (milliseconds since the epoch) leaves possible."""
        minute = now // MINUTE
        found = self._minutes.get(minute)
        if found is None:
            if len(self._minutes) >= KEPT:
                self._minutes.clear()
            found = self._minutes[minute] = self._found(now)
        return found

    def _found(self, now: int) -> Minute:
        context = Context(now, {}, frozenset())
        schedules = self._schedules
        possible = running = schedules.possible(schedules.met(now))
        for read, possible_at in self._dimensions:
            possible &= possible_at(read(context))
        return Minute(running, possible)


def _span(schedule: Schedule) -> Span:
    return Span((((schedule.start, 0), (schedule.end, 0)),))
