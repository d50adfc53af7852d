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
from contextlib import ExitStack
from math import inf
from typing import NamedTuple, Self, TypeVar

import msgspec
from rich.table import Table

from benchmarks import mix, report
from benchmarks.report import Budget, number, p99
from benchmarks.traffic import MOMENTS
from rules.conditions import Context
from rules.decide import decide
from rules.model import Site
from rules.shown_blocks import WON

T = TypeVar("T")

SIZES = (10, 100, 1_000, 10_000, 50_000)
COMPARED = (100, 10_000)
"""What growth is asked between: they are measured in several rounds, in turns."""
ROUNDS = 5
WARMING, VISITS = 20_000, 3_000
SPREAD = 10
"""The visits are gone through in so many parts, each over the whole week."""
SECONDS = 6.0
"""How long an engine is warmed up at most, and its visits measured where it is slow."""
GROWTH, MICROSECONDS = 1.5, 60.0
CAPTION = f"""\
{mix.DESCRIPTION}

{VISITS:,} visits, each decided once, after {WARMING:,} others: {mix.VISITS}

Each round is a new process, and each figure the median of its rounds, with the least and the highest of one. 100
and 10,000 rules are measured in turns, 300 visits each, so that a noisy machine hits both: growth is the median
of these pairs' ratios. Won: the share of slots that a rule filled, and not the fallback. New minute: the first
decision of a minute, which asks the clock anew."""


class Rest(msgspec.Struct):
    """What a process finds out besides the times of the visits."""

    new_minutes: list[float]
    """What the first decision of a minute takes, in microseconds."""
    won: float
    """The share of slots that a rule won."""


class Round(NamedTuple):
    """What a process measured: by part the microseconds of its visits, and the rest."""

    parts: list[list[float]]
    rest: Rest

    @property
    def times(self) -> list[float]:
        """What each visit took, in microseconds."""
        return [time for part in self.parts for time in part]


def run() -> bool:
    """Measure, print; True if the budgets were kept."""
    turns = [(size,) for size in SIZES if size not in COMPARED] + [COMPARED] * ROUNDS
    found: dict[int, list[Round]] = {size: [] for size in SIZES}
    with report.bar() as progress:
        task = progress.add_task("decisions", total=len(turns))
        for sizes in turns:
            named = " and ".join([f"{size:,}" for size in sizes])
            progress.update(task, description=f"decisions, {named} rules")
            for size, measured in zip(sizes, _in_turns(sizes), strict=True):
                found[size].append(measured)
            progress.advance(task)
    small, large = (found[size] for size in COMPARED)
    budgets = [
        Budget("growth 10,000 / 100 rules", _growth(small, large), GROWTH, aim="1.1"),
        Budget("a decision at 10,000 rules, median", _median(large), MICROSECONDS, " µs"),
    ]
    return report.show("One decision: 4 slots, rendered", _table(found), CAPTION, budgets)


def _in_turns(sizes: Sequence[int]) -> list[Round]:
    """Measure sites, each in a process of its own, one part of the visits after the other in turns."""
    with ExitStack() as stack:
        processes = [stack.enter_context(_Process(size)) for size in sizes]
        turns = [[process.part() for process in processes] for _ in range(SPREAD)]
        parts = zip(*turns, strict=True)
        return [
            Round(list(own), process.rest()) for process, own in zip(processes, parts, strict=True)
        ]


class _Process:
    """``benchmarks.decide_once``: it answers each line with a line."""

    def __init__(self, rules: int) -> None:
        command = [sys.executable, "-m", "benchmarks.decide_once", str(rules)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert self._process.stdin is not None and self._process.stdout is not None
        self._stdin, self._stdout = self._process.stdin, self._process.stdout

    def __enter__(self) -> Self:
        """Wait until its rules are loaded and warm."""
        self._answer(bool)
        return self

    def __exit__(self, *_: object) -> None:
        with self._process:
            self._process.kill()

    def part(self) -> list[float]:
        """Return the microseconds of the visits of the next part."""
        self._stdin.write(b"\n")
        self._stdin.flush()
        return self._answer(list[float])

    def rest(self) -> Rest:
        """Return what else it finds out once all parts are done."""
        self._stdin.close()
        return self._answer(Rest)

    def _answer(self, kind: type[T]) -> T:
        line = self._stdout.readline()
        if not line:
            raise RuntimeError("a process that measures ended early; it has said why")
        return msgspec.json.decode(line, type=kind)


def _growth(small: Sequence[Round], large: Sequence[Round]) -> float:
    """Return how much longer a part takes with many rules than the same part with few: the middle one."""
    pairs = zip(_of_parts(large), _of_parts(small), strict=True)
    return statistics.median([many / few for many, few in pairs])


def _of_parts(rounds: Sequence[Round]) -> list[float]:
    return [statistics.median(part) for each in rounds for part in each.parts]


def _median(rounds: Sequence[Round]) -> float:
    return statistics.median([statistics.median(each.times) for each in rounds])


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


def rest(site: Site, visits: Sequence[Context]) -> Rest:
    """Decide first visits of a minute, and count what rules won."""
    later = [_later(visit) for visit in visits[:: len(visits) // MOMENTS]]
    return Rest(decided(site, later), _won(site, visits[:: len(visits) // len(later)]))


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
        medians = [statistics.median(each.times) for each in rounds]
        spread = f"{number(min(medians))} to {number(max(medians))}" if len(rounds) > 1 else ""
        made.add_row(
            f"{size:,}",
            number(_median(rounds)),
            spread,
            number(statistics.median([p99(each.times) for each in rounds])),
            number(statistics.median([time for each in rounds for time in each.rest.new_minutes])),
            f"{statistics.median([each.rest.won for each in rounds]):.0%}",
            f"{sum(len(each.times) for each in rounds):,}",
        )
    return made
