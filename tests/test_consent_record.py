"""Choices: what an action grants, and how a record crosses a cookie."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from consent.grants import DAY, PURPOSES
from consent.policy import Policy, parse
from consent.record import BadChoice, Record, choose, from_payload, to_payload

TABLES = Path(__file__).parent / "cases"
CHOICES = yaml.safe_load((TABLES / "consent_choose.yaml").read_text("utf-8"))
PAYLOADS = yaml.safe_load((TABLES / "consent_payload.yaml").read_text("utf-8"))
NOW = 1_790_856_000_123
asked = st.permutations(PURPOSES[1:]).flatmap(
    lambda order: st.integers(0, len(order)).map(lambda n: order[:n])
)


def policy_of(*purposes: str) -> Policy:
    return parse({"revision": 3, "purposes": {name: {} for name in purposes}})


THREE = policy_of("statistics", "personalization", "marketing")


@pytest.mark.parametrize("case", CHOICES, ids=[case["name"] for case in CHOICES])
def test_choose(case: dict[str, Any]) -> None:
    args = (THREE, "demo-shop", case["action"], case.get("purposes", []), NOW, "receipt")
    if isinstance(case["expected"], str):
        with pytest.raises(BadChoice, match=case["expected"]):
            choose(*args)
    else:
        assert list(choose(*args).grants) == case["expected"]


def test_a_grant_keeps_its_receipt_and_second() -> None:
    record = choose(THREE, "demo-shop", "save", ["statistics"], NOW, "r-1")
    assert record == Record("demo-shop", 3, ("statistics",), 1_790_856_000_000, "r-1")


@given(
    st.integers(0, 2**43),
    st.integers(0, DAY - 1),
    st.text(),
    st.sampled_from(["reject_all", "withdraw", "save"]),
)
def test_refusals_of_one_day_are_one_value(
    day: int, moment: int, receipt: str, action: str
) -> None:
    start = day // DAY * DAY
    first = choose(THREE, "demo-shop", action, [], start, None)
    assert choose(THREE, "demo-shop", action, [], start + moment, receipt) == first


def test_a_grant_without_a_receipt_cannot_be_made() -> None:
    with pytest.raises(ValueError, match="receipt"):
        choose(THREE, "demo-shop", "accept_all", [], NOW, None)


@pytest.mark.parametrize("case", PAYLOADS, ids=[case["name"] for case in PAYLOADS])
def test_payload(case: dict[str, Any]) -> None:
    assert (from_payload(case["payload"]) is not None) is case["ok"]


@given(asked, st.integers(0, 2**43), st.data())
def test_what_was_chosen_comes_back_the_same(
    asked: list[str], now: int, data: st.DataObject
) -> None:
    purposes = data.draw(st.lists(st.sampled_from(asked))) if asked else []
    record = choose(policy_of(*asked), "demo-shop", "save", purposes, now, "r-1")
    assert from_payload(to_payload(record)) == record
