"""``tagwerk crm import``: the import with a progress bar, and its report for people."""

import asyncio
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from edge import crm
from edge.crm import Report
from edge.progress import bar
from edge.stores.open import open_store
from rules.model import Site


def run(url: str, site: Site, file: Path, console: Console) -> Report:
    """Import a file into a store; the report has findings if nothing was imported."""
    with bar(f"Reading {file.name}", console) as progress:
        report = asyncio.run(_imported(url, site, file, progress))
    for finding in report.findings:
        console.print(str(finding), style="red", highlight=False, markup=False, soft_wrap=True)
    if report.findings:
        console.print(f"{file.name}: nothing was imported; mend the lines above", style="bold red")
    else:
        console.print(_table(report, site))
    return report


async def _imported(url: str, site: Site, file: Path, progress: crm.Progress) -> Report:
    store = open_store(url)
    try:
        return await crm.import_customers(store, site.name, site.attributes, file, progress)
    finally:
        await store.close()


def _table(report: Report, site: Site) -> Table:
    table = Table(title=f"{report.customers:,} customers of {site.name}", show_header=False)
    rows = {
        "stored": report.stored,
        "left out, no attribute declares them": report.ignored,
        "declared, but not in the file": report.missing,
    }
    for label, names in rows.items():
        table.add_row(label, escape(", ".join(names)) or "-")
    return table
