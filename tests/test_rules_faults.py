"""A fault of ours in the search for what never holds or never wins costs that finding, never a site."""

import msgspec

from good_site import GOOD
from rules.campaign_file import CampaignFile
from rules.condition_parser import Vocabulary
from rules.conditions import Condition
from rules.counter import Property
from rules.index.rule_index import RuleIndex
from rules.loader import load
from rules.model import Attribute
from rules.never_wins import Indexed, refuse_beaten
from rules.past_events import EventValue
from rules.reader import Reader
from rules.source import read
from test_rules_index import CRM, compare, rule
from test_rules_never_wins import anything, campaign


def newest(least: object) -> Condition:
    """Return the condition of a last value of so much, also of what is no number."""
    return EventValue("views", CRM, None, (("gte", least),), False, Property("value", "number"))


def test_a_rule_that_cannot_be_compared_costs_no_other_finding() -> None:
    conditions = [
        compare("tier", CRM, "exists", True),
        newest(10),
        newest("much"),
        compare("tier", CRM, "equals", "gold"),
    ]
    ranked = {"hero": tuple(rule(f"low-{n}", each) for n, each in enumerate(conditions))}
    parts = load({**GOOD, "rules/low.yaml": campaign("low", *["{utm.source: x}"] * 4)}).campaigns
    reader = Reader()
    refuse_beaten(reader, Indexed(ranked, RuleIndex(ranked)), anything, parts.values(), None)
    warned, refused = reader.findings
    assert (warned.line, warned.severity) == (5, "warning") and "(TypeError)" in warned.message
    assert refused.line == 6 and refused.message.startswith("rule 'low-3' never wins: 'low-0'")


def test_comparisons_that_cannot_be_looked_at_together_hold_as_they_are_written() -> None:
    when = "{all: [{crm.x: {contains: a}}, {crm.x: {contains: b}}]}"
    wrong = Attribute("crm.x", "string", CRM, values=("a", "b", 7))
    reader, names = Reader(), Vocabulary({"crm.x": wrong}, {})
    file = CampaignFile(reader, names, ["hero"], {})
    (rule,) = file.read(read(campaign("one", when), "rules/one.yaml")[0])
    (warned,) = reader.findings
    assert (rule.id, warned.severity, warned.line) == ("one-0", "warning", 3)


def test_a_search_that_cannot_begin_costs_no_site() -> None:
    before = load(GOOD)
    wrong = msgspec.structs.replace(before.site, rules={"hero": 7})
    edited = {**GOOD, "rules/low.yaml": campaign("low", "{utm.source: x}")}
    loaded = load(edited, before._replace(newest=wrong))
    (warned,) = loaded.findings
    assert loaded.site is not None and (warned.path, warned.severity) == ("site.yaml", "warning")
