"""Says why a comparison is true, false or unknown, in words for whoever wrote it."""

from zoneinfo import ZoneInfo

from rules.arguments import Times, Weekdays, weekday
from rules.attributes import WEEKDAYS
from rules.clock import local
from rules.conditions import Compare, Context, zone_of
from rules.keys import KEYS
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
    return f"it is {_seen(condition, value, truth)}", value


def _seen(condition: Compare, value: Value, truth: Truth) -> str:
    argument, zone = condition.argument, zone_of(condition.read)
    if isinstance(argument, (Weekdays, Times)):
        return _on_the_clock(str(value), argument.timezone)
    if zone is None or condition.attribute == "time.now":  # which is written with its offset
        return measured(condition.operator, argument, value, truth)
    return measured(condition.operator, argument, value, truth, f" in {zone.key}")


def _on_the_clock(text: str, zone: ZoneInfo) -> str:
    """Return the day of the week of a date, or of a moment with its time in the campaign's timezone."""
    day = weekday(text)
    if day is not None:
        return f"{WEEKDAYS[day]}, {text}"
    there = local(KEYS["datetime"](text), zone)
    return f"{WEEKDAYS[there.weekday()]}, {there:%Y-%m-%d %H:%M} in {zone.key}"


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


def measured(operator: str, argument: object, value: Value, truth: Truth, where: str = "") -> str:
    """Return a value and, where it tells more, how it stands to what it was compared with: 2, less than 3."""
    words = _MEETS.get(operator)
    written = getattr(
        argument, "text", argument
    )  # what was made ready at load keeps how it was written
    if words is None or not isinstance(written, (int, float, str)):
        return f"{said(value)}{where}"
    return f"{said(value)}{where}, {words[0 if truth is TRUE else 1]} {said(written)}"


def said(value: Value) -> str:
    """Return a value as it is written in YAML."""
    plain: Plain = list(value) if isinstance(value, tuple) else value
    return flow(plain)
