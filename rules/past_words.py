"""Says why a condition on past events came out as it did, in words for whoever wrote it."""

from datetime import UTC, datetime

from rules.conditions import Condition, Context
from rules.past_events import EventCount, EventMoment, EventSum, EventValue
from rules.values import Value
from rules.why_words import said


def in_words(condition: Condition, context: Context) -> tuple[str, Value | None]:
    """Return what happened, in words and as a value, as far as it is counted."""
    if context.counts is None:
        return "nobody knows this visitor", None
    match condition:
        case EventCount():
            number = condition.count(context)
            return _counted(condition, number), number
        case EventSum():
            total = condition.total(context) / 1_000_000
            return f"it adds up to {total:.15g}", total
        case EventMoment():
            return _moment(condition, context)
        case EventValue():
            value = condition.value(context)
            return _which(condition, None if value is None else said(value)), value
    return "", None


def _counted(condition: EventCount, number: int) -> str:
    most = _most(condition)
    if number > most > 0:  # no more is counted than rules ask for
        return f"it happened more than {_times(most)}"
    return f"it happened {_times(number)}" if number else "it never happened"


def _most(condition: EventCount) -> int:
    bounds = (argument for _, argument in condition.comparisons)
    several = (each if isinstance(each, tuple) else (each,) for each in bounds)
    return max((int(bound) for each in several for bound in each), default=0)


def _times(number: int) -> str:
    return "once" if number == 1 else f"{number} times"


def _moment(condition: EventMoment, context: Context) -> tuple[str, str | None]:
    time = condition.moment(context)
    if time is None:
        return _which(condition, None), None
    moment = datetime.fromtimestamp(time / 1000, UTC)
    return _which(condition, f"{moment:%Y-%m-%d %H:%M} UTC"), moment.isoformat(timespec="seconds")


def _which(condition: EventMoment | EventValue, found: str | None) -> str:
    if found is None:
        return "it never happened" if condition.window is None else "it did not happen in that time"
    return f"{'the first' if condition.oldest else 'the last'} was {found}"
