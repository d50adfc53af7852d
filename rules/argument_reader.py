"""Reads what an operator compares with, checked against the attribute's type and allowed values."""

from typing import Any
from zoneinfo import ZoneInfo

import re2

from rules import address_check
from rules.argument_shapes import days_meant, read_days, read_last, read_networks, read_times
from rules.arguments import Address, Folded, Moment, Version, bare
from rules.arguments import shown as as_written
from rules.attributes import WEEKDAYS, Attribute
from rules.clock import written_moment
from rules.findings import did_you_mean, straight_quotes, without_curly_quotes
from rules.keys import address, version
from rules.operators import OPERATORS, base_of, never
from rules.patterns import Pattern, no_pattern
from rules.reader import Reader, said
from rules.source import Node
from rules.values import ANY_TYPE, fits
from rules.wrong_values import WORD, ends_of, hint_to

MAX_PATTERN = 1024
UTC = ZoneInfo("UTC")
_BOUNDS = ("lt", "lte", "gt", "gte", "between")
_ONE = "Write one value, or {between: [a, b]} for all from the first to the second"
_PAIR = "Write the lower and the higher: [a, b]"
_ADDRESSES = ("page.path", "page.url", "page.referrer")
"""What browsers send no # of."""
_SEVERAL_DAYS = {"equals": "Write [{}]", "not": "Write not_in: [{}] instead of 'not'"}
"""Operator that takes one day -> how to write it with several."""
_TO_THE_END = ("lte", "gt", "after")
"""Operators for which a day alone means its last moment."""


class ArgumentReader:
    """Reads one argument; what is wrong with it is noted and something harmless returned.

    ``timezone`` is the campaign's, for moments and times of the day.
    """

    def __init__(
        self,
        reader: Reader,
        attribute: Attribute,
        word: str,
        node: Node,
        timezone: ZoneInfo = UTC,
    ) -> None:
        self._reader = reader
        self._attribute = attribute
        self._row = OPERATORS[word]
        self._shape = self._row.shape
        self._word = word
        self._node = node
        self._timezone = timezone

    def read(self) -> object:
        """Return the argument in the shape its operator wants."""
        before = len(self._reader.findings)
        found = self._read()
        if self._attribute.origins and not self._reader.refused_since(before):
            self._warn_of_strangers()
        if self._may_hold_any():
            for node in self._node.value if isinstance(self._node.value, list) else [self._node]:
                self._reader.warn_of_comment(node)
        return found

    def _may_hold_any(self) -> bool:
        """Say whether a value may hold a # with words behind it."""
        attribute = self._attribute
        free = attribute.type in ("string", "list") and not attribute.values and not attribute.form
        return free and attribute.name not in _ADDRESSES

    def _warn_of_strangers(self) -> None:
        """Warn of addresses of other sites: the site may be about to move, or be tried out elsewhere."""
        attribute, value = self._attribute, self._node.value
        for node in value if isinstance(value, list) else [self._node]:
            text = str(node.value)
            if address_check.is_elsewhere(self._word, text, attribute.origins):
                message = f"{attribute.name} {never(self._word)} '{text}' on this site"
                listed = ", ".join(attribute.origins)
                hint = (
                    f"Its origins in site.yaml are {listed}; TAGWERK_EXTRA_ORIGINS may name others"
                )
                self._reader.warn(node, message, hint)

    def _read(self) -> object:
        if self._attribute.type == ANY_TYPE:
            return ()
        reader, node, shape = self._reader, self._node, self._shape
        if shape == "same":
            return self._one(node)
        if shape in ("list", "pair"):
            return self._several()
        if shape == "items":
            return self._items()
        if shape == "boolean":
            return reader.boolean(node, f"'{self._word}'")
        if shape == "networks":
            return read_networks(reader, node)
        if shape == "window":
            dated = self._attribute.type == "date"
            return read_last(reader, node, self._word, self._timezone if dated else None)
        if shape == "days":
            return read_days(reader, node, self._timezone)
        if shape == "times":
            return read_times(reader, node, self._timezone)
        return self._text()

    def _one(self, node: Node, *, last: bool = False) -> object:
        attribute = self._attribute
        if self._shape == "same" and isinstance(node.value, list):
            in_ = self._word.replace(base_of(self._word), "in")
            without = f"without '{self._word}', or " if self._word == "equals" else ""
            hint = f"Write it {without}with '{in_}'"
            if base_of(self._word) != "equals":
                hint = _ONE if self._word in _BOUNDS else "Write one value"
            self._no_list("value", hint)
            return node.value
        ready = self._ready(node, last or self._word in _TO_THE_END)
        if attribute.type == "number" and self._reader.is_doubtful(node):
            return ready
        if ready is None:
            shown = f"'{node.value}'" if isinstance(node.value, str) else said(node)
            hint = self._hint(node)
            message = f"{attribute.name} is {WORD[attribute.type]}, not {shown}"
            if self._shape == "items":
                message = f"each of {attribute.name} is a text, not {shown}"
            self._reader.refuse(node, message, hint)
        elif not self._can_be(node):
            pass
        elif attribute.values and self._is_none(node.value, attribute.values):
            words, form = attribute.other_words, attribute.form
            meant = str(node.value).lower() if self._row.folded else bare(node.value)
            hint = did_you_mean(meant, map(bare, attribute.values), words, form)
            listed = _SEVERAL_DAYS.get(self._word, "") if node is self._node else "Write {}"
            if listed and (days := self._days(node)):
                hint = listed.format(days)
            verb = never("has_any" if self._shape == "items" else "")
            self._reader.refuse(node, f"{attribute.name} {verb} {as_written(node.value)}", hint)
        return ready

    def _hint(self, node: Node) -> str:
        """Return what to write instead of a value of another type."""
        attribute, alone = self._attribute, self._word == "equals"
        if alone and node.value == "exists":
            return "Write {exists: true}"
        value = node.written or node.value
        return hint_to(value, attribute.type, attribute.form, compared=alone)

    def _ready(self, node: Node, last: bool) -> object:
        """Return a value as its operator compares it; None if it is not of the attribute's type."""
        value, kind = node.value, self._attribute.type
        if kind == "list":  # whatever one of it is compared with is a text
            return value if isinstance(value, str) else None
        if kind == "datetime" and isinstance(value, str):
            moment = written_moment(value, self._timezone, last=last)
            return None if moment is None else _written(Moment(moment), value)
        if not fits(value, kind):
            return None
        if kind == "version":
            return _written(Version(version(value)), str(value))
        if kind == "ip":
            return _written(Address(address(value)), str(value))
        return self._folded(value) if isinstance(value, str) else value

    def _folded(self, text: str) -> str:
        return _written(Folded(text.casefold()), text) if self._row.folded else text

    def _is_none(self, value: Any, values: tuple[Any, ...]) -> bool:
        """Say whether a value is none of those there are; a bound may lie between two of them."""
        if self._word in _BOUNDS:
            return not min(values) <= value <= max(values)
        if self._row.folded:
            return value.casefold() not in [each.casefold() for each in values]
        return value not in values

    def _no_list(self, what: str, hint: str) -> None:
        message = f"'{self._word}' compares with one {what}, not with a list"
        self._reader.refuse(self._node, message, hint)

    def _can_be(self, node: Node) -> bool:
        """Say whether the attribute can ever be, or begin with, a text; if not, that is a finding."""
        text = node.value
        if not isinstance(text, str):
            return True
        bare = None if node.quoted else without_curly_quotes(text)
        if bare is not None:
            message = f"the quotes of {text} would be compared, too"
            self._reader.refuse(node, message, straight_quotes(bare))
        elif wrong := self._attribute.source == "request" and (
            address_check.never(self._attribute.name, self._word, text) or self._other_word(text)
        ):
            self._reader.refuse(node, *wrong)
        else:
            return True
        return False

    def _other_word(self, text: str) -> tuple[str, str] | None:
        """Return what is wrong with what people call a value, and the value."""
        attribute, word = self._attribute, self._word
        words = attribute.other_words
        meant = words.get(text.lower()) or (words.get(text.upper()) if self._row.folded else None)
        if meant is None or self._shape in ("pattern", "items"):
            return None
        known = {self._folded(each) for each in words.values()}
        folded, part = self._folded(text), self._shape == "text"
        if folded in known or (part and any(self._row.test(each, folded) for each in known)):
            return None
        return f"{attribute.name} {never(word)} '{text}'", f"Write '{meant}'"

    def _several(self) -> object:
        before = len(self._reader.findings)
        pair, text = self._shape == "pair", str(self._node.value)
        meant = ends_of(text, self._attribute.type) if pair else self._days(self._node)
        hint = f"Write [{meant}]" if meant else _PAIR if pair else ""
        nodes = self._reader.items(self._node, f"'{self._word}'", hint)
        items = [self._one(item, last=pair and at == 1) for at, item in enumerate(nodes)]
        if self._reader.refused_since(before):
            return (0, 0)
        if not pair and not items:
            self._reader.refuse(self._node, f"'{self._word}' lists nothing", "List a value")
        if pair and len(items) != 2:
            message = f"'{self._word}' needs two values, not {len(items)}"
            self._reader.refuse(self._node, message, _PAIR)
            return (0, 0)
        return tuple(items)

    def _days(self, node: Node) -> str:
        """Return the days that ``mo-fr`` says, if the attribute is one."""
        return days_meant(node) if self._attribute.values == WEEKDAYS else ""

    def _items(self) -> object:
        nodes = self._node.value if isinstance(self._node.value, list) else [self._node]
        if not nodes:
            self._reader.refuse(self._node, f"'{self._word}' lists nothing", "List a value")
        return frozenset(str(self._one(node)) for node in nodes)

    def _text(self) -> object:
        node, word = self._node, self._word
        if isinstance(node.value, list):
            each = f"{{{self._attribute.name}: {{{word}: …}}}}"
            self._no_list("text", f"Write any: [{each}, {each}]")
            return None
        text = self._reader.text(node, f"'{word}'")
        if text is None or not self._can_be(node):
            return None
        return self._pattern(text) if self._shape == "pattern" else self._folded(text)

    def _pattern(self, text: str) -> object:
        folded = self._word != base_of(self._word)
        try:
            if len(text) > MAX_PATTERN:
                raise re2.error(f"the pattern is longer than {MAX_PATTERN} characters")
            return Pattern(text, case_sensitive=not folded)
        except re2.error as bad:
            why = bad.args[0].decode() if isinstance(bad.args[0], bytes) else str(bad)
            self._reader.refuse(self._node, *no_pattern(text, why, folded))
            return None


def _written(argument: Any, text: str) -> Any:
    """Let an argument know how it was written."""
    argument.text = text
    return argument
