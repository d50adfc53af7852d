"""Reads when a campaign runs: moments to the minute, in a timezone with its daylight saving."""

import re
from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from rules.loose_values import moment, span
from rules.model import FOREVER, Schedule
from rules.reader import Reader, said
from rules.source import Node
from rules.wrong_values import hint_to

SCHEDULE_KEYS = ("from", "until", "timezone")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
_MOMENT = re.compile(
    r"(?P<minute>[0-9-]{10}[T ][0-9]{2}:[0-9]{2})(?P<second>:[0-9]{2}(?:[.,][0-9]+)?)?"
    r"(?P<offset>Z|[+-][0-9]{2}:[0-9]{2})?\Z"
)
_FORM = "Write 2026-09-01 or 2026-09-01T18:00"


class End(NamedTuple):
    """When a campaign is over, and where that stands; ``at`` is milliseconds since the epoch."""

    at: int
    node: Node


def read_schedule(reader: Reader, node: Node | None) -> tuple[Schedule, End | None]:
    """Return a schedule and where its end stands, if it has one that can be meant."""
    if node is None:
        return Schedule(), None
    items = node.value if isinstance(node.value, list) else [node]
    ends = span(" - ".join(each.shown for each in items[:3]), moment)
    if ends is not None and ends[0] < ends[1]:
        message = f"schedule must be keys and values, not {said(node)}"
        over = "" if "T" in ends[1] else ": it is over when that day begins"
        reader.refuse(node, message, f"Write {{from: {ends[0]}, until: {ends[1]}}}{over}")
        return Schedule(), None
    keys = reader.keys(node, "schedule", SCHEDULE_KEYS)
    timezone = _timezone(reader, keys.get("timezone"))
    start = _read(reader, keys.get("from"), timezone)
    end = _read(reader, keys.get("until"), timezone)
    schedule = Schedule(start or 0, FOREVER if end is None else end, timezone)
    if start is not None and end is not None and start >= end:
        named = f"from {keys['from'].value} until {keys['until'].value}"
        hint = "'until' comes after 'from': it is when the campaign is over"
        reader.refuse(keys["until"], f"a schedule {named} is never on", hint)
        return schedule, None
    return schedule, None if end is None else End(end, keys["until"])


def check_over(reader: Reader, end: End | None, now: int | None) -> None:
    """Warn of a campaign that is over at ``now`` (None: nobody asks): no restart may fail by the clock alone."""
    if end is not None and now is not None and end.at <= now:
        message = f"the campaign has been over since {end.node.value}: none of its rules is shown"
        reader.warn(end.node, message, "Delete the file, or let it end later")


_ZONES = {
    **dict.fromkeys(("zürich", "zuerich", "bern", "basel", "genf", "schweiz"), "Europe/Zurich"),
    **dict.fromkeys(("wien", "österreich", "oesterreich"), "Europe/Vienna"),
}
"""What people write for a timezone, by its last part -> its name; the others mean Berlin."""


def _timezone(reader: Reader, node: Node | None) -> ZoneInfo:
    name = reader.text(node, "timezone")
    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        if node is not None:
            hint = (
                f"Write it as {_ZONES.get(str(name).rpartition('/')[2].lower(), 'Europe/Berlin')}"
            )
            reader.refuse(node, f"there is no timezone '{name}'", hint)
        return ZoneInfo("UTC")


def _read(reader: Reader, node: Node | None, timezone: ZoneInfo) -> int | None:
    text = reader.written(node, "a date")
    if text is None or node is None:
        return None
    try:
        if _DAY.match(text):
            return _first_of(date.fromisoformat(text), timezone)
        if match := _MOMENT.match(text):
            return _minute(reader, node, match, timezone)
    except ValueError:
        pass
    reader.refuse(node, f"'{text}' is no date", hint_to(text, "datetime", _FORM))
    return None


def _first_of(day: date, timezone: ZoneInfo) -> int:
    """Return when a day begins. Where clocks skip midnight, that is the moment they are put forward."""
    return _milliseconds(datetime.combine(day, datetime.min.time(), timezone))


def _minute(reader: Reader, node: Node, match: re.Match[str], timezone: ZoneInfo) -> int | None:
    plain = match["minute"] + (match["offset"] or "")
    on = datetime.fromisoformat(plain)
    if match["second"]:
        message = f"'{match[0]}' has seconds, and a schedule is to the minute"
        reader.refuse(node, message, f"Write {plain}")
        return None
    if on.tzinfo is not None:
        return _milliseconds(on)
    local = on.replace(tzinfo=timezone)
    if skipped := _skipped(local):
        there = (local + skipped).replace(tzinfo=None).isoformat(timespec="minutes")
        message = f"there is no {plain} in {timezone.key}: clocks are put forward then"
        reader.refuse(node, message, f"Write {there}")
        return None
    return _milliseconds(local)


def _skipped(local: datetime) -> timedelta | None:
    """Return by how much clocks are put forward at a local time that does not exist, if it does not.

    PEP 495: before a gap the offset is the smaller one, whereas a time that comes twice begins with the greater.
    """
    before, after = local.utcoffset(), local.replace(fold=1).utcoffset()
    return after - before if before is not None and after is not None and before < after else None


def _milliseconds(moment: datetime) -> int:
    """Return a moment since the epoch; of a local time that comes twice, the first."""
    return int(moment.timestamp() * 1000)
