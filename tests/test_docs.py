"""The reference names everything there is, and links lead somewhere."""

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from starlette.routing import Route

from edge import cli, settings
from edge.app import CALLS, ROUTES
from edge.http.endpoint import Call
from harness import ROOT
from rules import operators

REFERENCE = ROOT / "docs" / "reference"
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


def reference(name: str) -> str:
    return (REFERENCE / name).read_text(encoding="utf-8")


def commands(group: click.Group, above: str = "tagwerk") -> Iterator[tuple[str, click.Command]]:
    """Every command with its whole name, as a person types it."""
    for name, command in sorted(group.commands.items()):
        if isinstance(command, click.Group):
            yield from commands(command, f"{above} {name}")
        else:
            yield f"{above} {name}", command


def options(command: click.Command) -> list[str]:
    """The long options and the arguments' names of one command."""
    found = []
    for each in command.params:
        if isinstance(each, click.Option):
            found += [name for name in each.opts if name.startswith("--")]
        else:
            found.append(each.human_readable_name)
    return found


def pages() -> list[Path]:
    """Every page a person reads."""
    return sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


def anchors(page: Path) -> set[str]:
    """The anchors that a page's headings make."""
    heads = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", each.lower()).replace(" ", "-") for each in heads}


def section(text: str, heading: str) -> str:
    """What stands under one heading."""
    found = re.search(
        rf"^## `{re.escape(heading)}[ `].*?(?=^## |\Z)", text, re.MULTILINE | re.DOTALL
    )
    return found.group(0) if found else ""


@pytest.mark.parametrize("setting", settings.SETTINGS, ids=lambda setting: setting.variable)
def test_every_setting_is_documented_with_its_default(setting: settings.Setting) -> None:
    row = f"| `{setting.variable}` | " + (f"`{setting.default}` |" if setting.default else "none |")
    assert row in reference("settings.md")


@pytest.mark.parametrize("name", sorted(operators.OPERATORS))
def test_every_operator_is_documented(name: str) -> None:
    assert f"`{name}`" in reference("rules.md")


@pytest.mark.parametrize("route", [*CALLS, *ROUTES], ids=lambda route: route.path)
def test_every_route_is_documented(route: Call | Route) -> None:
    text = reference("http.md")
    for method in sorted(set(route.methods or ()) - {"HEAD", "OPTIONS"}):
        assert f"`{method} {route.path}`" in text


@pytest.mark.parametrize(("name", "command"), list(commands(cli.main)))
def test_every_command_is_documented_with_its_options(name: str, command: click.Command) -> None:
    text = section(reference("cli.md"), name)
    assert text, f"docs/reference/cli.md has no section `{name}`"
    assert [each for each in options(command) if each not in text] == []


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_relative_link_resolves(page: Path) -> None:
    for target in LINK.findall(page.read_text(encoding="utf-8")):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = target.partition("#")
        there = (page.parent / name).resolve() if name else page
        assert there.exists(), f"{page.name} links to {target}"
        assert not anchor or anchor in anchors(there), f"{page.name} links to {target}"


def test_every_page_of_the_docs_is_in_the_index() -> None:
    index = (ROOT / "docs" / "README.md").read_text(encoding="utf-8")
    names = [each.relative_to(ROOT / "docs").as_posix() for each in pages() if "docs" in each.parts]
    assert [each for each in names if each != "README.md" and f"({each})" not in index] == []
