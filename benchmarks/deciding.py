"""How long a decision of all four slots takes, rendering included, and how that grows with the rules.

Each visit is decided once and has a context of its own. Other visits at the same times of the same days come
before, untimed: whatever the engine keeps by value (rendered blocks, what it found for a path, the clock of a
minute) is as warm as other people's visits make it, and what is new to it counts. Garbage is collected as in
a server. What the first decision of a minute takes, which asks the clock anew, is shown by itself.
"""

import statistics
import time
from collections.abc import Sequence
from math import inf
from typing import NamedTuple

import msgspec
from rich.progress import Progress, TaskID
from rich.table import Table

from benchmarks import mix, report
from benchmarks.report import SEED, Budget, number, p99
from benchmarks.traffic import MOMENTS
from edge import site_folder
from rules.conditions import Context
from rules.decide import NOTHING, decide
from rules.model import Site

SIZES = (10, 100, 1_000, 10_000, 50_000)
WARMING, VISITS = 20_000, 3_000
SPREAD = 10
"""The visits are gone through in so many rounds over the week, so that a slow engine gets some of each day."""
SECONDS = 6.0
"""How long the visits of one size are measured at most, and warmed up."""
GROWTH, MICROSECONDS = 1.5, 60.0
CAPTION = f"""\
{mix.DESCRIPTION}

{VISITS:,} visits, each decided once, after {WARMING:,} others: {mix.VISITS}

Slots filled: how many a rule won. New minute: the first decision of a minute, which asks the clock anew."""


class Measured(NamedTuple):
    """What one size took, in microseconds."""

    times: list[float]
    new_minutes: list[float]
    filled: float
    """The share of slots that a rule won."""


def run() -> bool:
    """Measure, print; True if the budgets were kept."""
    with report.bar() as progress:
        task = progress.add_task("decisions", total=len(SIZES))
        found = {size: _of_size(progress, task, size) for size in SIZES}
    slow = statistics.median(found[10_000].times)
    growth = slow / statistics.median(found[100].times)
    budgets = [
        Budget("growth 10,000 / 100 rules", growth, GROWTH, aim="1.1"),
        Budget("a decision at 10,000 rules, median", slow, MICROSECONDS, " µs"),
    ]
    return report.show("One decision: 4 slots, rendered", _table(found), CAPTION, budgets)


def _of_size(progress: Progress, task: TaskID, size: int) -> Measured:
    progress.update(task, description=f"decisions, {size:,} rules: loading")
    site = site_folder.load(mix.files(size, SEED)).site
    warming, visits = mix.contexts(site, WARMING, SEED + 1), mix.contexts(site, VISITS, SEED)
    progress.update(task, description=f"decisions, {size:,} rules")
    found = measure(site, warming, visits)
    progress.advance(task)
    return found


def measure(site: Site, warming: Sequence[Context], visits: Sequence[Context]) -> Measured:
    """Time each visit once; RuntimeError if a decision fails."""
    warm_up(site, warming)
    times: list[float] = []
    end = time.perf_counter() + SECONDS
    for index in range(SPREAD):
        times += decided(site, visits[index::SPREAD], end)
    later = [_later(visit) for visit in visits[:: len(visits) // MOMENTS]]
    return Measured(
        times, decided(site, later), _filled(site, visits[:: len(visits) // len(later)])
    )


def warm_up(site: Site, visits: Sequence[Context]) -> None:
    """Decide other people's visits, for as long as it takes but no longer than the measured ones may."""
    end = time.perf_counter() + SECONDS
    for index in range(SPREAD):
        decided(site, visits[index::SPREAD], end)


def decided(site: Site, visits: Sequence[Context], end: float = inf) -> list[float]:
    """Decide each visit once, in order, until ``end``; return the microseconds."""
    clock, found = time.perf_counter, []
    for visit in visits:
        start = clock()
        if start > end:
            break
        errors = decide(site, visit).errors
        found.append((clock() - start) * 1e6)
        if errors:
            raise RuntimeError(errors[0])
    return found


def _filled(site: Site, visits: Sequence[Context]) -> float:
    made = [each for visit in visits for each in decide(site, visit).decisions]
    return sum(each.action != NOTHING for each in made) / len(made)


def _later(visit: Context) -> Context:
    return msgspec.structs.replace(visit, now=visit.now + 30 * 60_000)


def _table(found: dict[int, Measured]) -> Table:
    made = report.table(
        "rules", "median µs", "p99 µs", "new minute µs", "slots filled", "decisions"
    )
    for size, (times, minutes, filled) in found.items():
        median, slow = number(statistics.median(times)), number(p99(times))
        minute, share = number(statistics.median(minutes)), f"{filled:.0%}"
        made.add_row(f"{size:,}", median, slow, minute, share, f"{len(times):,}")
    return made
