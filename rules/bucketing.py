"""Deals visitors to variants and holdouts: the same visitor always the same, on every node."""

from collections.abc import Iterable, Sequence
from hashlib import blake2b
from math import log
from typing import Protocol, TypeVar

PURPOSE = "personalization"
"""Dealing visitors to variants and holdouts needs to know them again, so it needs this grant."""

_RANGE = 2.0**64


class Arm(Protocol):
    """What units are dealt to."""

    @property
    def name(self) -> str | None: ...
    @property
    def weight(self) -> float: ...


ArmT = TypeVar("ArmT", bound=Arm)


def share(seed: str, unit: str) -> float:
    """Return where a unit falls in (0, 1), evenly over units and unrelated between seeds."""
    digest = blake2b(f"{seed}\0{unit}".encode(), digest_size=8).digest()
    return (int.from_bytes(digest, "big") + 0.5) / _RANGE


def held_out(campaign: str, fraction: float, unit: str) -> bool:
    """Say whether a unit belongs to the share that never sees a campaign."""
    return share(f"holdout:{campaign}", unit) < fraction


def held_out_of_site(site: str, fraction: float, unit: str) -> bool:
    """Say whether a unit belongs to the share that is shown no rule of a site."""
    return share(f"site-holdout:{site}", unit) < fraction


def one_of(group: str, campaigns: Iterable[str], unit: str) -> str:
    """Return the one campaign of a group that a unit takes part in; all have the same chance.

    One that joins the group takes units from all others, and moves none between them.
    """
    return max(campaigns, key=lambda name: share(f"exclusive:{group}:{name}", unit))


def pick(seed: str, arms: Sequence[ArmT], unit: str) -> ArmT:
    """Return one arm, by weight. Growing a weight moves units to that arm and between no others.

    Weighted rendezvous hashing (Schindelhauer and Schomaker, 2005): each arm draws -ln(u)/weight.
    """
    return min(arms, key=lambda arm: -log(share(f"{seed}:{arm.name}", unit)) / arm.weight)
