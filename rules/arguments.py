"""What operators compare with, made ready at load. Each keeps how it was written, for people to read."""

from bisect import bisect_right
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from math import atan2, cos, hypot, radians, sin
from typing import Any, Final
from zoneinfo import ZoneInfo

from rules.clock import MINUTE, days_until, local
from rules.operators import OPERATORS

EARTH_KM: Final = 6371.0088
"""Mean radius of the Earth: (2a + b) / 3 of WGS 84, https://doi.org/10.1007/s001900050278."""
DAY_MS: Final = 24 * 60 * MINUTE


class Moment(int):
    """Milliseconds since the epoch."""

    text = ""


class Version(tuple[Any, ...]):
    """The key of a version."""

    text = ""


class Address(tuple[int, int]):
    """The key of an IP address."""

    text = ""


class Folded(str):
    """A casefolded text."""

    text = ""


@dataclass(frozen=True, slots=True)
class Window:
    """The time up to now; ``timezone`` where calendar days count, today included, and not moments."""

    length: int
    timezone: ZoneInfo | None
    text: str

    def at(self, now: int) -> tuple[int, int] | tuple[str, str]:
        """Return the first and the last value within it; ``now`` is milliseconds since the epoch."""
        if self.timezone is None:
            return now - self.length, now
        return days_until(now // MINUTE, self.timezone, self.length // DAY_MS)


@dataclass(frozen=True, slots=True)
class Weekdays:
    """Days of the week, Monday 0; ``timezone`` says on which day a moment falls."""

    days: frozenset[int]
    timezone: ZoneInfo
    text: str

    def has(self, value: int | str) -> bool:
        """Say whether a moment or a date falls on one of the days."""
        if isinstance(value, str):
            return weekday(value) in self.days
        return local(value, self.timezone).weekday() in self.days


@lru_cache(maxsize=4096)
def weekday(day: str) -> int | None:
    """Return the day of the week of a date, Monday 0; None for a text that is none."""
    try:
        return date.fromisoformat(day).weekday()
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class Times:
    """A span of the day in minutes, the end not included; over midnight if it ends before it begins."""

    start: int
    end: int
    timezone: ZoneInfo
    text: str

    def has(self, value: int) -> bool:
        """Say whether the clock shows a time of the span at a moment."""
        there = local(value, self.timezone)
        minute = there.hour * 60 + there.minute
        if self.start < self.end:
            return self.start <= minute < self.end
        return minute >= self.start or minute < self.end


@dataclass(frozen=True, slots=True)
class Networks:
    """Ranges of addresses, ascending and apart from each other."""

    firsts: tuple[tuple[int, int], ...]
    lasts: tuple[tuple[int, int], ...]
    text: str

    def has(self, address: tuple[int, int]) -> bool:
        """Say whether one of the networks has an address."""
        at = bisect_right(self.firsts, address) - 1
        return at >= 0 and address <= self.lasts[at]


@dataclass(frozen=True, slots=True)
class Circle:
    """A place and how far from it, in km."""

    latitude: float
    longitude: float
    bounds: tuple[tuple[str, Any], ...]

    @property
    def text(self) -> str:
        """Return it as it is written."""
        bounds = [f"{word}: {shown(bound)}" for word, bound in self.bounds]
        return f"{{{', '.join([f'from: [{self.latitude}, {self.longitude}]', *bounds])}}}"

    def has(self, place: tuple[float, float]) -> bool:
        """Say whether a place is as far from the other as it is to be."""
        km = distance_km((self.latitude, self.longitude), place)
        return all(OPERATORS[word].test(km, bound) for word, bound in self.bounds)


@lru_cache(maxsize=1024)
def distance_km(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Return the great-circle distance of two places in degrees.

    Exact at every distance: https://en.wikipedia.org/wiki/Great-circle_distance, after Vincenty.
    """
    (north, east), (to_north, to_east) = map(_radians, (one, other))
    turn = to_east - east
    beside = cos(to_north) * sin(turn)
    ahead = cos(north) * sin(to_north) - sin(north) * cos(to_north) * cos(turn)
    along = sin(north) * sin(to_north) + cos(north) * cos(to_north) * cos(turn)
    return EARTH_KM * atan2(hypot(beside, ahead), along)


def _radians(place: tuple[float, float]) -> tuple[float, float]:
    return radians(place[0]), radians(place[1])


def shown(argument: Any) -> str:
    """Return how a finding shows what an operator compares with."""
    if isinstance(argument, bool):
        return bare(argument)
    if isinstance(argument, frozenset):
        return str(sorted(argument))
    text = getattr(argument, "text", None)
    if text is None and isinstance(argument, tuple):
        return f"[{', '.join(map(shown, argument))}]"
    text = getattr(argument, "pattern", argument) if text is None else text
    return f"'{text}'" if isinstance(text, str) else str(text)


def bare(value: object) -> str:
    """Return a value as a file holds it, without quotes."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def plain(argument: Any) -> str:
    """Return a bound as it is written: a version in quotes, for without them it may be a number."""
    text = str(getattr(argument, "text", argument))
    return f'"{text}"' if isinstance(argument, Version) else text
