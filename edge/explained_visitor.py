"""Who a decision is explained for: a visitor of a file, of a test, or of a recorded request."""

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import NamedTuple

import click

from edge import recorded_requests
from edge.personas import PlacedSite, read_persona, read_tests
from rules.conditions import Context
from rules.findings import did_you_mean
from rules.persona import Persona
from rules.recording import BadLine, Recorded
from rules.replay import Comparison


class Visitor(NamedTuple):
    """What rules may read of a visitor; ``notes`` say what is not as it was when it was recorded."""

    context: Context
    slots: Collection[str] | None = None
    notes: tuple[str, ...] = ()


def of_file(placed: PlacedSite, file: str, now: int) -> Visitor:
    """Return the visitor that a file describes. Raises ``BadSite``."""
    return _invented(placed, read_persona(placed, file), now)


def of_test(placed: PlacedSite, name: str, now: int) -> Visitor:
    """Return the visitor of a test. Raises ``BadSite``, ``UsageError``."""
    tests = {persona.name: persona for persona in read_tests(placed)}
    if name not in tests:
        hint = did_you_mean(name, tests)
        raise click.BadParameter(f"there is no test '{name}'. {hint}", param_hint="'--test'")
    return _invented(placed, tests[name], now)


def _invented(placed: PlacedSite, persona: Persona, now: int) -> Visitor:
    return Visitor(placed.context(persona, now), persona.slots)


def of_request(placed: PlacedSite, decision: str, log: Path | None, url: str) -> Visitor:
    """Return the visitor of the recorded request that made a decision, from a log or a store.

    Raises ``UsageError``, ``OSError``, ``StoreError``.
    """
    recorded = _recorded(placed, decision, log, url)
    return Visitor(recorded.context, recorded.slots, tuple(_notes(placed, recorded)))


def _recorded(placed: PlacedSite, decision: str, log: Path | None, url: str) -> Recorded:
    name = placed.live.site.name
    try:
        if log is not None:
            found = recorded_requests.find_in_log(log, decision)
        else:
            found = recorded_requests.find_in_store(url, name, decision)
    except BadLine as bad:
        raise click.ClickException(f"the recorded request cannot be read: {bad}") from None
    if found is None or found.site != name:
        where = f"in {log}" if log is not None else "in the store"
        said = f"no recorded request of {name} {where} made the decision '{decision}'"
        raise click.BadParameter(said, param_hint="'--request'")
    return found


def _notes(placed: PlacedSite, recorded: Recorded) -> Iterator[str]:
    """Yield what other rules than those that decided the request cannot know of it."""
    site = placed.live.site
    if recorded.version == site.version:
        return
    yield f"other rules decided this request ({recorded.version}); these are of {site.version}"
    compared = Comparison(site)
    for name in sorted(compared.unknown(recorded)):
        yield f"{name} was not recorded: it is unknown here"
    for name in sorted(compared.uncounted(recorded)):
        yield f"the event {name} was not counted as these rules count it: it may have happened more often"
