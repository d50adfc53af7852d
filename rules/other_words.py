"""What people write for a key, in German or as other tools call it, and where a key belongs."""

import re
from collections.abc import Collection, Mapping
from typing import Final

from rules.key_words import KEYS

OTHER_KEYS: Final[Mapping[str, str]] = {
    "site": "name seite website",
    "origins": "domains domain urls adressen",
    "languages": "sprachen sprache",
    "consent": "einwilligung",
    "slots": "plaetze stellen places",
    "attributes": "eigenschaften",
    "events": "ereignisse",
    "audiences": "zielgruppen zielgruppe segments",
    "type": "typ art",
    "source": "quelle",
    "purpose": "zweck",
    "values": "werte",
    "properties": "eigenschaften",
    "campaign": "kampagne name titel title",
    "schedule": "zeitplan zeitraum laufzeit period dates datum",
    "goal": "ziel conversion target",
    "holdout": "kontrollgruppe control_group control",
    "cap": "frequency_cap frequency frequenz limit haeufigkeit",
    "exclusive": "exklusiv group gruppe",
    "enabled": "aktiv active aktiviert",
    "rules": "regeln regel",
    "from": "von vom ab since start starts start_date begin begins beginn",
    "until": "bis to till end ends end_date ende stop",
    "timezone": "zeitzone tz",
    "times": "mal max count anzahl",
    "within": "innerhalb window per pro zeitraum",
    "id": "name kennung rule regel titel title",
    "slot": "wo platz stelle place placement position",
    "priority": "prioritaet prio rang rank weight gewicht",
    "when": "wenn falls if where bedingung bedingungen condition conditions",
    "show": "zeige zeigen zeigt anzeigen dann then display content inhalt",
    "split": "aufteilung ab_test variants varianten",
    "weight": "gewicht anteil share",
    "variant": "variante",
    "block": "baustein template vorlage",
    "with": "mit values werte variables",
    "action": "aktion",
    "where": "wo wobei wenn with filter properties eigenschaften",
    "count": "anzahl times how_often wie_oft",
    "sum": "summe total",
    "last": "letzte letzter letztes latest newest",
    "first": "erste erster erstes oldest",
    "want": "erwartet expect expected erwartung",
    "visitor": "besucher visitor_id",
    "now": "jetzt time date datum",
}
"""Key -> what people write for it; where two keys share a word, the one that can stand there is meant."""

_CONDITIONS: Final[Mapping[str, str]] = {
    "all": "and und alle sowohl",
    "any": "or oder either entweder eines einer",
    "none": "nor keine keines keiner weder",
    "not": "nicht kein except ausser",
    "event": "ereignis events",
    "audience": "zielgruppe segment audiences",
    "geo.country": "land laender",
    "page.path": "seite pfad",
    "language": "sprache",
    "device.type": "geraet endgeraet device",
    "time.weekday": "wochentag",
    "time.hour": "stunde uhrzeit",
    "time.month": "monat",
    "time.date": "datum heute",
}
"""The same of conditions: their groups, and attributes that every site has."""
OTHER_IN_CONDITIONS: Final[Mapping[str, str]] = {
    other: word for word, others in _CONDITIONS.items() for other in others.split()
}

_LETTERS: Final = {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", " ": "_", "-": "_"}
_HUMP: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")


def spelt(word: str) -> str:
    """Return a word as the tables spell it: small, in plain letters: ``startsWith``, ``Beginnt mit``."""
    return "".join(_LETTERS.get(letter, letter) for letter in _HUMP.sub("_", word).lower())


def other_key(word: str, known: Collection[str]) -> str | None:
    """Return the key, of those that can stand there, for which people write a word."""
    plain = spelt(word)
    return next((key for key in known if plain in OTHER_KEYS.get(key, "").split()), None)


_SHAPES: Final[Mapping[str, str]] = {
    "'slots'": '{hero: {selector: "#hero"}}',
    "'events'": "{purchase: {purpose: statistics}}",
    "'attributes'": "{crm.tier: {type: string, source: crm, purpose: personalization}}",
    "'audiences'": "{fans: {crm.tier: gold}}",
    "schedule": "{from: 2026-09-01, until: 2026-10-01}",
    "a cap": "{times: 3, within: 7d}",
    "slot": '{selector: "#hero"}',
    "event": "{purpose: statistics}",
    "attribute": "{type: string, source: crm, purpose: personalization}",
    "an event condition": "{name: view, count: {gte: 1}}",
    "the event": "{category: shoes}",
}
"""What has keys -> how it looks."""


def shape_of(what: str) -> str:
    """Return how to write what must be keys and values and is something else, as findings call it."""
    kind = what.partition(" '")[0]
    return f"Write {_SHAPES[kind]}" if kind in _SHAPES else "Write it as 'name: value'"


_BELONGS: Final[Mapping[str, str]] = {
    "campaign": "to the campaign: begin a line with it, as with 'campaign:'",
    "rule": "to a rule: indent it under '- id:', in the column of 'id'",
    "schedule": "under 'schedule:'",
    "cap": "under 'cap:'",
    "show": "under 'show:'",
    "condition": "under 'when:'",
    "event condition": "under 'event:' in 'when:'",
    "site": "into site.yaml",
}
"""What has keys, in the order in which a key is looked for -> where such a key belongs."""
_OF_A_SPLIT: Final = ("weight", "variant")
_IN_CAMPAIGNS: Final = (
    "a campaign", "a rule", "schedule", "a cap", "'show'", "a variant", "a condition", "an event condition",
)  # fmt: skip


_WITHOUT: Final[Mapping[tuple[str, str], str]] = {
    ("a condition", "when"): "Write the condition itself, without 'when'",
    ("a variant", "show"): "Write what it holds beside 'weight', without 'show': block: NAME",
}
"""What has keys, and a key that says nothing there -> what to do with what it holds."""


def belongs(name: str, what: str) -> str:
    """Return where a key belongs that stands in something else, as findings call that; nothing if nobody knows."""
    if (what, name) in _WITHOUT:
        return _WITHOUT[what, name]
    # In a condition, 'within' and 'name' are more likely those of an event than of a cap or a show.
    order = ("event condition", *_BELONGS) if what == "a condition" else _BELONGS
    place = next((each for each in order if name in KEYS[each]), None)
    if place is None and what in ("a campaign", "a rule") and "." in name.strip("."):
        place = "condition"  # only attributes have names with a dot
    if what == "the site" and place in ("campaign", "rule"):
        return f"'{name}' belongs to a campaign: write it into a file of rules/"
    if what not in _IN_CAMPAIGNS or place is None:
        return ""
    where = "under 'split:'" if name in _OF_A_SPLIT else _BELONGS[place]
    return f"'{name}' belongs {where}"
