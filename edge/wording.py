"""Words that several parts say to people in the same way."""


def counted(number: int, noun: str) -> str:
    """``1 rule``, ``2 rules``."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def printable(text: str) -> str:
    """Without line breaks and terminal controls, which could forge lines."""
    return "".join(char if char.isprintable() else repr(char)[1:-1] for char in text)
