"""Sets of small numbers as Python integers: bit ``n`` says whether ``n`` is in the set.

An intersection of two sets of thousands is one instruction of the interpreter.
"""

from collections.abc import Iterable, Iterator


def bits(numbers: Iterable[int], size: int) -> int:
    """Return the set of the numbers, all of them below ``size``."""
    octets = bytearray((size + 7) // 8)
    for number in numbers:
        octets[number >> 3] |= 1 << (number & 7)
    return int.from_bytes(octets, "little")


def below(size: int) -> int:
    """Return the set of all numbers below ``size``."""
    return (1 << size) - 1


def highest_first(numbers: int) -> Iterator[int]:
    """Yield the numbers of a set, the highest first: that is the one which is found at once."""
    while numbers:
        highest = numbers.bit_length() - 1
        yield highest
        numbers ^= 1 << highest
