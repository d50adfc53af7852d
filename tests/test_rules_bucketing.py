"""Dealing: the same on every process, by weight, and moving no more visitors than it must."""

from collections import Counter
from collections.abc import Callable
from math import sqrt
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.bucketing import held_out, held_out_of_site, one_of, pick, share
from rules.model import Show, Variant
from tables import rows

MANY = 100_000
NAMES = st.lists(st.text(min_size=1, max_size=8), min_size=2, max_size=6, unique=True)
WEIGHTS = st.floats(0.01, 100)
UNITS = st.text(min_size=1, max_size=32)


def arms(weights: dict[str, float]) -> list[Variant]:
    return [Variant(name, weight, Show("hide")) for name, weight in weights.items()]


@pytest.mark.parametrize("row", rows("bucketing"))
def test_the_same_visitor_is_dealt_the_same_for_ever(row: dict[str, Any]) -> None:
    """Fixed values: a change of the hash would move every visitor of every site."""
    unit = row["unit"]
    assert share(row["seed"], unit) == pytest.approx(row["share"], abs=1e-12)
    assert pick(row["seed"], arms({"a": 20, "b": 30, "c": 50}), unit).name == row["variant"]
    assert one_of(row["seed"], ["spring", "summer", "autumn"], unit) == row["campaign"]
    assert held_out(row["seed"], 0.5, unit) is row["held_out"]
    assert held_out_of_site(row["seed"], 0.5, unit) is row["held_out_of_site"]


@pytest.mark.slow
@settings(max_examples=300, deadline=None)
@given(NAMES, st.data(), UNITS)
def test_growing_a_weight_moves_nobody_between_the_others(
    names: list[str], data: st.DataObject, unit: str
) -> None:
    small = {name: data.draw(WEIGHTS) for name in names}
    grown = {**small, names[0]: small[names[0]] * data.draw(st.floats(1, 50))}
    before, after = pick("r", arms(small), unit).name, pick("r", arms(grown), unit).name
    assert after in (before, names[0])
    assert before != names[0] or after == before


@pytest.mark.slow
@settings(max_examples=300, deadline=None)
@given(NAMES, UNITS, st.randoms())
def test_a_campaign_that_joins_a_group_moves_visitors_only_to_itself(
    names: list[str], unit: str, chance: Any
) -> None:
    fewer, mixed = names[1:], chance.sample(names, len(names))
    before, after = one_of("g", fewer, unit), one_of("g", names, unit)
    assert before in fewer and after in (before, names[0])
    assert one_of("g", mixed, unit) == after


def test_the_order_of_variants_deals_nobody_otherwise() -> None:
    weights = {"a": 20.0, "b": 30.0, "c": 50.0}
    backwards = dict(reversed(weights.items()))
    for number in range(2000):
        assert pick("r", arms(weights), f"v{number}") == pick("r", arms(backwards), f"v{number}")


@pytest.mark.slow
@pytest.mark.parametrize("fraction", [0.01, 0.05, 0.5, 0.975])
@pytest.mark.parametrize("held", [held_out, held_out_of_site])
def test_a_holdouts_share_holds(held: Callable[..., bool], fraction: float) -> None:
    found = sum(held("autumn", fraction, f"visitor-{n}") for n in range(MANY)) / MANY
    assert abs(found - fraction) < 0.01
    assert abs(found - fraction) < 5 * sqrt(fraction * (1 - fraction) / MANY)


@pytest.mark.slow
def test_the_shares_of_variants_hold() -> None:
    weights = {"a": 20.0, "b": 30.0, "c": 49.5, "d": 0.5}
    dealt = Counter(pick("r", arms(weights), f"visitor-{n}").name for n in range(MANY))
    wanted = {name: weight / 100 * MANY for name, weight in weights.items()}
    assert chi_square(dealt, wanted) < BOUND[3]


BOUND = {3: 21.1, 9: 33.7, 99: 161.3}
"""Degrees of freedom -> what chi-square exceeds once in 10,000 times, were the dealing fair."""


def chi_square(found: Counter[Any], wanted: dict[Any, float]) -> float:
    return sum((found[key] - count) ** 2 / count for key, count in wanted.items())


@pytest.mark.slow
@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("holdout:a", "holdout:b"),
        ("holdout:a", "site-holdout:a"),
        ("r:a", "r:b"),
        ("exclusive:g:a", "holdout:a"),
        ("r1:a", "r11:a"),
    ],
)
def test_seeds_have_nothing_to_do_with_each_other(one: str, other: str) -> None:
    """Ten shares of the one by ten of the other are filled evenly: chi-square of a 10 x 10 table."""
    cells: Counter[tuple[int, int]] = Counter()
    for number in range(MANY):
        unit = f"visitor-{number}"
        cells[int(share(one, unit) * 10), int(share(other, unit) * 10)] += 1
    even = {(row, column): MANY / 100 for row in range(10) for column in range(10)}
    assert chi_square(cells, even) < BOUND[99]


def test_visitors_whose_ids_differ_little_are_spread_evenly() -> None:
    tenths = Counter(int(share("r", f"v{number}") * 10) for number in range(MANY))
    assert chi_square(tenths, dict.fromkeys(range(10), MANY / 10)) < BOUND[9]
