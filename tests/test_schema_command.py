"""``tagwerk schema``: what editors complete and check by, with the names of one site."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from jsonschema import Draft202012Validator

import harness
from edge import schema_command
from edge.cli import main
from edges import write_site
from rules.source import parse

DEMO = harness.ROOT / "examples" / "demo-shop"
MODELINE = re.compile(r"^# yaml-language-server: \$schema=(\S+)$", re.MULTILINE)


def schema(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["schema", *map(str, arguments)])


def words(folder: Path, key: str) -> Any:
    """Return the names that the written schema of rules has for a key of a rule."""
    made = json.loads((folder / "schema" / "rules.json").read_text(encoding="utf-8"))
    return made["properties"]["rules"]["items"]["properties"][key]["enum"]


def test_the_names_of_a_site_are_written(tmp_path: Path) -> None:
    folder = write_site(tmp_path / "one")
    ended = schema(folder)
    wanted = f"{folder}/schema: site.json, rules.json, test.json (2 slots, "
    assert ended.exit_code == 0 and ended.output.startswith(wanted)
    assert words(folder, "slot") == ["hero", "strip"]


def test_a_site_whose_rules_are_wrong_is_completed_all_the_same(tmp_path: Path) -> None:
    folder = write_site(tmp_path / "one", rules="campaign: [")
    (folder / "blocks" / "broken.html").write_text("{{ n }", encoding="utf-8")
    assert schema(folder).exit_code == 0
    assert words(folder, "slot") == ["hero", "strip"]


def test_a_site_that_cannot_be_read_keeps_what_it_has(tmp_path: Path) -> None:
    folder = write_site(tmp_path / "one")
    schema(folder)
    before = (folder / "schema" / "rules.json").read_bytes()
    (folder / "site.yaml").write_text("site: [\n", encoding="utf-8")
    ended = schema(folder)
    assert ended.exit_code == 1
    assert ended.output.startswith(f"{folder}/site.yaml:1:7: error: the [ opened here")
    assert (folder / "schema" / "rules.json").read_bytes() == before


def test_a_folder_that_is_no_site_is_left_alone(tmp_path: Path) -> None:
    write_site(tmp_path / "one")
    ended = schema(tmp_path)
    assert ended.exit_code == 2 and f"holds no site.yaml; write {tmp_path}/one" in ended.output
    assert [each.name for each in tmp_path.iterdir()] == ["one"]


def test_without_a_folder_it_says_where_those_of_any_site_are() -> None:
    ended = schema()
    assert ended.exit_code == 0
    assert (Path(ended.output.strip()) / "rules.json").is_file()


@pytest.mark.parametrize("path", [*sorted(DEMO.glob("rules/*.yaml")), DEMO / "site.yaml"])
def test_the_files_of_the_demo_name_the_schema_that_takes_them(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    (named,) = MODELINE.findall(text)
    made = json.loads((path.parent / named).read_text(encoding="utf-8"))
    assert (
        list(Draft202012Validator(made).iter_errors(parse(text.encode(), path.name).plain())) == []
    )


@pytest.mark.parametrize("name", schema_command.FILES.values())
def test_the_guide_to_editors_names_what_there_is(name: str) -> None:
    guide = (harness.ROOT / "docs/how-to/edit-with-completion.md").read_text(encoding="utf-8")
    assert f"schema/{name}" in guide


@pytest.mark.slow
def test_what_is_committed_is_current() -> None:
    command = [sys.executable, harness.ROOT / "scripts" / "schema.py", "--check"]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.stdout == "" and ended.returncode == 0
