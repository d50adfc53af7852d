"""Reads arguments that are more than a value: networks, windows, days of the week, times of day.

Each returns what its operator compares with, or None where it left a finding.
"""

import ipaddress
import json
import re
from collections.abc import Sequence
from zoneinfo import ZoneInfo

from rules.arguments import DAY_MS, Networks, Times, Weekdays, Window
from rules.attributes import IN_ENGLISH, OTHER_WEEKDAYS, WEEKDAYS
from rules.clock import window
from rules.findings import did_you_mean
from rules.keys import address
from rules.loose_values import span, time_of_day
from rules.reader import Reader, said
from rules.source import Node

_TIME = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")
_WHEN = 'Write when it begins and when it is over: ["22:00", "06:00"]'
_UNITS = {"minute": "m", "min": "m", "stunde": "h", "hour": "h", "std": "h", "tag": "d", "day": "d"}
_DAYS = {"w": 7, "mo": 30, "y": 365, "j": 365}
_UNITS_OF_A_WINDOW = "Write a number and m, h or d: 90m, 12h, 30d"
_LOOSE_WINDOW = re.compile(r"(?:an? |eine[rm]? )?([0-9]{0,5}) ?([A-Za-z]*)")
_OTHER_DAYS = re.compile("werk|week(day|end)|woche[nt]{1,2}(ag|end)|mon?(tag|day)")
"""Words that begin as units of time do."""
_MAPPED = ipaddress.IPv6Network("::ffff:0:0/96")
_Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def read_window(reader: Reader, node: Node, what: str = "the window") -> int | None:
    """Return a window in milliseconds."""
    text = reader.written(node, what)
    if text is None:
        return None
    length = window(text)
    if length is None:
        reader.refuse(node, f"'{text}' is no window", window_hint(text) or _UNITS_OF_A_WINDOW)
    return length


def window_meant(text: str) -> str:
    """Return a window as it is written, where a text is one or can be told; nothing if it is none."""
    return text if window(text) is not None else window_hint(text).removeprefix("Write ")


def window_hint(text: str) -> str:
    """Return what to write for a time in another unit than those there are; nothing if it is none."""
    match = _LOOSE_WINDOW.fullmatch(text)
    if match is None:
        return ""
    number, word = int(match[1] or 1), match[2].lower()
    spelt = (unit for name, unit in _UNITS.items() if match[2] == unit or word.startswith(name))
    unit = next(spelt, "")
    if unit and number:
        return f"Write {number}{unit}"
    if _OTHER_DAYS.match(word):
        return ""
    days = number * next((days for name, days in _DAYS.items() if word.startswith(name)), 0)
    return f"Write {days}d" if 0 < days < 100_000 else ""


def read_last(reader: Reader, node: Node, word: str, zone: ZoneInfo | None) -> Window | None:
    """Return the argument of ``within_last``; with a timezone, of dates, which have no hours."""
    meant = window(window_meant(node.shown)) if zone is not None else None
    if meant is not None and meant % DAY_MS:
        message = f"'{node.value}' is no number of days, and a date has no hours"
        reader.refuse(node, message, "Write days: 7d")
        return None
    length = read_window(reader, node, f"'{word}'")
    if length is None:
        return None
    return Window(length, zone, str(node.value))


def read_days(reader: Reader, node: Node, zone: ZoneInfo) -> Weekdays | None:
    """Return one day of the week or several."""
    several = isinstance(node.value, list)
    before = len(reader.findings)
    nodes = reader.items(node, "'weekday'") if several else [node]
    found = [
        WEEKDAYS.index(day) for each in nodes if (day := _day(reader, each, several)) is not None
    ]
    if several and not nodes:
        reader.refuse(node, "'weekday' lists nothing", "List a day")
    if reader.refused_since(before):
        return None
    shown = [WEEKDAYS[day] for day in found]
    return Weekdays(frozenset(found), zone, f"[{', '.join(shown)}]" if several else shown[0])


def _day(reader: Reader, node: Node, several: bool) -> str | None:
    word, listed = node.value, IN_ENGLISH
    if days := days_meant(node):
        listed = f"Write {days}" if several else f"Write [{days}]"
    if not isinstance(word, str):
        reader.refuse(node, f"a day of the week must be a text, not {said(node)}", listed)
        return None
    if word in WEEKDAYS:
        return word
    meant = _weekday(word)
    hint = f"Write '{meant}'" if meant else did_you_mean(word, WEEKDAYS, otherwise=listed)
    reader.refuse(node, f"there is no day '{word}'", hint)
    return None


_WEEK = {
    **dict.fromkeys(("wochenende", "am wochenende", "weekend", "weekends"), "sa-so"),
    **dict.fromkeys(("werktag", "werktage", "werktags", "weekday", "weekdays"), "mo-fr"),
}


def days_meant(node: Node) -> str:
    """Return the days from one to another: of ``mo-fr``, ``{between: [monday, friday]}`` or such a list."""
    value = node.value
    if isinstance(value, dict) and "between" in value:
        value = value["between"].value.value
    if isinstance(value, list):
        text = "-".join(item.shown for item in value) if len(value) == 2 else ""
    else:
        text = str(value).lower()
    ends = span(_WEEK.get(text, text), _weekday)
    if ends is None:
        return ""
    first, last = map(WEEKDAYS.index, ends)
    return ", ".join(WEEKDAYS[(first + at) % 7] for at in range((last - first) % 7 + 1))


def _weekday(word: str) -> str:
    word = word.lower()
    return word if word in WEEKDAYS else OTHER_WEEKDAYS.get(word, "")


def read_times(reader: Reader, node: Node, zone: ZoneInfo) -> Times | None:
    """Return a span of the day: ``["22:00", "06:00"]``."""
    nodes = node.value
    if not isinstance(nodes, list) or len(nodes) != 2:
        said_of = f"needs two times, not {len(nodes)}" if isinstance(nodes, list) else ""
        ends = span(nodes, time_of_day) if isinstance(nodes, str) else None
        hint = f"Write {json.dumps(ends)}" if ends else _WHEN
        message = f"'time_between' {said_of or f'must be a list, not {said(node)}'}"
        reader.refuse(node, message, hint)
        return None
    start, end = [_minute(each) for each in nodes]
    if start is None or end is None:
        _refuse_times(reader, nodes)
        return None
    text = f"[{', '.join(f'{minute // 60:02}:{minute % 60:02}' for minute in (start, end))}]"
    if start == end:
        message = f"{text} is no span of the day: it ends when it begins"
        reader.refuse(node, message, "Leave it out for the whole day")
        return None
    return Times(start, end, zone, text)


def _minute(node: Node) -> int | None:
    match = _TIME.fullmatch(node.value) if isinstance(node.value, str) else None
    return int(match[1]) * 60 + int(match[2]) if match else None


def _refuse_times(reader: Reader, nodes: Sequence[Node]) -> None:
    """Refuse the times that are none; where both can be told, the hint shows the two together."""
    meant = [time_of_day(node.shown.strip()) for node in nodes]
    for node in nodes:
        if _minute(node) is None:
            shown = f"'{node.value}'" if isinstance(node.value, str) else said(node)
            hint = f"Write {json.dumps(meant)}" if all(meant) else _time_hint(node.shown.strip())
            reader.refuse(node, f"{shown} is no time of day", hint)


def _time_hint(text: str) -> str:
    if text in ("24", "24:00"):
        return "Write 00:00: that is when the next day begins"
    meant = time_of_day(text)
    return f"Write {meant}, to the minute" if meant else "Write hours and minutes, to 23:59: 06:00"


def read_networks(reader: Reader, node: Node) -> Networks | None:
    """Return one network or several, as ranges of addresses."""
    several = isinstance(node.value, list)
    before = len(reader.findings)
    nodes = reader.items(node, "'in_cidr'") if several else [node]
    found = [network for each in nodes if (network := _network(reader, each)) is not None]
    if several and not nodes:
        reader.refuse(node, "'in_cidr' lists nothing", "List a network: 10.0.0.0/8")
    if reader.refused_since(before):
        return None
    ranges = _apart(found)
    text = f"[{', '.join(map(str, found))}]" if several else str(found[0])
    return Networks(tuple(low for low, _ in ranges), tuple(high for _, high in ranges), text)


def _network(reader: Reader, node: Node) -> _Network | None:
    text = reader.text(node, "a network")
    if text is None:
        return None
    try:
        network = ipaddress.ip_network(text, strict=False)
        host = text.partition("/")[0]
        same = network.prefixlen == network.max_prefixlen or address(host) == address(
            str(network.network_address)
        )
        if same and re.fullmatch(r"[^/]+(/[0-9]{1,3})?", text):
            return _unmapped(network)
        hint = f"Write {network}"
        message = f"'{text}' is no network: it names an address within one"
        if same:
            message = f"'{text}' is no network as it is written here"
    except ValueError:
        message, hint = f"'{text}' is no network", _network_hint(text)
    reader.refuse(node, message, hint)
    return None


def _network_hint(text: str) -> str:
    """Return what is meant by an address whose end is stars, if that is what it is."""
    match = re.fullmatch(r"((?:[0-9]{1,3}\.){1,3})\*(?:\.\*)*", text)
    if match and all(int(part) < 256 for part in match[1].split(".") if part):
        parts = match[1].rstrip(".").split(".")
        return f"Write {'.'.join([*parts, '0', '0', '0'][:4])}/{8 * len(parts)}"
    return "Write an address and how many of its bits count: 10.0.0.0/8 or 2001:db8::/32"


def _unmapped(network: _Network) -> _Network:
    """Return a network of IPv4 addresses within IPv6 as one of IPv4, as their keys are."""
    if isinstance(network, ipaddress.IPv6Network) and network.subnet_of(_MAPPED):
        low = network.network_address.ipv4_mapped
        return ipaddress.IPv4Network((int(low or 0), network.prefixlen - 96))
    return network


_Range = tuple[tuple[int, int], tuple[int, int]]


def _apart(networks: list[_Network]) -> list[_Range]:
    """Return networks as ascending ranges that do not overlap."""
    found: list[_Range] = []
    for network in sorted(networks, key=lambda each: (each.version, int(each[0]), each.prefixlen)):
        low = (network.version, int(network.network_address))
        high = (network.version, int(network.broadcast_address))
        if not found or low > found[-1][1]:
            found.append((low, high))
    return found
