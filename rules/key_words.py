"""What every key, operator, action and type means: one table, shown by editors and held against the docs."""

from collections.abc import Mapping
from typing import Final

KEYS: Final[Mapping[str, Mapping[str, str]]] = {
    "site": {
        "site": "The site's name: a-z, 0-9, '-', '_' and '.'. It is part of the tag's address.",
        "origins": "The addresses of the pages, exactly: scheme, host and port. Calls from others are refused.",
        "languages": "The languages the site speaks, two letters each; the first is the one of last resort.",
        "consent": "What consent is asked for, and under which regime.",
        "holdout": "A share of visitors, such as 5%, for whom no rule of any campaign wins.",
        "slots": "The places on the pages whose content rules may change: name and where it is.",
        "attributes": "What your CRM knows of customers and rules may read.",
        "events": "What the site records: events and properties that are not here are dropped.",
        "audiences": "Conditions with a name, for rules to share.",
    },
    "slot": {
        "selector": "The CSS selector of the slot, in quotes. Without one it is <div data-slot=\"NAME\">.",
        "fallback": "What the slot shows wherever no rule wins: a block, or any action of 'show'.",
    },
    "attribute": {
        "type": "What its values are.",
        "source": "Where its values come from: crm is a column of the customer import.",
        "purpose": "The consent it takes to use it.",
        "values": "All values it can have; a rule that compares with any other is refused.",
        "freshness": "How old a value may be, such as 30d: older than that it is unknown.",
    },
    "event": {
        "purpose": "The consent it takes to record it.",
        "properties": "The properties that are kept, each with its type.",
    },
    "campaign": {
        "campaign": "The campaign's name, once in the site.",
        "schedule": "When the campaign runs. Left out: always.",
        "goal": "An event of site.yaml: what the campaign is for.",
        "holdout": "A share of visitors, such as 5%, who never see the campaign.",
        "cap": "How often a visitor sees the campaign, over all of its rules.",
        "exclusive": "A group of campaigns of which each visitor takes part in one.",
        "enabled": "false switches the whole campaign off.",
        "rules": "What the campaign shows, where and to whom.",
    },
    "schedule": {
        "from": "When it begins: 2026-09-01 or 2026-09-01T18:00. Left out: now.",
        "until": "When it is over, the moment itself no longer included. Left out: never.",
        "timezone": "The clock of the schedule, and of time.* in its rules: Europe/Berlin. Default UTC.",
    },
    "cap": {
        "times": "How often it is seen at most.",
        "within": "In which time, such as 7d. Left out: ever.",
    },
    "rule": {
        "id": "The rule's name, once in the site.",
        "slot": "The place that the rule fills.",
        "priority": "The rule with the higher number wins its slot. Default 0.",
        "when": "The condition that must hold. Left out: everybody.",
        "show": "What to put into the slot.",
        "split": "Several variants to deal among visitors; the same visitor always gets the same.",
        "cap": "How often a visitor sees the rule.",
        "enabled": "false switches the rule off.",
        "purposes": "The purposes it needs, if you like to see them written. They are derived.",
    },
    "condition": {
        "all": "Every one of these conditions holds.",
        "any": "At least one of these conditions holds.",
        "none": "Not one of these conditions holds.",
        "not": "This condition is known not to hold.",
        "event": "What the visitor did before.",
        "audience": "A condition of site.yaml, by its name.",
    },
    "event condition": {
        "name": "The event of site.yaml.",
        "where": "Which of these events count, by their properties.",
        "within": "In which time up to now: 90m, 12h or 30d. Left out: ever.",
        "count": "How often it happened: a number, or operators such as {gte: 3}.",
        "sum": "What a property of these events adds up to: {of: value, gte: 100}.",
        "last": "The newest of these events: its time, or with 'of' one of its properties.",
        "first": "The oldest of these events: its time, or with 'of' one of its properties.",
    },
    "show": {
        "action": "What to do with the slot. Default: setHtml.",
        "block": "The block to show: blocks/NAME.html.",
        "with": "The values of the block: what stands between {{ }} in it.",
        "text": "The text to show; \"\" shows nothing.",
        "name": "The attribute to set: href, src, alt, title, class, data-* and the like.",
        "value": "The attribute's value, or the class to add.",
        "weight": "The share of the visitors who get this variant.",
        "variant": "The variant's name. Default: the block's.",
    },
    "test": {
        "name": "What the test shows, in words.",
        "consent": "What the visitor granted: all, none, or each purpose: granted or denied.",
        "attributes": "What is known of the visitor and of the page.",
        "events": "What the visitor did before.",
        "visitor": "Who it is, for splits and holdouts: any text; none for somebody without an ID.",
        "now": "When it is: 2026-09-10T18:00.",
        "language": "The language of the page.",
        "want": "What each slot is to show.",
    },
    "happened": {
        "name": "The event of site.yaml.",
        "properties": "Its properties.",
        "ago": "How long ago, such as 3d. Left out: just now.",
        "times": "How often. Default: once.",
    },
    "want": {
        "rule": "The rule that wins.",
        "block": "The block that is shown.",
        "variant": "The variant that is dealt.",
        "reason": "Why it is shown.",
        "action": "What is done with the slot.",
        "html_contains": "A text, or several, that the shown HTML contains.",
        "text": "The text that is shown.",
    },
}  # fmt: skip
"""What a mapping is -> its keys -> what each means."""

OPERATORS: Final[Mapping[str, str]] = {
    "equals": "is this", "not": "is known and is not this",
    "in": "is one of this list", "not_in": "is known and none of this list",
    "lt": "is less", "lte": "is less or the same", "gt": "is more", "gte": "is more or the same",
    "between": "lies between [a, b], both included",
    "contains": "contains this text", "starts_with": "begins with this text", "ends_with": "ends with this text",
    "matches": "contains a match of this RE2 pattern; anchor it with ^ and $",
    "exists": "is known (true), is not (false)",
    "has_any": "has one of these", "has_all": "has all of these", "has_none": "is known and has none of these",
    "in_cidr": "lies in this network, or in one of several: 10.0.0.0/8",
    "before": "is earlier", "after": "is later",
    "within_last": "lies in this time up to now, such as 30d; a day counts whole, today included",
    "not_within_last": "is known and does not lie in this time up to now",
    "weekday": "falls on this day of the week, or on one of several",
    "time_between": "falls in these hours: [\"22:00\", \"06:00\"], the second no longer included",
    "distance_km": "is so far from a place: {from: [48.137, 11.575], lte: 25}",
}  # fmt: skip
"""Operator -> when it holds: ``the value ...``."""

IGNORING_CAPITALS: Final = "_ignore_case"
"""Ends the name of an operator's form that ignores capitals."""

ACTIONS: Final[Mapping[str, str]] = {
    "setHtml": "replaces the slot's content by a block", "replace": "replaces the slot itself by a block",
    "append": "adds a block to the end of the content", "prepend": "adds a block to the beginning of the content",
    "before": "adds a block before the slot", "after": "adds a block after the slot",
    "setText": "replaces the content by a text", "setAttribute": "sets an attribute of the slot",
    "addClass": "adds a class to the slot", "hide": "hides the slot",
}  # fmt: skip

TYPES: Final[Mapping[str, str]] = {
    "string": "a text", "number": "a number", "boolean": "true or false", "date": "a day: 2026-09-01",
    "datetime": "a moment: 2026-09-01T18:00+02:00", "list": "several texts", "version": "a version: 14.2.1",
    "ip": "an address of the Internet, v4 or v6", "location": "latitude and longitude: 48.137,11.575",
}  # fmt: skip


def of_operator(word: str) -> str:
    """Return when an operator holds. KeyError: it is not described here."""
    base = word.removesuffix(IGNORING_CAPITALS)
    end = "" if base == word else ", capitals or not"
    return f"Holds when the value {OPERATORS[base]}{end}."
