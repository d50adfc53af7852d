"""Files made to be slow: no mistake may keep the edge from reading every other site.

Each takes well under a second, and took minutes where the work grew with the square of the file.
"""

import random
import string
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic

from rules.findings import did_you_mean

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
        made = names(600, head)
        with soon():
            assert not any("Did" in did_you_mean(each, made[300:]) for each in made[:300])


def test_one_unknown_name_in_many_places() -> None:
    word, *known = names(2001)
    with soon():
        assert len({did_you_mean(word, known) for _ in range(2500)}) == 1
