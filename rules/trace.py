"""Traces a condition: each part of it with its truth, and in words why.

Every truth is the engine's own: a part is evaluated, never worked out a second time. All parts are, also
those that the engine need not look at any more.
"""

from typing import NamedTuple

import msgspec

from rules.conditions import All, Any, Compare, Condition, Context, Named, Not
from rules.past_words import in_words
from rules.places import Place, Places, Written, flow
from rules.values import FALSE, HIDDEN, TRUE, UNKNOWN, Truth, Value
from rules.why_words import compared

NOTHING_NOTED = Places()


class Part(NamedTuple):
    """A condition as its file has it: what kind it is, its words, and the parts below it."""

    condition: Condition
    kind: str
    """``all``, ``any``, ``none``, ``not``, ``audience``, ``attribute``, ``event``; else its class."""
    text: str
    place: Place | None
    parts: "tuple[tuple[Condition, Written | None], ...]"


class Traced(msgspec.Struct, frozen=True, omit_defaults=True):
    """A condition's truth for one context, and why."""

    kind: str
    text: str
    """As it is written."""
    truth: Truth
    why: str = ""
    """What decided it, in words; empty where its parts say it."""
    purpose: str | None = None
    """The consent that is missing, if consent hides it."""
    value: Value | None = None
    """What it reads: the attribute's value, or how often the event happened."""
    place: str | None = None
    parts: "tuple[Traced, ...]" = ()


def part_of(condition: Condition, places: Places, above: Written | None = None) -> Part:
    """Return what a condition is and holds; ``above`` is how it is written where it has no place of its own."""
    written = places.of(condition) or above
    place = written.place if written else None
    key = written.key if written else ""
    match condition:
        case Named(name=name, part=inner):
            return Part(condition, "audience", f"audience: {name}", place, ((inner, None),))
        case Not(part=Any(parts=several)) if key == "none":
            return Part(condition, "none", "none", place, _below(several, None))
        case Not(part=inner):
            return Part(condition, "not", "not", place, ((inner, None),))
        case Any(parts=several):
            return Part(condition, "any", "any", place, _below(several, None))
        case All(parts=several):
            # Operators under one attribute have no keys of their own.
            shared = written if key not in ("", "all") else None
            return Part(condition, "all", "all", place, _below(several, shared))
    return _leaf(condition, written)


def _below(
    parts: tuple[Condition, ...], above: Written | None
) -> tuple[tuple[Condition, Written | None], ...]:
    return tuple(
        (part, above.narrowed(part.operator) if above and isinstance(part, Compare) else above)
        for part in parts
    )


def _leaf(condition: Condition, written: Written | None) -> Part:
    place = written.place if written else None
    if isinstance(condition, Compare):
        name = condition.attribute
        text = f"{name}: {{{condition.operator}: {condition.argument}}}"
        kind = "attribute"
    else:
        kind = "event" if hasattr(condition, "counter") else type(condition).__name__.lower()
        text = kind
    if written is not None:
        text = f"{written.key}: {flow(written.value.plain())}"
    return Part(condition, kind, text, place, ())


def truth_of(condition: Condition, context: Context) -> tuple[Truth, str]:
    """Return a condition's truth; a fault of ours makes it unknown, and is named."""
    try:
        return condition.evaluate(context), ""
    except Exception as bad:
        return UNKNOWN, f"it cannot be evaluated ({type(bad).__name__})"


def trace(
    condition: Condition,
    context: Context,
    places: Places = NOTHING_NOTED,
    above: Written | None = None,
) -> Traced:
    """Return the truth of a condition and of every part of it, with the reason of each in words."""
    part = part_of(condition, places, above)
    parts = tuple([trace(each, context, places, written) for each, written in part.parts])
    truth, why = truth_of(condition, context)
    purpose: str | None = getattr(condition, "purpose", None)
    value: Value | None = None
    if not part.parts and not why:
        why, value = _why(condition, context, truth)
    return Traced(
        part.kind,
        part.text,
        truth,
        why,
        purpose if truth is HIDDEN else None,
        value,
        str(part.place) if part.place else None,
        parts,
    )


def _why(condition: Condition, context: Context, truth: Truth) -> tuple[str, Value | None]:
    """Return why a condition without parts has its truth, and the value it read."""
    purpose: str | None = getattr(condition, "purpose", None)
    if truth is HIDDEN:
        return f"consent hides it: {purpose} is not granted", None
    if isinstance(condition, Compare):
        return compared(condition, context, truth)
    if isinstance(condition, (All, Any)):
        return "it asks nothing", None
    return in_words(condition, context)


def decisive(traced: Traced) -> tuple[Traced, str]:
    """Return the one part without parts that decided: had it been otherwise, so might the whole.

    Where several together did, as none of an ``any`` is true, it is the one nearest to being true, and the
    text says of how many; else the text is empty.
    """
    near = ""
    while traced.parts:
        deciding = _deciding(traced)
        together = traced.kind in ("any", "none") and deciding[0].truth is not TRUE
        if together and len(deciding) > 1 and not near:
            near = f"the nearest of {len(deciding)} under {traced.kind}"
        traced = max(deciding, key=_share_true)
    return traced, near


def _deciding(traced: Traced) -> list[Traced]:
    wanted = traced.truth
    if traced.kind in ("not", "none"):
        wanted = {TRUE: FALSE, FALSE: TRUE}.get(wanted, wanted)
    return [part for part in traced.parts if part.truth is wanted] or list(traced.parts)


def _share_true(traced: Traced) -> float:
    if not traced.parts:
        return 1.0 if traced.truth is TRUE else 0.0
    return sum(map(_share_true, traced.parts)) / len(traced.parts)
