"""How long ``tagwerk replay`` takes for a log of 100,000 requests, by the same rules and by edited ones."""

import json
import tempfile
import time
from pathlib import Path

import harness
import recorded_logs
from benchmarks import report
from benchmarks.report import Budget, number
from edge import site_folder

REQUESTS = 100_000
SECONDS = 20.0
FILE = "rules/kundenkarte.yaml"
OLD, NEW = "{crm.loyalty_tier: gold}", "{crm.loyalty_tier: silver}"
CAPTION = f"""\
A made log of {REQUESTS:,} requests of the demo shop, by a third as many visitors with up to {recorded_logs.MOST}
events a counter, four fifths of them with consent. Each line of the table is one `tagwerk replay --json`, from its
start to its end. Edited: in {FILE} gold became silver."""


def run() -> bool:
    """Measure, print; True if the budget was kept."""
    with tempfile.TemporaryDirectory() as name, report.bar() as progress:
        task = progress.add_task("making a log", total=3)
        shop = harness.copy_demo(Path(name) / "shop")
        log = recorded_logs.write(Path(name) / "log", site_folder.open_site(shop).site, REQUESTS)
        seconds = {}
        for rules in ("the same", "edited"):
            progress.update(task, description=f"replaying by {rules} rules", advance=1)
            if rules == "edited":
                _edit(shop)
            seconds[rules], changed = _replay(shop, log)
            assert (changed > 0) is (rules == "edited"), changed
    table = report.table("rules", "s", "requests a second")
    for rules, taken in seconds.items():
        table.add_row(rules, number(taken), f"{REQUESTS / taken:,.0f}")
    budget = Budget(f"a replay of {REQUESTS:,} requests", max(seconds.values()), SECONDS, " s")
    return report.show("Replay", table, CAPTION, [budget])


def _edit(shop: Path) -> None:
    text = (shop / FILE).read_text(encoding="utf-8")
    assert OLD in text, FILE
    (shop / FILE).write_text(text.replace(OLD, NEW), encoding="utf-8")


def _replay(shop: Path, log: Path) -> tuple[float, int]:
    """Return how many seconds it took, and how many requests change."""
    start = time.perf_counter()
    done = harness.tagwerk("replay", str(shop), str(log), "--json")
    seconds = time.perf_counter() - start
    assert done.returncode in (0, 1), done.stderr
    found = json.loads(done.stdout)
    assert found["requests"] == REQUESTS, found["requests"]
    return seconds, int(found["changed"])
