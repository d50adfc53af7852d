"""Moments in a campaign's own timezone, daylight saving included."""

import re
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from rules.keys import EPOCH, milliseconds, moment

MINUTE: Final = 60_000
_DAY: Final = timedelta(days=1)
_WRITTEN: Final = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})(T[0-9]{2}:[0-9]{2})?(Z|[+-][0-9]{2}:[0-9]{2})?"
)
WINDOW: Final = re.compile(r"([1-9][0-9]{0,4})(m|h|d)")
_UNIT: Final = {"m": MINUTE, "h": 60 * MINUTE, "d": 24 * 60 * MINUTE}


def local(moment: int, timezone: ZoneInfo) -> datetime:
    """Return a moment, milliseconds since the epoch, on the clocks of a timezone, to the minute."""
    return _minute(moment // MINUTE, timezone)


@lru_cache(maxsize=1024)  # all that rules ask of the clock holds for a minute, in every timezone
def _minute(minute: int, timezone: ZoneInfo) -> datetime:
    return (EPOCH + timedelta(minutes=minute)).astimezone(timezone)


@lru_cache(maxsize=64)
def now_text(minute: int, timezone: ZoneInfo) -> str:
    """Return a minute since the epoch as a fact of the type ``datetime``."""
    return _minute(minute, timezone).isoformat(timespec="minutes")


@lru_cache(maxsize=256)
def days_until(minute: int, timezone: ZoneInfo, days: int) -> tuple[str, str]:
    """Return the first and the last date of the days up to now: today and ``days`` before it."""
    today = _minute(minute, timezone).date()
    return (today - days * _DAY).isoformat(), today.isoformat()


def written_moment(text: str, timezone: ZoneInfo, *, last: bool = False) -> int | None:
    """Read a moment as rules write it: to the minute, local unless it has an offset.

    A day alone stands for all of it: its first millisecond, or with ``last`` its last one. Where the
    clocks are put back, the first of the two is meant; where they are put forward, what is left out
    counts on from before. Returns None for anything else.
    """
    match = _WRITTEN.fullmatch(text)
    if match is None or (match[3] and not match[2]):
        return None
    if match[3]:
        found: int | None = moment(text)
        return found
    try:
        day = date.fromisoformat(match[1])
        clock = time.fromisoformat(match[2][1:]) if match[2] else time()
    except ValueError:
        return None
    if not 1 < day.year < 9999:
        return None
    whole = match[2] is None and last
    start = datetime.combine(day + _DAY if whole else day, clock, timezone)
    return milliseconds(start) - (1 if whole else 0)


def window(text: str) -> int | None:
    """Return the milliseconds of a window as rules write it: ``90m``, ``12h``, ``30d``."""
    match = WINDOW.fullmatch(text)
    return int(match[1]) * _UNIT[match[2]] if match else None


def window_text(length: int) -> str:
    """Return a window in milliseconds as rules write it, in the longest unit."""
    unit = next(unit for unit in ("d", "h", "m") if length % _UNIT[unit] == 0)
    return f"{length // _UNIT[unit]}{unit}"
