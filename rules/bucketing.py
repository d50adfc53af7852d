"""Deals visitors to variants and holdouts: the same visitor always the same, on every node."""

from collections.abc import Sequence
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


def pick(seed: str, arms: Sequence[ArmT], unit: str) -> ArmT:
    """Return one arm, by weight. Growing a weight moves units to that arm and between no others.

    Weighted rendezvous hashing (Schindelhauer and Schomaker, 2005): each arm draws -ln(u)/weight.
    """
    return min(arms, key=lambda arm: -log(share(f"{seed}:{arm.name}", unit)) / arm.weight)
