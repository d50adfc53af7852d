"""A progress bar where a person waits."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn


@contextmanager
def bar(title: str, console: Console) -> Iterator[Callable[[int, int], None]]:
    """Show a bar; the yielded function takes how much is done and how much there is.

    Only at a terminal: in a log it is noise.
    """
    shown = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn())
    with Progress(
        *shown,
        TimeRemainingColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    ) as progress:
        task = progress.add_task(title, total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)
