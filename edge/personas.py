"""Persona tests and the files that ``explain`` reads: from a site's folder to decisions."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from consent.grants import IDENTIFYING
from edge import site_folder
from edge.context import Page, page_facts
from edge.site_files import what_it_is
from edge.site_folder import LiveSite, in_folder
from rules.conditions import Context
from rules.findings import BadSite, Finding
from rules.persona import Persona, context_of
from rules.persona_file import PersonaFile
from rules.places import Places
from rules.reader import Reader
from rules.site_paths import no_file
from rules.source import MAX_BYTES, Node, parse
from rules.values import Value

TESTS = "tests"
ENDINGS = (".test.yaml", ".test.yml")
_NEARLY = (".yaml", ".yml", ".yaml.txt", ".yml.txt")
STDIN = "-"
_NO_TEST = "Write a test, or delete it"
_NOBODY = "Write who comes: attributes: {device.type: mobile}; or {} for somebody of whom nothing is known"


class PlacedSite(NamedTuple):
    """A site, and where its rules and conditions are written."""

    folder: Path
    live: LiveSite
    places: Places

    def context(self, persona: Persona, now: int) -> Context:
        """Return what rules may read of a persona; ``now`` in milliseconds, if it states none."""
        return context_of(self.live.site, persona, self._page(persona), IDENTIFYING, now)

    def _page(self, persona: Persona) -> Mapping[str, Value]:
        """Return what the address of the persona's page says; without one it is the home page."""
        stated = persona.attributes
        origin = next(iter(self.live.site.origins), "")
        url = stated.get("page.url", origin + quote(str(stated.get("page.path", "/"))))
        return page_facts(self.live, Page(str(url)))


def open_placed(folder: Path) -> PlacedSite:
    """Read a site with the places of its rules. Raises ``BadSite``."""
    places = Places()
    return PlacedSite(folder, site_folder.open_site(folder, places), places)


def read_tests(placed: PlacedSite) -> list[Persona]:
    """Return every test of a site. Raises ``BadSite`` with all that is wrong with its test files."""
    tests: list[Persona] = []
    findings: list[Finding] = []
    for path in _files(placed.folder):
        name = path.relative_to(placed.folder).as_posix()
        if name == TESTS or not path.is_file():
            findings.append(no_file(name, what_it_is(path), was_folder=name == TESTS))
            continue
        if not name.endswith(ENDINGS) or path.parent != placed.folder / TESTS:
            findings.append(_stray(name))
            continue
        read, found = read_file(placed, name, _bytes(str(path)))
        tests += read
        findings += found
    if findings:
        raise BadSite([in_folder(placed.folder, finding) for finding in findings])
    return tests


def _files(folder: Path) -> list[Path]:
    """Return what was meant to be read as tests, but no folder whose files are. Hidden ones are drafts."""
    tests = folder / TESTS
    beside = (path for ending in ENDINGS for path in folder.glob(f"*{ending}"))
    within = tests.rglob("*") if tests.is_dir() else filter(os.path.lexists, [tests])
    found = [path for path in sorted([*beside, *within]) if _is_meant(path.relative_to(folder))]
    return [path for path in found if not any(path in other.parents for other in found)]


def _is_meant(path: Path) -> bool:
    hidden = any(part.startswith(".") for part in path.parts)
    return not hidden and (path.name.lower().endswith(_NEARLY) or path == Path(TESTS))


def _stray(name: str) -> Finding:
    stem = Path(name).name.lower().removesuffix(".txt")
    for ending in (".yaml", ".yml", ".test"):
        stem = stem.removesuffix(ending)
    hint = f"Call it {TESTS}/{stem}{ENDINGS[0]}"
    return Finding(name, 1, 1, "this file is not read", hint)


def read_file(placed: PlacedSite, name: str, content: bytes) -> tuple[list[Persona], list[Finding]]:
    """Return the tests of one file, and all that is wrong with it."""
    reader = Reader()
    root = _parsed(reader, name, content, _NO_TEST)
    tests = [] if root is None else _file(placed, reader).tests(root)
    return tests, reader.findings


def _file(placed: PlacedSite, reader: Reader) -> PersonaFile:
    return PersonaFile(reader, placed.live.site, placed.live.policy.purposes)


def _parsed(reader: Reader, name: str, data: bytes, advice: str) -> Node | None:
    try:
        root = parse(data, name)
    except BadSite as bad:
        reader.findings += bad.findings
        return None
    if root.value is None:
        reader.refuse(root, "the file is empty", advice)
        return None
    return root


def read_persona(placed: PlacedSite, file: str) -> Persona:
    """Return the visitor that a file describes, ``-`` for standard input. Raises ``BadSite``."""
    reader = Reader()
    root = _parsed(reader, file, _bytes(file), _NOBODY)
    persona = None if root is None else _file(placed, reader).explained(root)
    if persona is None:
        raise BadSite(reader.findings)
    return persona


def _bytes(file: str) -> bytes:
    """Read a file, and no more than shows that it is too long."""
    if file == STDIN:
        return sys.stdin.buffer.read(MAX_BYTES + 1)
    with Path(file).open("rb") as opened:
        return opened.read(MAX_BYTES + 1)
