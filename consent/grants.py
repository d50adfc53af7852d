"""What consent permits one request: a value that is passed along, never looked up."""

from typing import Final, Literal

import msgspec

NECESSARY: Final = "necessary"
PURPOSES: Final = (NECESSARY, "functional", "statistics", "personalization", "marketing")
IDENTIFYING: Final = frozenset({"statistics", "personalization", "marketing"})
"""The purposes that allow a visitor to be recognised at all."""

DAY: Final = 24 * 60 * 60 * 1000
"""One day in milliseconds."""

State = Literal["unset", "denied", "granted"]


class ConsentError(ValueError):
    """Base of everything this package raises."""


class Grants(msgspec.Struct, frozen=True):
    """The purposes in force for one request, and whether the visitor is to be asked.

    ``state`` is ``unset`` when no choice holds: "never asked" and "said no" stay different things.
    """

    purposes: frozenset[str]
    state: State
    ask: bool
    revision: int

    def __post_init__(self) -> None:
        if NECESSARY not in self.purposes:
            msgspec.structs.force_setattr(self, "purposes", self.purposes | {NECESSARY})

    def permits(self, purpose: str) -> bool:
        """Whether this purpose is in force."""
        return purpose in self.purposes

    @property
    def identifying(self) -> bool:
        """Whether any purpose in force lets the visitor be recognised."""
        return not IDENTIFYING.isdisjoint(self.purposes)
