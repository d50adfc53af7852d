"""One visitor's choice: made from an action, kept in a cookie, read back with distrust."""

from collections.abc import Iterable, Sequence
from typing import Final, TypeGuard

import msgspec

from consent.grants import DAY, NECESSARY, PURPOSES, ConsentError
from consent.policy import Policy

ACTIONS: Final = ("accept_all", "reject_all", "save", "withdraw")

SECOND: Final = 1000
_LONGEST_RECEIPT: Final = 64
_DAY_SECONDS: Final = DAY // SECOND


class BadChoice(ConsentError):
    """An action or purpose that this site's banner does not offer."""


class Record(msgspec.Struct, frozen=True):
    """What one visitor chose on one site.

    ``grants`` is sorted and without ``necessary``; empty means a refusal. ``time`` is milliseconds
    since the epoch, whole seconds; a refusal's is cut to the UTC day and its ``receipt`` is None:
    it holds nothing that could tell two visitors apart.
    """

    site: str
    revision: int
    grants: tuple[str, ...]
    time: int
    receipt: str | None

    @property
    def refusal(self) -> bool:
        """Whether nothing was granted."""
        return not self.grants


def choose(
    policy: Policy, site: str, action: str, purposes: Iterable[str], now: int, receipt: str | None
) -> Record:
    """The record of an action at ``now``. A choice of nothing is a refusal and drops the receipt.

    Raises BadChoice for an action or purpose that is not offered, ValueError for a grant without a
    receipt, since such a grant could not be proved.
    """
    grants = _granted(policy, action, set(purposes) - {NECESSARY})
    if not grants:
        return Record(site, policy.revision, (), now - now % DAY, None)
    if not receipt:
        raise ValueError("a grant needs a receipt")
    return Record(site, policy.revision, grants, now - now % SECOND, receipt)


def _granted(policy: Policy, action: str, purposes: set[str]) -> tuple[str, ...]:
    if action not in ACTIONS:
        raise BadChoice(f"there is no such action; use one of: {', '.join(ACTIONS)}")
    if action != "save" and purposes:
        raise BadChoice(f"{action} takes no purposes; name purposes with save")
    if not purposes <= set(policy.purposes):
        raise BadChoice(f"this site asks for no such purpose; use: {', '.join(policy.purposes)}")
    return tuple(sorted(policy.purposes if action == "accept_all" else purposes))


def to_payload(record: Record) -> dict[str, object]:
    """The record as short JSON-able values; the same for every visitor who refuses on one day."""
    payload: dict[str, object] = {
        "s": record.site,
        "r": record.revision,
        "g": list(record.grants),
        "t": record.time // SECOND,
    }
    return payload if record.receipt is None else {**payload, "i": record.receipt}


def from_payload(payload: object) -> Record | None:
    """Read a payload back; None for anything that ``to_payload`` does not make."""
    if not isinstance(payload, dict):
        return None
    site, revision, time = payload.get("s"), payload.get("r"), payload.get("t")
    grants, receipt = payload.get("g"), payload.get("i")
    if not (isinstance(site, str) and site and _natural(revision) and _natural(time)):
        return None
    if not (isinstance(grants, list | tuple) and _are_purposes(grants)):
        return None
    if not (_is_receipt(receipt) if grants else receipt is None and time % _DAY_SECONDS == 0):
        return None
    return Record(site, revision, tuple(grants), time * SECOND, receipt)


def _natural(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**53


def _are_purposes(values: Sequence[object]) -> bool:
    known = all(isinstance(value, str) and value in PURPOSES for value in values)
    return known and NECESSARY not in values and list(values) == sorted(set(values))  # type: ignore[type-var]


def _is_receipt(value: object) -> bool:
    return isinstance(value, str) and value.isascii() and 0 < len(value) <= _LONGEST_RECEIPT
