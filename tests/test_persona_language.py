"""A persona test that fails for a text in another language says so, and blames no rule for it."""

from pathlib import Path
from typing import Final

import pytest

from test_persona_command import run, write

TWO_LANGUAGES: Final = {
    "rules/main.yaml": """campaign: main
rules:
  - {id: gold, slot: hero, priority: 9, when: {crm.tier: gold}, show: {block: one}}
  - {id: all, slot: hero, when: {page.path: /}, show: {block: one}}
  - {id: german, slot: strip, when: {page.language: de}, show: {block: one}}
""",
    "blocks/one.html": "<b>Hallo</b>",
    "blocks/one.en.html": "<b>Hello</b>",
}
OTHER: Final = "the page is in 'en': with 'language: de' the slot shows what is wanted"


@pytest.mark.parametrize(
    ("want", "said"),
    [
        ("{hero: {block: one, html_contains: Hallo}}", [OTHER]),
        ("{hero: {rule: all, html_contains: Hallo}}", [OTHER]),
        ("{hero: {html_contains: Hallo}}", [OTHER, "all: page.path: / is true: it is / ("]),
        ("{hero: {block: one, html_contains: Salut}}", []),
        ("{hero: {rule: gold, html_contains: Hallo}}", ["gold: it might match with consent to "]),
        ("{strip: {rule: german}}", ["german: page.language: de is false: it is en ("]),
        ("{hero: {rule: gold}}", ["gold: it might match with consent to "]),
    ],
)
def test_a_text_in_another_language_is_told_so(tmp_path: Path, want: str, said: list[str]) -> None:
    folder = write(tmp_path, f"- {{name: a, language: en, want: {want}}}", **TWO_LANGUAGES)
    (folder / "rules/spring.yaml").unlink()
    found = [line for line in run(folder).output.splitlines() if line.startswith("    and  ")]
    assert len(found) == len(said)
    for line, words in zip(found, said, strict=True):
        assert line.startswith(f"    and     {words}")
