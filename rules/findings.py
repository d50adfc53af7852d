"""What is wrong with a site's files, said so that whoever wrote them can mend it."""

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from typing import Literal

import msgspec


class Finding(msgspec.Struct, frozen=True, order=True):
    """One thing wrong in one place. ``line`` and ``column`` count from 1."""

    path: str
    line: int
    column: int
    message: str
    hint: str = ""
    severity: Literal["error", "warning"] = "error"

    def __str__(self) -> str:
        """``path:line:column: error: what is wrong. What to do.``"""
        text = f"{self.path}:{self.line}:{self.column}: {self.severity}: {self.message}."
        end = "" if self.hint.endswith(("?", ".")) else "."
        return f"{text} {self.hint}{end}" if self.hint else text


class BadSite(Exception):
    """A site's files were refused; ``findings`` holds everything wrong with them, in file order."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = tuple(sorted(findings))
        super().__init__("\n".join(map(str, self.findings)))


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return a hint naming the closest known word, or the known words if none is close."""
    names = sorted(known)
    close = get_close_matches(word, names, n=1, cutoff=0.6)
    if close:
        return f"Did you mean '{close[0]}'?"
    if not names:
        return ""
    listed = ", ".join(names[:12]) + (", …" if len(names) > 12 else "")
    return f"Known here: {listed}"
