"""The parameters of a page's address that rules read; the others are nobody's business."""

from urllib.parse import quote, unquote_plus

from rules.attributes import QUERY

LONGEST = 4096
"""Characters of a query, or of a path, that are looked at."""

MAX_VALUE = 512
"""Characters of a request's value that rules see."""

_UTM = "utm."


class PageQuery:
    """Finds, in the query of any page's address, what the rules of one site read."""

    def __init__(self, reads: frozenset[str]) -> None:
        self._attributes: dict[str, list[str]] = {}
        for attribute in sorted(reads):
            for parameter in _parameters(attribute):
                self._attributes.setdefault(parameter, []).append(attribute)

    def facts(self, query: str) -> dict[str, str]:
        """Return the attributes that a query holds; of one that comes twice the first counts."""
        facts: dict[str, str] = {}
        for pair in query[:LONGEST].split("&") if self._attributes else ():
            name, _, value = pair.partition("=")
            attributes = self._attributes.get(name)
            if attributes and value:
                plain = unquote_plus(value) if "%" in value or "+" in value else value
                for attribute in attributes:
                    facts.setdefault(attribute, plain[:MAX_VALUE])
        return facts


def _parameters(attribute: str) -> tuple[str, ...]:
    """Return the spellings of the parameter an attribute reads, plain and percent-encoded."""
    if attribute.startswith(QUERY):
        name = attribute.removeprefix(QUERY)
    elif attribute.startswith(_UTM):
        name = "utm_" + attribute.removeprefix(_UTM)
    else:
        return ()
    return tuple({name, quote(name, safe="")})
