"""Measures the rules: ``python -m benchmarks.rules [decide] [load] [reload] [replay] [peers]``.

Without a word it measures all. ``decide`` is in ``deciding.py``, ``load`` in ``loading.py``, ``reload`` in
``reloading.py``, ``replay`` in ``replaying.py`` and ``peers`` in ``peers.py``. The rules are those of ``mix.py``;
what they are like stands below the first table. Those of ``replay`` are the demo shop's.
"""

import sys
import time
from collections.abc import Callable, Sequence

from benchmarks import deciding, loading, peers, reloading, replaying
from benchmarks.report import CONSOLE

PARTS: dict[str, Callable[[], bool]] = {
    "decide": deciding.run,
    "load": loading.run,
    "reload": reloading.run,
    "replay": replaying.run,
    "peers": peers.run,
}


def main(names: Sequence[str]) -> int:
    """Run the parts; 1 when a budget was missed, 2 for a part that there is not."""
    if unknown := [name for name in names if name not in PARTS]:
        print(f"there is no part '{unknown[0]}'; name some of {', '.join(PARTS)}", file=sys.stderr)
        return 2
    start = time.monotonic()
    kept = [run() for name, run in PARTS.items() if name in names or not names]
    CONSOLE.print(f"measured in {time.monotonic() - start:.0f} s", highlight=False)
    return 0 if all(kept) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
