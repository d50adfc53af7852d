"""The two cookies: what they hold, how they are set, and which of several is believed."""

import re
import secrets
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Final

from consent.grants import DAY
from consent.record import Record, from_payload, to_payload
from edge.tokens import Signer, timely

Headers = Iterable[tuple[bytes, bytes]]
"""Raw ASGI headers: every Cookie header counts, also where a proxy split or doubled them."""

CONSENT: Final = "__Host-tw_consent"
VISITOR: Final = "__Host-tw_visitor"

VISITOR_DAYS: Final = 395
"""Thirteen months, from issue and never renewed."""

REFUSAL_DAYS: Final = 365

_MOST_COPIES: Final = 8

# A browser sends the same cookies with every request, and what a token holds never changes.
_CACHED: Final = 10_000
_DAY_SECONDS: Final = DAY // 1000
_VISITOR_ID: Final = re.compile(r"[A-Za-z0-9_-]{21}[AQgw]")
_ATTRIBUTES: Final = "HttpOnly; Secure; SameSite=Lax; Path=/"


def consent_signer(keys: Sequence[bytes], site: str) -> Signer:
    """The signer of one site's consent cookies."""
    return Signer(keys, f"tagwerk.consent:{site}")


def visitor_signer(keys: Sequence[bytes], site: str) -> Signer:
    """The signer of one site's visitor cookies."""
    return Signer(keys, f"tagwerk.visitor:{site}")


def new_visitor() -> str:
    """A new visitor ID: 128 random bits as 22 characters."""
    return secrets.token_urlsafe(16)


def read_all(headers: Headers, name: str) -> list[str]:
    """Every value that the request carries under this cookie name, in the order received."""
    values = []
    wanted = name.encode()
    for key, header in headers:
        if key.lower() == b"cookie" and wanted in header:
            pairs = (part.partition("=") for part in header.decode("latin-1").split(";"))
            values += [
                value.strip(" \t") for found, _, value in pairs if found.strip(" \t") == name
            ]
    return values


def read_consent(headers: Headers, signer: Signer, site: str, now: int) -> Record | None:
    """The visitor's choice on this site: of several the newest, of equally new the strictest."""
    found = [_record(signer, token) for token in _tokens(headers, CONSENT)]
    records = [
        record
        for record in found
        if record and record.site == site and timely(record.time // 1000, now)
    ]
    return max(records, key=_precedence, default=None)


def _precedence(record: Record) -> tuple[int, bool, int, int, tuple[str, ...]]:
    # A refusal knows only its day, so it may be newer than any grant of that day.
    return record.time // DAY, record.refusal, record.time, -len(record.grants), record.grants


def read_visitor(headers: Headers, signer: Signer, now: int) -> str | None:
    """The visitor ID; None without a valid one, or with two that differ."""
    found = [_issued(signer, token) for token in _tokens(headers, VISITOR)]
    ids = {
        visitor
        for visitor, issued in filter(None, found)
        if timely(issued, now) and now // 1000 - issued <= VISITOR_DAYS * _DAY_SECONDS
    }
    return ids.pop() if len(ids) == 1 else None


def _tokens(headers: Headers, name: str) -> set[str]:
    values = set(read_all(headers, name))
    # Nobody comes by that many honestly, and each one costs an HMAC for every key.
    return values if len(values) <= _MOST_COPIES else set()


@lru_cache(maxsize=_CACHED)
def _record(signer: Signer, token: str) -> Record | None:
    payload = signer.unsign(token)
    return None if payload is None else from_payload(payload)


@lru_cache(maxsize=_CACHED)
def _issued(signer: Signer, token: str) -> tuple[str, int] | None:
    payload = signer.unsign(token)
    if payload is None:
        return None
    visitor, issued = payload.get("v"), payload.get("t")
    if not isinstance(visitor, str) or not isinstance(issued, int):
        return None
    return (visitor, issued) if _VISITOR_ID.fullmatch(visitor) else None


def consent_cookie(record: Record, signer: Signer, expires_days: int) -> str:
    """The Set-Cookie value that remembers a choice; a refusal at least as long as a grant."""
    days = max(expires_days, REFUSAL_DAYS) if record.refusal else expires_days
    return _set(CONSENT, signer.sign(to_payload(record)), days * _DAY_SECONDS)


def visitor_cookie(visitor: str, signer: Signer, now: int) -> str:
    """The Set-Cookie value that gives a visitor its ID, once, at ``now`` (ms)."""
    return _set(VISITOR, signer.sign({"v": visitor, "t": now // 1000}), VISITOR_DAYS * _DAY_SECONDS)


def expire(name: str) -> str:
    """The Set-Cookie value that takes a cookie of ours away."""
    return _set(name, "", 0)


def _set(name: str, value: str, max_age: int) -> str:
    return f"{name}={value}; {_ATTRIBUTES}; Max-Age={max_age}"
