"""``tagwerk explain``: the same for people and as JSON."""

import json
import os
import threading
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from rich.console import Console

from edge import explain_command
from edge.cli import main
from edge.personas import open_placed
from rules.conditions import Context
from test_persona_command import write

VISITOR = """
consent: {personalization: granted}
attributes: {crm.tier: silver, crm.points: 25, page.url: "https://shop.example/en/b%C3%BC?utm_source=x"}
events:
  - {name: view, properties: {category: shoes}, ago: 3d, times: 2}
now: 2026-04-10T12:00
visitor: b
"""


def run(folder: Path, *arguments: str, visitor: str | None = VISITOR) -> Result:
    said = ["--attributes", "-"] if visitor is not None else []
    return CliRunner().invoke(main, ["explain", str(folder), *said, *arguments], input=visitor)


def as_json(folder: Path, *arguments: str, visitor: str = VISITOR) -> Any:
    ended = run(folder, "--json", *arguments, visitor=visitor)
    assert ended.exit_code == 0, ended.output
    return json.loads(ended.output)


def test_every_rule_considered_has_its_tree(tmp_path: Path) -> None:
    ended = run(write(tmp_path), "--slot", "hero")
    assert ended.exit_code == 0
    assert ended.output.splitlines() == [
        "test at 2026-04-10 12:00 UTC",
        "consent: personalization",
        "visitor ID: yes",
        "",
        "hero: addClass big",
        "MATCH: rule none matches",
        "├── first does not match",
        "│   rules/main.yaml:3:9, campaign main, priority 9",
        "│   └── false    crm.tier: gold  (it is silver)",
        "├── fans does not match: event: {name: view, where: {category: shoes}, within: 30d, "
        "count: {gte: 3}} is false: it happened 2 times",
        "│   rules/main.yaml:8:9, campaign main, priority 8",
        "│   └── false    all",
        "│       ├── false    audience: fans",
        "│       │   └── false    event: {name: view, where: {category: shoes}, within: 30d, "
        "count: {gte: 3}}  (it happened 2 times)",
        "│       └── unknown  not",
        "│           └── unknown  device.type: bot  (nobody knows it)",
        "├── off does not run: it is switched off",
        "│   rules/main.yaml:16:9, campaign main, priority 7",
        "├── none wins",
        "│   rules/main.yaml:21:9, campaign main, priority 6",
        "│   └── true     none",
        "│       ├── false    page.path: {starts_with: /a}  (it is /en/bü)",
        "│       └── false    all",
        "│           ├── true     crm.points: {gte: 10}  (it is 25, at least 10)",
        "│           └── false    crm.points: {lt: 20}  (it is 25, not less than 20)",
        "└── 1 rule stands below (--all shows them)",
    ]


def test_the_rules_below_are_shown_on_request(tmp_path: Path) -> None:
    said = run(write(tmp_path), "--slot", "hero", "--all").output
    assert "└── second would match, were it not below\n" in said
    assert "stands below" not in said and "it has no condition: it is for everybody" in said


def test_no_line_is_wider_than_the_terminal(tmp_path: Path) -> None:
    placed = open_placed(write(tmp_path))
    out = Console(width=80, record=True, file=StringIO())
    context = Context(1, {"page.path": "/a"}, frozenset({"necessary"}))
    explain_command.print_explained(placed, context, explain_command.Wanted(every=True), out)
    lines = out.export_text().splitlines()
    assert len(lines) > 30 and max(map(len, lines)) <= 80


def test_a_terminal_has_colours_and_a_pipe_has_none(tmp_path: Path) -> None:
    folder = write(tmp_path)
    assert "\x1b" not in run(folder).output
    ended = CliRunner(env={"FORCE_COLOR": "1", "TERM": "xterm"}).invoke(
        main, ["explain", str(folder), "--attributes", "-"], input=VISITOR
    )
    assert "\x1b[" in ended.output


def test_json_holds_the_same(tmp_path: Path) -> None:
    explained = as_json(write(tmp_path))
    assert (explained["site"], explained["granted"]) == ("test", ["necessary", "personalization"])
    hero = explained["slots"][0]
    assert hero["decision"]["rule"] == "none" and hero["decision"]["reason"] == "MATCH"
    assert [rule["outcome"] for rule in hero["rules"]] == [
        "false",
        "false",
        "switched_off",
        "matches",
    ]
    assert hero["rules"][0]["condition"]["value"] == "silver"
    assert hero["rules"][0]["condition"]["place"] == "rules/main.yaml:6:12"
    assert [slot["slot"] for slot in explained["slots"]] == ["hero", "strip", "empty"]


def with_rule(folder: Path, when: str) -> Path:
    rule = f"{{id: u, slot: empty, when: {when}, show: {{action: hide}}}}"
    return write(folder, **{"rules/c.yaml": f"campaign: c\nrules: [{rule}]"})


def test_the_address_of_the_page_says_what_it_says_to_the_server(tmp_path: Path) -> None:
    folder = with_rule(tmp_path, "{utm.source: x, page.language: en}")
    explained = as_json(folder, "--slot", "empty")
    assert explained["slots"][0]["decision"]["rule"] == "u"


@pytest.mark.parametrize(
    ("visitor", "language"),
    [
        ("attributes: {page.path: /en/a}", "en"),
        ("attributes: {page.path: /a}", "de"),
        ("language: en", "en"),
        ("{}", "de"),
    ],
)
def test_the_language_is_that_of_the_path(tmp_path: Path, visitor: str, language: str) -> None:
    folder = with_rule(tmp_path, "{page.language: en}")
    condition = as_json(folder, "--slot", "empty", visitor=visitor)["slots"][0]["rules"][0][
        "condition"
    ]
    assert condition["value"] == language


def test_slots_are_named_in_the_file_or_on_the_line(tmp_path: Path) -> None:
    folder = write(tmp_path)
    of_file = as_json(folder, visitor="slots: [strip]")
    assert [slot["slot"] for slot in of_file["slots"]] == ["strip"]
    of_line = as_json(folder, "--slot", "hero", "--slot", "empty", visitor="slots: [strip]")
    assert [slot["slot"] for slot in of_line["slots"]] == ["hero", "empty"]


def test_the_visitor_of_a_test_is_explained_by_its_name(tmp_path: Path) -> None:
    folder = write(tmp_path, "- {name: a, now: 2026-01-01T00:00, want: {strip: default}}")
    ended = run(folder, "--test", "a", visitor=None)
    assert ended.output.startswith(
        "test at 2026-01-01 00:00 UTC\nconsent: none\nvisitor ID: none\n"
    )
    assert "spring does not run: its campaign begins 2026-03-01 00:00 Europe/Berlin" in ended.output


@pytest.mark.parametrize(
    ("arguments", "visitor", "said"),
    [
        ([], None, "Say who comes: --attributes FILE, --test NAME or --request ID"),
        (["--test", "a"], VISITOR, "Say who comes: --attributes FILE, --test NAME or --request ID"),
        (["--test", "b"], None, "there is no test 'b'. Known here: a"),
        (["--slot", "herp"], VISITOR, "there is no slot 'herp'. Did you mean 'hero'?"),
    ],
)
def test_wrong_use(tmp_path: Path, arguments: list[str], visitor: str | None, said: str) -> None:
    folder = write(tmp_path, "- {name: a, want: {strip: default}}")
    ended = run(folder, *arguments, visitor=visitor)
    assert said in ended.output and ended.exit_code == 2


def test_a_file_that_is_wrong_is_told_so(tmp_path: Path) -> None:
    folder, file = write(tmp_path / "site"), tmp_path / "visitor.yaml"
    file.write_text("consent: al\nattributes: {crm.teir: gold}", encoding="utf-8")
    ended = run(folder, "--attributes", str(file), visitor=None)
    assert ended.output.splitlines() == [
        f"{file}:1:10: error: there is no consent 'al'. Did you mean 'all'?",
        f"{file}:2:14: error: there is no attribute 'crm.teir'. Did you mean 'crm.tier'?",
    ]
    assert ended.exit_code == 1


def test_a_file_that_is_not_there_or_no_file(tmp_path: Path) -> None:
    folder, advice = (
        write(tmp_path),
        "Give a YAML file that says who comes, or - for standard input",
    )
    for name, said in (
        (tmp_path / "x", f"there is no file {tmp_path}/x. {advice}"),
        (tmp_path / "rules", f"{tmp_path}/rules is a folder. {advice}"),
        ("site.yaml/x", f"there is no file site.yaml/x. {advice}"),
        ("", f"there is no file ''. {advice}"),
        ("x" * 300, f"there is no file {'x' * 300}. {advice}"),
    ):
        ended = run(folder, "--attributes", str(name), visitor=None)
        assert ended.output.splitlines()[-1] == f"Error: Invalid value for '--attributes': {said}"
        assert ended.exit_code == 2


def test_a_file_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, file = write(tmp_path), tmp_path / "visitor.yaml"
    file.write_text("{}")
    monkeypatch.setattr("os.access", lambda path, mode: str(path) != str(file))
    ended = run(folder, "--attributes", str(file), visitor=None)
    assert f"{file} may not be read. Allow yourself to read it" in ended.output
    assert ended.exit_code == 2


def test_a_pipe_is_read_as_a_file(tmp_path: Path) -> None:
    """As ``--attributes <(other-command)`` gives it."""
    folder, pipe = write(tmp_path / "site"), tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_text, args=(VISITOR,))
    writer.start()
    ended = run(folder, "--attributes", str(pipe), visitor=None)
    writer.join()
    assert ended.exit_code == 0 and "consent: personalization" in ended.output


@pytest.mark.parametrize("content", ["", "# later\n", "~"])
def test_an_empty_file_is_told_what_it_holds(tmp_path: Path, content: str) -> None:
    folder, file = write(tmp_path / "site"), tmp_path / "visitor.yaml"
    file.write_text(content)
    ended = run(folder, "--attributes", str(file), visitor=None)
    assert ended.output == (
        f"{file}:1:1: error: the file is empty. Write who comes: attributes: {{device.type: mobile}}; "
        "or {} for somebody of whom nothing is known.\n"
    )
    assert ended.exit_code == 1


def test_nothing_known_is_explained_too(tmp_path: Path) -> None:
    ended = run(write(tmp_path), visitor="{}")
    assert ended.exit_code == 0
    assert (
        "unknown  crm.tier: gold  (consent hides it: personalization is not granted)"
        in ended.output
    )
