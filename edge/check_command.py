"""``tagwerk check``: reads sites as the server would, and says what is wrong with them."""

from pathlib import Path

import click

from edge import site_folder
from edge.app import wall_clock
from edge.wording import counted
from rules.site_paths import SITE_FILE


def run(place: Path) -> bool:
    """Print the findings of every site of a folder; return whether all of them can be served."""
    found = site_folder.folders(place)
    if not found:
        raise click.UsageError(_no_site(place))
    good = [_is_good(folder) for folder in found]
    return all(good)


def _is_good(folder: Path) -> bool:
    live, findings = site_folder.open_with_warnings(folder, wall_clock())
    for finding in findings:
        click.echo(str(finding))
    if live is None:
        return False
    site = live.site
    rules = counted(sum(len(rules) for rules in site.rules.values()), "rule")
    said = f"good, {counted(len(findings), 'warning')}" if findings else "good"
    slots = counted(len(site.slots), "slot")
    click.echo(f"{site.name}: {said}. {rules} for {slots} ({site.version})")
    return True


def _no_site(place: Path) -> str:
    wrong = f"{place} holds no {SITE_FILE}" if place.is_dir() else f"{place} is a file"
    around = (*place.parents, *place.absolute().parents)
    meant = next((folder for folder in around if (folder / SITE_FILE).is_file()), None)
    return f"{wrong}. Give the folder that holds {SITE_FILE}" + (f": {meant}" if meant else "")
