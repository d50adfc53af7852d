"""Reads what an operator compares with, checked against the attribute's type and allowed values."""

from typing import Any

import re2

from rules.address_check import never
from rules.attributes import Attribute
from rules.findings import did_you_mean, straight_quotes, without_curly_quotes
from rules.operators import NEVER, OPERATORS
from rules.reader import Reader, said
from rules.source import Node
from rules.values import fits
from rules.wrong_values import WORD, hint_to

MAX_PATTERN = 1024
_BOUNDS = ("lt", "lte", "gt", "gte", "between")


class ArgumentReader:
    """Reads one argument; what is wrong with it is noted and something harmless returned."""

    def __init__(self, reader: Reader, attribute: Attribute, word: str, node: Node) -> None:
        self._reader = reader
        self._attribute = attribute
        self._shape = OPERATORS[word].shape
        self._word = word
        self._node = node

    def read(self) -> object:
        """Return the argument in the shape its operator wants."""
        if self._shape == "same":
            return self._one(self._node)
        if self._shape in ("list", "pair"):
            return self._several()
        if self._shape == "boolean":
            return self._reader.boolean(self._node, f"'{self._word}'")
        return self._text()

    def _one(self, node: Node) -> object:
        attribute = self._attribute
        if self._shape == "same" and isinstance(node.value, list):
            self._no_list("value", f"Write it without '{self._word}', or with 'in'")
        elif not fits(node.value, attribute.type):
            shown = f"'{node.value}'" if isinstance(node.value, str) else said(node)
            hint = hint_to(node.value, attribute.type, attribute.form)
            message = f"{attribute.name} is {WORD[attribute.type]}, not {shown}"
            self._reader.refuse(node, message, hint)
        elif not self._can_be(node):
            pass
        elif attribute.values and self._is_none(node.value, attribute.values):
            words, form = attribute.other_words, attribute.form
            hint = did_you_mean(str(node.value), map(str, attribute.values), words, form)
            self._reader.refuse(node, f"{attribute.name} is never {node.value!r}", hint)
        return node.value

    def _is_none(self, value: Any, values: tuple[Any, ...]) -> bool:
        """Say whether a value is none of those there are; a bound may lie between two of them."""
        if self._word in _BOUNDS:
            return not min(values) <= value <= max(values)
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
            never(self._attribute.name, self._word, text) or self._other_word(text)
        ):
            self._reader.refuse(node, *wrong)
        else:
            return True
        return False

    def _other_word(self, text: str) -> tuple[str, str] | None:
        """Return what is wrong with what people call a value, and the value."""
        attribute, word = self._attribute, self._word
        meant = attribute.other_words.get(text.lower())
        if meant is None or self._shape == "pattern":
            return None
        known = set(attribute.other_words.values())
        part = self._shape == "text"
        if text in known or (part and any(OPERATORS[word].test(each, text) for each in known)):
            return None
        return f"{attribute.name} {NEVER.get(word, 'is never')} '{text}'", f"Write '{meant}'"

    def _several(self) -> object:
        before = len(self._reader.findings)
        items = [self._one(item) for item in self._reader.items(self._node, f"'{self._word}'")]
        if len(self._reader.findings) > before:
            return (0, 0)
        if self._shape == "list" and not items:
            self._reader.refuse(self._node, f"'{self._word}' lists nothing", "List a value")
        if self._shape == "pair" and len(items) != 2:
            message = f"'{self._word}' needs two values, not {len(items)}"
            self._reader.refuse(self._node, message, "Write the lower and the higher: [a, b]")
            return (0, 0)
        return tuple(items)

    def _text(self) -> object:
        node, word = self._node, self._word
        if isinstance(node.value, list):
            each = f"{{{self._attribute.name}: {{{word}: …}}}}"
            self._no_list("text", f"Write any: [{each}, {each}]")
            return None
        text = self._reader.text(node, f"'{word}'")
        if text is None or not self._can_be(node):
            return None
        return self._pattern(text) if self._shape == "pattern" else text

    def _pattern(self, text: str) -> object:
        options = re2.Options()
        options.log_errors = False
        options.max_mem = 1 << 20
        try:
            if len(text) > MAX_PATTERN:
                raise re2.error(f"the pattern is longer than {MAX_PATTERN} characters")
            return re2.compile(text, options)
        except re2.error as bad:
            why = bad.args[0].decode() if isinstance(bad.args[0], bytes) else str(bad)
            hint = "Patterns are RE2: no look-around, no back-references"
            self._reader.refuse(self._node, f"not a pattern: {why}", hint)
            return None
