"""The walk through a replay works as it is written."""

import re
import shlex
import subprocess
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

import recorded_logs
from edge import cli, demo_command, recorded_requests, site_folder
from harness import ROOT, copy_demo
from test_docs_examples import examples

PAGE = "docs/how-to/replay.md"
START, LOOK, EDIT, EXPLAIN, DELETE = examples(PAGE, "sh")[:5]


def run(line: str) -> Result | None:
    """Run a line of a shell: our commands in this process, as they would be called."""
    words = shlex.split(line)
    if words[0] != "tagwerk":
        subprocess.run(line, shell=True, check=True)
        return None
    return CliRunner().invoke(cli.main, words[1:], env={"COLUMNS": "200"})


def test_the_store_that_is_named_is_the_demos() -> None:
    var = next(
        each for each in cli.demo.params if isinstance(each, click.Option) and each.name == "var"
    )
    store = f"sqlite:///{var.default}/{demo_command.STORE}"
    assert f"recordings --site demo-shop --store {store} > requests.jsonl\n" in LOOK
    assert store == recorded_requests.DEMO


@pytest.mark.slow
def test_the_walk_through(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    shop = copy_demo(tmp_path / "examples" / "demo-shop")
    log = recorded_logs.write(tmp_path / "requests.jsonl", site_folder.open_site(shop).site, 60)
    assert START == "TAGWERK_RECORD=100% make demo\n" and "\ndemo:" in makefile()
    same = run(LOOK.splitlines()[-1])
    assert same is not None
    assert "60 requests by the same rules: 60 byte for byte the same" in same.stdout
    ended = [run(line) for line in EDIT.splitlines()][-1]
    assert ended is not None and ended.exit_code == 0, ended
    assert " lose block hero-autumn" in ended.stdout and "for example " in ended.stdout
    found = re.search(r"for example (\S+) in line", ended.stdout)
    assert found is not None and "--request ID " in EXPLAIN
    explained = run(EXPLAIN.replace("ID", found[1]))
    assert explained is not None and "autumn-hero does not match" in explained.stdout
    run(DELETE.strip())
    assert not log.exists() and [each.name for each in tmp_path.iterdir()] == ["examples"]


def makefile() -> str:
    return (ROOT / "Makefile").read_text(encoding="utf-8")
