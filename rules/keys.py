"""What operators compare of a fact that is more than its text: a moment, a version, an address, a place.

A key is None where the fact cannot be read as its type, and then nobody knows the answer. Keys of one type
are ordered among each other. Each is found once and remembered.
"""

import ipaddress
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, Final

Key = Callable[[Any], Any]
"""From a fact to what is compared; None for a fact that cannot be read."""

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND: Final = timedelta(milliseconds=1)
_MOMENT: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2})?(Z|[+-][0-9]{2}:[0-9]{2})"
)
_VERSION: Final = re.compile(
    r"([0-9]{1,9}(?:\.[0-9]{1,9}){0,3})"
    r"(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?"
    r"(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?"
)
_LOCATION: Final = re.compile(
    r"(-?[0-9]{1,2}(?:\.[0-9]{1,12})?), ?(-?[0-9]{1,3}(?:\.[0-9]{1,12})?)"
)
_PARTS: Final = 4
LONGEST: Final = 128
"""Characters of a text that is read as a version: beyond them it is none."""


def milliseconds(moment: datetime) -> int:
    """Return a moment with its offset as milliseconds since the Unix epoch, exactly."""
    return (moment - EPOCH) // _MILLISECOND


def _moment(text: str) -> int | None:
    """Read ISO 8601 with an offset, to the minute or second (RFC 3339 without fractions)."""
    if not _MOMENT.fullmatch(text):
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    # In the first and the last year another timezone may have no such day.
    return milliseconds(moment) if 1 < moment.year < 9999 else None


def _version(text: str) -> tuple[Any, ...] | None:
    """Read a version of one to four numbers; precedence as in https://semver.org, item 11."""
    match = _VERSION.fullmatch(text) if len(text) <= LONGEST else None
    if match is None:
        return None
    numbers = [int(part) for part in match[1].split(".")]
    numbers += [0] * (_PARTS - len(numbers))
    return (*numbers, match[2] is None, _identifiers(match[2] or ""))


def _identifiers(text: str) -> tuple[tuple[bool, int, str], ...]:
    """Numbers come before words, numbers by value and words by letter; fewer before more."""
    return tuple(
        [
            (False, int(part), "") if part.isdigit() else (True, 0, part)
            for part in text.split(".")
            if part
        ]
    )


def _address(text: str) -> tuple[int, int] | None:
    """Read an IP address as its version and number; IPv4 within IPv6 is IPv4 (RFC 4291, 2.5.5.2)."""
    try:
        found = ipaddress.ip_address(text)
    except ValueError:
        return None
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped is not None:
        found = found.ipv4_mapped
    return found.version, int(found)


def _location(text: str) -> tuple[float, float] | None:
    """Read latitude and longitude in degrees, north and east of zero."""
    match = _LOCATION.fullmatch(text)
    if match is None:
        return None
    latitude, longitude = float(match[1]), float(match[2])
    return (latitude, longitude) if on_earth(latitude, longitude) else None


def on_earth(latitude: float, longitude: float) -> bool:
    """Say whether there is such a place."""
    return -90 <= latitude <= 90 and -180 <= longitude <= 180


def _remembered(read: Callable[[str], Any], most: int) -> Key:
    """Return a reader of texts that remembers the newest ``most``."""
    found = lru_cache(maxsize=most)(read)
    return lambda fact: found(fact) if type(fact) is str else None


def items(fact: object) -> object:
    """Return a list as it is: it is its own key."""
    return fact if isinstance(fact, (tuple, list)) else None


moment = _remembered(_moment, 4096)
version = _remembered(_version, 4096)
address = _remembered(_address, 256)
location = _remembered(_location, 1024)
folded = _remembered(str.casefold, 4096)
"""A text for a comparison that ignores capitals (https://www.unicode.org/versions/latest, 5.18)."""

KEYS: Final[dict[str, Key]] = {
    "datetime": moment,
    "list": items,
    "version": version,
    "ip": address,
    "location": location,
}
"""Type -> its key; the other types are compared as they are."""
