"""How much of a bare JSON echo's rate a full decision reaches. ``make bench`` runs it.

One worker each, on the same uvicorn (uvloop, httptools) and the same core, wrk on another; the two are
measured in turn, so that a noisy machine hits both, and the median of the pairs' ratios counts.
"""

import contextlib
import os
import statistics
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Self

from rich.console import Console
from rich.table import Table

import harness
from benchmarks import visitor, wrk

BUDGET = 0.4
AIM = 0.75
ROUNDS = int(os.environ.get("ROUNDS", "5"))
SECONDS = int(os.environ.get("SECONDS_EACH", "5"))
SERVER_CORE, WRK_CORE = 0, 1
CUSTOMER = os.environ.get("CUSTOMER", "C-1001")
PATH = "/damen/schuhe?utm_campaign=herbst"

Pair = tuple[wrk.Measured, wrk.Measured]


class Pinned(harness.Process):
    """A server that keeps to one core."""

    def start(self) -> Self:
        """Start as usual, then pin the process and its threads."""
        super().start()
        pid = self.running.pid
        for task in Path(f"/proc/{pid}/task").iterdir():
            os.sched_setaffinity(int(task.name), {SERVER_CORE})
        return self


class Served(Pinned):
    """``tagwerk serve`` with the demo's site and customers: the edge as a site runs it."""

    def __init__(self, folder: Path, var: Path) -> None:
        super().__init__()
        self.folder = folder
        self.var = var
        self.base = f"{self.url}/_tw/{harness.SITE}"

    def environment(self) -> Mapping[str, str]:
        """The settings; keys and customers are made with the product's own commands."""
        settings = {
            "TAGWERK_SITES": str(self.folder),
            "TAGWERK_STORE": f"sqlite:///{self.var}/tagwerk.db",
            "TAGWERK_SECRETS": str(self.var / "secrets.json"),
            "TAGWERK_STATE": str(self.var / "state"),
            "TAGWERK_GEO": str(self.folder / "geo.mmdb"),
            "TAGWERK_PORT": str(self.port),
            "TAGWERK_EXTRA_ORIGINS": self.url,
        }
        if not self.var.exists():
            self.var.mkdir()
            customers = str(self.folder / "customers.csv")
            _must("keys", "create", settings["TAGWERK_SECRETS"], "--site", harness.SITE)
            _must("crm", "import", customers, "--site", str(self.folder), **settings)
        return settings

    def command(self) -> Sequence[str]:
        """The command a site runs."""
        return [*harness.CLI, "serve"]


def _must(*arguments: str, **settings: str) -> None:
    done = harness.tagwerk(*arguments, **settings)
    assert done.returncode == 0, done.stderr


class Echo(Pinned):
    """The bare echo on one core."""

    def command(self) -> Sequence[str]:
        """uvicorn with what the edge runs on."""
        options = ["--loop", "uvloop", "--http", "httptools", "--no-access-log"]
        where = ["--host", "127.0.0.1", "--port", str(self.port), "--log-level", "warning"]
        return [sys.executable, "-m", "uvicorn", "benchmarks.echo:app", *where, *options]


@contextlib.contextmanager
def servers() -> Iterator[tuple[Served, Echo, Path]]:
    """Both servers, ready, and a folder for scripts."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        demo = Served(harness.copy_demo(folder / "demo-shop"), folder / "var")
        with demo, Echo() as echo:
            yield demo, echo, folder


def measure() -> list[Pair]:
    """Decide and echo in turn, the first pair thrown away as warm-up."""
    with servers() as (demo, echo, folder):
        who = visitor.make(demo.url, visitor.signing_key(demo.var), CUSTOMER)
        page = {"page": {"url": demo.url + PATH, "referrer": ""}}
        answer = who.post("decide", page).json()
        Console().print(
            "decides:", [(d["slot"], d["rule"], d["reason"]) for d in answer["decisions"]]
        )
        lua = wrk.script(folder / "post.lua", who.headers, page)
        pairs = []
        for number in range(ROUNDS + 1):
            seconds = SECONDS if number else 1
            decided = wrk.run(f"{demo.base}/decide", lua, seconds, WRK_CORE)
            echoed = wrk.run(f"{echo.url}/echo", lua, seconds, WRK_CORE)
            pairs.append((decided, echoed))
        return pairs[1:]


def median(values: Iterator[float]) -> float:
    """The middle one, which one slow run does not move."""
    return statistics.median(values)


def table(pairs: Sequence[Pair]) -> Table:
    """Both servers' medians."""
    shown = Table("", "requests/s", "p50 ms", "p99 ms", title=f"median of {len(pairs)} rounds")
    for name, column in (("decide", 0), ("echo", 1)):
        runs = [pair[column] for pair in pairs]
        shown.add_row(
            name,
            f"{median(run.rate for run in runs):,.0f}",
            f"{median(run.p50 for run in runs):.2f}",
            f"{median(run.p99 for run in runs):.2f}",
        )
    return shown


def main() -> int:
    """Print the table; 1 when decide misses its budget."""
    pairs = measure()
    ratio = median(decided.rate / echoed.rate for decided, echoed in pairs)
    Console().print(table(pairs))
    verdict = "met" if ratio >= BUDGET else "MISSED"
    print(f"decide / echo = {ratio:.2f}   budget {BUDGET} {verdict}, aim {AIM}")
    return 0 if ratio >= BUDGET else 1


if __name__ == "__main__":
    sys.exit(main())
