"""Measures the decisions of a site of so many rules in a process of its own, part by part.

usage: python -m benchmarks.decide_once RULES

Says ``true`` when it is warm. For each line that it reads it decides the next part of the visits and says what
each of them took, in microseconds; after the last one, the rest. All of it is JSON, a line each.
"""

import gc
import sys

import msgspec

from benchmarks import deciding, mix
from benchmarks.report import SEED
from edge import site_folder


def main(rules: int) -> None:
    """Load, then measure as a server decides: what was loaded is no matter for the collector of garbage."""
    site = site_folder.load(mix.files(rules, SEED)).site
    gc.collect()
    gc.freeze()
    warming = mix.contexts(site, deciding.WARMING, SEED + 1)
    visits = mix.contexts(site, deciding.VISITS, SEED)
    deciding.warm_up(site, warming)
    _say(True)
    for part, _ in enumerate(sys.stdin):
        _say(deciding.decided(site, visits[part :: deciding.SPREAD]))
    _say(deciding.rest(site, visits))


def _say(what: object) -> None:
    sys.stdout.buffer.write(msgspec.json.encode(what) + b"\n")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main(int(sys.argv[1]))
