"""Decisions: reasons, order, splits and holdouts; the same input gives the same bytes."""

from collections import Counter
from typing import Any

import msgspec
import pytest
from jinja2.defaults import DEFAULT_NAMESPACE

from rules.blocks import BadRender, compile_block, frozen
from rules.bucketing import pick
from rules.conditions import Context
from rules.decide import Decision, Reason, decide
from rules.loader import load
from rules.model import Show, Site, Variant

NOW = 1_790_000_000_000
GRANTED = frozenset({"necessary", "personalization"})
SITE = b"""
site: test
origins: ["https://shop.example"]
languages: [de, en]
consent: {revision: 1}
slots: {hero: {}, strip: {}, empty: {}}
attributes:
  crm.tier: {type: string, source: crm, purpose: personalization}
  crm.name: {type: string, source: crm, purpose: personalization}
"""
RULES = b"""
campaign: main
rules:
  - {id: low, slot: hero, priority: 1, when: {page.path: /}, show: {action: setText, text: low}}
  - {id: gold, slot: hero, priority: 9, when: {crm.tier: gold}, show: {block: gold, with: {n: 1}}}
  - {id: test, slot: strip, split: [{weight: 50, block: a}, {weight: 50, variant: b, action: hide}]}
"""
FILES = {
    "site.yaml": SITE,
    "rules/main.yaml": RULES,
    "blocks/gold.html": b"<b>{{ attr['crm.name'] }} {{ n }}</b>",
    "blocks/a.html": b"<i>Hallo</i>",
    "blocks/a.en.html": b"<i>Hello</i>",
}


def site(**files: bytes) -> Site:
    """Return the test's site, with files replaced by their name without folder and ending."""
    paths = {"rules": "rules/main.yaml", "gold": "blocks/gold.html", "site": "site.yaml"}
    loaded = load({**FILES, **{paths[name]: content for name, content in files.items()}})
    assert loaded.site is not None, loaded.findings
    return loaded.site


def one(made: Site, slot: str = "hero", **context: Any) -> Decision:
    """Return the decision of one slot."""
    facts = {"page.path": "/", "page.language": "de", **context.pop("facts", {})}
    given = {"now": NOW, "granted": GRANTED, "unit": "visitor", **context}
    decided = decide(made, Context(facts=facts, **given), [slot])
    return decided.decisions[0]


GOLD = {"crm.tier": "gold", "crm.name": "Anna"}


def test_the_highest_priority_that_matches_wins() -> None:
    decision = one(site(), facts=GOLD)
    assert (decision.reason, decision.rule, decision.html) == (
        Reason.MATCH,
        "gold",
        "<b>Anna 1</b>",
    )


def test_the_next_one_wins_where_the_first_does_not_match() -> None:
    decision = one(site(), facts={"crm.tier": "silver"})
    assert (decision.rule, decision.action, decision.text) == ("low", "setText", "low")


def test_consent_hides_a_rule_and_another_still_matches() -> None:
    assert one(site(), granted=frozenset(), facts=GOLD).rule == "low"


def test_consent_required_is_said_where_nothing_else_matches() -> None:
    decision = one(site(), granted=frozenset(), facts={**GOLD, "page.path": "/x"})
    assert (decision.reason, decision.action) == (Reason.CONSENT_REQUIRED, "none")
    assert decision.html is None


def test_what_consent_hides_is_not_called_required_if_another_part_is_false() -> None:
    when = b"{crm.tier: gold, page.path: /y}"
    rules = b"campaign: c\nrules: [{id: r, slot: hero, show: {action: hide}, when: %b}]" % when
    assert one(site(rules=rules), granted=frozenset()).reason is Reason.DEFAULT


def test_no_rule_matches() -> None:
    assert one(site(), facts={"page.path": "/x"}).reason is Reason.DEFAULT


def test_a_slot_without_rules() -> None:
    assert one(site(), "empty").reason is Reason.DEFAULT


@pytest.mark.parametrize(
    "line",
    [
        b"enabled: false",
        b"schedule: {until: 2026-09-01}",
        b"schedule: {from: 2027-01-01}",
    ],
)
def test_a_campaign_that_does_not_run(line: bytes) -> None:
    rules = b"campaign: c\n%b\nrules: [{id: r, slot: hero, show: {action: hide}}]" % line
    assert one(site(rules=rules)).reason is Reason.DISABLED


def test_a_schedule_is_in_the_campaigns_timezone() -> None:
    rules = b"""campaign: c
schedule: {from: 2026-10-25, until: 2026-10-26, timezone: Europe/Berlin}
rules: [{id: r, slot: hero, show: {action: hide}}]"""
    made = site(rules=rules)
    begins, ends = 1_792_879_200_000, 1_792_969_200_000  # 22:00 and, an hour more that night, 23:00
    reasons = [one(made, now=now).reason for now in (begins - 1, begins, ends - 1, ends)]
    assert reasons == ["DISABLED", "MATCH", "MATCH", "DISABLED"]


def test_a_block_that_cannot_be_rendered_shows_the_default() -> None:
    made = site()
    facts = {"page.path": "/", "crm.tier": "gold"}
    decided = decide(made, Context(NOW, facts, GRANTED), ["hero"])
    assert decided.decisions[0].reason is Reason.ERROR
    assert decided.decisions[0].action == "none"
    assert "crm.name" in decided.errors[0]


def test_a_rule_that_fails_takes_down_no_other_slot() -> None:
    known = SITE.replace(b"crm.tier: {type: string", b"crm.tier: {type: number")
    rules = b"""campaign: c
rules:
  - {id: tier, slot: hero, when: {crm.tier: {gte: 3}}, show: {action: hide}}
  - {id: more, slot: strip, show: {action: hide}}
"""
    made = site(site=known, rules=rules)
    facts = {"page.language": "de", "crm.tier": "gold"}  # from before it was a number
    decided = decide(made, Context(NOW, facts, GRANTED, {}, "visitor"), ["hero", "strip"])
    hero, strip = decided.decisions
    assert (hero.reason, hero.rule, hero.action) == (Reason.ERROR, "tier", "none")
    assert (strip.reason, strip.rule) == (Reason.MATCH, "more")
    assert decided.errors == ("rule 'tier': TypeError",)


def test_what_a_visitor_is_known_by_is_in_no_error() -> None:
    show = b"show: {block: gold, with: {n: 1}}"
    made = site(rules=b"campaign: c\nrules: [{id: r, slot: hero, %b}]" % show)
    facts = {"page.language": "de", "crm.name": "Anna\udcff"}  # no sanitiser reads it
    decided = decide(made, Context(NOW, facts, GRANTED), ["hero"])
    assert decided.decisions[0].reason is Reason.ERROR
    assert decided.errors == ("rule 'r': UnicodeEncodeError",)


def test_a_block_speaks_the_language_of_the_page() -> None:
    units = (str(number) for number in range(100))
    unit = next(u for u in units if one(site(), "strip", unit=u).variant == "a")
    made = site()
    said = {"de": "<i>Hallo</i>", "en": "<i>Hello</i>"}
    for language in ("de", "en", "de", "en"):
        assert (
            one(made, "strip", unit=unit, facts={"page.language": language}).html == said[language]
        )


def test_what_is_shown_to_one_visitor_is_not_shown_to_the_next() -> None:
    made = site()
    for name in ("Anna", "Jonas", "Anna"):
        decision = one(made, unit=name, facts={**GOLD, "crm.name": name})
        assert decision.html == f"<b>{name} 1</b>"
    assert len({one(made, unit=name).id for name in ("Anna", "Jonas")}) == 2


def test_values_are_escaped_and_the_result_is_sanitised() -> None:
    evil = "<img src=x onerror=alert(1)><script>alert(1)</script>"
    html = one(site(), facts={**GOLD, "crm.name": evil}).html
    assert html is not None and "<img" not in html and "<script" not in html


def test_values_that_are_equal_but_written_otherwise_are_not_mixed_up() -> None:
    made = site(gold=b"{{ n }} {{ attr['crm.name'] }}")
    block = made.blocks["gold"]
    name = {"crm.name": "x"}
    said = [block.render("", frozen({"n": n}), name) for n in (1, True, 1.0, 0.0, -0.0, False)]
    assert said == ["1 x", "True x", "1.0 x", "0.0 x", "-0.0 x", "False x"]
    said = [block.render("", frozen({"n": 1}), {"crm.name": known}) for known in (1, True, 1.0)]
    assert said == ["1 1", "1 True", "1 1.0"]


def test_a_list_is_shown_as_people_write_one() -> None:
    block, _ = compile_block("b", {"": ("b.html", "{{ attr['crm.likes'] }}")})
    assert block is not None
    assert block.render("", (), {"crm.likes": ("shoes", "<b>bags</b>")}) == (
        "shoes, &lt;b&gt;bags&lt;/b&gt;"
    )


def test_an_attribute_called_like_a_method_is_not_the_method() -> None:
    known = SITE.replace(b"crm.name:", b"items:")
    made = site(site=known, gold=b"{{ attr['items'] }}{{ n }}")
    assert one(made, facts={"crm.tier": "gold"}).reason is Reason.ERROR
    assert one(made, facts={"crm.tier": "gold", "items": "x"}).html == "x1"


@pytest.mark.parametrize(
    "name", ["loop", "caller", "varargs", "kwargs", "super", *DEFAULT_NAMESPACE]
)
def test_a_word_of_other_templates_is_a_plain_value(name: str) -> None:
    source = f"<b>{{{{ {name} }}}}</b>"
    block, findings = compile_block("b", {"": ("b.html", source)})
    assert findings == [] and block is not None
    assert block.outline.variables == {name}
    assert block.render("de", frozen({name: 1}), {}) == "<b>1</b>"
    with pytest.raises(BadRender):
        block.render("de", frozen({}), {})


def test_a_link_made_of_a_value_cannot_run() -> None:
    made = site(gold=b"<a href=\"{{ attr['crm.name'] }}\">x</a>{{ n }}")
    assert one(made, facts={**GOLD, "crm.name": "javascript:alert(1)"}).html == "<a>x</a>1"


@pytest.mark.parametrize(
    "candidates", ["javascript:alert(1)", "/a 1x, JavaScript:alert(1) 2x", "/a 1x,data:text/html,x"]
)
def test_a_srcset_made_of_a_value_cannot_run(candidates: str) -> None:
    made = site(gold=b"<img srcset=\"{{ attr['crm.name'] }}\">{{ n }}")
    assert one(made, facts={**GOLD, "crm.name": candidates}).html == "<img>1"


def test_a_srcset_of_addresses_is_kept() -> None:
    made = site(gold=b'<img srcset="/a?t=1:2 1x, https://a.example/b.jpg 2x, c.jpg 3x">{{ n }}')
    html = one(made, facts={**GOLD}).html
    assert html == '<img srcset="/a?t=1:2 1x, https://a.example/b.jpg 2x, c.jpg 3x">1'


def test_a_split_needs_the_grant_and_says_so() -> None:
    assert one(site(), "strip", granted=frozenset(), unit=None).reason is Reason.CONSENT_REQUIRED
    known = frozenset({"necessary", "statistics"})  # an ID is there, but not for this
    assert one(site(), "strip", granted=known, unit="v").reason is Reason.CONSENT_REQUIRED


def test_nobody_unknown_is_dealt_a_variant() -> None:
    decision = one(site(), "strip", unit=None)
    assert (decision.reason, decision.rule, decision.variant) == (
        Reason.CONSENT_REQUIRED,
        "test",
        None,
    )


def test_a_split_is_sticky_and_deals_by_weight() -> None:
    made = site()
    dealt = Counter(one(made, "strip", unit=f"v{number}").variant for number in range(2000))
    assert dealt.keys() == {"a", "b"}
    assert 900 < dealt["a"] < 1100
    assert len({one(made, "strip", unit="same", now=NOW + n).variant for n in range(20)}) == 1


def test_growing_a_weight_moves_nobody_between_the_others() -> None:
    small = [Variant(name, 1.0, Show("hide")) for name in "abc"]
    grown = [*small[:2], Variant("c", 3.0, Show("hide"))]
    for number in range(2000):
        before, after = pick("r", small, f"v{number}"), pick("r", grown, f"v{number}")
        assert after.name in (before.name, "c")


def test_a_holdout_sees_the_default_and_its_share_holds() -> None:
    rules = b"campaign: c\nholdout: 20%\nrules: [{id: r, slot: hero, show: {action: hide}}]"
    made = site(rules=rules)
    reasons = Counter(one(made, unit=f"v{number}").reason for number in range(2000))
    assert reasons.keys() == {Reason.HOLDOUT, Reason.MATCH}
    assert 320 < reasons[Reason.HOLDOUT] < 480


def test_nobody_unknown_is_held_out() -> None:
    rules = b"campaign: c\nholdout: 100%\nrules: [{id: r, slot: hero, show: {action: hide}}]"
    assert one(site(rules=rules), unit=None, granted=frozenset()).reason is Reason.MATCH


def test_statistics_alone_is_no_grant_to_hold_a_visitor_out() -> None:
    rules = b"campaign: c\nholdout: 100%\nrules: [{id: r, slot: hero, show: {action: hide}}]"
    granted = frozenset({"necessary", "statistics"})
    assert one(site(rules=rules), granted=granted).reason is Reason.MATCH


def test_the_same_input_gives_the_same_bytes() -> None:
    def encoded() -> bytes:
        facts = {"page.path": "/", "page.language": "de", **GOLD}
        return msgspec.json.encode(decide(site(), Context(NOW, facts, GRANTED, None, "visitor")))

    assert encoded() == encoded()


def test_unknown_slots_are_left_out() -> None:
    assert decide(site(), Context(NOW, {}, GRANTED), ["nowhere"]).decisions == ()
