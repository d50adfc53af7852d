"""Loading again: what did not change is not read, and what comes of it is what a fresh load says."""

import pytest

from good_site import GOOD
from rules.campaign_file import CampaignFile
from rules.conditions import Context
from rules.decide import decide
from rules.loader import Loaded, load

TWO = b"campaign: two\nrules: [{id: other, slot: hero, show: {block: gold, with: {n: 2}}}]\n"
SEVERAL = {**GOOD, "rules/two.yaml": TWO, "blocks/blue.html": b"<b>{{ n }}</b>"}


def changed(path: str, old: str, new: str) -> dict[str, bytes]:
    """Return the site with one text of one file exchanged."""
    assert old.encode() in SEVERAL[path]
    return {**SEVERAL, path: SEVERAL[path].replace(old.encode(), new.encode(), 1)}


def without(path: str) -> dict[str, bytes]:
    return {other: content for other, content in SEVERAL.items() if other != path}


CHANGES: dict[str, tuple[dict[str, bytes], set[str]]] = {
    "nothing": (dict(SEVERAL), set()),
    "a rule": (changed("rules/two.yaml", "n: 2", "n: 3"), {"two"}),
    "a rule that is refused": (changed("rules/two.yaml", "slot: hero", "slot: herp"), {"two"}),
    "the consent": (changed("site.yaml", "revision: 1", "revision: 2"), set()),
    "an origin that is none": (changed("site.yaml", "https://shop", "shop"), {"one", "two"}),
    "a line more in the site file": (changed("site.yaml", "site:", "# mine\nsite:"), set()),
    "the values of an attribute": (changed("site.yaml", "silver]", "silver, blue]"), {"one", "two"}),
    "a name that has quotes now": (changed("site.yaml", "crm.tier: gold", 'crm.tier: "gold"'),
                                   {"one", "two"}),
    "the text of a block that rules show": (changed("blocks/gold.html", "<p>", "<p class=a>"), set()),
    "what a block shows": (
        changed("blocks/gold.html", "{{ n }}", "{{ n }}{{ attr['crm.tier'] }}"), {"one", "two"}),
    "a block that no rule shows": (changed("blocks/blue.html", "<b>", "<b class=a>"), set()),
    "a block that is refused": (changed("blocks/gold.html", "<p>", "<script>"), {"one", "two"}),
    "what a block is given": (changed("blocks/gold.html", "{{ n }}", "{{ m }}"), {"one", "two"}),
    "a translation": ({**SEVERAL, "blocks/gold.en.html": b"<p>en {{ n }}</p>"}, set()),
    "a file less": (without("rules/two.yaml"), set()),
    "a block less": (without("blocks/gold.html"), {"one", "two"}),
    "a block less that no rule shows": (without("blocks/blue.html"), set()),
    "no site file": (without("site.yaml"), {"one", "two"}),
    "a file that is not read": ({**SEVERAL, "rules/a.yml.txt": b"x"}, set()),
    "a name that is had": ({**SEVERAL, "rules/three.yaml": TWO}, {"two"}),
    "a file by another name": (
        {**without("rules/two.yaml"), "rules/zwei.yaml": TWO}, {"two"}),
}  # fmt: skip


def outcome(loaded: Loaded) -> tuple[object, ...]:
    """Return what a load came to, as something that is equal to that of another."""
    site = loaded.site
    if site is None:
        return (sorted(loaded.findings),)
    ranked = {
        slot: [(rule.id, repr(rule.condition), rule.purposes, rule.priority) for rule in rules]
        for slot, rules in site.rules.items()
    }
    shown = [
        each.show.block
        and site.blocks[each.show.block.name].render("en", each.show.given, {"crm.tier": "gold"})
        for rule in site.rules["hero"]
        for each in rule.variants
    ]
    return sorted(loaded.findings), ranked, shown, site.version, site.counters, site.reads


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The campaigns that are read, as they are."""
    found: list[str] = []
    reading = CampaignFile.read

    def noting(campaign: CampaignFile, node: object) -> object:
        rules = reading(campaign, node)  # type: ignore[arg-type]
        found.append(str(campaign.name and campaign.name.value))
        return rules

    monkeypatch.setattr("rules.loader.CampaignFile.read", noting)
    return found


@pytest.mark.parametrize("change", CHANGES)
def test_only_what_depends_on_a_change_is_read(change: str, read: list[str]) -> None:
    files, wanted = CHANGES[change]
    before = load(SEVERAL)
    read.clear()
    again = load(files, before)
    assert set(read) == wanted and len(read) == len(set(read))
    assert outcome(again) == outcome(load(files))


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_taken_back_is_what_it_was(change: str) -> None:
    files, _ = CHANGES[change]
    between = load(files, load(SEVERAL))
    assert outcome(load(SEVERAL, between)) == outcome(load(SEVERAL))


@pytest.mark.slow
@pytest.mark.parametrize("first", CHANGES)
@pytest.mark.parametrize("then", CHANGES)
def test_one_change_after_another(first: str, then: str) -> None:
    files = CHANGES[then][0]
    assert outcome(load(files, load(CHANGES[first][0]))) == outcome(load(files))


def test_an_unknown_block_that_comes_is_known(read: list[str]) -> None:
    missing = load(without("blocks/gold.html"))
    assert missing.site is None
    assert load(SEVERAL, missing).findings == load(SEVERAL).findings


def test_a_block_is_unused_until_a_rule_shows_it() -> None:
    unused, used = load(SEVERAL), changed("rules/two.yaml", "block: gold", "block: blue")
    assert [each.path for each in unused.findings] == ["blocks/blue.html"]
    assert load(used, unused).findings == []
    assert load(SEVERAL, load(used, unused)).findings == unused.findings


def test_the_hint_to_an_unknown_block_knows_the_newest_names() -> None:
    wrong = changed("rules/two.yaml", "block: gold", "block: bleu")
    before = load({path: wrong[path] for path in wrong if path != "blocks/blue.html"})
    assert "Did you mean" not in str(before.findings[0])
    assert "Did you mean 'blue'?" in str(load(wrong, before).findings[0])


def test_what_did_not_change_is_the_same_object() -> None:
    one = load(SEVERAL)
    other = load(changed("rules/two.yaml", "n: 2", "n: 3"), one)
    assert one.site is not None and other.site is not None
    same = {
        rule.id
        for rule in one.site.rules["hero"]
        if any(rule is each for each in other.site.rules["hero"])
    }
    assert same == {"first", "second", "third"}


def test_rules_that_are_all_as_they_were_are_not_indexed_again() -> None:
    one = load(SEVERAL)
    refused = load(changed("rules/two.yaml", "slot: hero", "slot: herp"), one)
    consent = load(changed("site.yaml", "revision: 1", "revision: 2"), refused)
    rule = load(changed("rules/two.yaml", "n: 2", "n: 3"), refused)
    assert one.site is not None and consent.site is not None and rule.site is not None
    assert consent.site.index is one.site.index and consent.site.version != one.site.version
    assert rule.site.index is not one.site.index


def test_another_text_of_a_block_changes_no_rule_and_shows_at_once() -> None:
    one = load(SEVERAL)
    other = load(changed("blocks/gold.html", "<p>", "<p class=a>"), one)
    assert one.site is not None and other.site is not None
    assert other.site.index is one.site.index and other.site.rules is one.site.rules
    shown = [
        decide(site, Context(0, {"crm.tier": "gold"}, frozenset({"personalization"}), {}))
        for site in (one.site, other.site)
    ]
    assert [each.decisions[0].html for each in shown] == ["<p>2</p>", '<p class="a">2</p>']


def test_the_site_that_was_loaded_before_is_as_it_was() -> None:
    one = load(SEVERAL)
    was = outcome(one)
    for files, _ in CHANGES.values():
        load(files, one)
    assert outcome(one) == was
