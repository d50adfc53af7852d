"""The words of messages: what people write for a key, and what is told of it."""

from zoneinfo import ZoneInfo

import pytest

from good_site import GOOD
from rules.arguments import Weekdays
from rules.attributes import BUILT_IN
from rules.conditions import Compare, Context
from rules.key_words import KEYS
from rules.loader import load
from rules.operators import key_of
from rules.other_words import OTHER_IN_CONDITIONS, OTHER_KEYS, spelt
from rules.values import FALSE
from rules.why_words import compared


def test_other_words_lead_to_keys_and_are_none() -> None:
    assert OTHER_KEYS.keys() <= {key for keys in KEYS.values() for key in keys}
    words = [(key, word) for key, others in OTHER_KEYS.items() for word in others.split()]
    assert all(word != key and spelt(word) == word for key, word in words)
    assert OTHER_IN_CONDITIONS.keys() == set(map(spelt, OTHER_IN_CONDITIONS))
    assert set(OTHER_IN_CONDITIONS.values()) <= KEYS["condition"].keys() | BUILT_IN.keys()


@pytest.mark.parametrize(
    ("word", "wanted"),
    [("startsWith", "starts_with"), ("Beginnt mit", "beginnt_mit"), ("GRÖSSER", "groesser")],
)
def test_a_word_is_spelt_as_the_tables_spell_it(word: str, wanted: str) -> None:
    assert spelt(word) == wanted


def test_a_moment_is_told_on_the_clocks_of_the_campaign() -> None:
    days = Weekdays(frozenset({4}), ZoneInfo("Europe/Berlin"), "friday")
    key = key_of("weekday", "datetime")
    condition = Compare("crm.last", None, "weekday", days, None, key)
    context = Context(0, {"crm.last": "2026-04-10T23:30Z"}, frozenset())
    assert condition.evaluate(context) is FALSE
    why, _ = compared(condition, context, FALSE)
    assert why == "it is saturday, 2026-04-11 01:30 in Europe/Berlin"


def groups(**named: str) -> list[str]:
    """Load campaigns, each by its file's name with a line of its own; return the findings."""
    rule = "rules: [{{id: {name}, slot: hero, when: {{utm.term: {name}}}, show: {{action: hide}}}}]"
    campaigns = {
        f"rules/{name}.yaml": f"campaign: {name}\n{line}\n{rule.format(name=name)}\n".encode()
        for name, line in named.items()
    }
    site = load({"site.yaml": GOOD["site.yaml"], **campaigns})
    assert (site.site is None) == any(each.severity == "error" for each in site.findings)
    return [str(each) for each in sorted(site.findings)]


ALONE = "Write it in another campaign as well, or remove 'exclusive': alone it changes nothing."


@pytest.mark.parametrize(
    ("named", "wanted"),
    [
        ({"a": "exclusive: top banner", "b": "exclusive: top banner"}, []),
        ({"a": "exclusive: x", "b": "enabled: true"}, [("a", "x", ALONE)]),
        (
            {"a": "exclusive: overlays", "b": "exclusive: overlays", "c": "exclusive: overlay"},
            [("c", "overlay", "Did you mean 'overlays'?")],
        ),
        (
            {"a": "exclusive: overlays", "b": "exclusive: Overlays"},
            [
                ("a", "overlays", ALONE),
                ("b", "Overlays", "Capitals count: write 'overlays'."),
            ],
        ),
        (
            {"a": "exclusive: leisten", "b": "exclusive: leiste"},
            [("a", "leisten", ALONE), ("b", "leiste", "Did you mean 'leisten'?")],
        ),
        (
            {"a": "exclusive: leiste", "b": "exclusive: leisten", "c": "exclusive: leisten"},
            [("a", "leiste", "Did you mean 'leisten'?")],
        ),
    ],
)
def test_a_group_of_one_campaign_is_a_warning(
    named: dict[str, str], wanted: list[tuple[str, str, str]]
) -> None:
    assert groups(**named) == [
        f"rules/{file}.yaml:2:12: warning: only this campaign is in group '{group}'. {hint}"
        for file, group, hint in wanted
    ]


def test_a_group_may_have_another_campaign_in_a_file_that_cannot_be_read() -> None:
    assert [each[:20] for each in groups(a="exclusive: x", b="exclusive x")] == [
        "rules/b.yaml:2:1: er"
    ]


def test_of_many_groups_none_is_looked_for() -> None:
    many = {f"c{number}": f"exclusive: group-{number}" for number in range(101)}
    assert all(each.endswith(ALONE) for each in groups(**many))


def test_a_mistake_of_a_block_is_told_where_the_block_has_it_now() -> None:
    bad = b'<p>{{ n }} {{ attr["crm.teir"] }}</p>'
    first = load({**GOOD, "blocks/gold.html": bad})
    later = load({**GOOD, "blocks/gold.html": b"<!-- new -->\n" + bad}, first)
    assert [str(each)[:23] for each in (*first.findings, *later.findings)] == [
        "blocks/gold.html:1:21: ",
        "blocks/gold.html:2:21: ",
    ]
    assert load(GOOD, later).findings == []


def test_a_block_that_cannot_be_read_is_all_that_is_said() -> None:
    """Its variant is missing from the split, whose weights are right."""
    split = b"split: [{weight: 50, action: hide}, {weight: 50, block: gold, with: {n: 1}}]"
    old = b"split: [{weight: 50, action: hide}, {weight: 50, variant: b, action: hide}]"
    assert old in GOOD["rules/one.yaml"]
    rules = GOOD["rules/one.yaml"].replace(old, split)
    site = load({**GOOD, "rules/one.yaml": rules, "blocks/gold.html": b"<p>{{ n </p>"})
    assert [each.path for each in site.findings] == ["blocks/gold.html"]


@pytest.mark.parametrize("name", ["weekday", "of"])
def test_a_property_may_be_called_as_a_word_beside_it(name: str) -> None:
    """``last: {weekday: monday}`` asks when the event was, and not for that property of it."""
    site = GOOD["site.yaml"].replace(b"day: date", f"{name}: number".encode())
    asked = {"weekday": "last: {weekday: monday}", "of": "sum: {of: of, gte: 3}"}[name]
    rules = GOOD["rules/one.yaml"].replace(b"count: {gte: 3}", asked.encode())
    assert load({**GOOD, "site.yaml": site, "rules/one.yaml": rules}).findings == []
    wrong = rules.replace(asked.encode(), b"sum: {of: value}")
    (said,) = load({**GOOD, "site.yaml": site, "rules/one.yaml": wrong}).findings
    assert said.message == "sum is compared with nothing"
