"""Runs persona tests: decides what each visitor sees and compares it with what was wanted."""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from edge.personas import PlacedSite
from rules.conditions import Context
from rules.coverage import Coverage
from rules.decide import Decision, decide
from rules.persona import Difference, Persona, Want, differences


class Failure(NamedTuple):
    """A slot that did not show what a test wanted."""

    want: Want
    differences: tuple[Difference, ...]
    decision: Decision
    errors: tuple[str, ...]
    context: Context


class Result(NamedTuple):
    """What came of one test."""

    persona: Persona
    failures: tuple[Failure, ...]


def run_tests(
    placed: PlacedSite,
    tests: Sequence[Persona],
    coverage: Coverage,
    now: int,
    progress: Callable[[int, int], None],
) -> list[Result]:
    """Run tests in their order; ``now`` in milliseconds, for those that state none."""
    results: list[Result] = []
    for done, persona in enumerate(tests, 1):
        failures = tuple(_failures(placed, persona, now, coverage))
        results.append(Result(persona, failures))
        progress(done, len(tests))
    return results


def _failures(
    placed: PlacedSite, persona: Persona, now: int, coverage: Coverage
) -> Iterator[Failure]:
    site, context = placed.live.site, placed.context(persona, now)
    for want in persona.wants:
        decided = decide(site, context, [want.slot])
        decision = decided.decisions[0]
        coverage.add(context, decision)
        if found := differences(site, want, decision):
            yield Failure(want, found, decision, decided.errors, context)
