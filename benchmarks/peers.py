"""The same rules and visits, decided by other engines in the same run, each asked for the same winners.

The rules are those of the mix without what the others cannot express alike: splits, holdouts, schedules, rules
that are off, blocks that need consent, several timezones. Each set-up is the fastest reasonable one that was
found, described at its class. What can be done before a visit comes is done before, and not measured: payloads
are parsed, rules compiled, attributes prepared (past events counted within their windows, the local time found,
what consent hides left out), comparisons that stop an ``and`` early put first. Tagwerk is measured with all that
it does at a decision: it counts past events, finds the local time, minds consent, renders the blocks.
"""

import json
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from rich.table import Table

from benchmarks import asked, mix, report, traffic
from benchmarks.asked import Attributes, Slots, Winners
from benchmarks.deciding import WARMING, decided, warm_up
from benchmarks.in_growthbook import GrowthBook, nested, payload
from benchmarks.in_rule_engine import RuleEngine
from benchmarks.in_zen import Zen
from benchmarks.report import SEED, Budget, number
from benchmarks.traffic import Visit
from edge import site_folder
from rules.decide import Decision, Reason, decide
from rules.model import Site

VISITS = 250
NODE_SECONDS = 3.0
BUDGETS = {1_000: (10.0, ""), 10_000: (10.0, "300x")}
"""Rules -> how many times as long GrowthBook's remote evaluation takes at least, and what is hoped for."""
TAGWERK = "Tagwerk"
SCRIPT = Path(__file__).with_name("proxy_eval.mjs")
PROXY_EVAL = "@growthbook/proxy-eval (Node)"
CAPTION = f"""\
The same rules and {VISITS} visits for all, without what others cannot express alike: splits, holdouts, schedules.
Past events, local time and consent are prepared as plain attributes for the others, outside the timing; Tagwerk
works them out within it, and renders the blocks; other visits came before. All winners were compared.

growthbook: one instance, a feature a slot, a force rule each, conditions in its Mongo syntax as one flat object.
@growthbook/proxy-eval: the same payload, parsed once, attributes nested, warmed up. rule-engine: a Chain of
compiled rules a slot, untyped, numbers as decimals. zen-engine: a static loader, a decision table a slot, first
hit, columns for page.path and utm.campaign, which it indexes, an expression for the rest. Each was the fastest of
what was tried. All stop at the first false part of an `and`, so cheap comparisons stand first for them."""


class Engine(Protocol):
    """A peer that runs in this process."""

    def __init__(self, slots: Slots) -> None: ...

    def prepared(self, known: Attributes) -> Any:
        """Return what is known of a visit in the form the engine likes best."""
        ...

    def winners(self, visit: Any) -> Winners:
        """Return the rule that wins each slot."""
        ...


class Measured(NamedTuple):
    """The winners of every visit, and microseconds of each decision."""

    winners: list[Winners]
    times: list[float]


PEERS: dict[str, type[Engine]] = {
    "growthbook (Python)": GrowthBook, "rule-engine": RuleEngine, "zen-engine": Zen,
}  # fmt: skip


def run() -> bool:
    """Measure, check, print; True if the budget was kept."""
    found: dict[tuple[str, int], Measured] = {}
    with report.bar() as progress:
        task = progress.add_task("peers", total=len(BUDGETS) * (2 + len(PEERS)))
        for size in BUDGETS:
            for name, measured in measure(size):
                found[name, size] = measured
                progress.update(task, advance=1, description=f"peers, {size:,} rules: {name}")
    checked = sum(_checked(found, name, size) for name, size in found if name != TAGWERK)
    times = {key: statistics.median(measured.times) for key, measured in found.items()}
    checks = f"{checked:,} winners of other engines were compared: all are Tagwerk's."
    budgets = [_budget(times, size, *each) for size, each in BUDGETS.items()]
    return report.show("Side by side", _table(times), f"{CAPTION}\n\n{checks}", budgets)


def measure(size: int) -> Iterator[tuple[str, Measured]]:
    """Yield each engine and what it did with so many rules, Tagwerk first."""
    audiences = mix.audiences(SEED)
    campaigns = mix.winnable(audiences, mix.campaigns(size, SEED, comparable=True))
    visits = traffic.visits(VISITS, SEED)
    site = site_folder.load(mix.written(audiences, campaigns)).site
    yield TAGWERK, _tagwerk(site, visits)
    reader = asked.Reader(audiences)
    slots = reader.slots(campaigns)
    known = [asked.attributes(reader, visit) for visit in visits]
    yield PROXY_EVAL, _proxy_eval(slots, known)
    for name, engine in PEERS.items():
        yield name, _peer(engine(slots), known)


def _tagwerk(site: Site, visits: Sequence[Visit]) -> Measured:
    """Decide each visit once, after other people's: what it keeps by value is as warm as they made it."""
    warm_up(site, traffic.contexts(site, WARMING, SEED + 1))
    contexts = [traffic.context(site, visit) for visit in visits]
    times = decided(site, contexts)
    return Measured([_winners(decide(site, each).decisions) for each in contexts], times)


def _winners(decisions: Sequence[Decision]) -> Winners:
    return tuple([each.rule if each.reason is Reason.MATCH else None for each in decisions])


def _peer(engine: Engine, known: Sequence[Attributes]) -> Measured:
    clock, winners, times = time.perf_counter, [], []
    visits = [engine.prepared(each) for each in known]
    engine.winners(visits[0])
    for visit in visits:
        start = clock()
        winners.append(engine.winners(visit))
        times.append((clock() - start) * 1e6)
    return Measured(winners, times)


def _proxy_eval(slots: Slots, known: Sequence[Attributes]) -> Measured:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "visits.json"
        path.write_text(json.dumps(_for_node(slots, known)), encoding="utf-8")
        command = ["node", str(SCRIPT), str(path), str(NODE_SECONDS)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    said = json.loads(done.stdout)
    winners = [tuple([each.get(slot) for slot in slots]) for each in said["winners"]]
    return Measured(winners, said["times"])


def _for_node(slots: Slots, known: Sequence[Attributes]) -> dict[str, object]:
    return {"payload": payload(slots, str), "visits": [*map(nested, known)]}


def _checked(found: Mapping[tuple[str, int], Measured], name: str, size: int) -> int:
    """Return how many winners were compared. Raises RuntimeError where one is another than Tagwerk's."""
    ours, theirs = found[TAGWERK, size].winners, found[name, size].winners
    for visit, (wanted, got) in enumerate(zip(ours, theirs, strict=True)):
        if wanted != got:
            raise RuntimeError(f"{name}, {size} rules, visit {visit}: {got}, not {wanted}")
    return sum(map(len, theirs))


def _budget(times: Mapping[tuple[str, int], float], size: int, least: float, aim: str) -> Budget:
    ratio = times[PROXY_EVAL, size] / times[TAGWERK, size]
    return Budget(f"{PROXY_EVAL} / Tagwerk at {size:,} rules", ratio, least, "x", True, aim)


def _table(times: Mapping[tuple[str, int], float]) -> Table:
    heads = [head for size in BUDGETS for head in (f"{size:,} rules, µs", "/ Tagwerk")]
    made = report.table("a decision, median", *heads)
    for name in (TAGWERK, PROXY_EVAL, *PEERS):
        cells = [(times[name, size], times[name, size] / times[TAGWERK, size]) for size in BUDGETS]
        made.add_row(name, *(number(value) for pair in cells for value in pair))
    return made
