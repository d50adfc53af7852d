"""The two cookies: what they hold, how they are set, and which of several is believed."""

import re
import secrets
from collections.abc import Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from consent.grants import DAY
from consent.record import Record, from_payload, to_payload
from edge.tokens import LONGEST, Signer, timely

CONSENT: Final = "__Host-tw_consent"
VISITOR: Final = "__Host-tw_visitor"

VISITOR_DAYS: Final = 395
"""Thirteen months, from issue and never renewed."""

REFUSAL_DAYS: Final = 365

_MOST_COPIES: Final = 8
_MOST_COOKIES: Final = 1_000
"""Cookies that are looked at: more than any browser keeps for a site."""
_OURS: Final = "__Host-tw_"
_BLANKS: Final = " \t"

# A browser sends the same cookies with every request, and what a token holds never changes.
_CACHED: Final = 10_000
_DAY_SECONDS: Final = DAY // 1000
_VISITOR_SECONDS: Final = VISITOR_DAYS * _DAY_SECONDS
_VISITOR_ID: Final = re.compile(r"[A-Za-z0-9_-]{21}[AQgw]")
_ATTRIBUTES: Final = "HttpOnly; Secure; SameSite=Lax; Path=/"


class Sent(NamedTuple):
    """The values that came under each name: a browser may hold, or be given, several."""

    consent: list[str]
    visitor: list[str]


class _Issued(NamedTuple):
    visitor: str
    time: int
    """Seconds since the epoch."""


def consent_signer(keys: Sequence[bytes], site: str) -> Signer:
    """The signer of one site's consent cookies."""
    return Signer(keys, f"tagwerk.consent:{site}")


def visitor_signer(keys: Sequence[bytes], site: str) -> Signer:
    """The signer of one site's visitor cookies."""
    return Signer(keys, f"tagwerk.visitor:{site}")


def new_visitor() -> str:
    """A new visitor ID: 128 random bits as 22 characters."""
    return secrets.token_urlsafe(16)


def sent(header: str) -> Sent:
    """Every copy of our two cookies in a request's Cookie header, in the order received."""
    sent = Sent([], [])
    for pair in header.split(";", _MOST_COOKIES):
        if _OURS in pair and "=" in pair:
            name, _, value = pair.partition("=")
            name = name.strip(_BLANKS)
            if name == CONSENT:
                sent.consent.append(value.strip(_BLANKS))
            elif name == VISITOR:
                sent.visitor.append(value.strip(_BLANKS))
    return sent


def read_consent(tokens: Sequence[str], signer: Signer, site: str, now: int) -> Record | None:
    """The visitor's choice on this site: of several the newest, of equally new the strictest."""
    newest: Record | None = None
    for token in _few(tokens):
        record = _record(signer, token)
        if record is None or record.site != site or not timely(record.time // 1000, now):
            continue
        if newest is None or _precedence(record) > _precedence(newest):
            newest = record
    return newest


def _precedence(record: Record) -> tuple[int, bool, int, int, tuple[str, ...]]:
    # A refusal knows only its day, so it may be newer than any grant of that day.
    return record.time // DAY, record.refusal, record.time, -len(record.grants), record.grants


def read_visitor(tokens: Sequence[str], signer: Signer, now: int) -> str | None:
    """The visitor ID; None without a valid one, or with two that differ."""
    found: str | None = None
    for token in _few(tokens):
        issued = _issued(signer, token)
        if issued is None or not _current(issued.time, now):
            continue
        if found is not None and found != issued.visitor:
            return None
        found = issued.visitor
    return found


def _current(issued: int, now: int) -> bool:
    return timely(issued, now) and now // 1000 - issued <= _VISITOR_SECONDS


def _few(tokens: Sequence[str]) -> Sequence[str]:
    # Nobody comes by that many honestly, and each one costs an HMAC for every key; one longer than
    # any of ours would only be kept in memory.
    if len(tokens) > _MOST_COPIES:
        return ()
    return tokens if sum(map(len, tokens)) <= LONGEST else [t for t in tokens if len(t) <= LONGEST]


@lru_cache(maxsize=_CACHED)
def _record(signer: Signer, token: str) -> Record | None:
    payload = signer.unsign(token)
    return None if payload is None else from_payload(payload)


@lru_cache(maxsize=_CACHED)
def _issued(signer: Signer, token: str) -> _Issued | None:
    payload = signer.unsign(token)
    if payload is None:
        return None
    visitor, issued = payload.get("v"), payload.get("t")
    if not isinstance(visitor, str) or not isinstance(issued, int):
        return None
    return _Issued(visitor, issued) if _VISITOR_ID.fullmatch(visitor) else None


def consent_cookie(record: Record, signer: Signer, expires_days: int) -> str:
    """The Set-Cookie value that remembers a choice; a refusal at least as long as a grant."""
    days = max(expires_days, REFUSAL_DAYS) if record.refusal else expires_days
    return _set(CONSENT, signer.sign(to_payload(record)), days * _DAY_SECONDS)


def visitor_cookie(visitor: str, signer: Signer, now: int) -> str:
    """The Set-Cookie value that gives a visitor its ID, once, at ``now`` (ms)."""
    return _set(VISITOR, signer.sign({"v": visitor, "t": now // 1000}), _VISITOR_SECONDS)


def expire(name: str) -> str:
    """The Set-Cookie value that takes a cookie of ours away."""
    return _set(name, "", 0)


def _set(name: str, value: str, max_age: int) -> str:
    return f"{name}={value}; {_ATTRIBUTES}; Max-Age={max_age}"
