"""Whatever stands behind an operator is compared with, or told: no argument is a fault of ours."""

import json
from collections.abc import Iterable

import pytest

from rules.loader import load
from rules.operators import OPERATORS
from rules.values import TYPES

pytestmark = pytest.mark.slow
ODD: tuple[object, ...] = (
    None, "", "x", 0, 7, -1.5, 10**17, True, [], {}, [None], [[]], [{}], [1, 2], ["a"], ["a", "b"], [True, 1],
    {"x": 1}, {"from": 1}, {"from": [1, 2]}, {"from": [1, "x"], "lt": 3}, {"from": [1, 2], "lt": "x"},
    {"from": [1, 2], "between": 5}, {"from": [1, 2], "between": [1, "x"]}, {"lt": 3}, {"from": {}, "lt": {}},
    "10.0.0.0/8", "10.0.0.0/99", "1.2.3.4.5", "2026-09-01", "2026-09-01T18:00", "2026-99-99", ["22:00", "06:00"],
    ["06:00", 6], [["06:00"], "x"], "7d", "7", "monday", ["monday", 1], "48,11", "١٢", "\u0000", "a" * 2000, "(",
    ["2026-09-01", "14"], ["14", "2026-09-01"], [1, "1"], ["14", 14], "„a“", "*", "/*",
)  # fmt: skip
ATTRIBUTES = [f"a.{kind}: {{type: {kind}, source: crm, purpose: marketing}}" for kind in TYPES]
SITE = f"""
site: test
origins: ["https://shop.example"]
languages: [de]
consent: {{revision: 1}}
slots: {{hero: {{}}}}
attributes: {{{", ".join(ATTRIBUTES)}}}
"""
BUILT_IN = ("page.path", "page.url", "page.referrer", "device.os", "geo.country", "languages", "time.now",
            "time.date", "time.hour", "client.ip", "geo.location", "device.os_version")  # fmt: skip


def said(name: str, comparisons: Iterable[object]) -> list[str]:
    """Return what rules are told that compare an attribute so."""
    rules = [
        {"id": f"r{n}", "slot": "hero", "when": {name: each}, "show": {"action": "hide"}}
        for n, each in enumerate(comparisons)
    ]
    campaign = json.dumps({"campaign": "c", "rules": rules}).encode()
    loaded = load({"site.yaml": SITE.encode(), "rules/c.yaml": campaign})
    found = [str(each) for each in loaded.findings]
    assert (loaded.site is None) is bool(found)
    return found


@pytest.mark.parametrize("name", [*(f"a.{kind}" for kind in TYPES), *BUILT_IN])
def test_no_argument_is_a_fault(name: str) -> None:
    for word in OPERATORS:
        lines = said(name, [*ODD, *({word: odd} for odd in ODD)])
        assert len(lines) > 20
        for line in lines:
            assert line.startswith("rules/c.yaml:1:") and "fault" not in line
            assert "None" not in line.partition("error: ")[2]


@pytest.mark.parametrize("name", ["a.number", "a.version", "a.datetime", "a.date"])
def test_no_two_arguments_are_a_fault(name: str) -> None:
    for one, other in (("gt", "lt"), ("after", "before"), ("between", "lte"), ("equals", "gte"),
                       ("within_last", "not_within_last"), ("in", "not_in")):  # fmt: skip
        lines = said(name, [{one: odd, other: odd} for odd in ODD])
        assert lines and not any("fault" in line for line in lines)
