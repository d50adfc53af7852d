"""Damages a good file as slips of the keys, bad copies and people who mean harm would: seeded, endless."""

import json
import random
import re
from collections.abc import Callable, Iterator
from typing import Any

from rules.findings import BadSite
from rules.source import parse

TOKEN = re.compile(r"[\w.$/-]+|[^\w\s]|\s+")
WORD = re.compile(r"[\w.-]+")
ODD = (
    "\x00", "\x07", "\t", "\u00a0", "\u2028", "\u200b", "\u202e", "\ufeff", "\x85", "ä", "ß", "日本", "👩‍👧",
    "„", "”", "'", '"', "`", "#", " #", "&a ", "*a", "!!str ", "!=", "%", "@", "|", ">", "---\n", "...\n",
    "? ", "- ", ": ", ",", "{", "}", "[", "]", "<<: ", "{{", "}}", "{%", "\\", "\r", "\r\n", "\n", "~",
)  # fmt: skip
VALUES: tuple[Any, ...] = (
    None, True, False, 0, -1, 1.5, 1e308, -1e308, 10**17, -(10**17), "", " ", "x", "5%", "30d", "99999d",
    "0d", "1e400", "0x" + "F" * 40, "9" * 400, "-0", ".inf", ".nan", "2026-02-30", "0000-00-00", "9999-12-31",
    "0001-01-01T00:00", "9999-12-31T23:59:59-12:00", "2026-09-01T00:00+99:99", "(a+)+$", "(?=x)", "[", "\\",
    "\x00", "\x1b[31m", "\u202eabc", "\ud7ff", "日本", "é" * 300, "#hero", "{{ n }}", "<script>", "javascript:1",
    "../../etc/passwd", "/etc/localtime", "Europe/Berlin", "//", "http://[", "http://[::1", "page.path",
    "audience", [], [[]], [None], ["a", 1, True], {}, {"": None}, {"equals": {}},
    {"between": [1]}, {"between": ["b", "a"]}, {"in": [[1]]}, {"not": {"not": {}}},
    {"all": []}, {"any": {}}, {"exists": "yes"}, {"matches": 1},
    {"event": {}}, {"event": "view"}, {"audience": "fans"}, {"a.b": {"c": {"d": {}}}},
)  # fmt: skip
"""What a value may become: every type, and the edges of each."""

Random = random.Random
Change = Callable[[Random, str], str]


def mutants(
    files: dict[str, bytes], number: int, seed: int
) -> Iterator[tuple[str, dict[str, bytes]]]:
    """Give ``number`` damaged sites, each with the path of the file that was damaged."""
    names = sorted(files)
    for each in range(number):
        chance = random.Random(f"{seed}:{each}")
        path = chance.choice(names)
        data = _mutated(chance, files, path)
        yield path, {**files, path: data}


def _mutated(chance: Random, files: dict[str, bytes], path: str) -> bytes:
    if chance.random() < 0.06:
        return _bytes(chance, files[path])
    text = files[path].decode()
    if chance.random() < 0.05:
        return _spliced(chance, text, files[chance.choice(sorted(files))].decode()).encode()
    if path.endswith(".yaml") and chance.random() < 0.5:
        return _restructured(chance, files[path], path).encode("utf-8", "replace")
    for _ in range(chance.choice((1, 1, 1, 2, 4))):
        text = chance.choice(TEXTUAL)(chance, text)
    return text.encode("utf-8", "replace")


def _bytes(chance: Random, data: bytes) -> bytes:
    damaged = bytearray(data)
    for _ in range(chance.choice((1, 1, 3, 20))):
        at = chance.randrange(len(damaged) + 1)
        kind = chance.randrange(4)
        if kind == 0:
            damaged[at:at] = chance.randbytes(chance.randint(1, 4))
        elif kind == 1:
            del damaged[at : at + chance.randint(1, 40)]
        elif kind == 2 and at < len(damaged):
            damaged[at] ^= 1 << chance.randrange(8)
        else:
            damaged = damaged[: max(1, at)]
    return bytes(damaged)


def _spliced(chance: Random, one: str, other: str) -> str:
    return one[: chance.randrange(len(one) + 1)] + other[chance.randrange(len(other) + 1) :]


def _lines(chance: Random, text: str) -> str:
    lines = text.split("\n")
    one, other = chance.randrange(len(lines)), chance.randrange(len(lines))
    kind = chance.randrange(4)
    if kind == 0:
        del lines[one]
    elif kind == 1:
        lines.insert(other, lines[one])
    elif kind == 2:
        lines[one], lines[other] = lines[other], lines[one]
    else:
        lines[one : one + 2] = ["".join(lines[one : one + 2])]
    return "\n".join(lines)


def _tokens(chance: Random, text: str) -> str:
    tokens = TOKEN.findall(text) or [" "]
    one, other = chance.randrange(len(tokens)), chance.randrange(len(tokens))
    kind = chance.randrange(4)
    if kind == 0:
        del tokens[one]
    elif kind == 1:
        tokens.insert(other, tokens[one])
    elif kind == 2:
        tokens[one], tokens[other] = tokens[other], tokens[one]
    else:
        tokens[one] = _slip(chance, tokens[one])
    return "".join(tokens)


def _slip(chance: Random, word: str) -> str:
    at = chance.randrange(len(word))
    kinds = (word[:at] + word[at + 1 :], word[: at + 1] + word[at:], word.upper(), word[::-1])
    return chance.choice(kinds)


def _indentation(chance: Random, text: str) -> str:
    lines = text.split("\n")
    at = chance.randrange(len(lines))
    bare = lines[at].lstrip()
    lead = len(lines[at]) - len(bare)
    lines[at] = (
        chance.choice((" " * max(0, lead + chance.choice((-2, -1, 1, 2, 9))), "\t" * lead)) + bare
    )
    return "\n".join(lines)


def _odd(chance: Random, text: str) -> str:
    at = chance.randrange(len(text) + 1)
    return text[:at] + chance.choice(ODD) + text[at:]


def _word(chance: Random, text: str) -> str:
    """Put another value in the place of a word, or quotes of some kind around it."""
    words = list(WORD.finditer(text))
    if not words:
        return text
    match = chance.choice(words)
    quoted = chance.choice(("'{}'", '"{}"', "„{}“", '"{}', "{}'", "[{}]", "{{{}}}", "{} # {}"))
    value = chance.choice(VALUES)
    bare = value if isinstance(value, str) else json.dumps(value)
    new = chance.choice((bare, json.dumps(value), quoted.format(match[0], match[0]), ""))
    return text[: match.start()] + new + text[match.end() :]


def _nested(chance: Random, text: str) -> str:
    """Nest a word deeper than any file does."""
    words = list(WORD.finditer(text))
    if not words:
        return text
    match = chance.choice(words)
    opening, closing = chance.choice(
        (("[", "]"), ("{a: ", "}"), ("{not: ", "}"), ("{all: [", "]}"))
    )
    times = chance.choice((1, 3, 12, 31, 33, 200, 3000))
    end = closing * (times if chance.random() < 0.7 else 0)
    return f"{text[: match.start()]}{opening * times}{match[0]}{end}{text[match.end() :]}"


def _repeated(chance: Random, text: str) -> str:
    """Repeat a piece of the text many times."""
    at = chance.randrange(len(text) + 1)
    piece = text[at : at + chance.choice((1, 3, 10, 60))]
    return text[:at] + piece * chance.choice((2, 50, 1000)) + text[at:]


TEXTUAL: tuple[Change, ...] = (
    _lines,
    _tokens,
    _indentation,
    _odd,
    _word,
    _word,
    _nested,
    _repeated,
)


def _restructured(chance: Random, data: bytes, path: str) -> str:
    """Change the tree of values, so that what is said of it is not that it is no YAML."""
    try:
        tree = parse(data, path).plain()
    except BadSite:
        return data.decode("utf-8", "replace")
    for _ in range(chance.choice((1, 1, 2, 5))):
        places = list(_places(tree))
        if places:
            _change(chance, places)
    return json.dumps(tree, ensure_ascii=False, indent=1)


def _places(tree: Any) -> Iterator[tuple[Any, Any]]:
    """Every place in a tree: what holds it, and its key or index there."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        keys = list(node) if isinstance(node, dict) else range(len(node))
        for key in keys:
            yield node, key
            if isinstance(node[key], dict | list):
                waiting.append(node[key])


def _change(chance: Random, places: list[tuple[Any, Any]]) -> None:
    (node, key), (other, there) = chance.choice(places), chance.choice(places)
    kind = chance.randrange(7)
    if kind == 0:
        del node[key]
    elif kind == 1:  # a copy: a tree that holds itself could not be written
        node[key] = json.loads(json.dumps(other[there]))
    elif kind == 2 and isinstance(node, dict):
        node[chance.choice([str(there), _slip(chance, str(key) or "x")])] = node.pop(key)
    elif kind == 3 and isinstance(node, list):
        node.insert(key, json.loads(json.dumps(other[there])))
    elif kind == 4:
        node[key] = chance.choice(([node[key]], {str(there): node[key]}, str(node[key])))
    else:
        node[key] = json.loads(json.dumps(chance.choice(VALUES)))
