"""Identify tokens: what proves a login, and what each hostile or mistaken token is told."""

import base64
import hashlib
import hmac
import json
import string
import traceback
from typing import Any

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.identify_tokens import LEEWAY, LIFETIME, BadToken, Identity, verify

KEY, OLDER, OTHER = (hashlib.sha256(name).digest() for name in (b"new", b"older", b"other"))
NOW = 1_790_856_000
CANARY = "canary-4711"
GOOD = {"sub": "C-1001", "aud": "demo-shop", "iat": NOW, "exp": NOW + 300, "jti": "j-1"}


def b64(part: bytes) -> str:
    return base64.urlsafe_b64encode(part).rstrip(b"=").decode()


def token(key: bytes = KEY, header: Any = None, body: bytes | None = None, **changes: Any) -> str:
    """A JWT made by hand, so that no library's own checks stand in the way."""
    claims = {k: v for k, v in {**GOOD, **changes}.items() if v is not ...}
    head = json.dumps({"alg": "HS256", "typ": "JWT"} if header is None else header).encode()
    signed = f"{b64(head)}.{b64(json.dumps(claims).encode() if body is None else body)}"
    return f"{signed}.{b64(hmac.digest(key, signed.encode(), 'sha256'))}"


def check(text: str, keys: list[bytes] | None = None) -> Identity:
    return verify(text, [KEY] if keys is None else keys, "demo-shop", NOW * 1000)


def test_a_good_token_names_the_customer() -> None:
    assert check(token()) == Identity("C-1001", "j-1", (NOW + 300 + 60) * 1000)


def test_a_token_as_a_library_makes_it() -> None:
    made = jwt.encode(dict(GOOD), KEY, algorithm="HS256", headers={"kid": "1"})
    assert check(made).customer == "C-1001"


TIMES = [
    ("just issued", 0, 300, True),
    ("issued by a clock a minute ahead", LEEWAY, LEEWAY + LIFETIME, True),
    ("issued by a clock more than a minute ahead", LEEWAY + 1, LEEWAY + LIFETIME, False),
    ("issued in the future and short", LEEWAY + 1, LEEWAY + 2, False),
    ("valid too far ahead", 1, LIFETIME + LEEWAY + 1, False),
    ("on its last second", -300, 0, True),
    ("within the leeway", -359, -59, True),
    ("expired by the leeway", -360, -60, False),
    ("expired long ago", -100_000, -99_900, False),
    ("longer than five minutes", 0, 301, False),
    ("longer than five minutes, in its last ones", -1000, 10, False),
    ("ends before it begins", 0, -1, False),
    ("ends as it begins", 0, 0, False),
]


@pytest.mark.parametrize(("iat", "exp", "ok"), [r[1:] for r in TIMES], ids=[r[0] for r in TIMES])
def test_times(iat: int, exp: int, ok: bool) -> None:
    text = token(iat=NOW + iat, exp=NOW + exp)
    if ok:
        assert check(text).expires_ms == (NOW + exp + LEEWAY) * 1000
    else:
        with pytest.raises(BadToken, match=r"exp|iat"):
            check(text)


def test_a_token_is_remembered_as_long_as_it_is_accepted() -> None:
    identity = check(token())
    verify(token(), [KEY], "demo-shop", identity.expires_ms - 1)
    with pytest.raises(BadToken, match="expired"):
        verify(token(), [KEY], "demo-shop", identity.expires_ms)


NONE, HS512 = {"alg": "none"}, {"alg": "HS512"}
unsigned = ".".join([*token(header=NONE).split(".")[:2], ""])
HOSTILE = [
    ("alg none without signature", unsigned, "HS256"),
    ("alg none with signature", token(header=NONE), "HS256"),
    ("alg None in capitals", token(header={"alg": "NONE"}), "HS256"),
    ("alg RS256", token(header={"alg": "RS256"}), "HS256"),
    ("alg HS512, truly", jwt.encode(dict(GOOD), KEY + KEY, algorithm="HS512"), "HS256"),
    ("alg HS512, said only", token(header=HS512), "HS256"),
    ("alg as a list", token(header={"alg": ["HS256"]}), "HS256|readable"),
    ("no alg", token(header={"typ": "JWT"}), "HS256"),
    (
        "an unknown critical header",
        token(header={"alg": "HS256", "crit": ["x"], "x": 1}),
        "readable",
    ),
    ("wrong key", token(key=OTHER), "signature"),
    ("the key as its text", token(key=b64(KEY).encode()), "base64url"),
    ("no signature", token().rpartition(".")[0] + ".", "signature"),
    ("truncated", token()[:-5], "signature|readable"),
    ("truncated in the body", token()[:60], "readable"),
    ("two parts", token().rpartition(".")[0], "readable"),
    ("empty", "", "readable"),
    ("dots", "..", "readable"),
    ("not ASCII", token() + "ä", "characters"),
    ("a lone surrogate", "\ud800", "characters"),
    ("10 KB", token(extra="a" * 10_000), "longer than 4096"),
    ("a header nested deep", f"{b64(b'[' * 3000)}.e30.e30", "readable"),
    ("a body nested deep", token(body=b"[" * 2500), "readable"),
    ("a body that is a list", token(body=b"[]"), "readable"),
    ("a body that is no JSON", token(body=b"{"), "readable"),
    ("a body not UTF-8", token(body=b"\xff"), "readable"),
    ("a number of 2,500 digits", token(body=b'{"exp":' + b"9" * 2500 + b"}"), "aud"),
    ("wrong aud", token(aud=CANARY), 'aud must be the text "demo-shop"'),
    ("aud as a list", token(aud=["demo-shop"]), "no list"),
    ("aud with more", token(aud="demo-shop,other"), "aud"),
    ("no aud", token(aud=...), "aud"),
    ("aud null", token(aud=None), "aud"),
    ("no exp", token(exp=...), "claim exp"),
    ("no iat", token(iat=...), "claim iat"),
    ("exp as text", token(exp=str(NOW + 60)), "claim exp"),
    ("exp as a fraction", token(exp=NOW + 0.5), "claim exp"),
    ("exp beyond all bounds", token(body=b'{"aud":"demo-shop","iat":0,"exp":1e999}'), "claim exp"),
    ("exp as yes", token(exp=True, iat=False), "claim iat"),
    ("times in milliseconds", token(iat=NOW * 1000, exp=(NOW + 60) * 1000), "no milliseconds"),
    ("negative times", token(iat=-10, exp=-5), "claim iat"),
    ("nbf in the future", token(nbf=NOW + 61), "nbf"),
    ("nbf as text", token(nbf="soon"), "nbf"),
    ("no jti", token(jti=...), "claim jti"),
    ("empty jti", token(jti=""), "claim jti"),
    ("jti a number", token(jti=7), "claim jti"),
    ("a long jti", token(jti="j" * 201), "claim jti is longer"),
    ("no sub", token(sub=...), "claim sub"),
    ("empty sub", token(sub=""), "claim sub"),
    ("blank sub", token(sub="  "), "claim sub"),
    ("sub a number", token(sub=1001), "claim sub"),
    ("sub a list", token(sub=["C-1001"]), "claim sub"),
    ("sub with a line break", token(sub="C-1\nC-2"), "claim sub"),
    ("sub with a lone surrogate", token(sub="\ud800"), "claim sub"),
    ("a long sub", token(sub="C" * 201), "claim sub is longer"),
]


@pytest.mark.parametrize(("text", "reason"), [r[1:] for r in HOSTILE], ids=[r[0] for r in HOSTILE])
def test_hostile_tokens(text: str, reason: str) -> None:
    with pytest.raises(BadToken, match=reason) as caught:
        check(text)
    assert caught.value.reason == str(caught.value)
    assert CANARY not in caught.value.reason


def test_nbf_in_the_past_is_no_trouble() -> None:
    assert check(token(nbf=NOW)).customer == "C-1001"


def test_older_keys_are_accepted_until_they_are_removed() -> None:
    assert check(token(key=OLDER), [KEY, OLDER]).customer == "C-1001"
    with pytest.raises(BadToken, match="signature"):
        check(token(key=OLDER), [KEY])


def test_without_a_key_nothing_is_accepted() -> None:
    for key in (b"", KEY):
        with pytest.raises(BadToken, match="no identify key"):
            check(token(key=key), [])


@pytest.mark.parametrize("text", [token(header={"alg": CANARY}), f"{CANARY}.{CANARY}.{CANARY}"])
def test_neither_reason_nor_traceback_shows_the_token(text: str) -> None:
    with pytest.raises(BadToken) as caught:
        check(text)
    assert CANARY not in "".join(traceback.format_exception(caught.value))


@pytest.mark.slow
def test_no_character_can_be_another() -> None:
    text = token()
    for at, char in enumerate(text):
        for other in set(string.ascii_letters + string.digits + "-_=. !") - {char}:
            with pytest.raises(BadToken):
                check(text[:at] + other + text[at + 1 :])


@given(st.integers(0, len(token())), st.text(min_size=1, max_size=5))
def test_nothing_can_be_inserted(at: int, junk: str) -> None:
    text = token()
    with pytest.raises(BadToken):
        check(text[:at] + junk + text[at:])


@given(st.text())
def test_any_text_is_only_refused(text: str) -> None:
    with pytest.raises(BadToken):
        check(text)
