"""The ``tagwerk`` command. Exit codes: 0 good, 1 findings, 2 usage."""

import os
import sys
from pathlib import Path

import click

from edge import (
    check_command,
    crm_command,
    demo_command,
    explain_command,
    recordings_command,
    replay_command,
    schema_command,
    secrets_file,
    server,
    site_folder,
    test_command,
)
from edge.app import create_app, make_services, wall_clock
from edge.cli_arguments import FILE, FOLDER, LOG, findings_to_exit, must_be_a_site, readable
from edge.log import Log, capture
from edge.settings import Settings
from edge.stores.open import open_store
from edge.wording import counted


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="tagwerk")
def main() -> None:
    """Tagwerk: personalization and consent for websites, from one small server."""


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port",
    default=8080,
    show_default=True,
    type=click.IntRange(1, 65535),
    help="Port to listen on.",
)
@click.option("--dir", "folder", type=FOLDER, help="A copy of the shop's folder, for your edits.")
@click.option(
    "--var", type=click.Path(path_type=Path), default=Path("var/demo"), show_default=True,
    help="Folder of its store and keys.",
)  # fmt: skip
@findings_to_exit
def demo(host: str, port: int, folder: Path | None, var: Path) -> None:
    """Serve the demo shop with its own edge.

    Of the settings only TAGWERK_RECORD and TAGWERK_RECORD_DAYS count.
    """
    demo_command.run(host, port, folder, var, os.environ)


@main.command()
@findings_to_exit
def serve() -> None:
    """Serve your sites.

    They are in the folder that TAGWERK_SITES names. Every setting is an environment variable.
    """
    settings = Settings.from_env(os.environ)
    log = Log(sys.stderr, wall_clock, readable=sys.stderr.isatty())
    capture(log)
    secrets = secrets_file.load(settings.secrets)
    services = make_services(settings, open_store(settings.store), secrets, log)
    app = create_app(services)
    with server.listen(settings.host, settings.port, "set TAGWERK_PORT") as listening:
        log.info("edge.started", address=server.address(settings.host, settings.port))
        server.run(app, listening)


@main.command()
@click.argument("place", metavar="DIR", type=click.Path(exists=True, path_type=Path))
@findings_to_exit
def check(place: Path) -> None:
    """Say all that is wrong with the site in DIR, or that it is good.

    Each finding says the file, line and column, what is wrong and what to do. DIR may also hold
    the folders of several sites.
    """
    sys.exit(0 if check_command.run(place) else 1)


@main.command("test")
@click.argument("folder", metavar="DIR", type=FOLDER)
@click.option(
    "--junit",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write JUnit's XML as well.",
)
@click.option(
    "--min-coverage",
    metavar="PERCENT",
    callback=test_command.percent,
    help="Least share of rules that win.",
)
@click.option(
    "--min-conditions", metavar="PERCENT", callback=test_command.percent,
    help="Least share of conditions seen true and false.",
)  # fmt: skip
@click.option("--all", "every", is_flag=True, help="List all that no test reaches.")
@findings_to_exit
def test_site(
    folder: Path,
    junit: Path | None,
    min_coverage: float | None,
    min_conditions: float | None,
    every: bool,
) -> None:
    """Run the tests of the site in DIR.

    They are in tests/*.test.yaml or .test.yml: visitors that you invent, and what each is to see.
    What failed is said with the condition that decided it, and what no test reaches is listed.
    """
    must_be_a_site(folder, "DIR")
    wanted = test_command.Wanted(junit, min_coverage, min_conditions, every)
    sys.exit(0 if test_command.run(folder, wanted) else 1)


@main.command()
@click.argument("folder", metavar="DIR", type=FOLDER)
@click.option(
    "--attributes", "file", metavar="FILE", callback=readable,
    help="YAML that says who comes; - is stdin.",
)  # fmt: skip
@click.option("--test", "test", metavar="NAME", help="Who comes in this test.")
@click.option("--request", metavar="ID", help="Who came in a recorded request: a decision's id.")
@click.option("--log", type=LOG, metavar="LOG", help="Where to find it.  [default: the store]")
@click.option("--store", metavar="URL", help="Address of the store.  [default: TAGWERK_STORE]")
@click.option("--slot", "slots", metavar="NAME", multiple=True, help="One slot; repeatable.")
@click.option("--all", "every", is_flag=True, help="Also the rules below the one that decided.")
@click.option("--json", "as_json", is_flag=True, help="The same as JSON.")
@findings_to_exit
def explain(
    folder: Path,
    file: str | None,
    test: str | None,
    request: str | None,
    log: Path | None,
    store: str | None,
    slots: tuple[str, ...],
    every: bool,
    as_json: bool,
) -> None:
    """Say why each slot of the site in DIR shows what it shows.

    For every rule that was considered there is the tree of its conditions, each true, false or
    unknown, and why.
    """
    if [file, test, request].count(None) != 2:
        raise click.UsageError("Say who comes: --attributes FILE, --test NAME or --request ID")
    must_be_a_site(folder, "DIR")
    url = Settings.from_env(os.environ).store if store is None else store
    who = explain_command.Who(file, test, request, log, url)
    explain_command.run(folder, who, explain_command.Wanted(slots, every, as_json))


@main.command()
@click.option("--site", metavar="NAME", required=True, help="The site, as its site.yaml calls it.")
@click.option(
    "--since", metavar="TIME", callback=recordings_command.ago,
    help="How far back: 90m, 12h, 7d.  [default: all]",
)  # fmt: skip
@click.option("--store", metavar="URL", help="Address of the store.  [default: TAGWERK_STORE]")
@findings_to_exit
def recordings(site: str, since: int | None, store: str | None) -> None:
    """Write recorded requests to standard output as lines of JSON.

    They are data about people: an erasure does not reach a file that you keep.
    """
    url = Settings.from_env(os.environ).store if store is None else store
    start = 0 if since is None else wall_clock() - since
    count = recordings_command.run(url, site, start, sys.stdout.buffer)
    click.echo(f"{site}: {counted(count, 'recorded request')}", err=True)
    if count == 0:
        click.echo(recordings_command.WHY_NONE, err=True)


@main.command()
@click.argument("folder", metavar="DIR", type=FOLDER)
@click.argument("log", metavar="LOG", type=LOG)
@click.option(
    "--examples", default=10, show_default=True, type=click.IntRange(0),
    help="Kinds of change to show, each with a request.",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Write the report as JSON.")
@findings_to_exit
def replay(folder: Path, log: Path, examples: int, as_json: bool) -> None:
    """Decide the requests recorded in LOG again, by the rules in DIR.

    By the rules that decided them the answers are the same, byte for byte; by others it says what
    would change. LOG is what tagwerk recordings wrote; - is standard input.
    """
    must_be_a_site(folder, "DIR")
    site = site_folder.open_site(folder).site
    sys.exit(0 if replay_command.run(site, log, examples, as_json) else 1)


@main.command()
@click.argument("folder", metavar="[DIR]", type=FOLDER, required=False)
@findings_to_exit
def schema(folder: Path | None) -> None:
    """Write what editors complete a site by.

    It goes to DIR/schema, with the site's own attributes, slots, blocks, audiences and events.
    Without DIR it says where the schemas are that hold for every site.
    """
    if folder is not None:
        must_be_a_site(folder, "DIR")
    schema_command.run(folder)


@main.group("crm")
def crm_group() -> None:
    """Bring in customers from your CRM."""


@crm_group.command("import")
@click.argument("file", type=FILE)
@click.option("--site", "folder", type=FOLDER, required=True, help="The site's folder.")
@click.option("--store", metavar="URL", help="Address of the store.  [default: TAGWERK_STORE]")
@findings_to_exit
def crm_import(file: Path, folder: Path, store: str | None) -> None:
    """Import customers from a CSV FILE, all or none.

    The columns are id (the CRM ID) and the attributes that site.yaml declares. What is wrong is
    said with its line, and then nothing is imported. Customers that the store has already are
    replaced; those that are not in the file stay as they are.
    """
    must_be_a_site(folder, "--site")
    url = Settings.from_env(os.environ).store if store is None else store
    sys.exit(0 if crm_command.run(url, site_folder.open_site(folder).site, file) else 1)


@main.group()
def keys() -> None:
    """Make the keys that sign cookies and login tokens."""


@keys.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--site",
    "sites",
    metavar="NAME",
    multiple=True,
    help="A site whose logins get a key; repeatable.",
)
@findings_to_exit
def create(file: Path, sites: tuple[str, ...]) -> None:
    """Write new keys to FILE, readable by you alone.

    An existing file is never replaced: its keys sign visitors' cookies.
    """
    try:
        secrets_file.create(file, sites)
    except FileExistsError:
        click.echo(f"{file}: is there already; its keys sign visitors' cookies. Keep it.", err=True)
        sys.exit(1)
    click.echo(f"{file}: new keys. Give each site's backend its key under 'identify'.")


if __name__ == "__main__":
    main()
