"""Fixtures of all tests, and the rule that nothing is skipped."""

import os
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import TypeVar

import pytest
from hypothesis import settings
from playwright.sync_api import Browser, Playwright, sync_playwright

import harness
import visits

Report = TypeVar("Report", pytest.TestReport, pytest.CollectReport)
# Machines are busy at times: how long one example takes says nothing about the code.
settings.register_profile("whole", deadline=None)
settings.register_profile("quick", max_examples=20, deadline=None)
settings.load_profile("whole")
LONG = os.environ.get("TAGWERK_LONG") == "1"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A skip is a test that nobody notices missing: it fails instead."""
    report = yield
    return _no_skip(report)


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """The same for a module that skips itself while it is collected."""
    report = yield
    return _no_skip(report)


def _no_skip(report: Report) -> Report:
    if report.outcome == "skipped":
        report.outcome = "failed"
        report.longrepr = f"skipped, and nothing may be: {report.longrepr}"
    return report


@pytest.fixture(scope="session")
def count() -> Callable[[int, int], int]:
    """Pick how often to try something: ``count(small, full)`` is ``full`` under make test-long."""
    return lambda small, full: full if LONG else small


@pytest.fixture
def demo_dir(tmp_path: Path) -> Path:
    """A copy of the demo shop's site folder that the test may edit."""
    return harness.copy_demo(tmp_path / "demo-shop")


@pytest.fixture
def edge(tmp_path: Path, demo_dir: Path) -> Iterator[harness.Edge]:
    """The demo as its own process, ready, with its own store."""
    with harness.Edge(demo_dir, tmp_path / "var") as running:
        yield running


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    """Playwright for one module: while it runs, asyncio.run is refused in this thread."""
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="module")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    """The system's Chromium, headless."""
    browser = visits.launch(playwright)
    yield browser
    browser.close()


@pytest.fixture
def visit(chromium: Browser) -> Iterator[Callable[..., visits.Visit]]:
    """Make fresh browser profiles: ``visit(**options of new_context)``."""
    made: list[visits.Visit] = []

    def make(**options: object) -> visits.Visit:
        made.append(visits.Visit(chromium, **options))
        return made[-1]

    yield make
    for each in made:
        each.close()
