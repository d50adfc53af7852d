"""``tagwerk crm import``: the import with a progress bar, and its report for people."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from edge import crm
from edge.app import wall_clock
from edge.crm import Finding, Report
from edge.progress import bar
from edge.stores.base import Customer
from edge.stores.open import new_file, open_store
from edge.wording import counted
from rules.model import Site

MOST: Final = 100
"""Findings that are said one by one: a column in a wrong format has one on every line."""


def run(url: str, site: Site, file: Path) -> bool:
    """Import a file into a store; whether it was imported. A file that is refused opens no store."""
    errors = Console(stderr=True)
    try:
        new = new_file(url)
        with bar(f"Reading {file.name}", errors) as progress:
            customers, report = crm.read_customers(site.attributes, file, progress)
        if report.findings:
            _refuse(errors, file, report.findings)
            return False
        if new is not None:
            _say(errors, f"new store: {new} (is it the one that the server uses?)", "yellow")
        asyncio.run(_put(url, site.name, customers))
    except KeyboardInterrupt:
        said = "stopped; all of it was imported or nothing, so run it again"
        _say(errors, f"{file.name}: {said}", "bold red")
        return False
    Console().print(_table(report, site))
    return True


def _refuse(errors: Console, file: Path, findings: Sequence[Finding]) -> None:
    for finding in findings[:MOST]:
        _say(errors, str(finding), "red")
    if len(findings) > MOST:
        _say(errors, f"{file.name}: and {len(findings) - MOST:,} more", "red")
    _say(errors, f"{file.name}: nothing was imported; the store is as it was", "bold red")


def _say(console: Console, text: str, style: str) -> None:
    """One line, however long: what people search for and copy is not cut."""
    console.print(text, style=style, highlight=False, markup=False, soft_wrap=True)


async def _put(url: str, site: str, customers: Sequence[Customer]) -> None:
    store = open_store(url)
    try:
        await store.put_customers(site, customers, wall_clock())
    finally:
        await store.close()


def _table(report: Report, site: Site) -> Table:
    title = f"{counted(report.customers, 'customer')} of {site.name}"
    table = Table(title=title, title_justify="left", show_header=False)
    rows = {
        "stored": report.stored,
        "unknown, the file has no column": report.missing,
        "columns left out, not declared": report.ignored,
    }
    for label, names in rows.items():
        table.add_row(label, escape(", ".join(names)) or "-")
    return table
