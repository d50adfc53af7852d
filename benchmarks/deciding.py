"""How long a decision of all four slots takes, rendering included, and how that grows with the rules.

Each visit is decided once and has a context of its own. Other visits at the same times of the same days come
before, untimed: whatever the engine keeps by value (rendered blocks, what it found for a path, the clock of a
minute) is as warm as other people's visits make it, and what is new to it counts. Garbage is collected as in
a server. What the first decision of a minute takes, which asks the clock anew, is shown by itself.
"""

import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from math import inf
from typing import NamedTuple

import msgspec
from rich.table import Table

from benchmarks import mix, report
from benchmarks.report import Budget, number
from benchmarks.traffic import MOMENTS
from rules.conditions import Context
from rules.decide import decide
from rules.model import Site
from rules.shown_blocks import WON

SIZES = (10, 100, 1_000, 10_000, 50_000)
SMALL, LARGE = 100, 10_000
"""What growth is asked between: they are measured in several rounds, in turns."""
ROUNDS = 5
WARMING, VISITS = 20_000, 3_000
SPREAD = 10
"""The visits are gone through in so many parts over the week, so that a slow engine gets some of each day."""
SECONDS = 6.0
"""How long the visits of one size are measured at most, and warmed up."""
GROWTH, MICROSECONDS = 1.5, 60.0
CAPTION = f"""\
{mix.DESCRIPTION}

{VISITS:,} visits, each decided once, after {WARMING:,} others: {mix.VISITS}

Each round is a new process, and each figure the median of its rounds, with the least and the highest of one. 100
and 10,000 rules are measured in turns, so that a noisy machine hits both: growth is the median of the pairs'
ratios. Won: the share of slots that a rule filled, and not the fallback. New minute: the first decision of a
minute, which asks the clock anew."""


class Measured(NamedTuple):
    """What one size took, in microseconds."""

    times: list[float]
    new_minutes: list[float]
    won: float
    """The share of slots that a rule won."""


class Round(msgspec.Struct):
    """What a process measured, in microseconds."""

    median: float
    p99: float
    new_minute: float
    won: float
    decisions: int


def run() -> bool:
    """Measure, print; True if the budgets were kept."""
    order = [*SIZES, *((SMALL, LARGE) * (ROUNDS - 1))]
    found: dict[int, list[Round]] = {size: [] for size in SIZES}
    with report.bar() as progress:
        task = progress.add_task("decisions", total=len(order))
        for size in order:
            progress.update(task, description=f"decisions, {size:,} rules")
            found[size].append(_of_size(size))
            progress.advance(task)
    pairs = zip(found[LARGE], found[SMALL], strict=True)
    growth = statistics.median(large.median / small.median for large, small in pairs)
    slow = _median(found[LARGE], "median")
    budgets = [
        Budget("growth 10,000 / 100 rules", growth, GROWTH, aim="1.1"),
        Budget("a decision at 10,000 rules, median", slow, MICROSECONDS, " µs"),
    ]
    return report.show("One decision: 4 slots, rendered", _table(found), CAPTION, budgets)


def _of_size(size: int) -> Round:
    command = [sys.executable, "-m", "benchmarks.decide_once", str(size)]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True)
    return msgspec.json.decode(done.stdout, type=Round)


def _median(rounds: Sequence[Round], figure: str) -> float:
    return statistics.median(getattr(each, figure) for each in rounds)


def measure(site: Site, warming: Sequence[Context], visits: Sequence[Context]) -> Measured:
    """Time each visit once; RuntimeError if a decision fails."""
    warm_up(site, warming)
    times: list[float] = []
    end = time.perf_counter() + SECONDS
    for index in range(SPREAD):
        times += decided(site, visits[index::SPREAD], end)
    later = [_later(visit) for visit in visits[:: len(visits) // MOMENTS]]
    return Measured(times, decided(site, later), _won(site, visits[:: len(visits) // len(later)]))


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


def _won(site: Site, visits: Sequence[Context]) -> float:
    made = [each for visit in visits for each in decide(site, visit).decisions]
    return sum(each.reason in WON for each in made) / len(made)


def _later(visit: Context) -> Context:
    return msgspec.structs.replace(visit, now=visit.now + 30 * 60_000)


def _table(found: dict[int, list[Round]]) -> Table:
    made = report.table(
        "rules", "median µs", "of rounds", "p99 µs", "new minute µs", "won", "decisions"
    )
    for size, rounds in found.items():
        medians = [each.median for each in rounds]
        spread = f"{number(min(medians))} to {number(max(medians))}" if len(rounds) > 1 else ""
        figures = (number(_median(rounds, name)) for name in ("p99", "new_minute"))
        made.add_row(
            f"{size:,}",
            number(statistics.median(medians)),
            spread,
            *figures,
            f"{_median(rounds, 'won'):.0%}",
            f"{sum(each.decisions for each in rounds):,}",
        )
    return made
