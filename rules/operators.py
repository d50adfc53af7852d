"""The operators of conditions: one table, a row each.

A row says which types of attribute it takes, what its argument looks like and how it compares. A new
operator is a function, a row here, its cases in ``tests/cases/operators.yaml`` and its line in the docs.
Arguments are made ready at load (``rules/arguments.py``), facts are compared by their keys
(``rules/keys.py``), so that a request costs one comparison each.
"""

from collections.abc import Callable
from operator import contains, eq, ge, gt, le, lt, ne
from typing import Any, Literal, NamedTuple

from rules.keys import KEYS, Key, folded
from rules.other_words import spelt

Test = Callable[[Any, Any], bool]
"""Compares the key of an attribute's value with the rule's argument."""

Shape = Literal[
    "same", "list", "pair", "text", "pattern", "boolean",
    "items", "networks", "window", "days", "times", "circle",
]  # fmt: skip
"""``same``: one value of the attribute's type; ``list``: several; ``pair``: two, ascending;

``items``: a text or several; the others are read by ``rules/argument_shapes.py``.
"""

Kind = Literal["values", "range", "prefix", "other"]
"""What an index can do with it: look the value up among the argument's, cut the order of values by the
argument, look for the argument among the value's beginnings, or nothing."""

EVERY = ("string", "number", "boolean", "date", "datetime", "list", "version", "ip", "location")
EQUAL = ("string", "number", "boolean", "date", "version", "ip")
ORDERED = ("number", "date", "datetime", "version")
TEXT = ("string",)
LIST = ("list",)
DAY = ("date", "datetime")
FOLDED = "_ignore_case"
"""Ends the name of an operator's form that ignores capitals."""


class Operator(NamedTuple):
    """How one operator compares an attribute's value with the rule's argument."""

    types: tuple[str, ...]
    shape: Shape
    test: Test
    kind: Kind = "other"
    folded: bool = False
    """Whether it compares the casefolded text."""
    moving: bool = False
    """Whether its argument changes with the clock: ``argument.at(now)`` is what it is now."""


def _in(value: Any, wanted: Any) -> bool:
    return value in wanted


def _not_in(value: Any, wanted: Any) -> bool:
    return value not in wanted


def _has(value: Any, argument: Any) -> bool:
    return bool(argument.has(value))


OPERATORS: dict[str, Operator] = {
    "equals": Operator(EQUAL, "same", eq, "values"),
    "not": Operator(EQUAL, "same", ne, "values"),
    "in": Operator(EQUAL, "list", _in, "values"),
    "not_in": Operator(EQUAL, "list", _not_in, "values"),
    "lt": Operator(ORDERED, "same", lt, "range"),
    "lte": Operator(ORDERED, "same", le, "range"),
    "gt": Operator(ORDERED, "same", gt, "range"),
    "gte": Operator(ORDERED, "same", ge, "range"),
    "between": Operator(ORDERED, "pair", lambda value, pair: pair[0] <= value <= pair[1], "range"),
    "contains": Operator(TEXT, "text", contains),
    "starts_with": Operator(TEXT, "text", str.startswith, "prefix"),
    "ends_with": Operator(TEXT, "text", str.endswith),
    "matches": Operator(TEXT, "pattern", _has),
    "equals_ignore_case": Operator(TEXT, "same", eq, folded=True),
    "not_ignore_case": Operator(TEXT, "same", ne, folded=True),
    "in_ignore_case": Operator(TEXT, "list", _in, folded=True),
    "not_in_ignore_case": Operator(TEXT, "list", _not_in, folded=True),
    "contains_ignore_case": Operator(TEXT, "text", contains, folded=True),
    "starts_with_ignore_case": Operator(TEXT, "text", str.startswith, folded=True),
    "ends_with_ignore_case": Operator(TEXT, "text", str.endswith, folded=True),
    "matches_ignore_case": Operator(TEXT, "pattern", _has),
    "has_any": Operator(LIST, "items", lambda value, wanted: not wanted.isdisjoint(value)),
    "has_all": Operator(LIST, "items", lambda value, wanted: wanted.issubset(value)),
    "has_none": Operator(LIST, "items", lambda value, wanted: wanted.isdisjoint(value)),
    "in_cidr": Operator(("ip",), "networks", _has),
    "before": Operator(DAY, "same", lt, "range"),
    "after": Operator(DAY, "same", gt, "range"),
    "within_last": Operator(
        DAY, "window", lambda value, span: span[0] <= value <= span[1], moving=True
    ),
    "not_within_last": Operator(
        DAY, "window", lambda value, span: not span[0] <= value <= span[1], moving=True
    ),
    "weekday": Operator(DAY, "days", _has),
    "time_between": Operator(("datetime",), "times", _has),
    "distance_km": Operator(("location",), "circle", _has),
    "exists": Operator(EVERY, "boolean", lambda value, wanted: (value is not None) == wanted),
}


def key_of(word: str, kind: str) -> Key | None:
    """Return how the facts of a type become what an operator compares; None: they are it already."""
    return folded if OPERATORS[word].folded else KEYS.get(kind)


def base_of(word: str) -> str:
    """Return the operator that a form ignoring capitals is a form of; any other as it is."""
    return word.removesuffix(FOLDED)


_NEVER = {
    "starts_with": "never begins with",
    "ends_with": "never ends with",
    "contains": "never contains",
    "matches": "never matches",
    **dict.fromkeys(("has_any", "has_all", "has_none"), "never has"),
}


def never(word: str, otherwise: str = "is never") -> str:
    """Return how findings say that an operator never holds."""
    return _NEVER.get(base_of(word), otherwise)


_OTHER_FOLDED = {
    base: f"{base}{FOLDED}"
    for base in ("equals", "not", "in", "not_in", "contains", "starts_with", "ends_with", "matches")
}
OTHER_WORDS = {
    ">": "gt", "greater_than": "gt", "more_than": "gt", "<": "lt", "less_than": "lt",
    ">=": "gte", "=>": "gte", "≥": "gte", "≤": "lte", "ge": "gte", "min": "gte", "at_least": "gte",
    "<=": "lte", "=<": "lte", "le": "lte", "max": "lte", "at_most": "lte",
    "=": "equals", "==": "equals", "eq": "equals", "is": "equals",
    "!=": "not", "<>": "not", "ne": "not", "neq": "not", "is_not": "not", "not_equals": "not",
    "any": "in", "one_of": "in", "any_of": "in", "none": "not_in", "nin": "not_in", "none_of": "not_in",
    "like": "contains", "regex": "matches", "regexp": "matches", "~": "matches", "=~": "matches",
    "startswith": "starts_with", "begins_with": "starts_with", "prefix": "starts_with",
    "endswith": "ends_with", "suffix": "ends_with",
    **{f"i{base.replace('_', '')}": name for base, name in _OTHER_FOLDED.items()},
    **{f"{base}_{end}": name for base, name in _OTHER_FOLDED.items() for end in ("ci", "nocase", "i")},
    "ieq": "equals_ignore_case", "iexact": "equals_ignore_case", "ilike": "contains_ignore_case",
    "iregex": "matches_ignore_case", "ini": "in_ignore_case", "nini": "not_in_ignore_case",
    "has": "has_any", "includes": "has_any", "include": "has_any", "contains_any": "has_any",
    "includes_any": "has_any", "intersects": "has_any", "contains_all": "has_all", "includes_all": "has_all",
    "superset": "has_all", "contains_none": "has_none", "excludes": "has_none", "has_not": "has_none",
    "cidr": "in_cidr", "in_subnet": "in_cidr", "subnet": "in_cidr", "in_network": "in_cidr",
    "network": "in_cidr", "ip_in": "in_cidr", "ip_range": "in_cidr",
    **{f"{head}{end}": word
       for head in ("semver_", "version_", "v")
       for end, word in (("eq", "equals"), ("ne", "not"), ("gt", "gt"), ("gte", "gte"),
                         ("lt", "lt"), ("lte", "lte"))},
    "is_before": "before", "earlier_than": "before", "until": "before", "date_before": "before",
    "is_after": "after", "later_than": "after", "since": "after", "date_after": "after",
    "within": "within_last", "in_last": "within_last", "in_the_last": "within_last", "last": "within_last",
    "newer_than": "within_last", "younger_than": "within_last", "less_than_ago": "within_last",
    "older_than": "not_within_last", "more_than_ago": "not_within_last",
    "not_within": "not_within_last", "not_in_last": "not_within_last",
    "day": "weekday", "days": "weekday", "weekdays": "weekday", "day_of_week": "weekday", "dow": "weekday",
    "time": "time_between", "times": "time_between", "time_of_day": "time_between",
    "hours": "time_between", "time_range": "time_between",
    "distance": "distance_km", "distance_to": "distance_km", "radius": "distance_km",
    "radius_km": "distance_km", "near": "distance_km", "within_km": "distance_km",
    "is_set": "exists", "defined": "exists", "is_known": "exists", "known": "exists", "present": "exists",
    "from": "gte", "on_or_after": "gte", "to": "lte", "on_or_before": "lte", "range": "between",
    "not_equal": "not", "is_one_of": "in", "is_in": "in", "is_not_in": "not_in", "is_none_of": "not_in",
    "ist": "equals", "gleich": "equals", "ist_gleich": "equals", "ist_nicht": "not", "nicht": "not",
    "ungleich": "not",
    "eines_von": "in", "einer_von": "in", "ist_in": "in", "nicht_in": "not_in", "keines_von": "not_in",
    "ab": "gte", "von": "gte", "mindestens": "gte", "bis": "lte", "hoechstens": "lte", "maximal": "lte",
    "ueber": "gt", "mehr": "gt", "mehr_als": "gt", "groesser": "gt", "groesser_als": "gt",
    "unter": "lt", "weniger": "lt", "weniger_als": "lt", "kleiner": "lt", "kleiner_als": "lt",
    "zwischen": "between", "enthaelt": "contains", "passt_auf": "matches", "muster": "matches",
    "beginnt_mit": "starts_with", "faengt_an_mit": "starts_with", "endet_mit": "ends_with",
    "hat": "has_any", "hat_alle": "has_all", "hat_nicht": "has_none", "hat_keine": "has_none",
    "vor": "before", "nach": "after", "seit": "gte", "innerhalb": "within_last",
    "in_den_letzten": "within_last", "letzte": "within_last", "aelter_als": "not_within_last",
    "tag": "weekday", "wochentag": "weekday", "uhrzeit": "time_between", "zeit": "time_between",
    "entfernung": "distance_km", "umkreis": "distance_km",
    "vorhanden": "exists", "bekannt": "exists", "existiert": "exists",
}  # fmt: skip
"""What other languages, German among them, call an operator -> its name."""


def meant_by(word: str) -> str | None:
    """Return the operator that people write otherwise: ``startsWith``, ``beginnt mit``."""
    plain = spelt(word)
    written_so = plain in OPERATORS and plain != word.lower()
    return OTHER_WORDS.get(word) or OTHER_WORDS.get(plain) or (plain if written_so else None)


INSTEAD = {
    "list": {
        "equals": "has_any", "in": "has_any", "contains": "has_any", "not": "has_none", "not_in": "has_none",
    },
    "datetime": {"equals": "between"},
    "location": {"equals": "distance_km", "between": "distance_km", "lt": "distance_km", "lte": "distance_km"},
    "string": {"has_any": "in", "has_none": "not_in"},
    "number": {"before": "lt", "after": "gt"},
    "ip": {"starts_with": "in_cidr", "between": "in_cidr", "contains": "in_cidr"},
}  # fmt: skip
"""Type -> an operator it does not take -> the one that is meant."""
