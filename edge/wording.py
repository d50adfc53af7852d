"""Words that several parts say to people in the same way."""


def counted(number: int, noun: str) -> str:
    """``1 rule``, ``2 rules``."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
