"""What the address of a page says, so that nobody states a page that cannot be."""

from urllib.parse import parse_qsl, unquote, urlsplit

from rules.attributes import BUILT_IN, QUERY

_UTM = "utm."


def said_by(url: str) -> dict[str, str]:
    """Return the attributes that an address gives a value; of a parameter that comes twice the first counts.

    Raises ``ValueError`` for what cannot be taken apart.
    """
    parts = urlsplit(url)
    found = {"page.path": unquote(parts.path or "/")}
    for name, value in parse_qsl(parts.query):
        found.setdefault(f"{QUERY}{name}", value)
        tagged = name.replace("utm_", _UTM, 1)
        if name.startswith("utm_") and tagged in BUILT_IN:
            found.setdefault(tagged, value)
    return found
