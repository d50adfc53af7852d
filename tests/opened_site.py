"""Opens the files of a site and of its tests as the server and ``tagwerk test`` do, without a folder."""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from edge import site_folder
from edge.personas import TESTS, PlacedSite, read_file
from rules.findings import BadSite, Finding
from rules.persona import Persona
from rules.places import Places


class Opened(NamedTuple):
    """A good site and its good tests, with what is warned of."""

    placed: PlacedSite
    tests: list[Persona]
    warnings: list[Finding]


def opened(files: Mapping[str, bytes]) -> Opened | list[Finding]:
    """Open a site and its tests, or say what is wrong: with the site, and else with its tests."""
    of_tests = {path: data for path, data in files.items() if path.startswith(f"{TESTS}/")}
    of_site = {path: data for path, data in files.items() if path not in of_tests}
    places = Places()
    try:
        outcome = site_folder.attempt(of_site, places=places)
        placed = PlacedSite(Path(), outcome.site, places)
    except BadSite as bad:
        return list(bad.findings)
    tests: list[Persona] = []
    findings: list[Finding] = []
    for path, data in of_tests.items():
        read, found = read_file(placed, path, data)
        tests += read
        findings += found
    return findings or Opened(placed, tests, list(outcome.findings))


def files_of(folder: Path) -> dict[str, bytes]:
    """Return the files of a site's folder and of its tests."""
    tests = {f"{TESTS}/{path.name}": path.read_bytes() for path in (folder / TESTS).iterdir()}
    return {**site_folder.read(folder), **tests}
