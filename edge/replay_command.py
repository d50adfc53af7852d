"""``tagwerk replay``: decides recorded requests again by the rules of a folder, and says what changes."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

import click
import msgspec
from rich.console import Console

from edge import recorded_requests, replay_report
from edge.progress import bar
from edge.wording import counted, printable
from rules.model import Site
from rules.recording import BadLine, Recorded
from rules.replay_tally import Report, Tally

MOST: Final = 100
"""Bad lines that are said one by one."""
_STEP: Final = 500
"""Lines between two moves of the progress bar."""


def run(site: Site, log: Path, examples: int, as_json: bool) -> bool:
    """Replay a log and print the report; whether every line was read and nothing is at fault."""
    errors = Console(stderr=True)
    with bar(f"Replaying {log.name}", errors) as progress:
        report = _replayed(site, log, errors, progress)
    del report.kinds[examples:]
    if report.unread > MOST:
        _say(errors, f"{log}: and {counted(report.unread - MOST, 'more line')}")
    if as_json:
        click.echo(msgspec.json.format(msgspec.json.encode(report), indent=2))
    else:
        replay_report.show(report, Console())
    return not (report.faulty or report.unread)


def _replayed(
    site: Site, log: Path, errors: Console, progress: Callable[[int, int], None]
) -> Report:
    total, tally, unread = recorded_requests.size(log), Tally(site), 0
    for line in recorded_requests.in_log(log):
        request = _of_site(site, line.request)
        if isinstance(request, Recorded):
            tally.add(line.number, request)
        else:
            unread += 1
            if unread <= MOST:
                _say(errors, f"{log}:{line.number}: no recorded request: {request}")
        if total and line.number % _STEP == 0:
            progress(line.read, total)
    report = tally.report()
    report.unread = unread
    return report


def _of_site(site: Site, request: Recorded | BadLine) -> Recorded | BadLine:
    if isinstance(request, Recorded) and request.site != site.name:
        return BadLine(f"it is of site '{request.site}', and these are the rules of '{site.name}'")
    return request


def _say(console: Console, text: str) -> None:
    console.print(printable(text), style="red", highlight=False, markup=False, soft_wrap=True)
