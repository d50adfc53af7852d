"""What every part of the benchmark of rules prints: a table with its caption, and budgets met or missed."""

import statistics
from collections.abc import Sequence
from typing import NamedTuple

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

SEED = 20261123
CONSOLE = Console(width=None if Console().is_terminal else 120)


class Budget(NamedTuple):
    """What was measured against what is allowed: ``measured`` and ``limit`` in the same unit."""

    what: str
    measured: float
    limit: float
    unit: str = ""
    at_least: bool = False
    aim: str = ""
    """What is hoped for, as text."""

    @property
    def met(self) -> bool:
        """Say whether the budget was kept."""
        return self.measured >= self.limit if self.at_least else self.measured <= self.limit

    def line(self) -> str:
        """Return the verdict as a line."""
        sign, verdict = (">=" if self.at_least else "<="), ("met" if self.met else "MISSED")
        numbers = f"{number(self.measured)}{self.unit}   budget {sign} {self.limit:g}{self.unit}"
        return f"{self.what}: {numbers} {verdict}{self.aim and f', aim {self.aim}'}"


def show(title: str, table: Table, caption: str, budgets: Sequence[Budget]) -> bool:
    """Print a part's table, what it is about, and its verdicts; True if every budget was kept."""
    CONSOLE.print(f"\n[bold]{title}[/bold]", highlight=False)
    CONSOLE.print(table)
    for paragraph in caption.split("\n\n"):
        CONSOLE.print(" ".join(paragraph.split()), style="dim", highlight=False, markup=False)
    for budget in budgets:
        CONSOLE.print(budget.line(), style=None if budget.met else "bold red", highlight=False)
    return all(budget.met for budget in budgets)


def table(*columns: str) -> Table:
    """Return an empty table; all columns but the first hold numbers."""
    made = Table()
    for index, column in enumerate(columns):
        made.add_column(column, justify="right" if index else "left")
    return made


def bar() -> Progress:
    """Return a progress bar, gone when it is done."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    return Progress(*columns, TimeElapsedColumn(), console=CONSOLE, transient=True)


def number(value: float) -> str:
    """Return a number as people read it: three digits that say something."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def p99(values: Sequence[float]) -> float:
    """Return the value that one in a hundred exceeds."""
    return statistics.quantiles(values, n=100)[98]
