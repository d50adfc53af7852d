"""``tagwerk explain --request``: a recorded request, from a log or from the store."""

import json
from pathlib import Path
from typing import Any

import pytest

import recorded_logs
from edge import site_folder
from harness import copy_demo
from rules.recording import Recorded, from_line
from test_replay_command import call, edit, recorded_edge

pytestmark = pytest.mark.slow


@pytest.fixture
def demo(tmp_path: Path) -> Path:
    return copy_demo(tmp_path / "demo-shop")


@pytest.fixture
def log(tmp_path: Path, demo: Path) -> Path:
    return recorded_logs.write(tmp_path / "log.jsonl", site_folder.open_site(demo).site, 50)


def requests(log: Path) -> list[Recorded]:
    return [from_line(line) for line in log.read_bytes().splitlines()]


def plain(recorded: Recorded) -> Any:
    return [{"id": each.id, "rule": each.rule, "html": each.html} for each in recorded.decisions]


def test_what_was_decided_is_what_is_explained(demo: Path, log: Path) -> None:
    for request in requests(log)[::10]:
        decision = request.decisions[-1].id
        ended = call("explain", demo, "--request", decision, "--log", log, "--json")
        assert ended.exit_code == 0 and ended.stderr == ""
        decided = [slot["decision"] for slot in json.loads(ended.stdout)["slots"]]
        assert [
            {key: each.get(key) for key in ("id", "rule", "html")} for each in decided
        ] == plain(request)


def test_other_rules_are_told_with_what_they_cannot_know(demo: Path, log: Path) -> None:
    request = requests(log)[0]
    edit(demo, "rules/kundenkarte.yaml", "{crm.loyalty_tier: gold}", "{page.query.x: a}")
    ended = call("explain", demo, "--request", request.decisions[0].id, "--log", log)
    first, second = ended.stderr.splitlines()
    assert first.startswith(f"other rules decided this request ({request.version}); these are of ")
    assert second == "page.query.x was not recorded: it is unknown here"
    assert ended.exit_code == 0 and "page.query.x: a" in ended.stdout


def test_a_request_is_found_in_the_store(tmp_path: Path) -> None:
    decision = recorded_edge(tmp_path)[1]
    store = f"sqlite:///{tmp_path}/store.db"
    site = tmp_path / "sites" / "shop"
    ended = call("explain", site, "--request", decision, "--store", store, "--json")
    assert ended.exit_code == 0
    assert decision in [slot["decision"]["id"] for slot in json.loads(ended.stdout)["slots"]]
    by_setting = call("explain", site, "--request", decision, env={"TAGWERK_STORE": store})
    assert by_setting.exit_code == 0 and by_setting.stdout.startswith("shop at ")


def test_a_request_that_is_not_there(demo: Path, log: Path) -> None:
    ended = call("explain", demo, "--request", "0-0", "--log", log)
    said = f"no recorded request of demo-shop in {log} made the decision '0-0'"
    assert said in ended.stderr and ended.exit_code == 2


def test_a_request_of_another_site(demo: Path, log: Path) -> None:
    request = requests(log)[0]
    edit(demo, "site.yaml", "site: demo-shop", "site: other")
    ended = call("explain", demo, "--request", request.decisions[0].id, "--log", log)
    assert "no recorded request of other in" in ended.stderr and ended.exit_code == 2


def test_a_store_that_is_not_there(demo: Path, tmp_path: Path) -> None:
    ended = call("explain", demo, "--request", "0-0", "--store", f"sqlite:///{tmp_path}/no.db")
    assert ended.exit_code == 1 and "there is no store" in ended.stderr
