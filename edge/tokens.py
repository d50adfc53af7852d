"""Values that only this edge can have made: signed, readable, not secret.

A token is ``base64url(JSON).base64url(HMAC-SHA256)``. Times live in the payload and are judged
here, because the signing library's own timestamps refuse a token from a clock three seconds ahead.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Mapping, Sequence
from typing import Final

import itsdangerous
import msgspec

CLOCK_LEEWAY: Final = 10 * 60
"""How far ahead of ours, in seconds, the clock of the node that signed may have been."""

LONGEST: Final = 4096
"""Characters of the longest token looked at: more than a browser keeps in one cookie."""

# The library's decoder skips stray characters and unused bits; a token has one spelling only.
_FORM: Final = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]")


class Signer:
    """Signs payloads with the first of ``keys`` and accepts those signed with any of them.

    ``salt`` separates kinds of tokens and sites: what one salt signed, another does not accept.
    """

    def __init__(self, keys: Sequence[bytes], salt: str) -> None:
        if not keys:
            raise ValueError("a signer needs at least one key")
        # The library takes its newest key last.
        self._signer = itsdangerous.Signer(
            list(reversed(keys)), salt=salt, key_derivation="hmac", digest_method=hashlib.sha256
        )

    def sign(self, payload: Mapping[str, object]) -> str:
        """The payload as a token: ASCII, safe in a cookie, the same bytes for the same payload."""
        text = msgspec.json.encode(payload, order="sorted")
        return self._signer.sign(base64.urlsafe_b64encode(text).rstrip(b"=")).decode("ascii")

    def verify(self, token: str, now_ms: int) -> Mapping[str, object] | None:
        """The payload, or None unless every character is as it was signed.

        A payload whose ``t`` (seconds) is more than the clock leeway ahead is refused as well.
        """
        payload = self.unsign(token)
        if payload is None or not timely(payload.get("t", 0), now_ms):
            return None
        return payload

    def unsign(self, token: str) -> Mapping[str, object] | None:
        """The payload of a token whose signature is good, whatever time it says."""
        if len(token) > LONGEST or not _FORM.fullmatch(token):
            return None
        try:
            body = self._signer.unsign(token)
            payload = msgspec.json.decode(base64.urlsafe_b64decode(body + b"=" * (-len(body) % 4)))
        except (itsdangerous.BadSignature, msgspec.DecodeError, binascii.Error, RecursionError):
            return None
        return payload if isinstance(payload, dict) else None


def timely(issued: object, now_ms: int) -> bool:
    """Whether a token may have been issued at this time (seconds), clocks being what they are."""
    if not isinstance(issued, int) or isinstance(issued, bool):
        return False
    return issued <= now_ms // 1000 + CLOCK_LEEWAY
