"""The words of messages: what people write for a key, and what is told of it."""

import pytest

from rules.attributes import BUILT_IN
from rules.key_words import KEYS
from rules.other_words import OTHER_IN_CONDITIONS, OTHER_KEYS, spelt


def test_other_words_lead_to_keys_and_are_none() -> None:
    assert OTHER_KEYS.keys() <= {key for keys in KEYS.values() for key in keys}
    words = [(key, word) for key, others in OTHER_KEYS.items() for word in others.split()]
    assert all(word != key and spelt(word) == word for key, word in words)
    assert OTHER_IN_CONDITIONS.keys() == set(map(spelt, OTHER_IN_CONDITIONS))
    assert set(OTHER_IN_CONDITIONS.values()) <= KEYS["condition"].keys() | BUILT_IN.keys()


@pytest.mark.parametrize(
    ("word", "wanted"),
    [("startsWith", "starts_with"), ("Beginnt mit", "beginnt_mit"), ("GRÖSSER", "groesser")],
)
def test_a_word_is_spelt_as_the_tables_spell_it(word: str, wanted: str) -> None:
    assert spelt(word) == wanted
