"""Writes plain data as YAML that a person would write: block style outside, flow style for what is short."""

import json
import re

LINE = 88
_PLAIN = re.compile(r"[A-Za-z/][\w/.-]*|\d{4}-\d\d-\d\d|\d+[mhd%]")
_WORDS = {"true", "false", "null", "~"}


def text(value: object) -> str:
    """Return a document: nested dicts, lists, texts, numbers and booleans."""
    return "\n".join(_lines(value)) + "\n"


def _lines(value: object) -> list[str]:
    if isinstance(value, dict):
        return [line for key, each in value.items() for line in _entry(key, each)]
    if isinstance(value, list):
        return [line for each in value for line in _item(each)]
    return [flow(value)]


def _entry(key: str, value: object) -> list[str]:
    short = f"{key}: {flow(value)}"
    if len(short) <= LINE or not isinstance(value, (dict, list)):
        return [short]
    return [f"{key}:", *(f"  {line}" for line in _lines(value))]


def _item(value: object) -> list[str]:
    short = f"- {flow(value)}"
    if not isinstance(value, (dict, list)) or (len(short) <= LINE and "id" not in value):
        return [short]
    first, *others = _lines(value)
    return [f"- {first}", *(f"  {line}" for line in others)]


def flow(value: object) -> str:
    """Return a value on one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {flow(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(flow, value)) + "]"
    if isinstance(value, str) and _PLAIN.fullmatch(value) and value.lower() not in _WORDS:
        return value
    return json.dumps(value, ensure_ascii=False)
