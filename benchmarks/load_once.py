"""Loads a site folder in a process of its own and prints seconds and memory as JSON.

usage: python -m benchmarks.load_once FOLDER
"""

import gc
import json
import re
import sys
import time
from pathlib import Path

from edge import site_folder


def memory(name: str) -> float:
    """Return a line of ``/proc/self/status`` (``VmRSS``: now, ``VmHWM``: the most so far) in MiB."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    found = re.search(rf"^{name}:\s+(\d+) kB$", status, re.MULTILINE)
    assert found is not None, f"/proc/self/status has no {name}"
    return int(found[1]) / 1024


def main(folder: Path) -> None:
    """Load once, cold: what importing took is not counted, what reading the files takes is."""
    before = memory("VmRSS")
    start = time.perf_counter()
    live = site_folder.load(site_folder.read(folder))
    seconds = time.perf_counter() - start
    peak = memory("VmHWM")
    gc.collect()
    rules = sum(map(len, live.site.rules.values()))
    kept = memory("VmRSS") - before
    print(json.dumps({"seconds": seconds, "rules": rules, "peak": peak - before, "kept": kept}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
