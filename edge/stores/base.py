"""The one contract every store keeps, and the values that cross it.

Times are integers: milliseconds since the Unix epoch, UTC. A visitor is its visitor ID, a customer
its CRM ID. Nothing here checks consent: callers pass only what the grants of the request allow.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Literal, NamedTuple, Protocol

import msgspec

Scalar = str | int | float | bool | list[str] | None
"""One value of an attribute or a property; a list is of texts."""
Counts = Mapping[str, Sequence[Any]]
"""Counter key -> what it holds, as JSON; ``Mark`` says in which shape."""
Kind = Literal["times", "values", "sums", "total"]


class StoreError(Exception):
    """Base of everything a store raises; a driver's own errors never pass its module."""


class StoreUnavailable(StoreError):
    """The store did not answer or could not write; nothing of the call took effect."""


class StoreDamaged(StoreError):
    """The store's data fails its integrity check; it must be restored before it is used."""


class TokenUsed(StoreError):
    """This identify token was accepted before."""


class LinkedElsewhere(StoreError):
    """This visitor is or was linked to another customer; nothing changed, the token is unused."""


class VisitorErased(StoreError):
    """This visitor withdrew or was erased: its ID must not gather anything again."""


class Event(msgspec.Struct, frozen=True):
    """Something that happened. ``id`` is made by the sender and makes a retry harmless."""

    id: str
    name: str
    time: int
    channel: str
    properties: dict[str, Scalar]
    decision: str | None = None


class Mark(msgspec.Struct, frozen=True):
    """One counter that an event advances. It holds events in order of time, then of arrival:

    - ``times``: ``[time, ...]``
    - ``values``: ``[[time, ...], [value, ...]]``
    - ``sums``: ``[[time, ...], [sum of the values up to and with this event, ...]]``
    - ``total``: ``[sum of all values]``, and nothing else

    It holds the ``keep`` newest of those not older than ``span`` milliseconds before the newest; or, with
    ``oldest`` and without ``span``, the ``keep`` oldest. Sums are of those held; their values are integers.
    """

    counter: str
    keep: int = 1
    kind: Kind = "times"
    value: Any = None
    span: int | None = None
    oldest: bool = False


class Recorded(msgspec.Struct, frozen=True):
    """An event with the counters it advances."""

    event: Event
    marks: tuple[Mark, ...] = ()


class Evidence(msgspec.Struct, frozen=True):
    """Why a link is believed: the token's id, and until when that id must be remembered."""

    token: str
    time: int
    token_expires: int


class Customer(msgspec.Struct, frozen=True):
    """A person the CRM knows, with the attributes its import declared."""

    id: str
    attributes: dict[str, Scalar]


class Person(msgspec.Struct, frozen=True):
    """All a decision needs, in one read. A visitor never seen reads as the defaults."""

    customer: str | None = None
    attributes: Mapping[str, Scalar] = {}
    counts: Counts = {}
    counters: str = ""
    """Which set of counters ``counts`` was kept for, as given to ``append`` or ``recount``."""
    erased: bool = False
    imported: int | None = None
    """When the customer's attributes were imported; None if nobody knows."""


class Recording(msgspec.Struct, frozen=True):
    """A request that was recorded, of a visitor whose it is: erased with them."""

    site: str
    request: str
    """What the ids of its decisions begin with."""
    visitor: str
    time: int
    body: bytes
    """One line of JSON, without its line break; see ``rules.recording``."""


class Place(NamedTuple):
    """How far the recordings of a site were read; the first page begins after ``Place(since, 0)``."""

    time: int
    key: int


class Page(NamedTuple):
    """Some of a site's recordings, the oldest first, and where the next page begins."""

    bodies: Sequence[bytes]
    end: Place


class Store(Protocol):
    """What the edge asks of a store. Every call raises only ``StoreError`` and its kinds.

    A write that returns is durable: it survives kill -9 of the process and of the machine.
    """

    async def person(self, site: str, visitor: str) -> Person:
        """Read one visitor with its link and customer: exactly one read of the store."""
        ...

    async def append(
        self, site: str, visitor: str, counters: str, events: Sequence[Recorded]
    ) -> int:
        """Store events and advance their counters; returns how many were new to the site, by id.

        ``counters`` names the set of counters the marks belong to. If the visitor's counts are of
        another set, the events are stored and the counts left for ``recount``. Without events
        nothing is stored. Raises ``VisitorErased``.
        """
        ...

    async def recount(
        self,
        site: str,
        visitor: str,
        counters: str,
        count: Callable[[Iterable[Event]], Counts],
    ) -> Counts:
        """Rebuild a visitor's counts from its events after the site's set of counters changed.

        ``count`` gets the events in order of time, inside the write, and may run in another thread;
        what it raises passes through, and nothing has changed. Raises ``VisitorErased``.
        """
        ...

    async def link(self, site: str, visitor: str, customer: str, evidence: Evidence) -> None:
        """Use the token once and link the visitor, in one step.

        Raises ``TokenUsed``, ``VisitorErased``.

        A visitor that is or ever was linked to another customer keeps that history: this raises
        ``LinkedElsewhere``, and callers give a new visitor ID instead, with the same token. Silence
        here would answer "linked" to two logins at once, and one would read the other's content.
        Linked to this customer already, it only uses the token.
        """
        ...

    async def unlink(self, site: str, visitor: str, time: int) -> None:
        """Cut the visitor's link, keeping it as history."""
        ...

    async def erase(self, site: str, visitor: str, time: int) -> None:
        """Remove the visitor's events, counts and links; a hashed tombstone refuses late ones."""
        ...

    async def record_consent(self, site: str, entry: Mapping[str, object]) -> str:
        """Append an entry to the site's consent ledger; returns its chained hash, hex."""
        ...

    async def put_customers(self, site: str, customers: Iterable[Customer], time: int) -> int:
        """Insert or replace customers as imported at ``time``, all or none; returns how many.

        What ``customers`` raises while it is read passes through, and nothing has changed.
        """
        ...

    async def record(self, recordings: Sequence[Recording]) -> int:
        """Store recorded requests; returns how many. Those of erased visitors are left out."""
        ...

    async def recordings(self, site: str, after: Place, most: int) -> Page:
        """Read on in a site's recordings, by time; an empty page is the end."""
        ...

    async def find_recordings(self, site: str, request: str) -> Sequence[bytes]:
        """Return the bodies of a request; more than one if a visitor's were of the same millisecond."""
        ...

    async def forget_recordings(self, before: int, most: int) -> int:
        """Delete the oldest recordings of every site from before a time; returns how many."""
        ...

    async def check(self) -> None:
        """Raise unless the store can be read and written now."""
        ...

    async def close(self) -> None:
        """Finish pending writes and let go of every file and connection."""
        ...
