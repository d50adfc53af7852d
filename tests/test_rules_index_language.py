"""The index finds what the plain search finds, in the whole language: every type, operator and past event."""

import os
import re
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rules.conditions import All, Condition, Context, Not
from rules.conditions import Any as AnyOf
from rules.counters import Occurrence, count
from rules.index.clauses import Literal
from rules.index.rule_index import RuleIndex
from rules.index.terms import term_of
from rules.loader import load
from rules.model import Rule, Site
from rules.operators import OPERATORS
from rules.plain import PlainFinder
from test_rules_index import NOW, SCHEDULES, rule, seen

DAY = 86_400_000
LEAVES = """
crm.word: Gold
crm.word: {not: gold}
crm.word: {in: [gold, Köln]}
crm.word: {not_in: [gold, silver]}
crm.word: {equals_ignore_case: GOLD}
crm.word: {not_ignore_case: köln}
crm.word: {in_ignore_case: [gold, KÖLN]}
crm.word: {not_in_ignore_case: [gold]}
crm.word: {contains: ol}
crm.word: {contains: "l."}
crm.word: {contains_ignore_case: OL}
crm.word: {starts_with: go}
crm.word: {starts_with: gol}
crm.word: {starts_with_ignore_case: GO}
crm.word: {ends_with: ld}
crm.word: {ends_with: d}
crm.word: {ends_with_ignore_case: LD}
crm.word: {matches: "^g.ld$"}
crm.word: {matches_ignore_case: "^G.LD"}
crm.word: {exists: true}
crm.word: {exists: false}
crm.number: {lt: 2}
crm.number: {lte: 2}
crm.number: {gt: 2}
crm.number: {gte: 2}
crm.number: {between: [1, 2.5]}
crm.number: 2
crm.flag: true
crm.flag: {exists: false}
crm.born: {before: 2000-01-02}
crm.born: {after: 2000-01-01}
crm.born: {between: [1999-12-31, 2000-01-01]}
crm.born: 2000-01-01
crm.born: {weekday: [saturday, sunday]}
crm.born: {within_last: 7d}
crm.born: {not_within_last: 7d}
crm.last: {before: 2026-09-10}
crm.last: {after: 2026-09-10T12:00}
crm.last: {between: [2026-09-01, 2026-09-30]}
crm.last: {within_last: 3d}
crm.last: {not_within_last: 12h}
crm.last: {weekday: monday}
crm.last: {time_between: ["22:00", "06:00"]}
crm.last: {exists: true}
crm.likes: {has_any: [shoes, bags]}
crm.likes: {has_all: [shoes, bags]}
crm.likes: {has_all: shoes}
crm.likes: {has_none: [shoes]}
crm.likes: {exists: false}
crm.app: "14.2"
crm.app: {gte: "14.2.1"}
crm.app: {lt: 15.0.0-pre.1}
crm.app: {in: ["14.2.0", "15"]}
crm.app: {not: "14.2"}
crm.app: {exists: true}
client.ip: {in_cidr: [10.0.0.0/8, "2001:db8::/32"]}
client.ip: 192.0.2.1
crm.home: {distance_km: {from: [48.137, 11.575], lte: 25}}
crm.home: {exists: false}
languages: {has_any: [tr, de]}
page.path: {starts_with: /damen/}
page.path: {starts_with: /damen/schuhe/}
page.path: {ends_with: /abend}
page.path: /damen/
page.query.q: {exists: false}
time.now: {time_between: ["00:00", "12:00"]}
time.now: {weekday: [monday, tuesday]}
time.now: {after: 2026-09-21T13:00}
time.hour: {between: [8, 13]}
time.weekday: [monday, tuesday]
time.date: {gte: 2026-09-22}
event: {name: view, count: {gte: 2}}
event: {name: view, within: 2d, count: {gte: 1}}
event: {name: view, where: {category: shoes}, within: 7d, count: {between: [1, 2]}}
event: {name: view, where: {price: {gte: 10}}, count: 0}
event: {name: buy, count: {gte: 1}}
event: {name: buy, sum: {of: price, gte: 30}}
event: {name: buy, sum: {of: price, lt: 30}, within: 7d}
event: {name: view, last: {within_last: 2d}}
event: {name: view, first: {before: 2026-09-20}}
event: {name: view, last: {of: category, equals: shoes}}
event: {name: view, first: {of: price, gt: 10}, within: 7d}
event: {name: buy, last: {exists: false}}
audience: fans
""".strip().splitlines()
SITE = f"""
site: test
origins: ["https://shop.example"]
languages: [de]
consent: {{revision: 1}}
slots: {{{", ".join(f"s{at}: {{}}" for at in range(len(LEAVES)))}}}
attributes:
  crm.word: {{type: string, source: crm, purpose: personalization}}
  crm.number: {{type: number, source: crm, purpose: personalization}}
  crm.flag: {{type: boolean, source: crm, purpose: statistics}}
  crm.born: {{type: date, source: crm, purpose: personalization}}
  crm.last: {{type: datetime, source: crm, purpose: statistics}}
  crm.likes: {{type: list, source: crm, purpose: personalization}}
  crm.app: {{type: version, source: crm, purpose: personalization}}
  crm.home: {{type: location, source: crm, purpose: personalization}}
events:
  view: {{purpose: personalization, properties: {{category: string, price: number}}}}
  buy: {{purpose: statistics, properties: {{price: number}}}}
audiences:
  fans: {{any: [{{crm.word: gold}}, {{event: {{name: view, count: {{gte: 2}}}}}}]}}
"""


def written() -> Site:
    """Return a site with each condition in a slot of its own."""
    rules = "".join(
        f"  - {{id: r{at}, slot: s{at}, when: {{{leaf}}}, show: {{action: hide}}}}\n"
        for at, leaf in enumerate(LEAVES)
    )
    head = "campaign: c\nschedule: {timezone: Europe/Berlin}\nrules:\n"
    loaded = load({"site.yaml": SITE.encode(), "rules/c.yaml": (head + rules).encode()})
    assert loaded.site is not None, loaded.findings
    return loaded.site


WRITTEN = written()
CONDITIONS = [WRITTEN.rules[f"s{at}"][0] for at in range(len(LEAVES))]
PURPOSES = {id(each.condition): each.purposes for each in CONDITIONS}
LEAF = st.sampled_from([each.condition for each in CONDITIONS])
CONDITION: st.SearchStrategy[Condition] = st.recursive(
    LEAF,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=4).map(lambda parts: All(tuple(parts))),
        st.lists(inner, min_size=1, max_size=4).map(lambda parts: AnyOf(tuple(parts))),
        inner.map(Not),
    ),
    max_leaves=7,
)


def purposes_of(condition: Condition) -> frozenset[str]:
    """Return the purposes of all that a condition reads."""
    if id(condition) in PURPOSES:
        return PURPOSES[id(condition)]
    parts = condition.parts if isinstance(condition, (All, AnyOf)) else (condition.part,)  # type: ignore[attr-defined]
    return frozenset().union(*map(purposes_of, parts))


@st.composite
def rules(draw: st.DrawFn) -> dict[str, tuple[Rule, ...]]:
    """Return the rules of two slots."""
    return {
        slot: tuple(
            rule(f"{slot}-{at}", each, draw(SCHEDULES), draw(st.integers(0, 9)), purposes_of(each))
            for at, each in enumerate(draw(st.lists(CONDITION, max_size=10)))
        )
        for slot in ("hero", "strip")
    }


FACTS: dict[str, list[Any]] = {
    "crm.word": ["gold", "Gold", "GOLD", "silver", "Köln", "köln", "old", "al.", ""],
    "crm.number": [0, 1, 2, 2.0, 2.5, 3],
    "crm.flag": [True, False],
    "crm.born": ["1999-12-31", "2000-01-01", "2000-01-02", "2026-09-20", "nonsense"],
    "crm.last": ["2026-09-21T11:00Z", "2026-09-10T10:00Z", "2026-09-30T00:00+02:00", "never"],
    "crm.likes": [(), ("shoes",), ("bags", "shoes"), ("hats",)],
    "crm.app": ["14.2", "14.2.0", "14.2.1", "15.0.0-pre.1", "15", "x"],
    "crm.home": ["48.137,11.575", "52.52,13.4", "here"],
    "client.ip": ["10.1.2.3", "192.0.2.1", "2001:db8::1", "?"],
    "languages": [("de",), ("en", "tr"), ("fr",)],
    "page.path": ["/", "/damen/", "/damen/schuhe/x", "/look/abend"],
    "page.query.q": ["x"],
}
OCCURRED = st.lists(
    st.builds(
        lambda name, ago, properties: Occurrence(name, NOW - ago, properties),
        st.sampled_from(["view", "buy"]),
        st.sampled_from([0, DAY, 2 * DAY, 2 * DAY + 1, 6 * DAY, 8 * DAY]),
        st.fixed_dictionaries(
            {},
            optional={
                "category": st.sampled_from(["shoes", "bags"]),
                "price": st.sampled_from([5, 10, 10.5, 30]),
            },
        ),
    ),
    max_size=5,
)
CONTEXT = st.builds(
    lambda now, facts, granted, seen, unit: Context(
        NOW + now,
        facts,
        frozenset(granted),
        None if seen is None else count(WRITTEN, seen),
        unit,
    ),
    st.sampled_from([0, 59_999, 60_000, 3_600_000, DAY, 9 * DAY]),
    st.fixed_dictionaries(
        {}, optional={name: st.sampled_from(values) for name, values in FACTS.items()}
    ),
    st.lists(st.sampled_from(["personalization", "statistics"]), unique=True),
    st.none() | OCCURRED,
    st.sampled_from([None, "visitor"]),
)


@pytest.mark.slow
@settings(
    max_examples=2000 if os.environ.get("TAGWERK_LONG") else 400,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(rules=rules(), contexts=st.lists(CONTEXT, min_size=25, max_size=25))
def test_the_index_finds_what_looking_at_every_rule_finds(
    rules: dict[str, tuple[Rule, ...]], contexts: list[Context]
) -> None:
    index, plain = RuleIndex(rules), PlainFinder(rules)
    for context in contexts:
        assert seen(index, context) == seen(plain, context), context


def test_every_operator_is_among_them() -> None:
    written = "".join(LEAVES)
    assert [word for word in OPERATORS if not re.search(rf"[{{ ]{word}: ", written)] == []


def test_what_the_index_evaluates_is_known() -> None:
    """Patterns, what moves with the clock, and past events other than counts; everything else is looked up."""
    left = [
        leaf
        for leaf, each in zip(LEAVES, CONDITIONS, strict=True)
        if term_of(Literal(each.condition)) is None and not leaf.startswith("audience")
    ]
    assert all(
        any(
            word in leaf
            for word in ("matches", "within_last", "sum:", "last:", "first:", "has_all: [")
        )
        for leaf in left
    ), left
