"""Says what is wrong with a text that is no YAML, in the words of whoever wrote it.

libyaml names the rule of its grammar that was broken, where it noticed. Here each explanation looks at that
place and says what was meant, where it went wrong and what to do; the first that knows is taken.
"""

import re
from collections.abc import Callable, Iterator
from itertools import islice
from typing import NamedTuple

import yaml
from yaml import tokens as yaml_tokens

from rules.findings import IN_QUOTES, WIDE_SPACE, Finding

_BREAK = re.compile("\r\n|[\r\n\x85\u2028\u2029]")
_UNSEEN = re.compile("[^\t\x20-\x7e\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_KEY = re.compile(r"[ -]*(?P<name>[^\s:{}\[\],]+)(?P<colon>:?) *(?P<rest>.*)")
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


class Place(NamedTuple):
    """A line and a column, counted from 0."""

    line: int
    column: int


class _Fault(NamedTuple):
    """What libyaml says of a text, with its tokens: at least all that begin before the fault."""

    problem: str
    at: Place
    began: Place
    """Where what it was reading began."""
    lines: list[str]
    tokens: list[yaml_tokens.Token]
    broken: bool
    """A token is broken; else all are well, and stand where they must not."""

    def char(self, at: Place) -> str:
        """Return the character at a place; nothing at the end of a line."""
        return self.line(at)[at.column : at.column + 1]

    def line(self, at: Place) -> str:
        """Return the line of a place."""
        return self.lines[at.line] if at.line < len(self.lines) else ""


_Said = tuple[Place, str, str]
"""Where, what is wrong, what to do."""


def explain(path: str, text: str, bad: yaml.YAMLError) -> Finding:
    """Return what is wrong with a text that libyaml refused."""
    lines = _BREAK.split(text)
    said = _said(text, lines, bad) if isinstance(bad, yaml.MarkedYAMLError) else _unseen(lines)
    place, message, hint = said
    return Finding(path, place.line + 1, place.column + 1, message, hint)


def _said(text: str, lines: list[str], bad: yaml.MarkedYAMLError) -> _Said:
    at = _place(bad.problem_mark or bad.context_mark)
    tokens: list[yaml_tokens.Token] = []
    broken = False
    try:
        for token in _told_by(text, at):
            tokens.append(token)  # those up to a broken one
    except yaml.MarkedYAMLError as other:
        broken = _place(other.problem_mark) == _place(bad.problem_mark)
    except yaml.YAMLError:
        pass  # something else is wrong further on
    began = _place(bad.context_mark or bad.problem_mark)
    fault = _Fault(f"{bad.problem} {bad.context}", at, began, lines, tokens, broken)
    return next(filter(None, (known(fault) for known in _EXPLANATIONS)))


def _told_by(text: str, at: Place) -> Iterator[yaml_tokens.Token]:
    """Scan a text past a fault until the brackets opened before it are closed."""
    depth = 0
    for token in islice(yaml.scan(text, Loader=yaml.CSafeLoader), _MOST):
        if _place(token.start_mark) > at and not 0 < depth <= _DEEPEST:
            return
        yield token
        depth += isinstance(token, _OPENS) - isinstance(token, _CLOSES)


def _unseen(lines: list[str]) -> _Said:
    found = ((y, match) for y, line in enumerate(lines) if (match := _UNSEEN.search(line)))
    line, match = next(found)
    what = f"a character that cannot be seen stands here (code {ord(match[0])})"
    return Place(line, match.start()), what, "Delete it"


def _place(mark: yaml.Mark | None) -> Place:
    return Place(mark.line, mark.column) if mark else Place(0, 0)


def _tab(fault: _Fault) -> _Said | None:
    lead = fault.line(fault.at)[: fault.at.column + 1]
    if "\t" not in lead or lead.strip(" -\t"):
        return None
    place = Place(fault.at.line, lead.index("\t"))
    hint = "YAML wants spaces: replace every tab at the beginning of a line"
    return place, "the line is indented with a tab", hint


def _open_quote(fault: _Fault) -> _Said | None:
    if "quoted scalar" not in fault.problem:
        return None
    if "escape" in fault.problem:
        hint = "Write the text in single quotes, ' instead of \""
        return fault.at, 'between " a \\ stands for something else', hint
    return _unclosed(fault.began, fault.char(fault.began))


def _unclosed(opening: Place, sign: str) -> _Said:
    close = _CLOSE.get(sign, sign)
    return opening, f"the {sign} opened here is never closed", f"Write {close} where it ends"


def _document(fault: _Fault) -> _Said | None:
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


def _after_quote(fault: _Fault) -> _Said | None:
    """Look for a text in quotes that ends just before: it was to end elsewhere."""
    solid = len(fault.line(fault.at)[: fault.at.column].rstrip())
    for token in fault.tokens:
        end = _place(token.end_mark)
        if not getattr(token, "style", None) or end.line != fault.at.line:
            continue
        if not solid <= end.column <= fault.at.column:
            continue
        begun = _place(token.start_mark)
        if begun.line < end.line:
            return _unclosed(begun, fault.char(begun))
        hint = 'Put one pair of quotes around the whole text: "it\'s new"'
        return fault.at, "the text goes on after its closing quote", hint
    return None


def _bracket(fault: _Fault) -> _Said | None:
    opened: list[Place] = []
    for token in () if fault.broken else fault.tokens:
        at = _place(token.start_mark)
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


def _commented(fault: _Fault, opened: list[Place], before: Place) -> _Said | None:
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


def _colon(fault: _Fault) -> _Said | None:
    if "could not find expected ':'" in fault.problem:
        return _no_colon(fault, fault.began)
    if fault.char(fault.at) != ":":
        return None
    last = fault.tokens[-1] if fault.tokens else None
    begun = _place(last.start_mark) if isinstance(last, yaml_tokens.ScalarToken) else fault.at
    if begun.line < fault.at.line:
        return _no_colon(fault, begun) or _too_deep(fault, begun)
    hint = "Put quotes around a text that holds a colon, or { } around a key with its value"
    comma = "" if fault.broken else "; between two keys stands a comma"
    return fault.at, "this colon cannot stand here", f"{hint}{comma}"


def _no_colon(fault: _Fault, at: Place) -> _Said | None:
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


def _too_deep(fault: _Fault, above: Place) -> _Said:
    at = Place(fault.at.line, _indentation(fault.line(fault.at), " "))
    column = _indentation(fault.line(above), " -") + 1
    hint = f"Begin it in column {column} like line {above.line + 1}"
    return at, "the line is indented too deep", f"{hint}, or put quotes around a text with a colon"


def _indentation(line: str, of: str) -> int:
    return len(line) - len(line.lstrip(of))


def _sign(fault: _Fault) -> _Said | None:
    for at in (fault.began, fault.at):
        sign = fault.char(at)
        if sign and sign in (_SIGNS if fault.broken else ","):
            hint = _HINTS.get(sign, f"Put quotes around a text that begins with {sign}")
            return at, f"nothing can begin with {sign} here", hint
    return None


def _next_to(fault: _Fault) -> _Said | None:
    before, sign = fault.line(fault.at)[: fault.at.column].rstrip(), fault.char(fault.at)
    if before.endswith(("}", "]")):
        hint = "Put a comma before the next value, or quotes around the whole text"
        return fault.at, f"the line goes on after its closing {before[-1]}", hint
    if sign in ("{", "["):
        hint = "A colon stands between a key and its value, a comma between two values"
        return fault.at, f"before this {sign} a colon or a comma is missing", hint
    return None


def _indent(fault: _Fault) -> _Said:
    at = fault.began if "simple key" in fault.problem else fault.at
    if fault.line(at)[: at.column].strip():
        hint = "Check the indentation, the colons and the quotes here and just above"
        return at, "this cannot be read as YAML", hint
    hint = "Begin it in the same column as the line it belongs to"
    if "'-'" in fault.problem:
        hint = f"{hint}, or with '- ' like the list that begins in line {fault.began.line + 1}"
    return at, "the line belongs to nothing above it", hint


_EXPLANATIONS: tuple[Callable[[_Fault], _Said | None], ...] = (
    _tab,
    _open_quote,
    _document,
    _after_quote,
    _bracket,
    _colon,
    _sign,
    _next_to,
    _indent,
)
