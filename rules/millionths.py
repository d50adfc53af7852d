"""Numbers as whole millionths: they add up exactly, the same in any order."""

from decimal import ROUND_HALF_EVEN, Decimal
from typing import Final

LARGEST: Final = 10**12
"""A number beyond it, or below its opposite, is not added up."""
_PLACES: Final = 6


def millionths(value: float) -> int | None:
    """Return a number in millionths; None for one beyond ``LARGEST``.

    What has more places is rounded half to even, by the digits it is written with.
    """
    if not -LARGEST <= value <= LARGEST:
        return None
    return int(_scaled(value).to_integral_value(ROUND_HALF_EVEN))


def exact_millionths(value: float) -> int | None:
    """Return a number as millionths; None for one that has more places."""
    scaled = _scaled(value)
    return int(scaled) if scaled == scaled.to_integral_value() else None


def _scaled(value: float) -> Decimal:
    return Decimal(repr(value)).scaleb(_PLACES)
