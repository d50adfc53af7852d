"""The shapes that several calls share on the wire."""

from functools import lru_cache

import msgspec

from consent.grants import PURPOSES, Grants


class ConsentState(msgspec.Struct, frozen=True):
    """What the browser may know of its consent. ``ask``: the banner is due."""

    state: str
    grants: tuple[str, ...]
    revision: int
    ask: bool


def consent_state(grants: Grants) -> ConsentState:
    """Return the grants as the tag reads them, in a fixed order."""
    return ConsentState(grants.state, _ordered(grants.purposes), grants.revision, grants.ask)


@lru_cache(maxsize=64)  # there are no more sets of purposes
def _ordered(granted: frozenset[str]) -> tuple[str, ...]:
    return tuple([purpose for purpose in PURPOSES if purpose in granted])
