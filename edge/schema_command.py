"""``tagwerk schema``: the language as JSON Schema, for editors; with a site's own names, in its folder."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import click

from consent.schema import schema as consent_schema
from edge import site_folder
from edge.assets import schema_dir
from edge.wording import counted
from rules.findings import BadSite
from rules.schema import Kind, schema
from rules.schema_names import ANY, Names, names_of

FOLDER: Final = "schema"
FILES: Final[Mapping[Kind, str]] = {"site": "site.json", "rules": "rules.json", "test": "test.json"}
"""Kind of file -> the file that its schema is in."""


def documents(names: Names = ANY) -> dict[str, str]:
    """Return each schema by the name of its file, as it is written."""
    consent = consent_schema()
    made = {name: schema(kind, names, consent) for kind, name in FILES.items()}
    return {
        name: json.dumps(each, indent=1, ensure_ascii=False) + "\n" for name, each in made.items()
    }


def run(folder: Path | None) -> None:
    """Write the schemas of a site into its folder, or say where those of any site are."""
    if folder is None:
        click.echo(schema_dir())
        return
    names = _names(folder)
    home = folder / FOLDER
    write(home, names)
    known = (
        counted(len(names.slots or ()), "slot"),
        counted(len(names.blocks or ()), "block"),
        counted(len(names.attributes or ()), "attribute"),
        counted(len(names.audiences or ()), "audience"),
        counted(len(names.events or ()), "event"),
    )
    click.echo(f"{home}: {', '.join(FILES.values())} ({', '.join(known)})")


def write(home: Path, names: Names = ANY) -> None:
    """Write the schemas into a folder, which is made where there is none."""
    home.mkdir(exist_ok=True)
    for name, text in documents(names).items():
        (home / name).write_text(text, encoding="utf-8")


def _names(folder: Path) -> Names:
    try:
        return names_of(site_folder.read(folder))
    except BadSite as bad:
        raise BadSite([site_folder.in_folder(folder, each) for each in bad.findings]) from None
