"""Reads untyped values of the ``consent`` section as the types it wants, and collects every problem."""

import difflib
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TypeAlias

import msgspec

Path = tuple[str | int, ...]

_LONG = 10**60
"""Python refuses to write numbers far longer than this in digits."""

Address: TypeAlias = str | Mapping[str, str]
"""Where a link leads: one address, or language -> address."""


class Problem(msgspec.Struct, frozen=True):
    """One finding: where in the section, what is wrong, what to do."""

    path: Path
    message: str
    hint: str
    of_key: bool = False
    """Whether it is the key at the end of the path that is wrong, and not its value."""


class Reader:
    """Reads untyped values and gathers findings, so that one run names them all.

    ``languages`` are the site's; None: nobody knows which.
    """

    def __init__(self, languages: Collection[str] | None = None) -> None:
        self.problems: list[Problem] = []
        self._languages = languages

    def add(self, path: Path, message: str, hint: str) -> None:
        """Note a problem."""
        self.problems.append(Problem(path, message, hint))

    def add_key(self, path: Path, message: str, hint: str) -> None:
        """Note a problem with the key that a path ends with."""
        self.problems.append(Problem(path, message, hint, of_key=True))

    def problems_at(self, section: str) -> bool:
        """Whether anything is wrong below this key of the section."""
        return any(problem.path[:1] == (section,) for problem in self.problems)

    def known(self, path: Path, found: Mapping[str, object], names: Sequence[str]) -> None:
        """Note each key that is none of these names."""
        for name in found:
            if name not in names:
                hint = nearest(name, names) if names else "Leave it empty: {}"
                self.add_key((*path, name), f"there is no key '{name}' here", hint)

    def mapping(
        self, path: Path, value: object, hint: str = "Write it as {name: value}"
    ) -> Mapping[str, object]:
        """Keys and values; empty for nothing."""
        if isinstance(value, Mapping):
            return {str(key): item for key, item in value.items()}
        if value is not None:
            message = f"must be keys and values, not {_kind(value)}"
            self.add(path, message, hint)
        return {}

    def sequence(self, path: Path, value: object) -> Sequence[object]:
        """A list; empty for nothing."""
        if isinstance(value, list | tuple):
            return value
        if value is not None:
            self.add(path, f"must be a list, not {_kind(value)}", "Write it as [one, two]")
        return ()

    def text(self, path: Path, value: object) -> str:
        """A text that must be there; "" where it is not."""
        if isinstance(value, str) and value.strip():
            return value
        name = path[-1]
        if value is None:
            hint = f"Add '{name}:'" if isinstance(name, str) else "Write a text"
            self.add(path, "is missing", hint)
        else:
            scalar = isinstance(value, bool | int | float)
            hint = "Put quotes around it" if scalar else "Write a text"
            self.add(path, f"must be a text, not {_kind(value)}", hint)
        return ""

    def number(self, path: Path, value: object, low: int, high: int) -> int:
        """A whole number from ``low`` to ``high``; ``low`` where it is none."""
        whole = isinstance(value, int) and not isinstance(value, bool)
        if isinstance(value, int) and whole and low <= value <= high:
            return value
        wrong = "is out of range" if whole else "is no whole number"
        hint = f"Write a whole number from {low} to {high}"
        quoted = isinstance(value, str) and value.isdigit()
        message = "is missing" if value is None else f"{shown(value)} {wrong}"
        self.add(path, message, f"{hint}, without quotes" if quoted else hint)
        return low

    def address(self, path: Path, value: object) -> Address | None:
        """A link, or one for each of several languages."""
        if not isinstance(value, Mapping):
            return self.url(path, value)
        found = {lang: self.url((*path, lang), each) for lang, each in value.items()}
        for lang in found:
            if not (len(str(lang)) == 2 and str(lang).isalpha() and str(lang).islower()):
                self.add_key((*path, lang), f"'{lang}' is no language", "Write two letters: de")
            elif self._languages is not None and lang not in self._languages:
                hint = f"The site speaks {', '.join(self._languages)}"
                self.add_key((*path, lang), f"the site has no language '{lang}'", hint)
        return {str(lang): each for lang, each in found.items() if each}

    def url(self, path: Path, value: object) -> str | None:
        """A link that runs nothing."""
        if value is None or (isinstance(value, str) and _is_link(value)):
            return value
        self.add(path, f"{shown(value)} is no address to link to", "Begin with / or https://")
        return None


def _is_link(text: str) -> bool:
    """Whether a browser follows this as a plain link: no script, no other scheme, no blanks."""
    if any(char.isspace() or not char.isprintable() for char in text):
        return False
    if text.startswith("/"):
        return not text.startswith(("//", "/\\"))
    scheme, _, rest = text.partition("://")
    return scheme.lower() in ("https", "http") and bool(rest)


def nearest(value: object, names: Iterable[str]) -> str:
    choices = {name.lower(): name for name in sorted(names)}
    text = value if isinstance(value, str) else shown(value)
    if text.lower() in choices:
        return f"Capitals count: write '{choices[text.lower()]}'"
    close = difflib.get_close_matches(text, choices.values(), n=1, cutoff=0.8)
    return f"Did you mean '{close[0]}'?" if close else f"Known here: {', '.join(choices.values())}"


def _kind(value: object) -> str:
    if isinstance(value, str) and not value.strip():
        return "an empty text"
    if isinstance(value, bool):
        return f"true or false ({shown(value)})"
    kinds = {int: "a number", float: "a number", str: "a text"}
    if type(value) in kinds:
        return f"{kinds[type(value)]} ({shown(value)})"
    return "keys and values" if isinstance(value, Mapping) else "a list"


def shown(value: object) -> str:
    """Return a value as a file of YAML says it."""
    if isinstance(value, Mapping | list):
        return "a list" if isinstance(value, list) else "keys and values"
    if value is None or isinstance(value, bool):
        return "nothing" if value is None else str(value).lower()
    if isinstance(value, int) and abs(value) >= _LONG:
        return "a very long number"
    text = str(value) if isinstance(value, int | float) else f"'{value}'"
    return text if len(text) <= 60 else f"{text[:57]}..."
