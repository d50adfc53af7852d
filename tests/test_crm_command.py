"""``tagwerk crm import`` as an operator meets it: what is said where, and what is left behind."""

import asyncio
import io
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from rich.console import Console

from edge import cli, crm_command
from edge.progress import bar
from edge.stores.base import Customer
from edge.stores.sqlite import SqliteStore
from harness import ROOT, copy_demo
from sqlite_rows import rows

pytestmark = pytest.mark.slow
GOOD = "id,loyalty_tier,first_name,iban\nC1,gold,Anna,DE99\n"


KILLED = """
import os, signal
from edge import cli
from edge.stores import sqlite_work
put = sqlite_work.put_customers
def killed(connection, rows):
    put(connection, rows)
    os.kill(os.getpid(), signal.SIGKILL)
sqlite_work.put_customers = killed
cli.main()
"""
"""The command, killed when all rows are written and none is committed."""


class Operator:
    """Somebody in a folder with ``sites/demo-shop`` who imports what they wrote."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        copy_demo(folder / "sites" / "demo-shop")

    def imports(
        self, text: str, *options: str, site: str = "sites/demo-shop", **settings: str
    ) -> Result:
        (self.folder / "c.csv").write_text(text, encoding="utf-8")
        arguments = ["crm", "import", "c.csv", "--site", site, *options]
        return CliRunner().invoke(cli.main, arguments, env=settings)

    def customers(self, store: str = "var/tagwerk.db") -> list[str]:
        sql = "SELECT id FROM customers ORDER BY id"
        return [str(row[0]) for row in rows(self.folder / store, sql)]


@pytest.fixture
def operator(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Operator:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("TAGWERK_STORE", raising=False)
    monkeypatch.setenv("COLUMNS", "80")
    return Operator(tmp_path)


def cells(table: str) -> list[list[str]]:
    """The rows of a printed table, cells that go on below put together."""
    found: list[list[str]] = []
    for line in table.splitlines():
        if line.startswith("│"):
            label, text = (part.strip() for part in line.strip("│").split("│"))
            if label:
                found.append([label, text])
            else:
                found[-1][1] += f" {text}"
    return found


def test_an_import_says_what_became_of_each_column(operator: Operator) -> None:
    said = operator.imports(GOOD)
    assert said.exit_code == 0
    assert said.stdout.splitlines()[0].strip() == "1 customer of demo-shop"
    assert cells(said.stdout) == [
        ["stored", "crm.loyalty_tier, crm.first_name"],
        [
            "unknown, the file has no column",
            "crm.birthday_month, crm.last_shop_category, crm.last_shop_city, crm.interests, "
            "crm.member_since, crm.open_ticket",
        ],
        ["columns left out, not declared", "iban"],
    ]


def test_many_customers_are_counted_in_the_plural(operator: Operator) -> None:
    said = operator.imports("id\n" + "".join(f"C{n}\n" for n in range(1000)))
    assert said.stdout.startswith("1,000 customers of demo-shop")


def test_a_new_store_is_said_once(operator: Operator) -> None:
    file = operator.folder / "var" / "tagwerk.db"
    first, again = operator.imports(GOOD), operator.imports(GOOD)
    assert first.stderr == f"new store: {file} (is it the one that the server uses?)\n"
    assert (again.exit_code, again.stderr) == (0, "")
    assert operator.customers() == ["C1"]


def test_the_store_is_the_servers_unless_another_is_named(operator: Operator) -> None:
    setting = {"TAGWERK_STORE": "sqlite:///server.db"}
    assert operator.imports(GOOD, **setting).exit_code == 0
    assert operator.imports(GOOD, "--store", "sqlite:///other.db", **setting).exit_code == 0
    assert operator.customers("server.db") == operator.customers("other.db") == ["C1"]
    assert not (operator.folder / "var").exists()


@pytest.mark.parametrize("url", ["", "var/tagwerk.db", "sqlite://tagwerk.db"])
def test_an_address_that_is_none_is_not_the_default(operator: Operator, url: str) -> None:
    said = operator.imports(GOOD, "--store", url)
    assert said.exit_code == 1
    assert "sqlite:///var/tagwerk.db" in said.stderr
    assert not (operator.folder / "var").exists()


def test_a_refused_file_leaves_no_new_store(operator: Operator) -> None:
    said = operator.imports("id,loyality_tier\nC1,gold\n")
    assert said.exit_code == 1
    assert said.stdout == ""
    assert said.stderr.splitlines() == [
        "c.csv:1: column loyality_tier: no attribute has this name; "
        "rename or remove the column: Did you mean 'loyalty_tier'?",
        "c.csv: nothing was imported; the store is as it was",
    ]
    assert not (operator.folder / "var").exists()


def test_names_with_brackets_are_shown_as_they_are(operator: Operator) -> None:
    said = operator.imports("id,[b]x,[/i]\nC1,,\n")
    assert cells(said.stdout)[2][1] == "[b]x, [/i]"
    said = operator.imports("id,[b]x,[b]x\nC1,,\n")
    assert said.stderr.startswith("c.csv:1: column [b]x: two columns have this name")


def test_a_column_that_is_wrong_throughout_floods_no_terminal(operator: Operator) -> None:
    said = operator.imports("id,loyalty_tier\n" + "".join(f"C{n},x\n" for n in range(1200)))
    lines = said.stderr.splitlines()
    assert len(lines) == crm_command.MOST + 2
    assert lines[-2] == "c.csv: and 1,100 more"


def test_the_folder_above_the_sites_names_those_in_it(operator: Operator) -> None:
    copy_demo(operator.folder / "sites" / "other")
    said = operator.imports(GOOD, site="sites")
    assert said.exit_code == 2
    assert said.stderr.endswith(
        "Error: Invalid value for '--site': sites holds no site.yaml; "
        "write --site sites/demo-shop or --site sites/other\n"
    )


def test_a_folder_with_no_site_at_all(operator: Operator) -> None:
    (operator.folder / "empty").mkdir()
    said = operator.imports(GOOD, site="empty")
    assert said.exit_code == 2
    assert "empty holds no site.yaml; give the folder of one site" in said.stderr


def test_a_broken_site_is_named_with_its_path(operator: Operator) -> None:
    with (operator.folder / "sites" / "demo-shop" / "site.yaml").open("a") as file:
        file.write("wrong: 1\n")
    said = operator.imports(GOOD)
    assert said.exit_code == 1
    assert re.match(r"sites/demo-shop/site\.yaml:\d+:1: error: .*'wrong'", said.stderr)


def test_whoever_stops_it_knows_what_to_do(
    operator: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def interrupted(
        self: SqliteStore, site: str, customers: Iterable[Customer], time: int
    ) -> int:
        raise KeyboardInterrupt

    asyncio.run(SqliteStore(operator.folder / "var" / "tagwerk.db").close())
    monkeypatch.setattr(SqliteStore, "put_customers", interrupted)
    said = operator.imports(GOOD)
    assert said.exit_code == 1
    assert said.stderr == ("c.csv: stopped; all of it was imported or nothing, so run it again\n")


@pytest.mark.slow
def test_a_killed_import_leaves_the_old_customers_and_can_be_run_again(operator: Operator) -> None:
    operator.imports(GOOD)
    more = "id\nC2\nC3\n"
    (operator.folder / "c.csv").write_text(more, encoding="utf-8")
    command = [sys.executable, "-c", KILLED, "crm", "import", "c.csv"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    ended = subprocess.run(
        [*command, "--site", "sites/demo-shop"], env=environment, timeout=60, check=False
    )
    assert ended.returncode == -signal.SIGKILL
    assert operator.customers() == ["C1"]
    assert operator.imports(more).exit_code == 0
    assert operator.customers() == ["C1", "C2", "C3"]


@pytest.mark.parametrize("terminal", [True, False])
def test_a_bar_is_for_terminals(terminal: bool) -> None:
    shown = io.StringIO()
    with bar("Reading", Console(file=shown, force_terminal=terminal)) as progress:
        progress(1, 2)
    assert ("Reading" in shown.getvalue()) == terminal
    assert terminal or not shown.getvalue()
