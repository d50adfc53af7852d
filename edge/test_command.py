"""``tagwerk test``: runs the persona tests of a site, and says what failed and what no test reaches."""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import click
from rich.console import Console

from edge import coverage_report, failure_report, junit
from edge.persona_run import Result, run_tests
from edge.personas import TESTS, PlacedSite, open_placed, read_tests
from edge.progress import bar
from edge.terminal import console
from edge.wording import counted
from rules.coverage import Coverage
from rules.findings import BadSite
from rules.persona import Persona


class Wanted(NamedTuple):
    """What is asked of a run beside that the tests pass."""

    report: Path | None = None
    """Where to write JUnit's XML."""
    rules: float | None = None
    """The least share of rules to reach, in per cent."""
    branches: float | None = None
    """The least share of conditions."""
    every: bool = False
    """Whether lists are printed whole."""


def percent(ctx: click.Context, parameter: click.Parameter, value: str | None) -> float | None:
    """Read a share from 0 to 100, with or without its sign. Raises ``BadParameter``."""
    if value is None:
        return None
    try:
        number = float(value.strip().removesuffix("%"))
    except ValueError:
        number = -1.0
    if not 0 <= number <= 100:
        raise click.BadParameter(f"'{value}' is no share. Write it as 90%")
    return number


def run(folder: Path, wanted: Wanted) -> bool:
    """Run all tests of a site; whether all passed and reached enough. Raises ``BadSite``."""
    placed, tests = _read(folder, wanted.report)
    coverage = Coverage(placed.live.site, placed.places)
    now = time.time_ns() // 1_000_000
    with bar("Testing", Console(stderr=True)) as progress:
        results = run_tests(placed, tests, coverage, now, progress)
    good = _reported(console(), placed, results, coverage, wanted)
    if wanted.report is not None:  # last: a disk that is full costs nobody the results
        junit.write(wanted.report, placed, results)
    return good


def _read(folder: Path, report: Path | None) -> tuple[PlacedSite, list[Persona]]:
    try:
        placed = open_placed(folder)
        return placed, read_tests(placed)
    except BadSite as bad:
        if report is not None:
            junit.write_findings(report, folder.name, bad.findings)
        raise


def _reported(
    out: Console,
    placed: PlacedSite,
    results: Sequence[Result],
    coverage: Coverage,
    wanted: Wanted,
) -> bool:
    name = placed.live.site.name
    if not results:
        where = placed.folder / TESTS / "NAME.test.yaml"
        out.print(f"{name}: there are no tests. Write the first to {where}")
        return False
    failed = [result for result in results if result.failures]
    for result in failed:
        failure_report.print_result(out, placed, result)
    out.print(_summary(name, len(results), len(failed)), style="bold red" if failed else "bold")
    coverage_report.print_coverage(out, placed.folder, coverage, wanted.every)
    enough = coverage_report.print_lacking(out, coverage, wanted.rules, wanted.branches)
    return enough and not failed


def _summary(site: str, tests: int, failed: int) -> str:
    if not failed:
        return f"{site}: {counted(tests, 'test')} passed"
    return f"{site}: {failed:,} of {counted(tests, 'test')} failed"
