"""The shapes that several calls share on the wire."""

import msgspec

from consent.grants import PURPOSES, Grants


class ConsentState(msgspec.Struct, frozen=True):
    """What the browser may know of its consent. ``ask``: the banner is due."""

    state: str
    grants: list[str]
    revision: int
    ask: bool


def consent_state(grants: Grants) -> ConsentState:
    """Return the grants as the tag reads them, in a fixed order."""
    granted = grants.purposes
    names: list[str] = [purpose for purpose in PURPOSES if purpose in granted]
    return ConsentState(grants.state, names, grants.revision, grants.ask)
