"""Files made to be slow: no mistake may keep the edge from reading every other site.

Each takes well under a second, and took minutes where the work grew with the square of the file.
"""

import random
import string
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from typing import NamedTuple

import pytest

from rules import findings, syntax
from rules.findings import BadSite, did_you_mean
from rules.source import MAX_BYTES, parse

pytestmark = pytest.mark.slow
SECONDS = 15
"""Far more than any needs, on any machine, and far less than any took."""


@contextmanager
def soon() -> Iterator[None]:
    """Fail if what is done takes long."""
    begun = monotonic()
    yield
    assert monotonic() - begun < SECONDS


def names(count: int, head: str = "") -> list[str]:
    """Return long names, alike only in their beginning, the same at every run."""
    chance = random.Random(1)
    letters = [chance.choice(string.ascii_lowercase) for _ in range(count * 60)]
    return [head + "".join(letters[n * 60 : (n + 1) * 60 - len(head)]) for n in range(count)]


def test_many_unknown_names_among_many_known() -> None:
    for head in ("", "h" * 50):
        made = names(400, head)
        with soon():
            assert not any("Did" in did_you_mean(each, made[200:]) for each in made[:200])


def test_one_unknown_name_in_many_places_is_looked_for_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[str] = []

    def slips(one: str, other: str, most: int) -> int:
        asked.append(other)
        return most + 1

    monkeypatch.setattr(findings, "_slips", slips)
    word, *known = names(50)
    assert len({did_you_mean(word, known) for _ in range(3)}) == 1
    assert asked and len(asked) == len(set(asked))  # each once, those that may be near at all


class Text(NamedTuple):
    """A text as long as a file may be: a unit as often as it fits, then its twin as often."""

    head: str
    unit: str
    twin: str = ""
    tail: str = ""


FAULT = "a: [x, , "
DAMAGED = {
    "pairs": Text(head=f"{FAULT}y]\nb: ", unit="[", twin="]"),
    "pairs within": Text(head=FAULT, unit="[", twin="]", tail="]"),
    "opened": Text(head=FAULT, unit="["),
    "keys": Text(head=f"{FAULT}y]\nb: ", unit="{a: "),
    "other pairs": Text(head=FAULT, unit="{", twin="]"),
    "items": Text(head=FAULT, unit="a,"),
    "comments": Text(head="a: {b: [", unit="#}\n"),
    "texts": Text(head="a: [" + "''," * 9000 + " " * 100 + "''", unit=" ", tail="x"),
    "quote": Text(head='a: "', unit="\n"),
    "dashes": Text(head="a: b\n ", unit="-", tail="{: x: "),
    "word": Text(head="", unit="a", tail="\nb: c"),
}


@pytest.mark.parametrize("made", DAMAGED.values(), ids=DAMAGED.keys())
def test_a_damaged_file_is_explained(made: Text) -> None:
    many = (MAX_BYTES - len(made.head + made.tail)) // len(made.unit + made.twin)
    text = made.head + made.unit * many + made.twin * many + made.tail
    with soon(), pytest.raises(BadSite):
        parse(text.encode(), "x.yaml")


@pytest.mark.parametrize("rest", ["[" * 9000, "y]\n" + "b: c\n" * 9000])
def test_what_stands_far_behind_a_fault_is_not_looked_at(rest: str) -> None:
    looked_at = syntax._told_by(FAULT + rest, syntax.Place(0, 7))
    assert sum(1 for _ in looked_at) < 100


def test_brackets_that_nobody_counts_are_not_called_open() -> None:
    for inner in ("[" * 100 + "]" * 100, "a," * 60_000):
        with pytest.raises(BadSite, match=r":1:8: error: nothing can begin with , here"):
            parse(f"{FAULT}{inner}]".encode(), "x.yaml")
