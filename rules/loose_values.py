"""Numbers, days, moments and times as people write them -> as the language does; nothing if they are none."""

import re
from calendar import monthrange
from collections.abc import Callable
from datetime import date

from rules.other_words import spelt

LONGEST = 100
"""Characters of a text that may be one of them: the patterns go back and forth in it."""

_GROUPS = "[.,'’_ \u00a0\u202f]"
_NUMBER = re.compile(
    rf"(?:(?:chf|eur|euro|usd|gbp|s?fr\.?|[€$£]) ?)?(?P<number>-?[0-9]+(?:{_GROUPS}[0-9]+)*)"
    r"(?::00|[.,][-–—])?(?: ?(?:(?!(?:[ap]\.?m|k|m|mio|mrd|mia|tsd|tausend|bn)\.?$)[^\W\d_]{1,8}\.?|[%€$£]))?",
    re.IGNORECASE,
)
_PLAIN = re.compile(r"(?P<whole>-?[0-9]+)(?:[.,](?P<rest>[0-9]+))?")
_GROUPED = re.compile(
    rf"(?P<whole>-?[0-9]{{1,3}}(?P<mark>{_GROUPS})[0-9]{{3}}(?:(?P=mark)[0-9]{{3}})*)(?:[.,](?P<rest>[0-9]+))?"
)
_MONTHS = (
    "january januar jaenner", "february februar feber", "march maerz mrz", "april", "may mai", "june juni",
    "july juli", "august", "september", "october oktober", "november", "december dezember",
)  # fmt: skip
_OF_MONTH = r"(?P<day>[0-9]{1,2})(?:\.|st|nd|rd|th)?"
_NAMED = r"(?P<month>[^\W\d_]{3,9})\.?"
_DAYS = [
    re.compile(form)
    for form in (
        r"(?P<day>[0-9]{1,2})\. ?(?P<month>[0-9]{1,2})\. ?(?P<year>[0-9]{4}|[0-9]{2})",
        r"(?P<year>[0-9]{4})[-./](?P<month>[0-9]{1,2})[-./](?P<day>[0-9]{1,2})",
        rf"{_OF_MONTH} ?{_NAMED},? ?(?P<year>[0-9]{{4}})",
        rf"{_NAMED} {_OF_MONTH},? (?P<year>[0-9]{{4}})",
    )
]
_PIVOT = 69
"""The first of the years of two digits that are in the last century, as POSIX has it."""
_TIME = re.compile(
    r"([0-9]{1,2})(?:[:.]?([0-9]{2}))?(?::[0-9]{2}(?:[.,][0-9]+)?)? ?(uhr|h|[ap]\.?m\.?)?",
    re.IGNORECASE,
)
_DAY_AND_TIME = re.compile(
    r"(?P<day>.+?)(?:, ?| um | at |[T ])(?P<time>[0-9]{1,2}(?:[:.][0-9:.,]+)?(?: ?(?:uhr|h|[ap]\.?m\.?))?)"
    r"(?P<offset>Z|[+-][0-9]{2}:[0-9]{2})?",
    re.IGNORECASE,
)
_FROM = re.compile(r"(?:von|vom|from|zwischen|between) ", re.IGNORECASE)
_TO = re.compile(r" *(?:[-–—]|\.\.+|(?<= )(?:bis|to|until|und|and)(?: zum)?(?= )) *")


def number(text: str) -> str:
    """Read ``1'000``, ``1.000,50``, ``CHF 50.-`` or ``22 Uhr``."""
    match = _NUMBER.fullmatch(text)
    found = match and (_PLAIN.fullmatch(match["number"]) or _GROUPED.fullmatch(match["number"]))
    if not found:
        return ""
    whole = re.sub(r"(?<![0-9])0+(?=[0-9])", "", re.sub(_GROUPS, "", found["whole"]))
    return f"{whole}.{found['rest']}" if found["rest"] else whole


def day(text: str) -> str:
    """Read ``24.12.2026``, ``2026/12/24`` or ``24. Dezember 2026``."""
    try:
        return date(*_day(text)).isoformat()
    except ValueError:
        return ""


def no_such_day(text: str) -> str:
    """Return how many days a month has, if a text names a later one of it."""
    year, month, on = _day(text)
    if not (1 <= month <= 12 and year and on > (last := monthrange(year, month)[1])):
        return ""
    return f"{_MONTHS[month - 1].split()[0].capitalize()} {year} has {last} days"


def _day(text: str) -> tuple[int, int, int]:
    """Return year, month and day as a text has them, in the calendar or not."""
    match = next(filter(None, (form.fullmatch(text) for form in _DAYS)), None)
    if match is None:
        return 0, 0, 0
    named = not match["month"].isdecimal()
    month = _month(spelt(match["month"])) if named else int(match["month"])
    year = int(match["year"])
    if len(match["year"]) == 2:
        year += 1900 if year >= _PIVOT else 2000
    return year, month, int(match["day"])


def _month(word: str) -> int:
    months = enumerate(_MONTHS, 1)
    return next((n for n, names in months if re.search(rf"\b{re.escape(word)}", names)), 0)


def time_of_day(text: str) -> str:
    """Read ``8``, ``8.30``, ``18 Uhr`` or ``8pm``."""
    match = _TIME.fullmatch(text)
    if match is None:
        return ""
    hour, minute, half = int(match[1]), int(match[2] or 0), (match[3] or "")[:1].lower()
    if half in ("a", "p"):
        hour = hour % 12 + 12 * (half == "p") if 1 <= hour <= 12 else 24
    return f"{hour:02}:{minute:02}" if hour < 24 and minute < 60 else ""


def moment(text: str) -> str:
    """Read a day, or one with a time behind it: ``24.12.2026 18 Uhr``."""
    match = _DAY_AND_TIME.fullmatch(text)
    if (alone := day(text)) or match is None:
        return alone
    on, at = day(match["day"]), time_of_day(match["time"])
    return f"{on}T{at}{match['offset'] or ''}" if on and at else ""


def span(text: str, read: Callable[[str], str]) -> tuple[str, str] | None:
    """Return both ends of ``8-18``, ``von Montag bis Freitag``, each as ``read`` reads it."""
    if len(text) > LONGEST:
        return None
    text = _FROM.sub("", text, count=1) if _FROM.match(text) else text
    for to in _TO.finditer(text):
        ends = read(text[: to.start()]), read(text[to.end() :])
        if all(ends):
            return ends
    return None
