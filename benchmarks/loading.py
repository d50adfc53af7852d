"""How long a site of 10,000 rules in 500 files takes to load, and how much memory it costs.

Each round is a new process, so nothing is warm but the system's cache of files.
"""

import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks import mix, report
from benchmarks.report import SEED, Budget, number

RULES, ROUNDS = 10_000, 3
SECONDS = 5.0
CAPTION = f"""\
{RULES:,} rules in 500 files and 60 blocks, read from disk, checked and compiled, each round in a new process.
Memory: resident, on top of what the process had before; at most while loading, and kept after a collection."""


def run() -> bool:
    """Measure, print; True if the budget was kept."""
    with tempfile.TemporaryDirectory() as name, report.bar() as progress:
        task = progress.add_task("cold loads", total=ROUNDS)
        folder = on_disk(Path(name) / "retailer", RULES)
        rounds = []
        for _ in range(ROUNDS):
            rounds.append(_load(folder))
            progress.advance(task)
    table = report.table(f"{ROUNDS} rounds", "median", "worst")
    for row, key in (("load, s", "seconds"), ("peak, MiB", "peak"), ("kept, MiB", "kept")):
        values = [each[key] for each in rounds]
        table.add_row(row, number(statistics.median(values)), number(max(values)))
    cold = statistics.median(each["seconds"] for each in rounds)
    budget = Budget("cold load of 10,000 rules in 500 files, median", cold, SECONDS, " s")
    return report.show("Loading", table, CAPTION, [budget])


def on_disk(folder: Path, rules: int) -> Path:
    """Write a site of so many rules to a folder."""
    for path, content in mix.files(rules, SEED).items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    return folder


def _load(folder: Path) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.load_once", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found: dict[str, float] = json.loads(done.stdout)
    assert found["rules"] == RULES, found
    return found
