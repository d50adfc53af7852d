"""Reads a share of the visitors: ``5%``."""

import re

from rules.reader import Reader
from rules.source import Node

_SHARE = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,6})?) ?%\Z")


def read_share(reader: Reader, node: Node | None, what: str) -> float:
    """Return a percentage as 0 to 1; 0 where there is none, or none that can be read."""
    text = reader.written(node, what)
    if text is None or node is None:
        return 0.0
    match = _SHARE.match(text)
    thousands = match is not None and match[1].endswith(".000")  # to others 1.000% is a thousand
    if match is not None and float(match[1]) <= 100 and not thousands:
        return float(match[1]) / 100
    bare = re.fullmatch(r"([1-9][0-9]?|100)(?:[.,]([0-9]{1,6}))? ?%?", text)
    percentage = bare and ".".join(filter(None, bare.groups()))
    fits = percentage and float(percentage) <= 100
    hint = f"Write {float(percentage):g}%" if percentage and fits else "Write a percentage: 5%"
    reader.refuse(node, f"'{text}' is no share of visitors", hint)
    return 0.0
