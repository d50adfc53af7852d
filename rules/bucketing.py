"""Deals visitors to variants and holdouts: the same visitor always the same, on every node."""

from collections.abc import Sequence
from hashlib import blake2b
from math import log

PURPOSE = "personalization"
"""Dealing visitors to variants and holdouts needs to know them again, so it needs this grant."""

_RANGE = 2.0**64


def share(seed: str, unit: str) -> float:
    """Return where a unit falls in (0, 1), evenly over units and unrelated between seeds."""
    digest = blake2b(f"{seed}\0{unit}".encode(), digest_size=8).digest()
    return (int.from_bytes(digest, "big") + 0.5) / _RANGE


def held_out(campaign: str, fraction: float, unit: str) -> bool:
    """Say whether a unit belongs to the share that never sees a campaign."""
    return fraction > 0 and share(f"holdout:{campaign}", unit) < fraction


def pick(seed: str, weights: Sequence[tuple[str, float]], unit: str) -> str:
    """Return one name, by weight. Growing a weight moves units to that name and between no others.

    Weighted rendezvous hashing (Schindelhauer and Schomaker, 2005): each name draws -ln(u)/weight.
    """
    return min(weights, key=lambda item: -log(share(f"{seed}:{item[0]}", unit)) / item[1])[0]
