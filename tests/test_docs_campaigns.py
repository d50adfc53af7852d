"""Every campaign that the reference shows can be copied as it stands."""

import re

import pytest

from rules.campaign_file import CAMPAIGN_KEYS, RULE_KEYS
from rules.condition_words import GROUPS
from rules.event_reader import EVENT_CONDITION_KEYS
from rules.loader import load
from rules.schedule_reader import SCHEDULE_KEYS
from rules.show_reader import ACTIONS, VARIANT_KEYS
from rules.site_file import ATTRIBUTE_KEYS, EVENT_KEYS, SITE_KEYS, SLOT_KEYS
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


def test_every_key_and_action_stands_in_an_example_that_loads() -> None:
    shown = "\n".join([*CAMPAIGNS, *examples(SITE_YAML, "yaml")])
    keys = {*SITE_KEYS, *SLOT_KEYS, *ATTRIBUTE_KEYS, *EVENT_KEYS, *CAMPAIGN_KEYS, *RULE_KEYS}
    keys |= {*SCHEDULE_KEYS, *VARIANT_KEYS, *GROUPS, *EVENT_CONDITION_KEYS, "audience"}
    assert [key for key in sorted(keys) if not re.search(rf"(?<![\w.-]){key}: ?", shown)] == []
    assert [each for each in ACTIONS if f"action: {each}," not in shown + ","] == ["hide"]
    assert "action: hide}" in shown
