"""The words of conditions that are no attributes, and what is said of a name that is neither."""

import re
from collections.abc import Collection, Sequence

from rules.attributes import QUERY, or_declared
from rules.findings import AFTER_COMMA, did_you_mean_key, misspelt
from rules.key_words import KEYS
from rules.other_words import OTHER_IN_CONDITIONS, belongs, spelt
from rules.source import Node

GROUPS = ("all", "any", "none", "not")
_PARTS = (*GROUPS, "event", "audience")
WORDS = (*_PARTS, *(word for word, part in OTHER_IN_CONDITIONS.items() if part in _PARTS))
"""What a key of a condition may be, or be meant as, that is no attribute."""


_QUERY = re.compile(r"(?:page\.|url\.)?(?:query|params|parameter)(?:\.(?P<name>.*))?")
"""How people call what reads a parameter of the page's address."""


def wrong_shape(name: str, node: Node) -> tuple[str, str] | None:
    """Return what is wrong with a list where a word takes one, or with keys where it takes a list."""
    value = node.value
    if isinstance(value, dict) and value and name in GROUPS and name != "not":
        each = ", ".join(f"{{{key}: …}}" for key in value)
        hint = f"Write {name}: [{each}], or begin each with '- '"
        return f"'{name}' must be a list, not keys and values", hint
    if isinstance(value, list) and name == "not":
        several = "'none: [ … ]' if none of several may hold"
        hint = f"Write not: {{ … }} around one condition, or {several}"
        return "'not' takes one condition, not a list", hint
    if isinstance(value, list) and value and name == "audience":
        texts = [item.value for item in value if isinstance(item.value, str)] or ["NAME"]
        named = [f"{{audience: {each}}}" for each in texts]
        several = f"any: [{', '.join(named)}], or all: for who is in every one"
        hint = f"Write {several if len(named) > 1 else named[0]}"
        return "audience is one name, not a list", hint
    return None


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
