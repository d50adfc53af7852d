"""Grants in force: a table of policies, choices and signals, and what must hold for all of them."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from consent.grants import DAY, PURPOSES, Grants
from consent.policy import REGIMES, Policy, parse
from consent.record import Record
from consent.resolve import Signals, regime, resolve

CASES = yaml.safe_load((Path(__file__).parent / "cases/consent_resolve.yaml").read_text("utf-8"))
NOW = 1_790_856_000_000
REGIME_TABLE = {"default": "opt_in", "US": "opt_out", "CH": "notice"}


def policy(
    revision: int = 3,
    expires_days: int = 365,
    purposes: list[str] | None = None,
    regimes: dict[str, str] | None = None,
) -> Policy:
    asked = ["statistics", "personalization", "marketing"] if purposes is None else purposes
    return parse(
        {
            "revision": revision,
            "expires_days": expires_days,
            "purposes": {name: {} for name in asked},
            "regimes": REGIME_TABLE if regimes is None else regimes,
        }
    )


def record_of(row: list[Any] | None) -> Record | None:
    if row is None:
        return None
    grants, revision, age = row
    time = NOW - int(age * DAY)
    time -= 0 if grants else time % DAY
    return Record("demo-shop", revision, tuple(grants), time, "r" if grants else None)


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_resolve(case: dict[str, Any]) -> None:
    site = policy(expires_days=case.get("expires_days", 365), purposes=case.get("purposes"))
    signals = Signals(case.get("gpc", False), case.get("country", "DE"))
    grants = resolve(site, record_of(case.get("record")), signals, NOW)
    state, purposes, ask = case["expected"]
    assert grants == Grants(frozenset({"necessary", *purposes}), state, ask, 3)


@pytest.mark.parametrize(
    ("regimes", "expected"),
    [
        ({"default": "notice", "DE": "opt_in"}, "opt_in"),
        ({"default": "opt_in", "US": "notice"}, "opt_in"),
        ({"default": "notice", "US": "opt_out"}, "opt_out"),
        ({"default": "notice"}, "notice"),
    ],
)
def test_an_unknown_country_gets_the_strictest(regimes: dict[str, str], expected: str) -> None:
    assert regime(policy(regimes=regimes), None) == expected


purpose_sets = st.lists(st.sampled_from(PURPOSES[1:]), unique=True).map(sorted)
times = st.integers(0, 2 * NOW)
records = st.none() | st.builds(
    lambda grants, revision, time: Record(
        "s", revision, tuple(grants), time, "r" if grants else None
    ),
    purpose_sets,
    st.integers(1, 5),
    times,
)
signals = st.builds(Signals, st.booleans(), st.sampled_from(["DE", "US", "CH", None]))
regimes = st.dictionaries(st.sampled_from(["default", "US", "CH"]), st.sampled_from(REGIMES))


@given(records, signals, purpose_sets, regimes, times)
def test_only_what_was_asked_is_granted_and_a_refusal_always_holds(
    record: Record | None, signals: Signals, asked: list[str], regimes: dict[str, str], now: int
) -> None:
    grants = resolve(policy(purposes=asked, regimes=regimes), record, signals, now)
    assert grants.permits("necessary")
    assert grants.purposes <= {"necessary", *asked}
    if record is not None:
        assert grants.purposes <= {"necessary", *record.grants}
        assert not grants.identifying or record.grants


@given(st.none() | records, st.booleans(), purpose_sets, times)
def test_under_opt_in_nothing_without_a_grant_of_this_revision(
    record: Record | None, gpc: bool, asked: list[str], now: int
) -> None:
    site = policy(purposes=asked, regimes={"default": "opt_in"})
    grants = resolve(site, record, Signals(gpc, "DE"), now)
    if grants.identifying:
        assert record is not None
        assert record.revision == site.revision
        assert grants.state == "granted"


def test_grants_always_hold_necessary() -> None:
    grants = Grants(frozenset(), "denied", False, 1)
    assert grants.permits("necessary")
    assert not grants.permits("statistics")
    assert not grants.identifying


@pytest.mark.parametrize("purpose", PURPOSES)
def test_which_purposes_identify(purpose: str) -> None:
    grants = Grants(frozenset({purpose}), "granted", False, 1)
    assert grants.identifying is (purpose in {"statistics", "personalization", "marketing"})
