"""ARCHITECTURE.md's code map and the tree say the same."""

import re
from collections.abc import Iterator
from pathlib import Path

from harness import ROOT

SUFFIXES = {".py", ".js", ".mjs", ".css"}
PARTS = ("rules", "consent", "edge", "snippet")


def named() -> set[str]:
    """Every path that the document writes as code: `edge/app.py`, `edge/stores/`."""
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    spans = re.findall(r"`([\w./-]+)`", text)
    return {each for each in spans if each.split("/")[0] in PARTS and "/" in each}


def sources() -> Iterator[str]:
    """Every source file of ours that has something in it."""
    for part in PARTS:
        for path in sorted((ROOT / part).rglob("*")):
            if path.suffix in SUFFIXES and "node_modules" not in path.parts and worth(path):
                yield path.relative_to(ROOT).as_posix()


def worth(path: Path) -> bool:
    """A package's __init__ with a docstring alone needs no line in a map."""
    return path.name != "__init__.py" or len(path.read_text(encoding="utf-8").splitlines()) > 3


def test_what_the_map_names_is_there() -> None:
    gone = [path for path in sorted(named()) if not (ROOT / path).exists()]
    assert not gone, "ARCHITECTURE.md names what is not in the tree"


def test_the_map_names_something_of_every_part() -> None:
    assert {each.split("/")[0] for each in named()} == set(PARTS)


def test_every_source_file_is_on_the_map() -> None:
    unsaid = sorted(set(sources()) - named())
    assert not unsaid, "not in ARCHITECTURE.md's code map: say what each is for"
