"""The signed token by which a site's backend says who has logged in.

A JWT (HS256) with ``sub`` the CRM ID, ``aud`` the site, ``iat``, ``exp`` at most five minutes
later, and ``jti`` an ID of its own. Whether the ``jti`` was used before is the store's to say.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import jwt
import msgspec

LIFETIME: Final = 5 * 60
"""The longest that a token may be valid, in seconds."""

LEEWAY: Final = 60
"""How far the shop's clock may be off, in seconds."""

LONGEST: Final = 4096
_LONGEST_ID: Final = 200
_UNREADABLE: Final = "this is no readable JWT: send the whole token, three parts and two dots"
_OWN_CHECKS: Final = ("exp", "nbf", "iat", "aud", "iss", "sub", "jti")


class BadToken(Exception):
    """A token that proves nothing. ``reason`` tells the shop's developer what to change.

    It names claims and expectations, never anything from the token itself.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Identity(msgspec.Struct, frozen=True):
    """What a good token proves. ``expires_ms`` is when it stops being accepted, leeway included."""

    customer: str
    token_id: str
    expires_ms: int


def verify(token: str, keys: Sequence[bytes], site: str, now_ms: int) -> Identity:
    """Who the token says has logged in on ``site``, by any of ``keys``. Raises BadToken."""
    claims = _signed_claims(token, keys)
    if claims.get("aud") != site:
        raise BadToken(f'the claim aud must be the text "{site}", this site, and no list')
    expires = _times(claims, now_ms // 1000)
    customer, token_id = _identifier(claims, "sub"), _identifier(claims, "jti")
    return Identity(customer, token_id, (expires + LEEWAY) * 1000)


def _signed_claims(token: str, keys: Sequence[bytes]) -> Mapping[str, Any]:
    if len(token) > LONGEST:
        raise BadToken(f"the token is longer than {LONGEST} characters: send only the claims named")
    if not token.isascii():
        raise BadToken("the token has characters that no JWT has: send it as your library made it")
    if not keys:
        raise BadToken("the edge has no identify key for this site: add one to its secrets file")
    for key in keys:
        if (claims := _claims_under(token, key)) is not None:
            return claims
    raise BadToken("the signature does not fit: sign with this site's key, decoded from base64url")


def _claims_under(token: str, key: bytes) -> Mapping[str, Any] | None:
    """The claims if the key fits, None if another one might. The clock is never the library's."""
    try:
        return jwt.decode(
            token,
            key,
            algorithms=["HS256"],
            options={f"verify_{claim}": False for claim in _OWN_CHECKS},  # type: ignore[arg-type]
        )
    except jwt.InvalidSignatureError:
        return None
    except jwt.InvalidAlgorithmError:
        raise BadToken("the header alg must be HS256: sign with HS256 and nothing else") from None
    except jwt.PyJWTError:
        raise BadToken(_UNREADABLE) from None


def _times(claims: Mapping[str, Any], now: int) -> int:
    issued, expires = _seconds(claims, "iat"), _seconds(claims, "exp")
    if not 0 < expires - issued <= LIFETIME:
        raise BadToken(f"the claim exp must be later than iat by at most {LIFETIME} seconds")
    if now >= expires + LEEWAY:
        raise BadToken("the token has expired (claim exp): sign a new one for each page view")
    if expires > now + LIFETIME + LEEWAY or issued > now + LEEWAY:
        raise BadToken("the claim iat lies in the future: set the shop server's clock by NTP")
    if "nbf" in claims and _seconds(claims, "nbf") > now + LEEWAY:
        raise BadToken("the token is not valid yet (claim nbf): leave nbf out or set the clock")
    return expires


def _seconds(claims: Mapping[str, Any], name: str) -> int:
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 10**11:
        raise BadToken(
            f"the claim {name} must be a time in whole seconds since 1970, no milliseconds"
        )
    return value


def _identifier(claims: Mapping[str, Any], name: str) -> str:
    value, use = (
        claims.get(name),
        {"sub": "the customer's CRM ID", "jti": "a new random text"}[name],
    )
    if not isinstance(value, str) or not value.strip() or not value.isprintable():
        raise BadToken(f"the claim {name} must be a text that is not empty: {use}")
    if len(value) > _LONGEST_ID:
        raise BadToken(f"the claim {name} is longer than {_LONGEST_ID} characters: {use}")
    return value
