"""The questions as GrowthBook's features: one a slot, whose rules force the name of ours, first match first."""

from collections.abc import Callable
from typing import Any, TypeAlias

import growthbook

from benchmarks.asked import (
    Asked,
    Attributes,
    Not,
    Question,
    Slots,
    Some,
    Test,
    Winners,
    flat,
    literally,
)

Named: TypeAlias = Callable[[str], str]


def payload(slots: Slots, named: Named) -> dict[str, Any]:
    """Return GrowthBook's payload: a feature a slot, a rule that forces its own name for each of ours."""
    return {
        "features": {
            slot: {"defaultValue": None, "rules": [_force(each, named) for each in questions]}
            for slot, questions in slots.items()
        }
    }


def _force(question: Question, named: Named) -> dict[str, object]:
    return {"id": question.id, "condition": _mongo(question.asked, named), "force": question.id}


def _mongo(asked: Asked, named: Named) -> dict[str, Any]:
    """Return a condition in GrowthBook's syntax: keys of one object, its shortest form, where they differ."""
    if isinstance(asked, Some):
        return {"$or": [_mongo(part, named) for part in asked.parts]}
    if isinstance(asked, Not):
        return {"$not": _mongo(asked.part, named)}
    if isinstance(asked, Test):
        return {named(asked.attribute): _mongo_test(asked)}
    joined: dict[str, Any] = {}
    for part in asked.parts:
        for key, value in _mongo(part, named).items():
            both = isinstance(joined.get(key), dict) and isinstance(value, dict)
            if key in joined and not both:
                return {"$and": [_mongo(each, named) for each in asked.parts]}
            joined[key] = {**joined[key], **value} if both else value
    return joined


def _mongo_test(test: Test) -> object:
    argument = test.argument
    if test.operator == "equals":
        return argument
    if test.operator in ("starts_with", "contains"):
        pattern = literally(argument)
        return {"$regex": f"^{pattern}" if test.operator == "starts_with" else pattern}
    return {f"${_MONGO.get(test.operator, test.operator)}": argument}


_MONGO = {"not_in": "nin", "matches": "regex"}


def nested(known: Attributes) -> dict[str, Any]:
    """Return attributes as objects in objects: the evaluation for Node copies the outermost for every rule."""
    found: dict[str, Any] = {}
    for name, value in known.items():
        *outer, last = name.split(".")
        inner = found
        for each in outer:
            inner = inner.setdefault(each, {})
        inner[last] = value
    return found


class GrowthBook:
    """One instance with its features set once; a visit sets the attributes and asks for four features.

    Names are flat, because it takes every dotted one apart.
    """

    def __init__(self, slots: Slots) -> None:
        self._slots = tuple(slots)
        self._growthbook = growthbook.GrowthBook(features=payload(slots, flat)["features"])

    def prepared(self, known: Attributes) -> Any:
        """Under flat names."""
        return {flat(name): value for name, value in known.items()}

    def winners(self, visit: Any) -> Winners:
        """Decide."""
        book = self._growthbook
        book.set_attributes(visit)
        return tuple([book.get_feature_value(slot, None) for slot in self._slots])
