"""Says why a comparison is true, false or unknown, in words for whoever wrote it."""

from rules.conditions import Compare, Context
from rules.places import flow
from rules.source import Plain
from rules.values import TRUE, UNKNOWN, Truth, Value

_MEETS = {
    "lt": ("less than", "not less than"),
    "lte": ("at most", "more than"),
    "gt": ("more than", "not more than"),
    "gte": ("at least", "less than"),
    "before": ("before", "not before"),
    "after": ("after", "not after"),
}
"""Operator -> how a number or a date that meets it stands to the argument, and one that does not."""


def compared(condition: Compare, context: Context, truth: Truth) -> tuple[str, Value | None]:
    """Return why an attribute's comparison came out as it did, and the attribute's value."""
    value = value_of(condition, context)
    if value is None:
        return _of_nothing(condition, context, truth), None
    if truth is UNKNOWN:
        return f"it is {said(value)}, which cannot be read", value
    return f"it is {measured(condition.operator, condition.argument, value, truth)}", value


def value_of(condition: Compare, context: Context) -> Value | None:
    """Return what a comparison reads; None where nobody knows it."""
    if condition.read is not None:
        return condition.read(context)
    return context.facts.get(condition.attribute)


def _of_nothing(condition: Compare, context: Context, truth: Truth) -> str:
    if truth is not UNKNOWN:
        return "there is none"
    stranger = condition.purpose is not None and context.counts is None
    return "nobody knows this visitor" if stranger else "nobody knows it"


def measured(operator: str, argument: object, value: Value, truth: Truth) -> str:
    """Return a value and, where it tells more, how it stands to what it was compared with: 2, less than 3."""
    words = _MEETS.get(operator)
    written = getattr(
        argument, "text", argument
    )  # what was made ready at load keeps how it was written
    if words is None or not isinstance(written, (int, float, str)):
        return said(value)
    return f"{said(value)}, {words[0 if truth is TRUE else 1]} {said(written)}"


def said(value: Value) -> str:
    """Return a value as it is written in YAML."""
    plain: Plain = list(value) if isinstance(value, tuple) else value
    return flow(plain)
