"""From the policy, the stored choice and the request's signals to the grants in force."""

from functools import lru_cache
from typing import Final

import msgspec

from consent.grants import DAY, NECESSARY, Grants, State
from consent.policy import REGIMES, Policy
from consent.record import Record

QUIET_DAYS: Final = 185
"""How long a refusal is not asked again: six months, and the day that its time was cut by."""

CLOCK_LEEWAY: Final = 10 * 60 * 1000
"""How far ahead of ours, in milliseconds, another node's clock may have been."""

OBJECTED_BY_GPC: Final = frozenset({"personalization", "marketing"})
"""Sale, sharing and targeting, which Global Privacy Control objects to."""


class Signals(msgspec.Struct, frozen=True):
    """What the request itself says: Global Privacy Control, and its country (ISO code) if known."""

    gpc: bool
    country: str | None


def regime(policy: Policy, country: str | None) -> str:
    """The regime of a country; the strictest of the policy's when the country is unknown."""
    if country is None:
        return min(policy.regimes.values(), key=REGIMES.index)
    return policy.regimes.get(country, policy.regimes["default"])


def resolve(policy: Policy, record: Record | None, signals: Signals, now: int) -> Grants:
    """The grants in force at ``now`` (ms). An explicit choice counts before any signal.

    A refusal stays in force whatever changes; a grant lapses when it expires or the revision moves.
    """
    if record is None:
        return _unasked(policy, signals)
    if record.refusal:
        return _grants(policy, "denied", (), ask=_ask_again(policy, record, now))
    if _in_force(policy, record, now):
        return _grants(policy, "granted", record.grants, ask=False)
    return _lapsed(policy, record, signals)


def _unasked(policy: Policy, signals: Signals) -> Grants:
    asks = regime(policy, signals.country) != "notice"
    return _grants(policy, "unset", _without_choice(policy, signals), ask=asks)


def _lapsed(policy: Policy, record: Record, signals: Signals) -> Grants:
    # Where no yes is needed, what was once switched off stays off until answered anew.
    without = _without_choice(policy, signals)
    kept = tuple([purpose for purpose in record.grants if purpose in without])
    return _grants(policy, "unset", kept, ask=True)


def _without_choice(policy: Policy, signals: Signals) -> tuple[str, ...]:
    if regime(policy, signals.country) == "opt_in":
        return ()
    objected = OBJECTED_BY_GPC if signals.gpc else ()
    return tuple([purpose for purpose in policy.purposes if purpose not in objected])


def _in_force(policy: Policy, record: Record, now: int) -> bool:
    age = now - record.time
    return record.revision == policy.revision and -CLOCK_LEEWAY <= age < policy.expires_days * DAY


def _ask_again(policy: Policy, record: Record, now: int) -> bool:
    quiet = max(policy.expires_days, QUIET_DAYS) * DAY
    return record.revision < policy.revision or now - record.time >= quiet


def _grants(policy: Policy, state: State, purposes: tuple[str, ...], *, ask: bool) -> Grants:
    return _granted(policy.purposes, policy.revision, state, purposes, ask)


@lru_cache(maxsize=1024)  # there are few; and what is looked up by the same set is found faster
def _granted(
    asked: tuple[str, ...], revision: int, state: State, purposes: tuple[str, ...], ask: bool
) -> Grants:
    # A purpose that the site dropped is not granted, and a site without purposes asks nobody.
    in_force = frozenset({NECESSARY, *(set(purposes) & set(asked))})
    return Grants(in_force, state, ask and bool(asked), revision)
