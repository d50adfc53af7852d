"""Signed tokens: nothing that was altered, made elsewhere or dated ahead verifies."""

import base64
import hashlib
import hmac
import json
import random
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.tokens import CLOCK_LEEWAY, LONGEST, Signer

KEY, OLDER, OTHER = (hashlib.sha256(name).digest() for name in (b"new", b"older", b"other"))
NOW = 1_790_856_000_000
SIGNER = Signer([KEY], "tagwerk.visitor:demo-shop")
PAYLOAD = {"v": "AAAAAAAAAAAAAAAAAAAAAA", "t": NOW // 1000}
TOKEN = SIGNER.sign(PAYLOAD)

payloads = st.dictionaries(
    st.text(max_size=10).filter(lambda key: key != "t"),
    st.text(max_size=20)
    | st.integers(-(2**53), 2**53)
    | st.booleans()
    | st.lists(st.text(max_size=5)),
    max_size=5,
)


@given(payloads)
def test_what_was_signed_verifies(payload: dict[str, object]) -> None:
    assert SIGNER.verify(SIGNER.sign(payload), NOW) == payload


def test_a_token_is_hmac_sha256_under_a_key_of_its_salt() -> None:
    body, _, signature = TOKEN.rpartition(".")
    derived = hmac.digest(KEY, b"tagwerk.visitor:demo-shop", "sha256")
    expected = base64.urlsafe_b64encode(hmac.digest(derived, body.encode(), "sha256"))
    assert signature == expected.rstrip(b"=").decode()


def test_the_order_of_keys_changes_nothing() -> None:
    assert SIGNER.sign(dict(reversed(PAYLOAD.items()))) == TOKEN


@given(payloads)
def test_a_token_is_safe_in_a_cookie(payload: dict[str, object]) -> None:
    assert set(SIGNER.sign(payload)) <= set(string.ascii_letters + string.digits + "-_.")


def test_no_single_bit_can_be_flipped() -> None:
    raw = TOKEN.encode()
    for at in range(len(raw) * 8):
        flipped = bytearray(raw)
        flipped[at // 8] ^= 1 << at % 8
        assert SIGNER.verify(flipped.decode("latin-1"), NOW) is None


def test_no_character_can_be_another() -> None:
    for at, char in enumerate(TOKEN):
        for other in set(string.ascii_letters + string.digits + "-_=.") - {char}:
            assert SIGNER.verify(TOKEN[:at] + other + TOKEN[at + 1 :], NOW) is None


@pytest.mark.slow
def test_a_hundred_thousand_alterations() -> None:
    chance = random.Random(20260901)
    raw = TOKEN.encode()
    for _ in range(100_000):
        altered = bytearray(raw)
        for _ in range(chance.randint(1, 3)):
            altered[chance.randrange(len(raw))] ^= 1 << chance.randrange(8)
        if altered != raw:
            assert SIGNER.verify(altered.decode("latin-1"), NOW) is None


@given(st.integers(0, len(TOKEN)), st.text(min_size=1, max_size=5))
def test_nothing_can_be_inserted(at: int, junk: str) -> None:
    assert SIGNER.verify(TOKEN[:at] + junk + TOKEN[at:], NOW) is None


@given(st.integers(0, len(TOKEN) - 1), st.integers(1, len(TOKEN)))
def test_nothing_can_be_cut_out(at: int, length: int) -> None:
    assert SIGNER.verify(TOKEN[:at] + TOKEN[at + length :], NOW) is None


@given(st.text(max_size=100))
def test_any_text_is_only_refused(text: str) -> None:
    assert SIGNER.verify(text, NOW) is None


def test_older_keys_verify_and_the_newest_signs() -> None:
    salt = "tagwerk.visitor:demo-shop"
    old = Signer([OLDER], salt).sign(PAYLOAD)
    rotated = Signer([KEY, OLDER], salt)
    assert rotated.verify(old, NOW) == PAYLOAD
    assert rotated.sign(PAYLOAD) == TOKEN
    assert Signer([KEY], salt).verify(old, NOW) is None


@pytest.mark.parametrize("salt", ["tagwerk.consent:demo-shop", "tagwerk.visitor:other-shop", ""])
def test_another_kind_or_site_does_not_accept_it(salt: str) -> None:
    assert Signer([KEY], salt).verify(TOKEN, NOW) is None
    assert Signer([OTHER], "tagwerk.visitor:demo-shop").verify(TOKEN, NOW) is None


def sign_raw(body: bytes) -> str:
    derived = hmac.digest(KEY, b"tagwerk.visitor:demo-shop", "sha256")
    text = base64.urlsafe_b64encode(body).rstrip(b"=")
    signature = base64.urlsafe_b64encode(hmac.digest(derived, text, "sha256")).rstrip(b"=")
    return (text + b"." + signature).decode()


@pytest.mark.parametrize("body", [b"[]", b"3", b"null", b"{", b"\xff", b"", b"[" * 2000])
def test_a_signed_body_that_is_no_object_is_refused(body: bytes) -> None:
    assert SIGNER.verify(sign_raw(body), NOW) is None


def test_a_signed_body_longer_than_a_cookie_is_not_looked_at() -> None:
    body = json.dumps({"v": "a" * LONGEST}).encode()
    assert SIGNER.verify(sign_raw(body), NOW) is None


@pytest.mark.parametrize(
    ("ahead", "accepted"),
    [(-(10**9), True), (0, True), (3, True), (CLOCK_LEEWAY, True), (CLOCK_LEEWAY + 1, False)],
)
def test_a_clock_ten_minutes_ahead_is_believed_and_no_more(ahead: int, accepted: bool) -> None:
    token = SIGNER.sign({"t": NOW // 1000 + ahead})
    assert (SIGNER.verify(token, NOW) is not None) is accepted


@pytest.mark.parametrize("time", ["1", None, True, 1.5, []])
def test_a_time_that_is_no_whole_number_is_refused(time: object) -> None:
    assert SIGNER.verify(SIGNER.sign({"t": time}), NOW) is None


def test_no_keys_no_signer() -> None:
    with pytest.raises(ValueError, match="at least one key"):
        Signer([], "salt")
