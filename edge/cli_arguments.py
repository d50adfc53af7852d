"""What the commands are given, checked before they run, and how they end where that cannot be mended."""

import functools
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final, ParamSpec

import click

from edge import site_folder
from edge.geo import BadDatabase
from edge.personas import STDIN
from edge.secrets_file import BadSecrets
from edge.settings import BadSettings
from edge.stores.base import StoreError
from rules.findings import BadSite

P = ParamSpec("P")
FOLDER: Final = click.Path(exists=True, file_okay=False, path_type=Path)
LOG: Final = click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path)
FILE: Final = click.Path(exists=True, dir_okay=False, path_type=Path)
_WHO: Final = "Give a YAML file that says who comes, or - for standard input"


def findings_to_exit(command: Callable[P, None]) -> Callable[P, None]:
    """Turn what a person can mend into words on stderr and exit code 1."""

    @functools.wraps(command)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            command(*args, **kwargs)
        except (BadSite, BadSettings, BadSecrets, BadDatabase, StoreError, OSError) as bad:
            click.echo(str(bad), err=True)
            sys.exit(1)

    return wrapped


def must_be_a_site(folder: Path, parameter: str) -> None:
    """Refuse a folder that is not one site's, and name those within it. Raises ``BadParameter``."""
    found = site_folder.folders(folder)
    if found != [folder]:
        option = f"{parameter} " if parameter.startswith("-") else ""
        inside = " or ".join(f"{option}{each}" for each in found)
        advice = f"write {inside}" if inside else "give the folder of one site"
        raise click.BadParameter(
            f"{folder} holds no site.yaml; {advice}", param_hint=f"'{parameter}'"
        )


def readable(ctx: click.Context, option: click.Parameter, file: str | None) -> str | None:
    """Let pass a file that says who comes, a pipe, or ``-``. Raises ``BadParameter`` with what to do."""
    if file is None or file == STDIN:
        return file
    if not file or not _is_there(Path(file)):
        said = f"there is no file {file or repr(file)}. {_WHO}"
    elif Path(file).is_dir():
        said = f"{file} is a folder. {_WHO}"
    elif not os.access(file, os.R_OK):
        said = f"{file} may not be read. Allow yourself to read it"
    else:
        return file
    raise click.BadParameter(said, ctx, option)


def _is_there(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:  # a name that is longer than any file has
        return False
