"""Origins that no site lists, told to the operator once each.

A forgotten line under ``origins`` leaves a page on its default content; this is what says why.
"""

import re
from typing import Final

from edge.log import Log

MOST: Final = 50
"""Anybody can name any origin: more than these a site are not told, so that nobody fills the log."""

_ORIGIN: Final = re.compile(r"https?://[a-z0-9.:\[\]_-]{1,255}\Z")


class Strangers:
    """Remembers which origins were told, ``MOST`` of each site at the most."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._told: dict[str, set[str]] = {}

    def refuse(self, site: str, origin: str) -> str:
        """Return what to answer to a call from an Origin that ``site`` does not list."""
        if not _ORIGIN.match(origin):
            return "this call needs an Origin that is listed under 'origins' in site.yaml"
        told = self._told.setdefault(site, set())
        if origin not in told and len(told) < MOST:
            told.add(origin)
            self._log.warning(
                "origin.refused",
                site=site,
                origin=origin,
                message="a page calls that the site does not list: it keeps its default content",
                hint="If it is yours, add it to 'origins' in site.yaml",
            )
            if len(told) == MOST:
                message = f"{MOST} origins were refused: no more of them are told until a restart"
                self._log.warning("origin.refused", site=site, message=message)
        return f"the Origin {origin} is not listed under 'origins' in site.yaml"
