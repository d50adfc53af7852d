"""Says what is wrong with a text that is no YAML, in the words of whoever wrote it.

libyaml names the rule of its grammar that was broken, where it noticed. Here each explanation looks at that
place and says what was meant, where it went wrong and what to do; the first that knows is taken.
"""

import re
from collections.abc import Callable, Iterator
from itertools import islice

import yaml
from yaml import tokens as yaml_tokens

from rules.fault import Fault, Place, Said, place_of
from rules.findings import IN_QUOTES, Finding
from rules.indentation import dash, indent, level, no_colon, tab, too_deep

_BREAK = re.compile("\r\n|[\r\n\x85\u2028\u2029]")
_UNSEEN = re.compile("[^\t\x20-\x7e\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_CLOSE = {"{": "}", "[": "]"}
_OPENS = (yaml_tokens.FlowMappingStartToken, yaml_tokens.FlowSequenceStartToken)
_CLOSES = (yaml_tokens.FlowMappingEndToken, yaml_tokens.FlowSequenceEndToken)
_DEEPEST = 40
"""Brackets within brackets that are looked at, more than any file that is read may have: libyaml takes
time that grows with the square of them."""
_MOST = 50_000
"""Tokens that are looked at, more than the values that a file may have can need."""
_SIGNS = "@`%&*!|>-"
_HINTS = {
    ">": "Write {gt: 3} for > 3 and {gte: 3} for >= 3, and put quotes around a text that begins with >",
    "-": "Begin the list in the next line, or write it in [ ]",
    ",": "Remove it, or write what is missing before it",
}


def explain(path: str, text: str, bad: yaml.YAMLError) -> Finding:
    """Return what is wrong with a text that libyaml refused."""
    lines = _BREAK.split(text)
    said = _said(text, lines, bad) if isinstance(bad, yaml.MarkedYAMLError) else _unseen(lines)
    place, message, hint = said
    return Finding(path, place.line + 1, place.column + 1, message, hint)


def _said(text: str, lines: list[str], bad: yaml.MarkedYAMLError) -> Said:
    at = place_of(bad.problem_mark or bad.context_mark)
    tokens: list[yaml_tokens.Token] = []
    broken = False
    try:
        for token in _told_by(text, at):
            tokens.append(token)  # those up to a broken one
    except yaml.MarkedYAMLError as other:
        broken = place_of(other.problem_mark) == place_of(bad.problem_mark)
    except yaml.YAMLError:
        pass  # something else is wrong further on
    began = place_of(bad.context_mark or bad.problem_mark)
    fault = Fault(f"{bad.problem} {bad.context}", at, began, lines, tokens, broken)
    return next(filter(None, (known(fault) for known in _EXPLANATIONS)))


def _told_by(text: str, at: Place) -> Iterator[yaml_tokens.Token]:
    """Scan a text past a fault until the brackets opened before it are closed."""
    depth = 0
    for token in islice(yaml.scan(text, Loader=yaml.CSafeLoader), _MOST):
        if place_of(token.start_mark) > at and not 0 < depth <= _DEEPEST:
            return
        yield token
        depth += isinstance(token, _OPENS) - isinstance(token, _CLOSES)


def _unseen(lines: list[str]) -> Said:
    found = ((y, match) for y, line in enumerate(lines) if (match := _UNSEEN.search(line)))
    line, match = next(found)
    what = f"a character that cannot be seen stands here (code {ord(match[0])})"
    return Place(line, match.start()), what, "Delete it"


def _open_quote(fault: Fault) -> Said | None:
    if "quoted scalar" not in fault.problem:
        return None
    if "escape" in fault.problem:
        hint = "Write the text in single quotes, ' instead of \""
        return fault.at, 'between " a \\ stands for something else', hint
    return _unclosed(fault.began, fault.char(fault.began))


def _unclosed(opening: Place, sign: str) -> Said:
    close = _CLOSE.get(sign, sign)
    return opening, f"the {sign} opened here is never closed", f"Write {close} where it ends"


def _document(fault: Fault) -> Said | None:
    """Look for the lines that frame a document of YAML: no file of ours needs them."""
    if not re.search("document|duplicate", fault.problem):
        return None
    for y in range(fault.at.line, -1, -1):
        line = fault.line(Place(y, 0))
        if line.startswith("..."):
            return Place(y, 0), "'...' ends the file, and more follows", "Remove it"
        if line.startswith("%"):
            hint = "Remove the line"
            return Place(y, 0), "a line that begins with % is for other versions of YAML", hint
    return None


def _after_quote(fault: Fault) -> Said | None:
    """Look for a text in quotes that ends just before: it was to end elsewhere."""
    solid = len(fault.line(fault.at)[: fault.at.column].rstrip())
    for token in fault.tokens:
        end = place_of(token.end_mark)
        if not getattr(token, "style", None) or end.line != fault.at.line:
            continue
        if not solid <= end.column <= fault.at.column:
            continue
        begun = place_of(token.start_mark)
        if begun.line < end.line:
            return _unclosed(begun, fault.char(begun))
        hint = 'Put one pair of quotes around the whole text: "it\'s new"'
        return fault.at, "the text goes on after its closing quote", hint
    return None


def _bracket(fault: Fault) -> Said | None:
    opened: list[Place] = []
    for token in () if fault.broken else fault.tokens:
        at = place_of(token.start_mark)
        if isinstance(token, _OPENS):
            opened.append(at)
        elif isinstance(token, _CLOSES):
            wrong = fault.char(at)
            if not opened and at == fault.at:
                hint = "Remove it, or put quotes around a text that holds it"
                return at, f"this {wrong} closes nothing", hint
            if not opened:
                return None
            last = opened.pop()
            sign = fault.char(last)
            if _CLOSE[sign] != wrong:
                if (commented := _commented(fault, [last], at)) is not None:
                    return commented
                how = (
                    "before"
                    if wrong in [_CLOSE[fault.char(each)] for each in opened]
                    else "instead of"
                )
                hint = f"Write {_CLOSE[sign]} {how} the {wrong} in {_named(at)}"
                return last, f"the {sign} opened here is never closed", hint
    if len(opened) > _DEEPEST or len(fault.tokens) == _MOST:
        return None  # nobody looked which of them are closed
    around = [each for each in opened if each < fault.at]
    return (
        _commented(fault, opened, fault.at) or _unclosed(around[-1], fault.char(around[-1]))
        if around
        else None
    )


def _commented(fault: Fault, opened: list[Place], before: Place) -> Said | None:
    """Look for a # that made a comment of what was to close a bracket."""
    ends = {mark.line: mark.column for token in fault.tokens if (mark := token.end_mark)}
    for y in range(opened[0].line if opened else before.line, before.line + 1):
        line = fault.line(Place(y, 0))
        rest = line[ends.get(y, len(line)) :].lstrip()
        lost = [end for sign, end in _CLOSE.items() if rest.count(end) > rest.count(sign)]
        if rest[:1] == "#" and lost:
            at = Place(y, len(line) - len(rest))
            return at, f"the {lost[0]} behind this # closes nothing", IN_QUOTES
    return None


def _named(at: Place) -> str:
    return f"line {at.line + 1}, column {at.column + 1}"


def _colon(fault: Fault) -> Said | None:
    if "could not find expected ':'" in fault.problem:
        return no_colon(fault, fault.began)
    if fault.char(fault.at) != ":":
        return None
    last = fault.tokens[-1] if fault.tokens else None
    begun = place_of(last.start_mark) if isinstance(last, yaml_tokens.ScalarToken) else fault.at
    if begun.line < fault.at.line:
        return no_colon(fault, begun) or too_deep(fault, begun)
    hint = "Put quotes around a text that holds a colon, or { } around a key with its value"
    comma = "" if fault.broken else "; between two keys stands a comma"
    return fault.at, "this colon cannot stand here", f"{hint}{comma}"


def _sign(fault: Fault) -> Said | None:
    for at in (fault.began, fault.at):
        sign = fault.char(at)
        if sign and sign in (_SIGNS if fault.broken else ","):
            hint = _HINTS.get(sign, f"Put quotes around a text that begins with {sign}")
            return at, f"nothing can begin with {sign} here", hint
    return None


def _next_to(fault: Fault) -> Said | None:
    before, sign = fault.line(fault.at)[: fault.at.column].rstrip(), fault.char(fault.at)
    if before.endswith(("}", "]")):
        hint = "Put a comma before the next value, or quotes around the whole text"
        return fault.at, f"the line goes on after its closing {before[-1]}", hint
    if sign in ("{", "["):
        hint = "A colon stands between a key and its value, a comma between two values"
        return fault.at, f"before this {sign} a colon or a comma is missing", hint
    return None


_EXPLANATIONS: tuple[Callable[[Fault], Said | None], ...] = (
    tab,
    _open_quote,
    _document,
    _after_quote,
    _bracket,
    dash,
    level,
    _colon,
    _sign,
    _next_to,
    indent,
)
