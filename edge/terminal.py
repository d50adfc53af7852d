"""Text for people: wrapped and coloured at a terminal, plain and uncut in a pipe or a file."""

from textwrap import wrap
from typing import Final

from rich.console import Console
from rich.text import Text

UNCUT: Final = 10_000
"""Columns where no terminal has any: what people search for is not broken in two."""
WIDE: Final = 12
"""Columns of a label."""


def console(*, stderr: bool = False) -> Console:
    """Return a console whose texts are printed as they are, whatever they hold."""
    made = Console(stderr=stderr, highlight=False, markup=False, emoji=False)
    if not made.is_terminal:
        made.width = UNCUT
    return made


def print_labelled(out: Console, label: str, text: str, style: str = "") -> None:
    """Print a label and, beside it, a text; what is wrapped stays beside it. Places are never cut."""
    lines = wrap(text, out.width - WIDE, break_long_words=False, break_on_hyphens=False) or [""]
    for line in lines:
        out.print(Text.assemble(f"    {label}".ljust(WIDE), (line, style)), soft_wrap=True)
        label = ""
