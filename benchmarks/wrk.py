"""Run wrk with one POST body and read what it measured."""

import json
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

SUMMARY = """
done = function(summary, latency, requests)
  local bad = summary.errors.status + summary.errors.connect + summary.errors.read
    + summary.errors.write + summary.errors.timeout
  io.write(string.format("RESULT %d %d %d %d %d\\n", summary.requests, summary.duration,
    bad, latency:percentile(50), latency:percentile(99)))
end
"""


@dataclass(frozen=True)
class Measured:
    """One run: requests a second, and latencies in milliseconds."""

    rate: float
    p50: float
    p99: float


def script(path: Path, headers: Mapping[str, str], content: object) -> Path:
    """Write the Lua script that makes every request a POST of ``content``."""
    lines = ['wrk.method = "POST"', f"wrk.body = {_quote(json.dumps(content))}"]
    lines += [f"wrk.headers[{_quote(name)}] = {_quote(value)}" for name, value in headers.items()]
    path.write_text("\n".join(lines) + SUMMARY, encoding="utf-8")
    return path


def run(url: str, lua: Path, seconds: int, core: int) -> Measured:
    """16 connections, 1 thread, on one core; RuntimeError when any answer was not 2xx or 3xx."""
    command = [
        "taskset",
        "-c",
        str(core),
        "wrk",
        "-t1",
        "-c16",
        f"-d{seconds}s",
        "-s",
        str(lua),
        url,
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    line = next(each for each in done.stdout.splitlines() if each.startswith("RESULT "))
    requests, microseconds, bad, p50, p99 = (int(each) for each in line.split()[1:])
    if bad or not requests:
        raise RuntimeError(f"{bad} of {requests} requests to {url} failed")
    return Measured(requests / (microseconds / 1e6), p50 / 1000, p99 / 1000)


def _quote(text: str) -> str:
    # Printable ASCII only (json.dumps escapes the rest), so Lua's and JSON's escapes agree.
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
