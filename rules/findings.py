"""What is wrong with a site's files, said so that whoever wrote them can mend it."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType
from typing import Literal

import msgspec

LONGEST = 600
"""Characters of a message or a hint: of what is longer, the beginning and the end are shown."""

MAX_SLIPS = 2
"""How many wrong letters a name may have and still be the one that was meant."""

IN_QUOTES = 'A # begins a comment: put quotes around a text that holds one, as in "#hero"'
AFTER_COMMA = (
    "A comma ended the text before: put quotes around a text that holds one, or [ ] around several"
)
WIDE_SPACE = "Type the space anew: some editors and web pages put wider ones in its place"
DASHED = re.compile(r" *(?P<dash>-(?=[^\W\d])|[–—](?= ?\w)) ?(?P<item>\S(?:.*\S)?) *")
"""What was to be an item of a list, and its dash is none to YAML."""
_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""Controls of terminals, breaks of lines and marks that turn texts around: they could forge findings."""
_GLUED = re.compile(r"([^\s:]+)(?=[\s:])(:?)(\s*)(\S.*)")
_PLAIN = re.compile(r"[^\W\d_][\w./-]*(?: [\w./-]+)*")
"""A text that is one to YAML without quotes, whatever stands around it; but for these."""
_NO_TEXTS = ("true", "false", "null")
_CURLY = re.compile("[„“”‚‘’«»‹›]([^„“”‚‘’«»‹›]+)[“”‘’«»‹›\"']")


class Finding(msgspec.Struct, frozen=True, order=True):
    """One thing wrong in one place. ``line`` and ``column`` count from 1."""

    path: str
    line: int
    column: int
    message: str
    hint: str = ""
    severity: Literal["error", "warning"] = "error"

    def __post_init__(self) -> None:
        """Make readable what it quotes of a file, which may hold anything and be as long as that."""
        for field in ("message", "hint"):
            text = getattr(self, field)
            if len(text) > LONGEST or not text.isprintable():
                msgspec.structs.force_setattr(self, field, _readable(text))

    def __str__(self) -> str:
        """``path:line:column: error: what is wrong. What to do.``"""
        text = f"{_readable(self.path)}:{self.line}:{self.column}: {self.severity}: {self.message}."
        end = "" if self.hint.endswith(("?", ".")) else "."
        return f"{text} {self.hint}{end}" if self.hint else text


class BadSite(Exception):
    """A site's files were refused; ``findings`` holds everything wrong with them, in file order."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = tuple(sorted(findings))
        super().__init__("\n".join(map(str, self.findings)))


def _readable(text: str) -> str:
    if len(text) > LONGEST:
        text = f"{text[: LONGEST - 101]}…{text[-100:]}"
    return _UNSEEN.sub(lambda match: repr(match[0])[1:-1], text)


def did_you_mean(
    word: str,
    known: Iterable[str],
    other_words: Mapping[str, str] = MappingProxyType({}),
    otherwise: str = "",
    unlisted: Iterable[str] = (),
) -> str:
    """Return a hint: the known word that was meant; else ``otherwise``, or the words there are.

    ``other_words`` are what other languages call a known word, ``unlisted`` ones may be meant as well.
    """
    names = sorted(set(known))
    possible = sorted({*names, *unlisted}) if unlisted else names
    if (bare := without_curly_quotes(word)) is not None:
        return straight_quotes(bare)
    if other_words.get(word) in possible:
        return f"Write '{other_words[word]}'"
    if (dashed := DASHED.fullmatch(word)) is not None:
        return _space_after_dash(dashed["item"], possible)
    small = word.lower()
    for name in possible:
        if name.lower() == small:
            return f"Capitals count: write '{name}'"
    near = _nearest(word, tuple(possible))
    if near is not None:
        return f"Did you mean '{near}'?"
    if otherwise or not names:
        return otherwise
    head = word[: word.rfind(".") + 1]
    listed = [name for name in names if name.startswith(head)] or names
    return f"Known here: {', '.join(listed[:12])}{', …' if len(listed) > 12 else ''}"


def or_new(hint: str, otherwise: str) -> str:
    """Return a hint for a name nobody knows, which may be mistyped as well as new."""
    if not hint:
        return f"{otherwise[0].upper()}{otherwise[1:]}"
    return f"{hint}{'' if hint.endswith('?') else '.'} If it is new, {otherwise}"


def or_new_in(section: str, hint: str) -> str:
    """Return the same for a name of a section of site.yaml."""
    return or_new(hint, f"add it under '{section}:' in site.yaml")


def _space_after_dash(item: str, possible: Iterable[str]) -> str:
    """Return the hint to what begins with a dash: one item, or several that YAML took for one text."""
    first = re.split(" [-–—] ?", item)[0].strip()
    alone = f"{item} alone" if item in possible else "each item in a line of its own"
    return f"Write - {first}, with a short dash and a space, {'or ' if item in possible else ''}{alone}"


def did_you_mean_key(
    word: str,
    known: Iterable[str],
    other_words: Mapping[str, str] = MappingProxyType({}),
    otherwise: str = "",
    unlisted: Iterable[str] = (),
) -> str:
    """Return a hint to a key: that its colon is missing, or the key that was meant."""
    names = {*known, *unlisted}
    if other_words.get(word) in names:
        return f"Write '{other_words[word]}'"
    glued = _GLUED.match(word)
    if glued is not None and glued[1] in names:
        name, colon, space, rest = glued.groups()
        if colon and space:
            return WIDE_SPACE
        if rest[0] in "{[\"'":  # a key ends at the first colon, so the rest of it is not here
            missing = "space" if colon else "colon"
            return f"Write a {missing} after '{name}{colon}'"
        return f"Write '{name}: {rest}', with a colon and a space"
    return did_you_mean(word, known, {}, otherwise, unlisted)


def misspelt(word: str, known: Iterable[str]) -> str | None:
    """Return the known key that a wrong one was to be, if one is near."""
    names = sorted(set(known))
    glued = _GLUED.match(word)
    if glued is not None and glued[1] in names:
        return glued[1]
    small = word.lower()
    alike = (name for name in names if name.lower() == small)
    return next(alike, None) or _nearest(word, tuple(names))


def without_curly_quotes(text: str) -> str | None:
    """Return what stands between curly quotes, if the whole text does; YAML takes them for letters."""
    match = _CURLY.fullmatch(text)
    return match[1] if match else None


def straight_quotes(bare: str) -> str:
    """Return the hint to a text in curly quotes; without any, it may be no text to YAML."""
    without = f"{bare} or " if _PLAIN.fullmatch(bare) and bare.lower() not in _NO_TEXTS else ""
    return f'Write {without}"{bare}": only straight quotes are quotes'


@lru_cache(maxsize=64)  # a name that is wrong once is often wrong in many places
def _nearest(word: str, names: tuple[str, ...]) -> str | None:
    """Return the name that a slip of the keys makes into the word, or into a word whose end it is."""
    end = f".{word}"
    ends = [name for name in names if name.endswith(end)]
    if len(ends) == 1:
        return ends[0]
    near: list[tuple[int, bool, str]] = []
    for spelt, name in _alike(word, names):
        head = len(_common_head(word, spelt))
        mine, other = word[head:], spelt[head:]
        allowed = _slips_allowed(max(len(mine), len(other)))
        slips = _slips(mine, other, allowed)
        if slips <= allowed:
            near.append((slips, mine[:1] != other[:1], name))
    return min(near)[2] if near else None


def _alike(word: str, names: tuple[str, ...]) -> list[tuple[str, str]]:
    """Return the spellings, with their names, of about the word's length and letters: no others are near."""
    letters, by_length = _letters(word), _spellings(names)
    return [
        (spelt, name)
        for length in range(len(word) - MAX_SLIPS, len(word) + MAX_SLIPS + 1)
        for spelt, name, others in by_length.get(length, ())
        if (letters ^ others).bit_count() <= 2 * MAX_SLIPS  # a slip brings a letter, and takes one
    ]


@lru_cache(maxsize=16)
def _spellings(names: tuple[str, ...]) -> dict[int, list[tuple[str, str, int]]]:
    """Return how a name may be written, whole or by its end if no other ends so, by length."""
    tails = Counter(name.rpartition(".")[2] for name in names)
    found: dict[int, list[tuple[str, str, int]]] = {}
    for name in names:
        tail = name.rpartition(".")[2]
        for spelt in {name, tail} if tails[tail] == 1 else {name}:
            found.setdefault(len(spelt), []).append((spelt, name, _letters(spelt)))
    return found


def _letters(word: str) -> int:
    """Return a bit for each letter of a word, where different ones may share theirs."""
    bits = 0
    for letter in set(word):
        bits |= 1 << (ord(letter) & 63)
    return bits


def _common_head(one: str, other: str) -> str:
    """Return the parts, up to a point, that both names begin with: ``crm.`` makes no names alike."""
    head = one[: one.rfind(".") + 1]
    return head if other.startswith(head) else ""


def _slips_allowed(letters: int) -> int:
    return 0 if letters <= 2 else 1 if letters <= 5 else MAX_SLIPS


def _slips(one: str, other: str, most: int) -> int:
    """Count the letters added, left out, changed or swapped; ``most + 1`` if they are more.

    https://en.wikipedia.org/wiki/Damerau%E2%80%93Levenshtein_distance (optimal string alignment),
    followed only as far as ``most`` allows: names that are not alike part after a few letters.
    """
    if not most:
        return int(one != other)
    if abs(len(one) - len(other)) > most:
        return most + 1
    same = 0
    for letter, wanted in zip(one, other, strict=False):
        if letter != wanted:
            break
        same += 1
    one, other = one[same:], other[same:]
    if not (one and other):
        return len(one) + len(other)
    rests = [(one[1:], other[1:]), (one, other[1:]), (one[1:], other)]
    if one[:2] == other[1::-1]:
        rests.append((one[2:], other[2:]))
    return 1 + min([_slips(mine, theirs, most - 1) for mine, theirs in rests])
