"""The words of conditions that are no attributes, and what is said of a name that is neither."""

from collections.abc import Sequence

from rules.findings import AFTER_COMMA, did_you_mean_key, misspelt
from rules.key_words import KEYS
from rules.other_words import OTHER_IN_CONDITIONS, belongs, spelt

GROUPS = ("all", "any", "none", "not")
_PARTS = (*GROUPS, "event", "audience")
WORDS = (*_PARTS, *(word for word, part in OTHER_IN_CONDITIONS.items() if part in _PARTS))
"""What a key of a condition may be, or be meant as, that is no attribute."""


def unknown(name: str, known: Sequence[str], cut: bool) -> tuple[str, str]:
    """Return what is wrong with a name that no attribute has, and what to do.

    ``known`` are the attributes there are; ``cut``: a comma stands before the name, no colon behind.
    """
    other = OTHER_IN_CONDITIONS.get(spelt(name))
    place = belongs(name, "a condition")
    hint = did_you_mean_key(name, known, {name: other} if other else {}, place, _PARTS)
    is_last_part = any(each.endswith(f".{name}") for each in known)
    if place and name in KEYS["event condition"] and not is_last_part:
        hint = place  # 'count' is no slip in geo.country
    no_attribute = other not in _PARTS and hint != (place or None)
    if cut and misspelt(name, (*known, *WORDS)) is None:
        hint = AFTER_COMMA
    what = "there is no attribute" if no_attribute else "a condition has no"
    return f"{what} '{name}'", hint
