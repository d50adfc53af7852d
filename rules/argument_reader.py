"""Reads what an operator compares with, checked against the attribute's type and allowed values."""

import re2

from rules.attributes import Attribute
from rules.findings import did_you_mean
from rules.operators import OPERATORS
from rules.reader import Reader
from rules.source import Node
from rules.values import fits

MAX_PATTERN = 1024


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
        text = self._reader.text(self._node, f"'{self._word}'") or ""
        return self._pattern(text) if self._shape == "pattern" else text

    def _one(self, node: Node) -> object:
        attribute = self._attribute
        if self._shape == "same" and isinstance(node.value, list):
            said = f"'{self._word}' compares with one value, not with a list"
            self._reader.refuse(node, said, f"Write it without '{self._word}', or with 'in'")
        elif not fits(node.value, attribute.type):
            shown = "nothing" if node.value is None else repr(node.plain())
            wanted = "YYYY-MM-DD" if attribute.type == "date" else attribute.type
            hint = "Put quotes around it" if attribute.type == "string" else ""
            self._reader.refuse(node, f"{attribute.name} is a {wanted}, not {shown}", hint)
        elif attribute.values and node.value not in attribute.values:
            words, form = attribute.other_words, attribute.form
            hint = did_you_mean(str(node.value), map(str, attribute.values), words, form)
            self._reader.refuse(node, f"{attribute.name} is never {node.value!r}", hint)
        return node.value

    def _several(self) -> object:
        before = len(self._reader.findings)
        items = [self._one(item) for item in self._reader.items(self._node, f"'{self._word}'")]
        if len(self._reader.findings) > before:
            return (0, 0)
        if self._shape == "list":
            if self._node.value == []:
                self._reader.refuse(self._node, f"'{self._word}' lists nothing", "List a value")
            return tuple(items)
        try:
            if len(items) == 2 and items[0] <= items[1]:  # type: ignore[operator]
                return (items[0], items[1])
        except TypeError:
            pass
        self._reader.refuse(self._node, f"'{self._word}' needs two values, the lower first")
        return (0, 0)

    def _pattern(self, text: str) -> object:
        options = re2.Options()
        options.log_errors = False
        options.max_mem = 1 << 20
        try:
            if len(text) > MAX_PATTERN:
                raise re2.error(f"the pattern is longer than {MAX_PATTERN} characters")
            return re2.compile(text, options)
        except re2.error as bad:
            said = bad.args[0].decode() if isinstance(bad.args[0], bytes) else str(bad)
            hint = "Patterns are RE2: no look-around, no back-references"
            self._reader.refuse(self._node, f"not a pattern: {said}", hint)
            return None
