"""``tagwerk recordings``: writes the recorded requests of a site as lines of JSON."""

import asyncio
import re
from typing import BinaryIO, Final

import click

from edge import recorded_requests
from rules.argument_shapes import window_hint

_TIME: Final = re.compile(r"([1-9][0-9]{0,4})(m|h|d)")
_UNIT: Final = {"m": 60_000, "h": 3_600_000, "d": 86_400_000}
WHY_NONE: Final = (
    "Requests are recorded while TAGWERK_RECORD says so, of visitors who chose to be in statistics. "
    "NAME is what stands behind 'site:' in site.yaml."
)


def ago(ctx: click.Context, option: click.Parameter, text: str | None) -> int | None:
    """Read ``90m``, ``12h`` or ``7d`` as milliseconds. Raises BadParameter with what to write."""
    if text is None:
        return None
    match = _TIME.fullmatch(text)
    if match is None:
        hint = window_hint(f"{text} days" if text.isdecimal() else text)
        said = f"{text!r} is no time. {hint or 'Write a number and m, h or d: 90m, 12h, 7d'}"
        raise click.BadParameter(said, ctx, option)
    return int(match[1]) * _UNIT[match[2]]


def run(url: str, site: str, since: int, out: BinaryIO) -> int:
    """Write the recordings from ``since`` (ms) on, the oldest first; returns how many."""
    return asyncio.run(_write(url, site, since, out))


async def _write(url: str, site: str, since: int, out: BinaryIO) -> int:
    count = 0
    async for body in recorded_requests.stored(url, site, since):
        out.write(body + b"\n")
        count += 1
    out.flush()
    return count
