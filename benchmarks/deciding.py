"""How long a decision of all four slots takes, rendering included, and how that grows with the rules.

Every decision gets a context of its own, so nothing that was found out of one helps the next of the same
visit; whatever the engine keeps by value (rendered blocks, the local time of a minute) is as warm as it is
on a busy site. Garbage is collected as in a server.
"""

import statistics
import time
from collections.abc import Sequence
from math import inf

from rich.progress import Progress, TaskID
from rich.table import Table

from benchmarks import mix, report
from benchmarks.report import SEED, Budget, number, p99
from edge import site_folder
from rules.conditions import Context
from rules.decide import decide
from rules.model import Site

SIZES = (10, 100, 1_000, 10_000, 50_000)
VISITS = 600
SECONDS = 6.0
"""How long each size is measured at most."""
ROUNDS, SPREAD = 10, 10
"""Each visit is decided so often at most; a tenth of them, spread over the week, at a time."""
GROWTH, MICROSECONDS = 1.5, 60.0


def run() -> bool:
    """Measure, print; True if the budgets were kept."""
    with report.bar() as progress:
        task = progress.add_task("decisions", total=len(SIZES))
        times = {size: _of_size(progress, task, size) for size in SIZES}
    growth = statistics.median(times[10_000]) / statistics.median(times[100])
    slow = statistics.median(times[10_000])
    return report.show(
        "One decision: 4 slots, rendered",
        _table(times),
        f"{mix.DESCRIPTION}\n\n{VISITS} visits: {mix.VISITS}",
        [
            Budget("growth 10,000 / 100 rules", growth, GROWTH, aim="1.1"),
            Budget("a decision at 10,000 rules, median", slow, MICROSECONDS, " µs"),
        ],
    )


def _of_size(progress: Progress, task: TaskID, size: int) -> list[float]:
    progress.update(task, description=f"decisions, {size:,} rules: loading")
    site = site_folder.load(mix.files(size, SEED)).site
    visits = mix.contexts(site, VISITS, SEED)
    progress.update(task, description=f"decisions, {size:,} rules")
    found = measure(site, visits)
    progress.advance(task)
    return found


def measure(site: Site, visits: Sequence[Context]) -> list[float]:
    """Return the microseconds of each decision; one that fails raises RuntimeError with what was said."""
    decided(site, visits[::SPREAD])
    found: list[float] = []
    end = time.perf_counter() + SECONDS
    for index in range(ROUNDS * SPREAD):
        found += decided(site, visits[index % SPREAD :: SPREAD], end)
    return found


def fresh(visit: Context) -> Context:
    """Return the same visit as a new request would bring it."""
    counts = None if visit.counts is None else dict(visit.counts)
    return Context(visit.now, dict(visit.facts), visit.granted, counts, visit.unit)


def decided(site: Site, visits: Sequence[Context], end: float = inf) -> list[float]:
    """Decide each visit once, in order, until ``end``; return the microseconds."""
    clock, found = time.perf_counter, []
    for visit in map(fresh, visits):
        start = clock()
        if start > end:
            break
        errors = decide(site, visit).errors
        found.append((clock() - start) * 1e6)
        if errors:
            raise RuntimeError(errors[0])
    return found


def _table(times: dict[int, list[float]]) -> Table:
    made = report.table("rules", "median µs", "p99 µs", "decisions")
    for size, found in times.items():
        median, slow = number(statistics.median(found)), number(p99(found))
        made.add_row(f"{size:,}", median, slow, f"{len(found):,}")
    return made
