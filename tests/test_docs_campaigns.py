"""Every campaign that the reference shows can be copied as it stands."""

import pytest

from rules.loader import load
from test_docs_examples import RULES, SITE_YAML, demo_with, examples, findings

CAMPAIGNS = [each for each in examples(RULES, "yaml") if each.startswith("campaign:")]


@pytest.mark.parametrize("text", CAMPAIGNS, ids=lambda text: text.split()[1])
def test_a_campaign_of_the_reference_loads_in_the_demo_shop(text: str) -> None:
    assert findings(demo_with(**{"rules/shown.yaml": text})) == []


def test_they_load_together() -> None:
    assert len(CAMPAIGNS) > 1
    shown = {f"rules/shown-{number}.yaml": text for number, text in enumerate(CAMPAIGNS)}
    assert findings(demo_with(**shown)) == []


def test_the_fallback_of_the_reference_is_shown() -> None:
    site, slots = examples(SITE_YAML, "yaml")[:2]
    before, after = site.split("slots:\n", 1)
    rest = after[after.index("attributes:") :]
    files = {"site.yaml": before + slots + rest, "blocks/hero-default.html": "{{ discount }}"}
    loaded = load({path: text.encode() for path, text in files.items()})
    assert loaded.site is not None, loaded.findings
    fallback = loaded.site.slots["hero"].fallback
    assert fallback is not None and fallback.given == (("discount", "5", 5),)
