"""The two cookies: what they hold, how they are set, and which of several is believed."""

import re
import secrets
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from consent.grants import DAY
from consent.record import Record, from_payload, to_payload
from edge.tokens import Signer

Headers = Iterable[tuple[bytes, bytes]]
"""Raw ASGI headers: every Cookie header counts, also where a proxy split or doubled them."""

CONSENT: Final = "__Host-tw_consent"
VISITOR: Final = "__Host-tw_visitor"

VISITOR_DAYS: Final = 395
"""Thirteen months, from issue and never renewed."""

REFUSAL_DAYS: Final = 365

_MOST_COPIES: Final = 8
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
    payloads = _verified(headers, CONSENT, signer, now)
    records = [record for record in map(from_payload, payloads) if record and record.site == site]
    return max(records, key=_precedence, default=None)


def _precedence(record: Record) -> tuple[int, bool, int, int, tuple[str, ...]]:
    # A refusal knows only its day, so it may be newer than any grant of that day.
    return record.time // DAY, record.refusal, record.time, -len(record.grants), record.grants


def read_visitor(headers: Headers, signer: Signer, now: int) -> str | None:
    """The visitor ID; None without a valid one, or with two that differ."""
    payloads = _verified(headers, VISITOR, signer, now)
    ids = {visitor for payload in payloads if (visitor := _visitor(payload, now))}
    return ids.pop() if len(ids) == 1 else None


def _visitor(payload: Mapping[str, object], now: int) -> str | None:
    visitor, issued = payload.get("v"), payload.get("t")
    if not (isinstance(visitor, str) and _VISITOR_ID.fullmatch(visitor)):
        return None
    fresh = isinstance(issued, int) and now // 1000 - issued <= VISITOR_DAYS * _DAY_SECONDS
    return visitor if fresh else None


def _verified(headers: Headers, name: str, signer: Signer, now: int) -> list[Mapping[str, object]]:
    values = set(read_all(headers, name))
    # Nobody comes by that many honestly, and each one costs an HMAC for every key.
    if len(values) > _MOST_COPIES:
        return []
    return [payload for value in values if (payload := signer.verify(value, now)) is not None]


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
