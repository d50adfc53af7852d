"""Devices: a table of what browsers send, and what unseen headers may cost."""

import subprocess
import sys
import time
from collections.abc import Iterable

import pytest
import user_agents
from hypothesis import given
from hypothesis import strategies as st
from ua_parser_builtins.matchers import MATCHERS

from edge import device
from rules.attributes import BUILT_IN
from rules.values import fits

WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"
SAFARI = "AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1"
DEVICES = [
    (
        "Chrome on Windows",
        f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {WEBKIT} Chrome/140.0.0.0 Safari/537.36",
        ("desktop", "Windows", "Chrome", "10", "140.0.0.0"),
    ),
    (
        "Edge on Windows",
        f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {WEBKIT} Chrome/140.0.0.0 "
        "Safari/537.36 Edg/140.0.0.0",
        ("desktop", "Windows", "Edge", "10", "140.0.0.0"),
    ),
    (
        "Chromium on Linux",
        f"Mozilla/5.0 (X11; Linux x86_64) {WEBKIT} Chrome/156.0.0.0 Safari/537.36",
        ("desktop", "Linux", "Chrome", "", "156.0.0.0"),
    ),
    (
        "Chrome on ChromeOS",
        f"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) {WEBKIT} Chrome/140.0.0.0 Safari/537.36",
        ("desktop", "Chrome OS", "Chrome", "14541.0.0", "140.0.0.0"),
    ),
    (
        "Safari on a Mac",
        f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {SAFARI} Safari/605.1.15",
        ("desktop", "Mac OS X", "Safari", "10.15.7", "18.1"),
    ),
    (
        "Firefox on Ubuntu",
        "Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0",
        ("desktop", "Ubuntu", "Firefox", "", "143.0"),
    ),
    (
        "Safari on an iPhone",
        f"Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) {SAFARI} "
        "Mobile/15E148 Safari/604.1",
        ("mobile", "iOS", "Mobile Safari", "18.1", "18.1"),
    ),
    (
        "Chrome on an iPhone",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 "
        "(KHTML, like Gecko) CriOS/140.0.0.0 Mobile/15E148 Safari/604.1",
        ("mobile", "iOS", "Chrome Mobile iOS", "18.1", "140.0.0.0"),
    ),
    (
        "Chrome on an Android phone",
        f"Mozilla/5.0 (Linux; Android 10; K) {WEBKIT} Chrome/140.0.0.0 Mobile Safari/537.36",
        ("mobile", "Android", "Chrome Mobile", "10", "140.0.0.0"),
    ),
    (
        "Firefox on an Android phone",
        "Mozilla/5.0 (Android 15; Mobile; rv:143.0) Gecko/143.0 Firefox/143.0",
        ("mobile", "Android", "Firefox Mobile", "15", "143.0"),
    ),
    (
        "Samsung Internet",
        f"Mozilla/5.0 (Linux; Android 14; SAMSUNG SM-S921B) {WEBKIT} "
        "SamsungBrowser/25.0 Chrome/121.0.0.0 Mobile Safari/537.36",
        ("mobile", "Android", "Samsung Internet", "14", "25.0"),
    ),
    (
        "Safari on an iPad",
        f"Mozilla/5.0 (iPad; CPU OS 17_7 like Mac OS X) {SAFARI} Mobile/15E148 Safari/604.1",
        ("tablet", "iOS", "Mobile Safari", "17.7", "18.1"),
    ),
    (
        "Chrome on an Android tablet",
        f"Mozilla/5.0 (Linux; Android 14; SM-X710) {WEBKIT} Chrome/140.0.0.0 Safari/537.36",
        ("tablet", "Android", "Chrome", "14", "140.0.0.0"),
    ),
    (
        "a Kindle Fire",
        f"Mozilla/5.0 (Linux; Android 9; KFMAWI) {WEBKIT} Silk/120.0 like Chrome/120.0 "
        "Safari/537.36",
        ("tablet", "Android", "Amazon Silk", "9", "120.0"),
    ),
    (
        "Googlebot",
        "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
        ("bot", "Other", "Googlebot", "", "2.1"),
    ),
    (
        "Googlebot as a phone",
        f"Mozilla/5.0 (Linux; Android 6.0.1; Nexus 5X Build/MMB29P) {WEBKIT} Chrome/140.0.0.0 "
        "Mobile Safari/537.36 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
        ("bot", "Android", "Googlebot", "6.0.1", "2.1"),
    ),
    (
        "Bingbot",
        "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
        ("bot", "Other", "bingbot", "", "2.0"),
    ),
    (
        "Chrome on Windows XP",
        f"Mozilla/5.0 (Windows NT 5.1) {WEBKIT} Chrome/49.0.2623.112 Safari/537.36",
        ("desktop", "Windows", "Chrome", "", "49.0.2623.112"),
    ),
    ("nothing", "", ("desktop", "Other", "Other", "", "")),
    ("nonsense", "\x00\xff" * 50, ("desktop", "Other", "Other", "", "")),
]


@pytest.mark.parametrize(
    ("header", "expected"), [r[1:] for r in DEVICES], ids=[r[0] for r in DEVICES]
)
def test_device(header: str, expected: tuple[str, ...]) -> None:
    known = device.facts(header)
    assert tuple([known.get(name, "") for name in device.NAMES]) == expected


@pytest.mark.parametrize("header", [r[1] for r in DEVICES], ids=[r[0] for r in DEVICES])
def test_the_classes_are_those_of_the_library(header: str) -> None:
    known = user_agents.parse(header)
    facts = device.facts(header)
    assert (facts["device.os"], facts["device.browser"]) == (known.os.family, known.browser.family)
    assert known.is_bot is (facts["device.type"] == "bot")
    assert (known.is_tablet and not known.is_bot) is (facts["device.type"] == "tablet")


@pytest.mark.parametrize(("name", "kind"), [("device.browser", 0), ("device.os", 1)])
def test_what_rules_are_told_to_write_is_what_the_library_says(name: str, kind: int) -> None:
    families = {matcher.family for matcher in MATCHERS[kind] if matcher.family}
    patterns = "".join(matcher.pattern.pattern for matcher in MATCHERS[kind])
    for word, meant in BUILT_IN[name].other_words.items():
        assert meant in families or meant in patterns
        assert {family for family in families if family.lower() == word} <= {meant}


@given(st.text(alphabet=st.characters(codec="latin-1"), max_size=600))
def test_any_header_is_some_device(header: str) -> None:
    found = device.facts(header)
    assert found["device.type"] in ("mobile", "tablet", "desktop", "bot")
    assert all(fits(each, "version") for name, each in found.items() if name.endswith("_version"))


def test_only_the_beginning_is_looked_at() -> None:
    filler = "x" * device.LONGEST
    assert device.facts(filler + "Googlebot/2.1") == device.facts(filler)
    assert device.facts("Googlebot/2.1 " + filler)["device.type"] == "bot"


def unseen(run: str, count: int) -> Iterable[str]:
    start = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko)"
    return (f"{start} Chrome/{n}.0.{run} Mobile Safari/537.36" for n in range(count))


def test_an_unseen_header_costs_less_than_100_microseconds() -> None:
    device.warm_up()
    best = 1.0
    for run in range(5):
        headers = list(unseen(str(run), 200))
        start = time.perf_counter()
        for header in headers:
            device.facts(header)
        best = min(best, (time.perf_counter() - start) / len(headers))
    assert best < 100e-6


@pytest.mark.slow
def test_headers_without_end_do_not_fill_the_memory() -> None:
    for header in unseen("9", device.CACHED + 500):
        device.facts(header)
    assert device._facts.cache_info().currsize <= device.CACHED


@pytest.mark.slow
def test_the_patterns_are_loaded_at_start_and_not_by_the_first_visitor() -> None:
    code = (
        "import time; from edge import device; device.warm_up(); start = time.perf_counter();"
        "device.facts('Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0');"
        "print(time.perf_counter() - start)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert float(done.stdout) < 0.03
