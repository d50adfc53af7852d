"""The consent section of site.yaml: what is accepted, and what each mistake is told."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from consent.policy import BadPolicy, Policy, Service, ServiceCookie, parse

CASES = yaml.safe_load((Path(__file__).parent / "cases/consent_policy.yaml").read_text("utf-8"))
GOOD: dict[str, Any] = {
    "revision": 3,
    "expires_days": 365,
    "regimes": {"default": "opt_in", "US": "opt_out"},
    "purposes": {"statistics": {}, "personalization": {}, "marketing": {}},
    "services": [
        {
            "name": "Tagwerk",
            "provider": "Demo Shop GmbH",
            "purpose": "personalization",
            "cookies": [{"name": "__Host-tw_visitor", "duration": "395d"}],
            "third_countries": ["US"],
            "privacy_url": "https://shop.example/privacy",
        }
    ],
    "privacy_url": "/privacy",
    "imprint_url": "https://shop.example/imprint",
}


def findings(section: dict[str, Any]) -> list[tuple[str, str, str]]:
    try:
        parse(section)
    except BadPolicy as bad:
        return [(".".join(map(str, p.path)), p.message, p.hint) for p in bad.problems]
    return []


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_policy(case: dict[str, Any]) -> None:
    section = {k: v for k, v in {**GOOD, **case["input"]}.items() if v is not None}
    found = findings(section)
    assert [path for path, _, _ in found] == [path for path, _, _ in case["expected"]]
    for (_, message, hint), (_, in_message, in_hint) in zip(found, case["expected"], strict=True):
        assert in_message in message
        assert in_hint in hint


def test_the_good_section_is_read_whole() -> None:
    assert parse(GOOD) == Policy(
        revision=3,
        purposes=("statistics", "personalization", "marketing"),
        services=(
            Service(
                name="Tagwerk",
                provider="Demo Shop GmbH",
                purpose="personalization",
                cookies=(ServiceCookie("__Host-tw_visitor", "395d"),),
                third_countries=("US",),
                privacy_url="https://shop.example/privacy",
            ),
        ),
        regimes={"default": "opt_in", "US": "opt_out"},
        expires_days=365,
        privacy_url="/privacy",
        imprint_url="https://shop.example/imprint",
    )


def test_a_country_without_a_regime_of_its_own_needs_a_yes() -> None:
    assert parse({"revision": 1}).regimes == {"default": "opt_in"}


def test_the_error_names_every_place() -> None:
    with pytest.raises(BadPolicy, match=r"consent\.revision: .*; consent\.expires_days: "):
        parse({"expires_days": 0})


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.integers(), inner),
    max_leaves=8,
)


LONG = 10**5000  # more digits than Python writes


@example({"revision": LONG, "regimes": {"AT": LONG}, "privacy_url": LONG, "imprint_url": -LONG})
@given(st.dictionaries(st.sampled_from(list(GOOD)) | st.text(), values))
def test_no_section_raises_anything_else(section: dict[str, Any]) -> None:
    findings(section)
