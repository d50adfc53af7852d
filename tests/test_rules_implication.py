"""What is said to follow from comparisons, or never to hold with them, is so: of every type and operator."""

import os
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.allowed import subject_of
from rules.arguments import Circle, Networks, Times, Weekdays, Window
from rules.conditions import All, Compare, Condition, Context, Not
from rules.counter import Property
from rules.implication import told
from rules.index.clauses import Literal
from rules.index.rule_index import RuleIndex
from rules.keys import address, version
from rules.never_wins import never_win
from rules.operators import OPERATORS, key_of
from rules.past_events import EventCount, EventMoment, EventSum, EventValue
from rules.patterns import Pattern
from rules.values import TRUE
from test_rules_index import compare, rule

BERLIN = ZoneInfo("Europe/Berlin")
DAY = 86_400_000
NOW = 1_789_999_999 * 1000
NAME, VIEWS = "crm.x", "views"
TEXTS = [
    "",
    "a",
    "A",
    "ab",
    "Ab",
    "AB",
    "b",
    "ba",
    "aba",
    "ß",
    "SS",
    "ss",
    "ass",
    "\U0010ffff",
    "a\U0010ffff",
]
NUMBERS = [-1, 0, 1, 1.5, 2, 3]
DATES = [f"2026-09-{day:02}" for day in range(14, 30)]
MOMENTS = [NOW + hours * 3_600_000 for hours in (-800, -180, -170, -30, -24, -7, -1, 0, 1, 30)]
VERSIONS = ["1", "1.2", "1.2.0-pre", "1.10", "2"]
ADDRESSES = ["10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.1.0", "2001:db8::1"]
ITEMS = ["a", "b", "c"]
PLACES = [(48.137, 11.575), (48.262, 11.434), (52.52, 13.405), (-48.137, -168.425)]
HERE = [*PLACES, (48.2, 11.5), (48.4, 11.3), (0.0, 0.0), (90.0, 0.0)]
LONG = os.environ.get("TAGWERK_LONG")


def one_of(words: str, arguments: list[Any]) -> st.SearchStrategy[tuple[str, Any]]:
    return st.tuples(st.sampled_from(words.split()), st.sampled_from(arguments))


def several(values: list[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(st.sampled_from(values), min_size=1, max_size=3, unique=True).map(tuple)


def listed(words: str, values: list[Any]) -> st.SearchStrategy[tuple[str, Any]]:
    return st.tuples(st.sampled_from(words.split()), several(values))


def pair(values: list[Any]) -> st.SearchStrategy[tuple[Any, Any]]:
    return st.tuples(st.sampled_from(values), st.sampled_from(values)).map(
        lambda two: tuple(sorted(two))
    )


def ordered(values: list[Any]) -> st.SearchStrategy[tuple[str, Any]]:
    between = st.tuples(st.just("between"), pair(values))
    return one_of("lt lte gt gte", values) | between


def equal(values: list[Any]) -> st.SearchStrategy[tuple[str, Any]]:
    return one_of("equals not", values) | listed("in not_in", values)


FOLDED = [each.casefold() for each in TEXTS]
PATTERNS = [Pattern(each, case_sensitive=True) for each in ("^a", "b$", "a.*b")]
WINDOWS = st.sampled_from([1, 7, 30])
WITHIN = st.sampled_from(["within_last", "not_within_last"])
SPANS = st.lists(st.sampled_from([0, 60, 360, 720, 1320]), min_size=2, max_size=2, unique=True)
DISTANCES = [0.0, 5.0, 15.0, 20.0, 40.0, 500.0, 560.0, 20_000.0]


@st.composite
def networks(draw: st.DrawFn) -> Networks:
    ends = sorted(draw(st.sets(st.sampled_from([0, 1, 2, 3, 4, 256, 300]), min_size=2)))
    firsts = [(4, 10 * 2**24 + each) for each in ends[:-1:2]]
    lasts = [(4, 10 * 2**24 + each - 1) for each in ends[1::2]]
    return Networks(tuple(firsts), tuple(lasts), "")


def circles() -> st.SearchStrategy[Circle]:
    return st.builds(
        lambda place, bound: Circle(*place, (bound,)), st.sampled_from(PLACES), ordered(DISTANCES)
    )


def days(draw: Any) -> Weekdays:
    return Weekdays(frozenset(draw), BERLIN, "")


ON_DAYS = st.tuples(
    st.just("weekday"), st.lists(st.integers(0, 6), min_size=1, max_size=4).map(days)
)
EXISTS = st.tuples(st.just("exists"), st.booleans())
IN_DAYS = st.tuples(WITHIN, WINDOWS.map(lambda length: Window(length * DAY, BERLIN, "")))
IN_TIME = st.tuples(WITHIN, WINDOWS.map(lambda length: Window(length * DAY, None, "")))
AT_TIMES = st.tuples(st.just("time_between"), SPANS.map(lambda two: Times(*two, BERLIN, "")))
BOUNDS = st.one_of(
    one_of("lt lte gt gte before after", MOMENTS), st.tuples(st.just("between"), pair(MOMENTS))
)
ASKED: dict[str, tuple[st.SearchStrategy[tuple[str, Any]], list[Any]]] = {
    "string": (
        st.one_of(
            equal(TEXTS),
            one_of("starts_with ends_with contains", TEXTS),
            one_of("matches", PATTERNS),
            one_of("matches_ignore_case", [Pattern("^A", case_sensitive=False)]),
            one_of("equals_ignore_case not_ignore_case", FOLDED),
            listed("in_ignore_case not_in_ignore_case", FOLDED),
            one_of(
                "starts_with_ignore_case ends_with_ignore_case contains_ignore_case", FOLDED
            ),
        ),
        [*TEXTS, "aB", "abba", "Bab", "a\U0010ffffb"],
    ),
    "number": (equal(NUMBERS) | ordered(NUMBERS), [*NUMBERS, 0.5, 9]),
    "boolean": (one_of("equals not", [True, False]), [True, False]),
    "date": (
        st.one_of(equal(DATES), ordered(DATES), one_of("before after", DATES), ON_DAYS, IN_DAYS),
        [*DATES, "2025-01-01"],
    ),
    "datetime": (
        BOUNDS | ON_DAYS | IN_TIME | AT_TIMES,
        ["2026-09-21T11:00Z", "2026-09-10T23:30Z", "2026-09-20T22:30Z", "2026-08-01T00:00Z", "?"],
    ),
    "version": (
        equal([version(each) for each in VERSIONS]) | ordered([version(each) for each in VERSIONS]),
        [*VERSIONS, "1.2.3", "x"],
    ),
    "ip": (
        equal([address(each) for each in ADDRESSES])
        | st.tuples(st.just("in_cidr"), networks()),
        [*ADDRESSES, "10.0.0.0", "10.0.1.43", "?"],
    ),
    "list": (
        listed("has_any has_all has_none", ITEMS).map(lambda two: (two[0], frozenset(two[1]))),
        [(), ("a",), ("b",), ("a", "b"), ("a", "c"), ("c", "b", "a"), ("d",)],
    ),
    "location": (
        st.tuples(st.just("distance_km"), circles()),
        [f"{latitude},{longitude}" for latitude, longitude in HERE],
    ),
}  # fmt: skip
"""Type -> what may be asked of it, and values to try that on."""
Asking = tuple[list[Literal], Literal, list[Context]]


@st.composite
def asking(draw: st.DrawFn) -> Asking:
    """Return comparisons of one attribute, one more, and visitors to ask them of."""
    kind = draw(st.sampled_from(sorted(ASKED)))
    strategy, values = ASKED[kind]
    asked = (strategy | EXISTS).map(
        lambda two: Compare(NAME, "crm", two[0], two[1], None, key_of(two[0], kind))
    )
    literals = st.builds(Literal, asked, st.booleans())
    facts = [{}, *({NAME: value} for value in values)]
    contexts = [
        Context(NOW + after, fact, frozenset({"crm"}), counts)
        for fact in facts
        for after in (0, 40 * 3_600_000)
        for counts in ({}, None)
    ]
    return draw(st.lists(literals, min_size=1, max_size=3)), draw(literals), contexts


TIMES = st.lists(
    st.sampled_from([NOW - days * DAY for days in (0, 1, 2, 7, 8, 30, 40)]), max_size=5
)
LENGTHS = st.sampled_from([None, DAY, 7 * DAY, 30 * DAY])
COUNTED = one_of("equals not lt lte gt gte", [0, 1, 2, 3]) | st.tuples(
    st.just("between"), pair([0, 1, 2, 3])
)


def conjunction(asked: st.SearchStrategy[tuple[str, Any]]) -> st.SearchStrategy[Any]:
    return st.lists(asked, min_size=1, max_size=2, unique_by=lambda two: two[0]).map(tuple)


PRICE, KIND = Property("price", "number"), Property("kind", "string")
EVENTS = st.one_of(
    st.builds(EventCount, st.just(VIEWS), st.just("crm"), LENGTHS, conjunction(COUNTED)),
    st.builds(
        EventSum, st.just("sum"), st.just("crm"), st.just(None), conjunction(ordered(NUMBERS)),
        st.just(PRICE),
    ),
    st.builds(
        EventMoment, st.just(VIEWS), st.just("crm"), LENGTHS,
        conjunction(BOUNDS | IN_TIME | ON_DAYS | EXISTS), st.booleans(),
    ),
    st.builds(
        EventValue, st.just("kinds"), st.just("crm"), LENGTHS,
        conjunction(ASKED["string"][0] | EXISTS), st.booleans(), st.just(KIND),
    ),
)  # fmt: skip


@st.composite
def asking_events(draw: st.DrawFn) -> Asking:
    """Return conditions on past events, one more, and visitors to ask them of."""
    literals = st.builds(Literal, EVENTS, st.booleans())
    contexts = []
    for total in (None, *NUMBERS):
        times = sorted(draw(TIMES))
        kinds = draw(st.lists(st.sampled_from(TEXTS), min_size=len(times), max_size=len(times)))
        counts: dict[str, Any] = {VIEWS: times, "kinds": (times, kinds) if times else ()}
        if total is not None:
            counts["sum"] = [int(total * 1_000_000)]
        contexts.append(Context(NOW, {}, frozenset({"crm"}), counts))
    return draw(st.lists(literals, min_size=1, max_size=3)), draw(literals), contexts


def as_condition(literal: Literal) -> Condition:
    return literal.condition if literal.positive else Not(literal.condition)


def is_true(literal: Literal, context: Context) -> bool:
    return as_condition(literal).evaluate(context) is TRUE


def nothing(attribute: str) -> tuple[()]:
    """Say of no attribute which values it can have."""
    return ()


@pytest.mark.slow
@settings(max_examples=40_000 if LONG else 4000, deadline=None)
@given(found=asking() | asking_events(), listed=st.booleans())
def test_what_follows_is_true_whenever_the_others_are(found: Asking, listed: bool) -> None:
    given_, wanted, contexts = found
    known = sorted({context.facts[NAME] for context in contexts if NAME in context.facts}, key=str)
    plain = listed and type(known[0] if known else ()) is not tuple and "?" not in known
    said = told(given_, lambda _: known if plain and given_[0].condition.key is None else ())
    never = any(each.never for each in said.values())
    subject = subject_of(wanted.condition)
    follows = subject in said and said[subject].implies(wanted)
    assert follows or subject not in said or not said[subject].never
    for context in contexts:
        if all(is_true(each, context) for each in given_):
            assert not never, context
            assert not follows or is_true(wanted, context), context


@pytest.mark.slow
@settings(max_examples=20_000 if LONG else 2000, deadline=None)
@given(found=asking() | asking_events())
def test_what_follows_is_found_among_rules(found: Asking) -> None:
    given_, wanted, _ = found
    said = told(given_, nothing)
    subject = subject_of(wanted.condition)
    if any(each.never for each in said.values()):
        return
    follows = subject in said and said[subject].implies(wanted)
    above = rule("above", as_condition(wanted), purposes=frozenset())
    below = rule("below", All(tuple(map(as_condition, given_))), purposes=frozenset())
    between = rule("between", compare("other", None, "equals", 1))
    ranked = {"hero": (above, between, below)}
    named = [each.id for each, _ in never_win(RuleIndex(ranked), ranked, nothing)]
    assert named == (["below"] if follows else [])


A_DAY = Window(DAY, BERLIN, "")


@pytest.mark.parametrize(
    ("word", "argument", "known", "wanted"),
    [
        ("within_last", A_DAY, DATES, ("equals", DATES[1])),
        ("contains", "ab", [], ("matches", PATTERNS[1])),
        ("starts_with", "ab", [], ("matches", PATTERNS[1])),
    ],
)
def test_all_follows_from_what_never_holds(
    word: str, argument: Any, known: list[Any], wanted: tuple[str, Any]
) -> None:
    asked = Compare(NAME, "crm", word, argument, None)
    (said,) = told([Literal(asked), Literal(asked, positive=False)], lambda _: known).values()
    assert said.never and said.implies(Literal(Compare(NAME, "crm", *wanted, None)))


def test_every_operator_is_asked() -> None:
    """An operator that is new is held to this as well."""
    asked = " ".join(str(strategy) for strategy, _ in ASKED.values())
    assert [word for word in OPERATORS if f"'{word}'" not in asked] == ["exists"]
