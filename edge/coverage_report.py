"""Says what the tests of a site reach, and what none of them does."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.text import Text

from rules.coverage import Branch, Coverage, Figure

MOST: Final = 20
"""Lines of a list that are printed unless all are asked for."""


def print_coverage(out: Console, folder: Path, coverage: Coverage, every: bool) -> None:
    """Print both figures, and below each what is missing to 100 %."""
    out.print(f"\n{_figure('of the rules win in a test', coverage.rules)}")
    missing = [
        (str(folder / str(place)) if place else "", rule.id)
        for rule, place in coverage.rules_without_test()
    ]
    _print_list(out, "No test makes these rules win:", missing, every)
    seen = "of what conditions can be, true and false, is in a test"
    out.print(f"\n{_figure(seen, coverage.branches)}")
    for title, lacking in _lacking(coverage.branches_without_test()):
        lines = [(str(folder / str(each.place)), each.text) for each in lacking]
        _print_list(out, title, lines, every)


def _figure(what: str, figure: Figure) -> str:
    return f"{percent(figure.percent)} {what} ({figure.reached:,} of {figure.total:,})"


def percent(value: float) -> str:
    """``84.6 %``; only all of it is 100 %."""
    return "100 %" if value == 100 else f"{min(value, 99.9):.1f} %"


def _lacking(branches: Sequence[Branch]) -> list[tuple[str, list[Branch]]]:
    return [
        ("Neither true nor false in any test:", [b for b in branches if not (b.true or b.false)]),
        ("Never true in any test:", [b for b in branches if b.false and not b.true]),
        ("Never false in any test:", [b for b in branches if b.true and not b.false]),
    ]


def _print_list(out: Console, title: str, lines: Sequence[tuple[str, str]], every: bool) -> None:
    if not lines:
        return
    shown = lines if every else lines[:MOST]
    out.print(f"\n  {title}")
    for place, text in shown:
        out.print(
            Text.assemble("    ", (f"{place}: " if place else "", "dim"), text), soft_wrap=True
        )
    if len(lines) > len(shown):
        out.print(f"    and {len(lines) - len(shown):,} more, which --all lists")


def print_lacking(
    out: Console, coverage: Coverage, rules: float | None, branches: float | None
) -> bool:
    """Print which figure is below what is asked for; return whether none is."""
    asked = [("rules", coverage.rules, rules), ("conditions", coverage.branches, branches)]
    enough = True
    for what, figure, least in asked:
        if least is not None and figure.percent < least:
            said = f"Too little: {percent(figure.percent)} of {what} reached, {least:g} % asked for"
            out.print(f"\n{said}", style="bold red")
            enough = False
    return enough
