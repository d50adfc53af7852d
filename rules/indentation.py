"""Says what is wrong with how lines of YAML begin: tabs, dashes, missing colons, indentation."""

import re

from rules.fault import Fault, Place, Said, place_of
from rules.findings import DASHED, WIDE_SPACE
from rules.key_words import KEYS

_KEY = re.compile(r"[ -]*(?P<name>[^\s:{}\[\],]+)(?P<colon>:?) *(?P<rest>.*)")
_OF_RULES = "|".join(KEYS["rule"])
_RULE = re.compile(rf" *- +(?=(?:{_OF_RULES}):)")
_OF_A_RULE = re.compile(rf"( *)(?P<name>{_OF_RULES}):(?: |$)")


def tab(fault: Fault) -> Said | None:
    """Look for a tab among the blanks before the fault."""
    lead = fault.line(fault.at)[: fault.at.column + 1]
    if "\t" not in lead or lead.strip(" -\t"):
        return None
    place = Place(fault.at.line, lead.index("\t"))
    hint = "YAML wants spaces: replace every tab at the beginning of a line"
    return place, "the line is indented with a tab", hint


def dash(fault: Fault) -> Said | None:
    """Look for a line, of what was being read, that begins with a dash which is none to YAML."""
    last = fault.tokens[-1] if fault.tokens else None
    first = place_of(last.start_mark).line if last else fault.at.line
    for y in range(fault.at.line, min(first, fault.began.line) - 1, -1):
        if match := DASHED.fullmatch(fault.line(Place(y, 0))):
            wrong = "after the dash a space is missing"
            if match["dash"] != "-":
                wrong = f"a list is not begun with the long dash {match['dash']}"
            return Place(y, match.start("dash")), wrong, f"Write - {match['item']}"
    return None


def level(fault: Fault) -> Said | None:
    """Look for a key of a rule that begins to the left of the rule it follows."""
    for y in range(fault.at.line, -1, -1):
        if rule := _RULE.match(fault.line(Place(y, 0))):
            return _left_of(fault, y, rule.end())
    return None


def _left_of(fault: Fault, first: int, column: int) -> Said | None:
    for y in range(first + 1, fault.at.line + 1):
        key = _OF_A_RULE.match(fault.line(Place(y, 0)))
        if key is None or (not key[1] and key["name"] in KEYS["campaign"]):
            continue
        if key.end(1) < column:
            message = f"'{key['name']}' belongs to the rule that begins in line {first + 1}"
            return Place(y, key.end(1)), message, f"Indent it: begin it in column {column + 1}"
    return None


def no_colon(fault: Fault, at: Place) -> Said | None:
    """Look for a line that begins with a word where a key and its colon belong."""
    key = _KEY.fullmatch(fault.line(at))
    if key is None or key.start("name") != at.column:
        return None
    missing = "space" if key["colon"] else "colon"
    name = key["name"] + key["colon"]
    if key["colon"] and key["rest"][:1].isspace():
        return at, f"after '{name}' stands a character that only looks like a space", WIDE_SPACE
    written = f"Write {key['name']}: {key['rest']}".rstrip()
    return at, f"after '{name}' a {missing} is missing", written


def too_deep(fault: Fault, above: Place) -> Said:
    """Say that a line is indented deeper than the one it goes on from."""
    at = Place(fault.at.line, _indentation(fault.line(fault.at), " "))
    column = _indentation(fault.line(above), " -") + 1
    hint = f"Begin it in column {column} like line {above.line + 1}"
    return at, "the line is indented too deep", f"{hint}, or put quotes around a text with a colon"


def _indentation(line: str, of: str) -> int:
    return len(line) - len(line.lstrip(of))


def indent(fault: Fault) -> Said:
    """Say of a line, where nothing better is known, that it is not indented as any above it."""
    at = fault.began if "simple key" in fault.problem else fault.at
    if fault.line(at)[: at.column].strip():
        hint = "Check the indentation, the colons and the quotes here and just above"
        return at, "this cannot be read as YAML", hint
    hint = "Begin it in the same column as the line it belongs to"
    if "'-'" in fault.problem:
        hint = f"{hint}, or with '- ' like the list that begins in line {fault.began.line + 1}"
    return at, "the line belongs to nothing above it", hint
