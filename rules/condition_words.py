"""The words of conditions that are no attributes, and what is said of a name that is neither."""

import re
from collections.abc import Collection, Sequence

from rules.attributes import QUERY, or_declared
from rules.findings import AFTER_COMMA, did_you_mean_key, misspelt
from rules.key_words import KEYS
from rules.other_words import OTHER_IN_CONDITIONS, belongs, spelt

GROUPS = ("all", "any", "none", "not")
_PARTS = (*GROUPS, "event", "audience")
WORDS = (*_PARTS, *(word for word, part in OTHER_IN_CONDITIONS.items() if part in _PARTS))
"""What a key of a condition may be, or be meant as, that is no attribute."""


_QUERY = re.compile(r"(?:page\.|url\.)?(?:query|params|parameter)(?:\.(?P<name>.*))?")
"""How people call what reads a parameter of the page's address."""


def unknown(
    name: str, known: Sequence[str], cut: bool, audiences: Collection[str] = ()
) -> tuple[str, str]:
    """Return what is wrong with a name that no attribute has, and what to do.

    ``known`` are the attributes there are; ``cut``: a comma stands before the name, no colon behind.
    """
    if name in audiences:
        return f"'{name}' is an audience", f"Write {{audience: {name}}}"
    if (query := _QUERY.fullmatch(name)) is not None:
        hint = f"Write '{QUERY}{query['name'] or 'NAME'}'"
        asked = "" if query["name"] else f": {QUERY}q is what follows ?q= in the address"
        return f"there is no attribute '{name}'", hint + asked
    other = OTHER_IN_CONDITIONS.get(spelt(name))
    place = belongs(name, "a condition")
    hint = did_you_mean_key(name, known, {name: other} if other else {}, place, _PARTS)
    is_last_part = any(each.endswith(f".{name}") for each in known)
    if place and name in KEYS["event condition"] and not is_last_part:
        hint = place  # 'count' is no slip in geo.country
    no_attribute = other not in _PARTS and hint != (place or None)
    if cut and misspelt(name, (*known, *WORDS)) is None:
        hint = AFTER_COMMA
    elif no_attribute:
        hint = or_declared(name, hint)
    what = "there is no attribute" if no_attribute else "a condition has no"
    return f"{what} '{name}'", hint
