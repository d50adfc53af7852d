"""Files that are nearly what was meant: what Excel adds, what a CRM cannot mean, names like others."""

from pathlib import Path

import pytest

from test_crm import ATTRIBUTES, Declared, World


@pytest.fixture
def world(tmp_path: Path) -> World:
    """An empty store and a file to import."""
    return World(tmp_path)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("sep=;\nid;tier\nC1;gold\n", "1: a line for Excel alone: remove it"),
        ("id;tier\nC1;gold;\n", "2: 3 cells instead of 2: remove the semicolon at the end"),
        ("id,tier\nC1,gold,,x\n", "2: 4 cells instead of 2: put a cell that holds a comma in"),
        ("id\nC\0001\n", "2: column id: a character that cannot be seen: remove it"),
        ("id\nC\u200b1\n", "2: column id: a character that cannot be seen: remove it"),
        ('id\n"C\n1"\n', "2: column id: a character that cannot be seen: remove it"),
        ("id,name\nC1," + "x" * 131_073 + "\n", "hint: cut a cell to 131,072 characters"),
    ],
)
def test_what_is_said(world: World, text: str, says: str) -> None:
    (finding,) = world.import_text(text).findings
    where, _, hint = says.partition("hint: ")
    assert str(finding).startswith(f"customers.csv:{where}" if where else "customers.csv:")
    assert hint in finding.hint


NUMBERED = {f"crm.segment_{number}": Declared("string") for number in (1, 2)}


def test_another_number_is_another_name(world: World) -> None:
    report = world.import_text("id,segment_1,segment_3\nC1,a,b\n", NUMBERED)
    assert report.findings == ()
    assert (report.missing, report.ignored) == (("crm.segment_2",), ("segment_3",))


def test_an_attribute_may_be_called_as_the_key(world: World) -> None:
    report = world.import_text("id,crm.id\nC1,x\n", {"crm.id": Declared("string")})
    assert (report.findings, report.stored) == ((), ("crm.id",))
    assert world.attributes("C1") == {"crm.id": "x"}


def test_a_header_forges_no_line(world: World) -> None:
    report = world.import_text('id,"a\x1b[2J\nb"\nC1,x\n', ATTRIBUTES)
    assert report.ignored == ("a\\x1b[2J\\nb",)


POINTS = {"crm.points": Declared("number"), "crm.name": Declared("string")}


@pytest.mark.parametrize(
    "cells",
    [["1.000"], ["1", "12.500", "-3.250"], ["999", "100.000"], ["1.234", "5"]],
)
def test_numbers_that_may_be_thousands_are_asked_about(world: World, cells: list[str]) -> None:
    rows = "".join(f"C{number},{cell}\n" for number, cell in enumerate(cells))
    (finding,) = world.import_text(f"id,points\n{rows}", POINTS).findings
    line = next(number for number, cell in enumerate(cells, start=2) if "." in cell)
    many = sum("." in cell for cell in cells)
    also = f", as in {many} cells" if many > 1 else ""
    assert str(finding).startswith(f"customers.csv:{line}: column points: ")
    assert finding.got == f"a number like 1.000, which may be 1 or 1000{also}"
    assert finding.hint.startswith("write 1000 or 1.0: thousands without a point")


@pytest.mark.parametrize(
    "cells",
    [
        ["1.000", "0.250"],
        ["1.000", "2.5"],
        ["1.000", "1000"],
        ["1.000", "1234.567"],
        ["1.0000"],
        ["0.125"],
    ],
)
def test_a_column_that_tells_what_its_points_are_is_read(world: World, cells: list[str]) -> None:
    rows = "".join(f"C{number},{cell}\n" for number, cell in enumerate(cells))
    assert world.import_text(f"id,points\n{rows}", POINTS).findings == ()
    assert world.attributes("C0")["crm.points"] == float(cells[0])


def test_a_text_may_look_like_thousands(world: World) -> None:
    assert world.import_text("id,name\nC1,1.000\n", POINTS).findings == ()
