"""Measures the decisions of a site of so many rules in a process of its own, and prints them as JSON.

usage: python -m benchmarks.decide_once RULES
"""

import gc
import statistics
import sys

import msgspec

from benchmarks import deciding, mix
from benchmarks.report import SEED, p99
from edge import site_folder


def main(rules: int) -> None:
    """Load, then measure as a server decides: what was loaded is no matter for the collector of garbage."""
    site = site_folder.load(mix.files(rules, SEED)).site
    gc.collect()
    gc.freeze()
    warming = mix.contexts(site, deciding.WARMING, SEED + 1)
    visits = mix.contexts(site, deciding.VISITS, SEED)
    times, minutes, won = deciding.measure(site, warming, visits)
    found = deciding.Round(
        statistics.median(times), p99(times), statistics.median(minutes), won, len(times)
    )
    sys.stdout.buffer.write(msgspec.json.encode(found))


if __name__ == "__main__":
    main(int(sys.argv[1]))
