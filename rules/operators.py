"""The operators of conditions: one table, a row each.

A row says which types of attribute it takes, what its argument looks like and how it compares. A new
operator is a function, a row here, its cases in ``tests/cases/operators.yaml`` and its line in the docs.
"""

from collections.abc import Callable
from typing import Any, Literal, NamedTuple

Test = Callable[[Any, Any], bool]
"""Compares an attribute's value with the rule's argument."""

Shape = Literal["same", "list", "pair", "text", "pattern", "boolean"]
"""``same``: one value of the attribute's type; ``list``: several; ``pair``: two, ascending."""

ORDERED = ("number", "date")
EVERY = ("string", "number", "boolean", "date")
TEXT = ("string",)


class Operator(NamedTuple):
    """How one operator compares an attribute's value with the rule's argument."""

    types: tuple[str, ...]
    shape: Shape
    test: Test


OPERATORS: dict[str, Operator] = {
    "equals": Operator(EVERY, "same", lambda value, wanted: value == wanted),
    "not": Operator(EVERY, "same", lambda value, wanted: value != wanted),
    "in": Operator(EVERY, "list", lambda value, wanted: value in wanted),
    "not_in": Operator(EVERY, "list", lambda value, wanted: value not in wanted),
    "lt": Operator(ORDERED, "same", lambda value, bound: value < bound),
    "lte": Operator(ORDERED, "same", lambda value, bound: value <= bound),
    "gt": Operator(ORDERED, "same", lambda value, bound: value > bound),
    "gte": Operator(ORDERED, "same", lambda value, bound: value >= bound),
    "between": Operator(ORDERED, "pair", lambda value, pair: pair[0] <= value <= pair[1]),
    "contains": Operator(TEXT, "text", lambda value, part: part in value),
    "starts_with": Operator(TEXT, "text", lambda value, part: value.startswith(part)),
    "ends_with": Operator(TEXT, "text", lambda value, part: value.endswith(part)),
    "matches": Operator(TEXT, "pattern", lambda value, regex: regex.search(value) is not None),
    "exists": Operator(EVERY, "boolean", lambda value, wanted: (value is not None) == wanted),
}

NEVER = {
    "starts_with": "never begins with",
    "ends_with": "never ends with",
    "contains": "never contains",
    "matches": "never matches",
}
"""How findings say that an operator never holds, where it is not ``is never``."""

OTHER_WORDS = {
    ">": "gt", "greater_than": "gt", "more_than": "gt", "<": "lt", "less_than": "lt",
    ">=": "gte", "=>": "gte", "ge": "gte", "min": "gte", "<=": "lte", "=<": "lte", "le": "lte", "max": "lte",
    "=": "equals", "==": "equals", "eq": "equals", "is": "equals",
    "!=": "not", "<>": "not", "ne": "not", "neq": "not", "is_not": "not", "not_equals": "not",
    "any": "in", "one_of": "in", "none": "not_in", "like": "contains", "regex": "matches",
}  # fmt: skip
"""What other languages call an operator -> its name."""
