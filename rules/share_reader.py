"""Reads a share of the visitors: ``5%``."""

import re

from rules.reader import Reader
from rules.source import Node

_SHARE = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,6})?) ?%\Z")

_LOOSE = re.compile(
    r"(?P<whole>(?:-?[0-9]{1,9})?)(?:[.,](?P<rest>[0-9]{1,6}))? ?"
    r"(?P<sign>%+|prozent|percent|per cent|pct|v\.? ?h\.?)?",
    re.IGNORECASE,
)


def read_share(reader: Reader, node: Node | None, what: str) -> float:
    """Return a percentage as 0 to 1; 0 where there is none, or none that can be read."""
    text = reader.written(node, what)
    if text is None or node is None:
        return 0.0
    match = _SHARE.match(text)
    thousands = match is not None and match[1].endswith(".000")  # to others 1.000% is a thousand
    if match is not None and float(match[1]) <= 100 and not thousands:
        return float(match[1]) / 100
    reader.refuse(node, f"'{text}' is no share of visitors", _hint(text))
    return 0.0


def _hint(text: str) -> str:
    bare = _LOOSE.fullmatch(text)
    if bare is None or not (bare["whole"] or bare["rest"]):
        return "Write a percentage: 5%"
    share = float(f"{bare['whole'] or 0}.{bare['rest'] or 0}")
    if 0 < share < 1 and not bare["sign"]:
        share *= 100  # 0.1 of all
    return f"Write {share:.9g}%" if 0 <= share <= 100 else "A share is from 0% to 100%"
