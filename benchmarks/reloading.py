"""How long an edit of one rules file of 500 takes to be live, and what visitors feel meanwhile.

``tagwerk serve`` runs as a site runs it and answers a steady stream of decisions. A rule is appended to one
campaign file, then changed round by round, each time by a file that replaces the old one in one step. The
edit is live when an answer shows it.
"""

import statistics
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import harness
from benchmarks import loading, report
from benchmarks.report import Budget, number
from benchmarks.steady import RATE, Steady

RULES, ROUNDS = 10_000, 7
LIVE_MS, SLOWEST_MS = 300.0, 50.0
REST = 1.5
"""Seconds of rest between edits; the first one, before any, says how slow a request is without them."""
FILE = "rules/campaign-0250.yaml"
SITE, ORIGIN = "retailer", "https://retailer.example"
CAPTION = f"""\
{RULES:,} rules in 500 files served by one `tagwerk serve`, {RATE} decisions a second over one connection, one
after the other. Round by round one file ({FILE}, 21 rules) is replaced. Live: until an answer
shows it. Slowest: of the requests from the edit until {REST} s after it was live. Both share the cores."""
RULE = """  - id: probe
    slot: hero
    priority: 100000
    when: {page.path: /probe}
    show: {action: setText, text: "edit %d"}
"""


class Round(NamedTuple):
    """One edit, in milliseconds."""

    live: float
    slowest: float


class Served(harness.Process):
    """``tagwerk serve`` with the site of the benchmark."""

    def __init__(self, folder: Path, var: Path) -> None:
        super().__init__()
        self._folder, self._var = folder, var

    def environment(self) -> Mapping[str, str]:
        """Its own keys, store and state."""
        secrets = self._var / "secrets.json"
        if not secrets.exists():
            made = harness.tagwerk("keys", "create", str(secrets), "--site", SITE)
            assert made.returncode == 0, made.stderr
        return {
            "TAGWERK_SITES": str(self._folder),
            "TAGWERK_STORE": f"sqlite:///{self._var}/tagwerk.db",
            "TAGWERK_SECRETS": str(secrets),
            "TAGWERK_STATE": str(self._var / "state"),
            "TAGWERK_PORT": str(self.port),
        }

    def command(self) -> Sequence[str]:
        """The command a site runs."""
        return [*harness.CLI, "serve"]


def run() -> bool:
    """Measure, print; True if the budgets were kept."""
    with tempfile.TemporaryDirectory() as name, report.bar() as progress:
        task = progress.add_task("hot reloads", total=ROUNDS)
        folder, var = loading.on_disk(Path(name) / SITE, RULES), Path(name) / "var"
        var.mkdir()
        with Served(folder, var) as served, _stream(served.port) as stream:
            quiet = _quiet(stream)
            rounds = []
            for number_of in range(1, ROUNDS + 1):
                rounds.append(_edit(folder / FILE, stream, number_of))
                progress.advance(task)
    return _show(rounds, quiet)


def _stream(port: int) -> Steady:
    headers = {
        "Content-Type": "application/json",
        "Origin": ORIGIN,
        "Sec-Fetch-Site": "same-origin",
    }
    return Steady(port, f"/_tw/{SITE}/decide", headers, {"page": {"url": f"{ORIGIN}/probe"}})


def _quiet(stream: Steady) -> float:
    time.sleep(REST)
    start = time.perf_counter()
    time.sleep(REST)
    return _slowest(stream, start)


def _edit(path: Path, stream: Steady, edition: int) -> Round:
    before = path.read_text(encoding="utf-8").partition("  - id: probe")[0]
    draft = path.with_name(".draft")
    draft.write_text(before + RULE % edition, encoding="utf-8")
    start = time.perf_counter()
    draft.replace(path)
    written = time.perf_counter()
    live = stream.wait_for(f"edit {edition}".encode(), start, seconds=60)
    time.sleep(REST)
    return Round((live - written) * 1000, _slowest(stream, start))


def _slowest(stream: Steady, start: float) -> float:
    return max(each.seconds for each in stream.between(start, time.perf_counter())) * 1000


def _show(rounds: Sequence[Round], quiet: float) -> bool:
    table = report.table(f"{len(rounds)} edits", "median ms", "worst ms")
    live, slowest = [each.live for each in rounds], [each.slowest for each in rounds]
    for row, values in (("live after", live), ("slowest request meanwhile", slowest)):
        table.add_row(row, number(statistics.median(values)), number(max(values)))
    table.add_row("slowest request without an edit", "", number(quiet))
    budgets = [
        Budget("an edit is live, worst", max(live), LIVE_MS, " ms"),
        Budget("slowest request meanwhile, worst", max(slowest), SLOWEST_MS, " ms"),
    ]
    return report.show("Hot reload", table, CAPTION, budgets)
