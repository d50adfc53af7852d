"""The attributes every site has without declaring them. None of them identifies anybody."""

import re
from collections.abc import Mapping, Sequence

import msgspec

from rules.codes import COUNTRIES, COUNTRY_NAMES, LANGUAGE_NAMES, LANGUAGES
from rules.findings import or_new_in
from rules.values import Value


class Attribute(msgspec.Struct, frozen=True):
    """A named fact a condition may read. ``purpose`` None: known from the request alone."""

    name: str
    type: str
    source: str = "request"
    purpose: str | None = None
    values: tuple[str | int | float | bool, ...] = ()
    form: str = ""
    """How a value is written, where there are too many to list."""
    freshness: int | None = None
    """Milliseconds after which a value is no longer known; None: never."""
    other_words: Mapping[str, str] = {}
    """What people write for a value -> the value; in small letters, but where they are all capitals."""

    origins: tuple[str, ...] = ()
    """The origins that an address begins with, if they are known."""


DEVICES = ("mobile", "tablet", "desktop", "bot")
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_GERMAN_WEEKDAYS = (
    "montag", "dienstag", "mittwoch", "donnerstag", "freitag", "samstag", "sonntag",
)  # fmt: skip
OTHER_WEEKDAYS = {
    word: day
    for day, german in zip(WEEKDAYS, _GERMAN_WEEKDAYS, strict=True)
    for other in (german, german[:2], day[:2], day[:3], day[:4])
    for word in (other, f"{other}s", f"{other}.")
} | {"thurs": "thursday", "sonnabend": "saturday", "sonnabends": "saturday"}
"""What people write for the days, in small letters: in German, of every week, and short."""
IN_ENGLISH = "Write days in English: monday, or [saturday, sunday]"
_OTHER_DEVICES = {
    **dict.fromkeys(
        (
            "smartphone",
            "phone",
            "mobile phone",
            "cell phone",
            "cellphone",
            "handy",
            "mobiltelefon",
            "telefon",
        ),
        "mobile",
    ),
    "iphone": "mobile",
    **dict.fromkeys(("ipad", "tablet-pc", "tablet pc"), "tablet"),
    **dict.fromkeys(
        (
            "pc",
            "desktop-pc",
            "desktop pc",
            "computer",
            "rechner",
            "laptop",
            "notebook",
            "mac",
            "macbook",
        ),
        "desktop",
    ),
    **dict.fromkeys(("crawler", "spider", "robot", "googlebot"), "bot"),
}
_SYSTEMS = ("Windows", "Mac OS X", "Linux", "Chrome OS", "Android", "iOS")
_OTHER_SYSTEMS = {
    **dict.fromkeys(("mac", "macos", "os x", "osx"), "Mac OS X"),
    **dict.fromkeys(("windows 10", "windows 11"), "Windows"),
    **dict.fromkeys(("iphone", "iphone os", "ipad", "ipados"), "iOS"),
    "chromeos": "Chrome OS",
}
_BROWSERS = (
    "Chrome", "Chrome Mobile", "Chrome Mobile iOS", "Edge", "Edge Mobile", "Firefox", "Firefox Mobile",
    "Firefox iOS", "IE", "Mobile Safari", "Opera", "Opera Mobile", "Safari", "Samsung Internet",
)  # fmt: skip
_OTHER_BROWSERS = {
    "google chrome": "Chrome",
    **dict.fromkeys(("microsoft edge", "edge chromium", "msedge"), "Edge"),
    "mozilla firefox": "Firefox",
    "internet explorer": "IE",
    **dict.fromkeys(("safari mobile", "ios safari"), "Mobile Safari"),
    "samsung browser": "Samsung Internet",
}
"""The commonest of the names that ``edge/device.py`` finds, and what people call them."""
_TWO_LETTERS = "Write the two small letters of ISO 639: de"
_WHOLE = "Write a whole number"


def _words(names: tuple[str, ...], other_words: dict[str, str]) -> dict[str, str]:
    return {name.lower(): name for name in names} | other_words


_BUILT_IN = (
    Attribute("page.path", "string"),
    Attribute("page.url", "string"),
    Attribute("page.language", "string"),
    Attribute("page.referrer", "string"),
    Attribute("utm.source", "string"),
    Attribute("utm.medium", "string"),
    Attribute("utm.campaign", "string"),
    Attribute("utm.term", "string"),
    Attribute("utm.content", "string"),
    Attribute("device.type", "string", values=DEVICES, other_words=_OTHER_DEVICES),
    Attribute("device.os", "string", other_words=_words(_SYSTEMS, _OTHER_SYSTEMS)),
    Attribute("device.browser", "string", other_words=_words(_BROWSERS, _OTHER_BROWSERS)),
    Attribute("device.os_version", "version"),
    Attribute("device.browser_version", "version"),
    Attribute("client.ip", "ip"),
    Attribute(
        "geo.country",
        "string",
        values=COUNTRIES,
        form="Write the two letters of ISO 3166: DE",
        other_words=COUNTRY_NAMES,
    ),
    Attribute("geo.location", "location"),
    *(
        Attribute(name, kind, values=LANGUAGES, form=_TWO_LETTERS, other_words=LANGUAGE_NAMES)
        for name, kind in (("language", "string"), ("languages", "list"))
    ),
    Attribute("time.now", "datetime"),
    Attribute("time.hour", "number", values=tuple(range(24)), form=f"{_WHOLE} from 0 to 23"),
    Attribute(
        "time.weekday", "string", values=WEEKDAYS, form=IN_ENGLISH, other_words=OTHER_WEEKDAYS
    ),
    Attribute("time.date", "date"),
    Attribute("time.month", "number", values=tuple(range(1, 13)), form=f"{_WHOLE} from 1 to 12"),
    Attribute("customer.known", "boolean", source="link", purpose="personalization"),
)
CLOCK = ("time.now", "time.hour", "time.weekday", "time.date", "time.month")
"""The attributes that are read from the clock of the campaign, and not from the facts."""
BUILT_IN: dict[str, Attribute] = {attribute.name: attribute for attribute in _BUILT_IN}

NAME = re.compile(r"[a-z0-9][a-z0-9_.-]{0,63}\Z")
"""What a name that a site declares looks like."""
RESERVED = ("page", "utm", "device", "client", "geo", "time")
"""What the names of built-in attributes begin with."""
QUERY = "page.query."
"""Prefix of the attributes that read a parameter of the page's address."""


def find(name: str, declared: Mapping[str, Attribute]) -> Attribute | None:
    """Return the attribute a rule names, declared, built in, or of the page's query."""
    if name.startswith(QUERY) and len(name) > len(QUERY):
        return Attribute(name, "string")
    return declared.get(name) or BUILT_IN.get(name)


def or_declared(name: str, hint: str) -> str:
    """Return a hint for an attribute there is none of, which a site may have to declare yet."""
    may_be = NAME.match(name) and name.split(".")[0] not in RESERVED
    return or_new_in("attributes", hint) if may_be and not hint.startswith("Write") else hint


def values_of(name: str, declared: Mapping[str, Attribute]) -> Sequence[Value]:
    """Return all values that an attribute can have; none where there are too many, or of lists."""
    attribute = find(name, declared)
    if attribute is None or attribute.type == "list":
        return ()
    return (False, True) if attribute.type == "boolean" else attribute.values
