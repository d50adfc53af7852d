"""What a counter is: which events it counts, and what of them it holds."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import msgspec

from rules.values import fits

Kind = Literal["times", "values", "sums", "total"]
"""What a counter holds of its events."""


class Property(msgspec.Struct, frozen=True):
    """A property of an event, with the type it is declared as."""

    name: str
    type: str

    def of(self, properties: Mapping[str, object]) -> object:
        """Return its value in an event; None where it is missing or of another type."""
        value = properties.get(self.name)
        return value if value is not None and fits(value, self.type) else None


class Filter(msgspec.Struct, frozen=True):
    """What a counter asks of one property: operators and their arguments, all of which must hold."""

    property: Property
    comparisons: tuple[tuple[str, object], ...]


class Counter(msgspec.Struct, frozen=True):
    """A rolling counter some rule needs: which events it counts, and what of them it keeps.

    ``kind`` says what a counter holds, in order of time; of events at the same time the one that arrived
    later is the newer:

    - ``times``: ``[time, ...]``
    - ``values``: ``[[time, ...], [value of the property, ...]]``
    - ``sums``: ``[[time, ...], [sum of the property up to and with this event, ...]]``, of those held
    - ``total``: ``[sum of the property over all events]``

    Sums are whole numbers of millionths.
    """

    key: str
    event: str
    where: tuple[Filter, ...] = ()
    kind: Kind = "times"
    of: Property | None = None
    """The property whose values are held or added up."""
    keep: int = 1
    """How many events are held: the newest, or with ``oldest`` the oldest."""
    span: int | None = None
    """Milliseconds before the newest event beyond which none is held; None: no bound."""
    oldest: bool = False

    def events(self, held: Sequence[Any]) -> int:
        """Return how many events it holds; a total is one, of however many."""
        return len(held[0]) if held and self.kind in ("values", "sums") else len(held)


class CountersOfEvent(msgspec.Struct, frozen=True):
    """The counters an event of one name may advance, found by the values of its properties."""

    always: tuple[Counter, ...]
    """Those to look at whatever the values are."""
    by_value: Mapping[str, Mapping[object, Sequence[Counter]]]
    """Property -> value -> those that count only events with it."""
