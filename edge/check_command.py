"""``tagwerk check``: reads sites as the server would, and says what is wrong with them."""

from pathlib import Path

import click

from edge import site_folder
from edge.wording import counted
from rules.findings import BadSite
from rules.site_paths import SITE_FILE


def run(place: Path) -> bool:
    """Print the findings of every site of a folder; return whether there are none."""
    found = site_folder.folders(place)
    if not found:
        raise click.UsageError(_no_site(place))
    good = [_is_good(folder) for folder in found]
    return all(good)


def _is_good(folder: Path) -> bool:
    try:
        site = site_folder.open_site(folder).site
    except BadSite as bad:
        click.echo(str(bad))
        return False
    rules = counted(sum(len(rules) for rules in site.rules.values()), "rule")
    click.echo(
        f"{site.name}: good. {rules} for {counted(len(site.slots), 'slot')} ({site.version})"
    )
    return True


def _no_site(place: Path) -> str:
    wrong = f"{place} holds no {SITE_FILE}" if place.is_dir() else f"{place} is a file"
    around = (*place.parents, *place.absolute().parents)
    meant = next((folder for folder in around if (folder / SITE_FILE).is_file()), None)
    return f"{wrong}. Give the folder that holds {SITE_FILE}" + (f": {meant}" if meant else "")
