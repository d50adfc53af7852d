"""Patterns that are looked for together: each found where it is found alone, however many they are."""

import pytest
import re2
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.patterns import Pattern, Patterns, Wanted

PIECES = st.sampled_from(
    ["a", "b", "ab", "ba", ".", "?", "*", "+", "|", "(", ")", "[ab]", "[^a]", "{2}", "{0,1}", r"\.",
     r"\d", "^", "$", "(?i)", r"\x61", r"\pL", "{", "}", "[]a]", r"\b", r"\Qa\E", r"\Qa", r"\(", "A",
     "ß", "\n"]
)  # fmt: skip
PATTERNS = st.lists(st.tuples(st.lists(PIECES, max_size=7).map("".join), st.booleans()), max_size=8)


@pytest.mark.slow
@settings(max_examples=1500, deadline=None)
@given(
    written=PATTERNS,
    texts=st.lists(st.text("abA.(1ßS\n", max_size=8), max_size=12),
)
def test_together_as_alone(written: list[tuple[str, bool]], texts: list[str]) -> None:
    alone = [each for each in (_compiled(*one) for one in written) if each is not None]
    together = Patterns(each.wanted for each in alone)
    for text in texts:
        found = [together[number] for number in together.found(text)]
        assert sorted(found) == sorted(each.wanted for each in alone if each.has(text))


def _compiled(pattern: str, case_sensitive: bool) -> Pattern | None:
    try:
        return Pattern(pattern, case_sensitive=case_sensitive)
    except re2.error:
        return None


@pytest.mark.slow
@settings(max_examples=500, deadline=None)
@given(part=st.text(max_size=6), text=st.text("ab.\\\n\0ß[", max_size=8))
def test_a_part_of_a_text_is_found_as_it_is_written(part: str, text: str) -> None:
    together = Patterns([Wanted(re2.escape(part)), Wanted(re2.escape(text))])
    assert len(together.found(part + text)) == 2
    assert len(together.found(text)) == 1 + (part in text)


def test_more_than_fit_one_set_are_all_found() -> None:
    many = [Wanted(rf"x{number}[a-z]+-\d{{3}}y{number}") for number in range(12_000)]
    together = Patterns(many)
    for number in (0, 1, 4711, 11_999):
        (found,) = together.found(f"x{number}abc-123y{number}")
        assert together[found] == many[number]
    assert together.found("x1abc-12") == ()


def test_without_patterns_nothing_is_found() -> None:
    assert Patterns([]).found("a") == ()
