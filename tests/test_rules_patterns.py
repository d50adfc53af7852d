"""What is certain of a pattern is in everything that it matches."""

import pytest
import re2
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.patterns import Pattern, certain

CERTAIN = {
    "abc": "abc",
    "^/damen/": "/damen/",
    "/p-[0-9]+$": "/p-",
    r"a\.b": "a.b",
    "ab?c": "a",
    "ab*cde": "cde",
    "ab+c": "ab",
    "ab{2,3}c": "a",
    "ab{2,3}": "a",
    "x(yz)w": "x",
    "(abc)": "",
    "ab|cd": "",
    "(?i)abc": "",
    r"\d\d-ab": "-ab",
    r"\pN2ab": "",
    r"\x41bc": "",
    r"\Qa.b\E": "",
    "[abc]de": "de",
    "[]abc]de": "de",
    "[[:alpha:]x]de": "de",
    "a{b": "b",
    "": "",
    ".*": "",
}


@pytest.mark.parametrize("pattern", CERTAIN)
def test_what_is_certain(pattern: str) -> None:
    assert certain(pattern) == CERTAIN[pattern]


PIECES = st.sampled_from(
    ["a", "b", "ab", "ba", ".", "?", "*", "+", "|", "(", ")", "[ab]", "[^a]", "{2}", "{0,1}", r"\.",
     r"\d", "^", "$", "(?i)", r"\x61", r"\pL", "{", "}", "[]a]", r"\b", r"\Qa\E", r"\(", "A"]
)  # fmt: skip


@pytest.mark.slow
@settings(max_examples=4000, deadline=None)
@given(
    pieces=st.lists(PIECES, max_size=7), texts=st.lists(st.text("abA.(1", max_size=8), max_size=12)
)
def test_no_match_is_lost_by_what_is_certain(pieces: list[str], texts: list[str]) -> None:
    text = "".join(pieces)
    try:
        pattern = Pattern(text, case_sensitive=True)
    except re2.error:
        return
    plain = re2.compile(text)
    for each in texts:
        assert pattern.has(each) == (plain.search(each) is not None)
