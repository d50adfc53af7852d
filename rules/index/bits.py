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


def lowest_first(numbers: int) -> Iterator[int]:
    """Yield the numbers of a set, in order."""
    while numbers:
        others = numbers & (numbers - 1)
        yield (numbers ^ others).bit_length() - 1
        numbers = others
