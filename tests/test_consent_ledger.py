"""The consent ledger: what an entry holds, and that no change to the chain goes unseen."""

import json
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consent.ledger import GENESIS, chain, entry, verify
from consent.record import Record

GRANT = Record("demo-shop", 3, ("statistics",), 1_790_000_000_000, "r-1")
REFUSAL = Record("demo-shop", 3, (), 1_789_948_800_000, None)
Chain = list[tuple[Mapping[str, object], str]]


def written(*records: Record) -> Chain:
    done: Chain = []
    previous = GENESIS
    for record in records:
        item = entry(record, "save", "de", 2, "ab" * 32, "opt_in")
        previous = chain(previous, item)
        done.append((item, previous))
    return done


def test_a_grant_can_be_produced_by_its_receipt() -> None:
    assert entry(GRANT, "accept_all", "de", 1, "ab" * 32, "opt_in") == {
        "site": "demo-shop",
        "revision": 3,
        "time": 1_790_000_000_000,
        "action": "accept_all",
        "grants": ["statistics"],
        "lang": "de",
        "layer": 1,
        "text": "ab" * 32,
        "regime": "opt_in",
        "receipt": "r-1",
    }


def test_a_refusal_holds_no_id() -> None:
    item = entry(REFUSAL, "reject_all", "de", 1, "ab" * 32, "opt_in")
    assert "receipt" not in item
    assert "withdrawn" not in item
    assert item == entry(REFUSAL, "reject_all", "de", 1, "ab" * 32, "opt_in")


def test_a_withdrawal_names_the_receipt_it_ends() -> None:
    item = entry(REFUSAL, "withdraw", "de", 1, "ab" * 32, "opt_in", withdrawn="r-1")
    assert (item["withdrawn"], "receipt" in item) == ("r-1", False)


def test_the_hash_is_the_same_on_every_machine_and_day() -> None:
    assert chain(GENESIS, {"b": 1, "a": "ä"}) == (
        "1228c0af611640982ed4af747746790063d094b15ff596be3e98d98ff7e57beb"
    )


def test_the_hash_ignores_the_order_of_keys_and_a_trip_through_json() -> None:
    item = entry(GRANT, "save", "de", 2, "x", "opt_in")
    again = json.loads(json.dumps(dict(reversed(item.items()))))
    assert chain(GENESIS, again) == chain(GENESIS, item)


@pytest.mark.parametrize("previous", ["", "0" * 63, "0" * 65])
def test_a_previous_hash_of_another_length_is_refused(previous: str) -> None:
    with pytest.raises(ValueError, match="64 hex"):
        chain(previous, {"a": 1})


def test_an_untouched_ledger_verifies() -> None:
    assert verify(written(GRANT, REFUSAL, GRANT)) is None
    assert verify([]) is None


@given(st.integers(0, 4), st.sampled_from(["time", "grants", "text", "site", "receipt"]))
def test_a_changed_entry_is_found_where_it_is(index: int, field: str) -> None:
    ledger = written(*[GRANT] * 5)
    item, stored = ledger[index]
    ledger[index] = ({**item, field: "other"}, stored)
    assert verify(ledger) == index


@given(st.integers(0, 3))
def test_a_removed_or_moved_entry_is_found(index: int) -> None:
    ledger = written(*(Record("s", n + 1, (), 0, None) for n in range(5)))
    assert verify(ledger[:index] + ledger[index + 1 :]) == index
    ledger[index], ledger[index + 1] = ledger[index + 1], ledger[index]
    assert verify(ledger) == index


def test_an_entry_recomputed_by_a_forger_breaks_the_next_one() -> None:
    ledger = written(GRANT, GRANT)
    forged = {**ledger[0][0], "grants": ["marketing"]}
    ledger[0] = (forged, chain(GENESIS, forged))
    assert verify(ledger) == 1


def test_an_entry_that_json_cannot_hold_counts_as_broken() -> None:
    assert verify([({"time": float("nan")}, "0" * 64)]) == 0
    assert verify([({"time": {1, 2}}, "0" * 64)]) == 0
