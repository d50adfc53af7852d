"""The index finds what the plain search finds: random rules on random requests."""

import os
from collections.abc import Callable, Iterator
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rules.conditions import All, Any, Compare, Condition, Context, Not, reader_of
from rules.index.clauses import Literal, clauses_of
from rules.index.rule_index import RuleIndex
from rules.index.terms import asked, term_of
from rules.model import BadCondition, Campaign, Ranked, Rule, Schedule, Show, Variant
from rules.past_events import EventCount
from rules.patterns import Pattern
from rules.plain import PlainFinder

HOUR = 3_600_000
NOW = 29_833_334 * 60_000
BERLIN = ZoneInfo("Europe/Berlin")
CRM, SEEN = "personalization", "statistics"
HIDE = Show("hide")
WORDS = ["a", "b", "ab", "ba", "aab"]
PATHS = ["/", "/a", "/a/", "/a/b", "/ab", "/b/a", "/b"]
NUMBERS = [-1, 0, 1, 1.5, 2, 3]


def compare(name: str, purpose: str | None, operator: str, argument: object) -> Compare:
    """Return a comparison with a fact, or with the clock in Berlin."""
    return Compare(name, purpose, operator, argument, reader_of(name, BERLIN))


def several(values: list[object]) -> st.SearchStrategy[tuple[object, ...]]:
    return st.lists(st.sampled_from(values), min_size=1, max_size=3).map(tuple)


def on_values(name: str, purpose: str | None, values: list[object]) -> st.SearchStrategy[Compare]:
    one = st.tuples(st.sampled_from(["equals", "not"]), st.sampled_from(values))
    more = st.tuples(st.sampled_from(["in", "not_in"]), several(values))
    there = st.tuples(st.just("exists"), st.booleans())
    return st.one_of(one, more, there).map(lambda pair: compare(name, purpose, *pair))


def on_order(name: str, purpose: str | None, values: list[object]) -> st.SearchStrategy[Compare]:
    one = st.tuples(st.sampled_from(["lt", "lte", "gt", "gte"]), st.sampled_from(values))
    two = st.tuples(st.sampled_from(values), st.sampled_from(values)).map(sorted).map(tuple)  # type: ignore[type-var]
    pair = st.tuples(st.just("between"), two)
    return st.one_of(one, pair).map(lambda found: compare(name, purpose, *found))


def pattern_of(text: str) -> Pattern:
    return Pattern(text, case_sensitive=True)


def on_text(name: str, purpose: str | None, values: list[str]) -> st.SearchStrategy[Compare]:
    words = ["starts_with", "ends_with", "contains"]
    part = st.tuples(st.sampled_from(words), st.sampled_from(values))
    pattern = st.tuples(st.just("matches"), st.sampled_from(["^/a", "b$", "a.b"]).map(pattern_of))
    return st.one_of(part, pattern).map(lambda found: compare(name, purpose, *found))


def on_events() -> st.SearchStrategy[EventCount]:
    words = st.sampled_from(["equals", "not", "lt", "lte", "gt", "gte"])
    one = st.tuples(words, st.integers(0, 3)).map(lambda pair: (pair,))
    two = st.just((("between", (1, 2)),))
    return st.builds(
        lambda counter, window, comparisons: EventCount(
            counter[0], counter[1], window, comparisons
        ),
        st.sampled_from([("views", CRM), ("carts", CRM), ("sold", SEEN)]),
        st.sampled_from([None, HOUR, 2 * HOUR]),
        st.one_of(one, two),
    )


LEAVES = st.one_of(
    on_values("word", CRM, WORDS),
    on_values("path", None, PATHS),
    on_values("number", CRM, NUMBERS),
    on_order("number", CRM, NUMBERS),
    on_order("price", None, NUMBERS),
    on_text("path", None, PATHS),
    on_text("word", SEEN, WORDS),
    on_order("time.hour", None, [0, 7, 12, 23]),
    on_values("time.weekday", None, ["monday", "tuesday"]),
    on_events(),
)
CONDITIONS: st.SearchStrategy[Condition] = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=4).map(lambda parts: All(tuple(parts))),
        st.lists(inner, min_size=1, max_size=4).map(lambda parts: Any(tuple(parts))),
        inner.map(Not),
    ),
    max_leaves=8,
)


def purposes_of(condition: Condition) -> frozenset[str]:
    """Return the purposes of all that a condition reads."""
    if isinstance(condition, (All, Any)):
        return frozenset().union(*map(purposes_of, condition.parts))
    if isinstance(condition, Not):
        return purposes_of(condition.part)
    purpose = condition.purpose  # type: ignore[attr-defined]
    return frozenset({purpose} if purpose else ())


SCHEDULES = st.sampled_from(
    [Schedule(), Schedule(NOW + 60_000), Schedule(0, NOW), Schedule(NOW - HOUR, NOW + HOUR)]
)


@st.composite
def rules(draw: st.DrawFn) -> dict[str, tuple[Rule, ...]]:
    """Return the rules of two slots."""
    found: dict[str, tuple[Rule, ...]] = {}
    for slot in ("hero", "strip"):
        conditions = draw(st.lists(CONDITIONS, max_size=12))
        found[slot] = tuple(
            rule(f"{slot}-{at}", condition, draw(SCHEDULES), draw(st.integers(0, 9)))
            for at, condition in enumerate(conditions)
        )
    return found


ALWAYS_ON = Schedule()


def rule(
    name: str,
    condition: Condition,
    schedule: Schedule = ALWAYS_ON,
    chance: int = 1,
    purposes: frozenset[str] | None = None,
) -> Rule:
    """Return a rule; one chance in ten switches it off, one makes it a split."""
    return Rule(
        id=name,
        campaign=Campaign("c", schedule),
        slot="strip" if name.startswith("strip") else "hero",
        priority=0,
        enabled=chance != 0,
        condition=condition,
        variants=(Variant(None, 1, HIDE),),
        purposes=purposes_of(condition) if purposes is None else purposes,
        clauses=tuple(map(asked, clauses_of(condition))),
        needs_unit=chance == 9,
    )


def maybe(values: list[object]) -> st.SearchStrategy[object]:
    return st.one_of(st.none(), st.sampled_from(values))


TIMES = st.lists(st.sampled_from([NOW - 3 * HOUR, NOW - 2 * HOUR, NOW - HOUR, NOW]), max_size=4)
CONTEXTS = st.builds(
    lambda now, facts, granted, counts, unit: Context(
        NOW + now,
        {name: value for name, value in facts.items() if value is not None},
        frozenset(granted),
        counts,
        unit,
    ),
    st.sampled_from([0, 59_999, 60_000, HOUR, -HOUR - 1, 30 * HOUR]),
    st.fixed_dictionaries(
        {
            "word": maybe([*WORDS, "c"]),
            "path": maybe([*PATHS, "/c", "/a/b/a"]),
            "number": maybe([*NUMBERS, 2.5, 9]),
            "price": maybe([*NUMBERS, 1.7]),
        }
    ),
    st.lists(st.sampled_from([CRM, SEEN]), unique=True),
    st.one_of(
        st.none(),
        st.fixed_dictionaries(
            {}, optional={name: TIMES.map(sorted) for name in ("views", "carts", "sold", "else")}
        ),
    ),
    st.sampled_from([None, "visitor"]),
)
LONG = os.environ.get("TAGWERK_LONG")


def seen(finder: object, context: Context) -> object:
    """Return all that a search tells of a request."""
    found = finder.of(context)  # type: ignore[attr-defined]
    return [
        (
            found.running(slot),
            [rule.id for rule in one_by_one(found.true, slot)],
            [rule.id for rule in one_by_one(found.hidden, slot)],
        )
        for slot in ("hero", "strip")
    ]


def one_by_one(find: Callable[..., Ranked | None], slot: str) -> Iterator[Rule]:
    """Yield every rule that a search finds, the one that wins first before the others."""
    ranked = find(slot)
    while ranked is not None:
        rank, found = ranked
        yield found
        ranked = find(slot, rank)


@pytest.mark.slow
@settings(
    max_examples=2500 if LONG else 400,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(rules=rules(), contexts=st.lists(CONTEXTS, min_size=30, max_size=30))
def test_the_index_finds_what_looking_at_every_rule_finds(
    rules: dict[str, tuple[Rule, ...]], contexts: list[Context]
) -> None:
    index, plain = RuleIndex(rules), PlainFinder(rules)
    for context in contexts:
        assert seen(index, context) == seen(plain, context), context


@pytest.mark.parametrize("views", [[], [NOW], [NOW, NOW]])
@pytest.mark.parametrize("carts", [[], [NOW], [NOW - 2 * HOUR]])
def test_a_clause_may_ask_of_two_counters(views: list[int], carts: list[int]) -> None:
    asking = {
        "both": All((at_least("views", 1), at_least("carts", 1, HOUR))),
        "neither": All((Not(at_least("views", 1)), Not(at_least("carts", 1)))),
        "one twice": All((at_least("views", 2), at_least("views", 1, HOUR))),
        "three": All((at_least("views", 1), at_least("carts", 1), at_least("sold", 1))),
    }
    rules = {"hero": tuple(rule(name, each) for name, each in asking.items()), "strip": ()}
    counts = {name: times for name, times in (("views", views), ("carts", carts)) if times}
    context = Context(NOW, {}, frozenset({CRM, SEEN}), counts)
    assert seen(RuleIndex(rules), context) == seen(PlainFinder(rules), context)


@pytest.mark.parametrize("times", [["a"], [None], [{}], [[1], [2]]])
def test_what_no_counter_holds_fails_the_rules_that_read_it(times: list[object]) -> None:
    ranked = (
        rule("counts", at_least("views", 1, HOUR)),
        rule("free", compare("number", None, "gte", 0)),
    )
    index = RuleIndex({"hero": ranked[1:] + ranked[:1], "strip": ranked[:0]})
    found = index.of(Context(NOW, {"number": 1}, frozenset({CRM}), {"views": times}))
    first = found.true("hero")
    assert first is not None and first[1].id == "free"
    with pytest.raises(BadCondition):
        found.true("hero", first[0])


@pytest.mark.parametrize("path", ["/" + "a" * 31, "/" + "a" * 29])
def test_patterns_that_repeat_much_are_tried_one_by_one(path: str) -> None:
    long = Pattern("a.{30}$", case_sensitive=True)
    condition = compare("path", None, "matches", long)
    assert not long.is_short and term_of(Literal(condition)) is None
    rules = {"hero": (rule("long", condition),), "strip": ()}
    context = Context(NOW, {"path": path}, frozenset())
    assert seen(RuleIndex(rules), context) == seen(PlainFinder(rules), context)


def at_least(counter: str, least: int, window: int | None = None) -> EventCount:
    """Return the condition of at least so many."""
    return EventCount(counter, CRM, window, (("gte", least),))


def test_every_minute_is_asked_anew() -> None:
    there = rule(
        "hero", compare("time.hour", None, "gte", 0), Schedule(NOW + 60_000, NOW + 120_000)
    )
    index = RuleIndex({"hero": (there,), "strip": ()})
    found = [
        index.of(Context(NOW + at, {}, frozenset())).true("hero") is not None
        for at in (59_999, 60_000, 119_999, 120_000)
    ]
    assert found == [False, True, True, False]
