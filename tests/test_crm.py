import asyncio
import csv
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple
from uuid import uuid4

import pytest

from edge.crm import Report, import_customers
from edge.crm_rows import REPORT_EVERY
from edge.stores.base import Evidence, Scalar
from edge.stores.sqlite import SqliteStore


class Declared(NamedTuple):
    type: str
    values: tuple[Scalar, ...] = ()
    source: str = "crm"


ATTRIBUTES = {
    "crm.tier": Declared("string", ("bronze", "silver", "gold")),
    "crm.name": Declared("string"),
    "crm.month": Declared("number"),
    "crm.open": Declared("boolean"),
    "crm.last": Declared("date"),
    "page.path": Declared("string", source="request"),
}
NOW = 1_790_000_000_000
HEADER = "id,tier,name,month,open,last\n"


class World:
    """A store and a file to import into it."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "customers.csv"
        self.database = folder / "t.db"

    def import_bytes(
        self, content: bytes, attributes: Mapping[str, Declared] = ATTRIBUTES
    ) -> Report:
        async def run() -> Report:
            store = SqliteStore(self.database)
            try:
                return await import_customers(store, "shop", attributes, self.file, NOW)
            finally:
                await store.close()

        self.file.write_bytes(content)
        return asyncio.run(run())

    def import_text(self, content: str, attributes: Mapping[str, Declared] = ATTRIBUTES) -> Report:
        return self.import_bytes(content.encode(), attributes)

    def attributes(self, customer: str) -> dict[str, Scalar]:
        """What a visitor linked to this customer gets to see."""

        async def run() -> dict[str, Scalar]:
            store = SqliteStore(self.database)
            once = uuid4().hex
            await store.link("shop", once, customer, Evidence(once, 1, 2))
            person = await store.person("shop", once)
            await store.close()
            return dict(person.attributes)

        return asyncio.run(run())


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def found(report: Report) -> list[tuple[int, str]]:
    return [(finding.line, finding.column) for finding in report.findings]


def test_every_type_is_stored_as_declared(world: World) -> None:
    report = world.import_text(HEADER + "C1,gold,Anna,7,yes,2026-08-31\nC2,silver,Bo,-1.5,FALSE,\n")
    assert (report.customers, report.findings) == (2, ())
    assert world.attributes("C1") == {
        "crm.tier": "gold",
        "crm.name": "Anna",
        "crm.month": 7,
        "crm.open": True,
        "crm.last": "2026-08-31",
    }
    assert world.attributes("C2")["crm.month"] == -1.5
    assert world.attributes("C2")["crm.open"] is False


def test_an_empty_cell_is_not_known(world: World) -> None:
    world.import_text(HEADER + "C1,, ,,,\n")
    assert world.attributes("C1") == {}


def test_undeclared_columns_are_named_and_not_stored(world: World) -> None:
    report = world.import_text("id,iban,tier,page.path\nC1,DE99CANARY,gold,/x\n")
    assert report.ignored == ("iban", "page.path")
    assert report.stored == ("crm.tier",)
    assert report.missing == ("crm.name", "crm.month", "crm.open", "crm.last")
    assert world.attributes("C1") == {"crm.tier": "gold"}
    assert b"CANARY" not in b"".join(f.read_bytes() for f in world.database.parent.glob("t.db*"))


def test_an_import_replaces_customers(world: World) -> None:
    world.import_text(HEADER + "C1,gold,Anna,7,,\n")
    world.import_text("id,tier\nC1,silver\n")
    assert world.attributes("C1") == {"crm.tier": "silver"}


@pytest.mark.parametrize(
    ("cells", "column", "got", "hint"),
    [
        ("platin,,,,", "tier", "text of 6 characters instead of one of bronze", "site.yaml"),
        (",,July,,", "month", "text of 4 characters instead of a number", "1234.5"),
        (',,"7,5",,', "month", "text of 3 characters instead of a number", "1234.5"),
        (",,1e3,,", "month", "text of 3 characters", "1234.5"),
        (",,nan,,", "month", "text of 3 characters", "1234.5"),
        (",,٣,,", "month", "text of 1 character ", "1234.5"),
        (",,1234567890123456,,", "month", "a number instead of a number of at most 15", "string"),
        (",,,maybe,", "open", "text of 5 characters instead of a boolean", "true, yes, 1"),
        (",,,2,", "open", "a number instead of a boolean", "true, yes, 1"),
        (",,,,31.08.2026", "last", "text of 10 characters instead of a date", "YYYY-MM-DD"),
        (",,,,20260831", "last", "a number instead of a date", "YYYY-MM-DD"),
        (",,,,2026-02-30", "last", "a date instead of a day of the calendar", "correct it"),
    ],
)
def test_a_bad_value(world: World, cells: str, column: str, got: str, hint: str) -> None:
    report = world.import_text(HEADER + f"C1,gold,,,,\nC2,{cells}\n")
    assert found(report) == [(3, column)]
    assert str(report.findings[0]).startswith(f"customers.csv:3: column {column}: {got}")
    assert hint in report.findings[0].hint


NEW = {
    "crm.order": Declared("datetime"),
    "crm.likes": Declared("list"),
    "crm.app": Declared("version"),
    "crm.office": Declared("ip"),
    "crm.home": Declared("location"),
}


def test_types_that_are_more_than_a_text_are_stored_as_they_are_written(world: World) -> None:
    row = 'C1,2026-08-31T18:00+02:00,"shoes; bags;;shoes",14.2.1-rc.1,2001:DB8::7,"48.137, 11.575"'
    assert world.import_text(f"id,order,likes,app,office,home\n{row}\n", NEW).findings == ()
    assert world.attributes("C1") == {
        "crm.order": "2026-08-31T18:00+02:00",
        "crm.likes": ["shoes", "bags"],
        "crm.app": "14.2.1-rc.1",
        "crm.office": "2001:DB8::7",
        "crm.home": "48.137, 11.575",
    }


@pytest.mark.parametrize(
    ("cells", "column", "wanted", "hint"),
    [
        ("2026-08-31T18:00,,,,", "order", "a moment", "2026-09-01T18:00+02:00"),
        ("2026-08-31,,,,", "order", "a moment", "2026-09-01T18:00+02:00"),
        ("2026-02-30T18:00Z,,,,", "order", "a moment", "2026-09-01T18:00+02:00"),
        ("2026-08-31T18:00:00.5Z,,,,", "order", "a moment", "2026-09-01T18:00+02:00"),
        (",;,,,", "likes", "a list", "texts with ; between them"),
        (",,v14,,", "app", "a version", "14.2.1"),
        (",,1.2.3.4.5,,", "app", "a version", "14.2.1"),
        (",,,10.0.0.256,", "office", "an IP address", "192.0.2.1"),
        (",,,10.0.0.0/8,", "office", "an IP address", "192.0.2.1"),
        (',,,,"91,11"', "home", "a location", "48.137,11.575"),
        (",,,,48.137 11.575", "home", "a location", "48.137,11.575"),
    ],
)
def test_a_bad_value_of_such_a_type(
    world: World, cells: str, column: str, wanted: str, hint: str
) -> None:
    report = world.import_text(f"id,order,likes,app,office,home\nC1,{cells}\n", NEW)
    assert [(each.column, each.line) for each in report.findings] == [(column, 2)]
    assert report.findings[0].got.endswith(f" instead of {wanted}")
    assert hint in report.findings[0].hint


def test_each_of_a_list_is_one_of_the_declared_values(world: World) -> None:
    likes = {"crm.likes": Declared("list", ("shoes", "bags"))}
    report = world.import_text("id;likes\nC1;'shoes'\n".replace("'", '"'), likes)
    assert report.findings == () and world.attributes("C1") == {"crm.likes": ["shoes"]}
    report = world.import_text('id,likes\nC1,"shoes;hats"\n', likes)
    assert "instead of one of shoes, bags" in str(report.findings[0])


def test_findings_never_show_a_value(world: World) -> None:
    secret = "Geheimrat"
    report = world.import_text(HEADER + f"C1,{secret},,{secret},{secret},{secret}\n")
    assert len(report.findings) == 4
    assert secret not in "".join(map(str, report.findings))


def test_one_bad_row_and_nothing_is_applied(world: World) -> None:
    rows = "".join(f"C{n},gold,,,,\n" for n in range(50))
    report = world.import_text(HEADER + rows + "Cx,wood,,,,\n")
    assert report.customers == 0
    assert world.attributes("C1") == {}


def test_every_bad_row_is_reported(world: World) -> None:
    report = world.import_text(HEADER + "C1,wood,,x,,\n,gold,,,,\nC2,gold,,,,\nC1,,,,,\nC3,gold\n")
    assert found(report) == [(2, "tier"), (2, "month"), (3, "id"), (5, "id"), (6, "")]
    assert "line 2" in report.findings[3].got


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("C1", "1 cell instead of 2: give every column a cell, if only an empty one"),
        ("C1;gold;x", "3 cells instead of 2: put a cell that holds a semicolon in quotes"),
    ],
)
def test_a_row_of_another_length(world: World, row: str, says: str) -> None:
    report = world.import_text(f"id;tier\nC0;gold\n{row}\n")
    assert list(map(str, report.findings)) == [f"customers.csv:3: {says}"]


def test_an_id_has_a_bound(world: World) -> None:
    assert found(world.import_text("id\n" + "x" * 201 + "\n")) == [(2, "id")]


def test_lines_are_counted_as_an_editor_counts_them(world: World) -> None:
    report = world.import_text(HEADER + '\nC1,gold,"An\nna",,,\n\nC2,wood,,,,\n')
    assert found(report) == [(6, "tier")]


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_files_as_programs_write_them(world: World, mark: bytes, delimiter: str, end: str) -> None:
    lines = ["id,name,tier", 'C1,"Ümit, jr; x",gold']
    text = end.join([lines[0].replace(",", delimiter), lines[1]]) + end
    text = text.replace("C1,", f"C1{delimiter}").replace(",gold", f"{delimiter}gold")
    assert world.import_bytes(mark + text.encode()).findings == ()
    assert world.attributes("C1") == {"crm.name": "Ümit, jr; x", "crm.tier": "gold"}


@pytest.mark.parametrize(
    ("content", "line", "says"),
    [
        (b"", 1, "the file is empty: export it again"),
        (b"\n\n", 1, "the file is empty: export it again"),
        (b"id,tier\n", 1, "no customer is below the header: export the file again"),
        (b"\nid,tier\n,\n", 2, "no customer is below the header"),
        (b"name,tier\nAnna,gold\n", 1, "there is no column id: the first line names the columns"),
        (b"id|tier\nC1|gold\n", 1, "with commas, semicolons or tabs between them"),
        (b"tier;ID\ngold;C1\n", 1, "column ID: there is no column id: Capitals count: write 'id'"),
        (b"id,tier,tier\n", 1, "column tier: two columns"),
        (b"id,tier,crm.tier\n", 1, "column crm.tier: two columns"),
        (b"id,iban,iban\n", 1, "column iban: two columns"),
        (b"id,id\n", 1, "column id: two columns"),
        (b"id,,tier\n", 1, "column 2 of 3 has no name"),
        ("id,name\nC1,J\u00fcrgen\n".encode("cp1252"), 2, "0xFC, is not UTF-8 (perhaps Windows"),
        ("id;stra\u00dfe\n".encode("cp1252"), 1, "(in Excel: CSV UTF-8)"),
        ("id,name\n".encode("utf-16"), 1, "UTF-16"),
        (b'id,name\nC1,"An"na\n', 2, "not readable as CSV"),
        (b'id,name\nC1,ok\nC2,"never closed\nC3,x\n', 3, "not readable as CSV"),
        (b"id,name\rC1,x\rC2,y\r", 1, "not readable as CSV"),
        (b"id,name\nC1," + b"x" * 200_000 + b"\n", 2, "not readable as CSV"),
    ],
)
def test_a_file_that_cannot_be_read(world: World, content: bytes, line: int, says: str) -> None:
    report = world.import_bytes(content)
    assert [finding.line for finding in report.findings] == [line]
    assert says in str(report.findings[0])
    assert report.findings[0].hint
    assert report.customers == 0


def test_a_semicolon_file_may_begin_with_blank_lines(world: World) -> None:
    assert found(world.import_text("\n;\nid;tier\nC1;gold\nC2;wood\n")) == [(5, "tier")]


def test_a_missing_file_is_an_os_error(world: World) -> None:
    store = SqliteStore(world.database)
    with pytest.raises(FileNotFoundError):
        asyncio.run(import_customers(store, "shop", ATTRIBUTES, world.file, NOW))
    asyncio.run(store.close())


def test_progress_counts_bytes_up_to_all_of_them(world: World) -> None:
    with world.file.open("w", newline="") as file:
        csv.writer(file).writerows([("id", "name"), *((n, "x" * 50) for n in range(5000))])
    store = SqliteStore(world.database)
    calls: list[tuple[int, int]] = []

    async def run() -> Report:
        try:
            return await import_customers(
                store, "shop", ATTRIBUTES, world.file, NOW, lambda *call: calls.append(call)
            )
        finally:
            await store.close()

    assert asyncio.run(run()).customers == 5000
    total = world.file.stat().st_size
    assert {whole for _, whole in calls} == {total}
    assert calls[-1] == (total, total)
    assert calls == sorted(calls)
    assert total // REPORT_EVERY <= len(calls) <= total // REPORT_EVERY + 1


def test_a_column_may_carry_the_attributes_full_name(world: World) -> None:
    report = world.import_bytes(b"id,crm.tier,name\nC1,gold,Anna\n")
    assert (report.customers, report.ignored) == (1, ())
    assert report.stored == ("crm.tier", "crm.name")


def test_an_attribute_may_have_a_name_without_the_prefix(world: World) -> None:
    declared = {"city": Declared("string"), "crm.name": Declared("string")}
    for header in ("id,city,name", "id,crm.city,crm.name"):
        report = world.import_text(f"{header}\nC1,Ulm,Anna\n", declared)
        assert (report.stored, report.ignored) == (("city", "crm.name"), ())
        assert world.attributes("C1") == {"city": "Ulm", "crm.name": "Anna"}


def test_two_attributes_may_differ_by_the_prefix_alone(world: World) -> None:
    both = {"city": Declared("string"), "crm.city": Declared("string")}
    world.import_text("id,crm.city,city\nC1,Ulm,Bonn\n", both)
    assert world.attributes("C1") == {"crm.city": "Ulm", "city": "Bonn"}


@pytest.mark.parametrize(
    ("header", "column", "hint"),
    [
        ("id,teir,name", "teir", "Did you mean 'tier'?"),
        ("id,crm.teir,name", "crm.teir", "Did you mean 'tier'?"),
        ("id,Tier,name", "Tier", "Capitals count: write 'tier'"),
        ("id,TIRE,name", "TIRE", "Did you mean 'tier'?"),
    ],
)
def test_a_mistyped_column_empties_no_attribute(
    world: World, header: str, column: str, hint: str
) -> None:
    world.import_text(HEADER + "C1,gold,Anna,,,\n")
    report = world.import_text(f"{header}\nC1,silver,Bea\n")
    assert [str(finding) for finding in report.findings] == [
        f"customers.csv:1: column {column}: "
        f"no attribute has this name; rename or remove the column: {hint}"
    ]
    assert world.attributes("C1") == {"crm.tier": "gold", "crm.name": "Anna"}


def test_the_id_is_no_slip(world: World) -> None:
    assert world.import_text("id\nC1\n", {"crm.member.id": Declared("string")}).customers == 1


def test_a_column_near_one_that_is_there_is_only_left_out(world: World) -> None:
    report = world.import_text("id,tier,tiers\nC1,gold,x\n")
    assert (report.customers, report.ignored) == (1, ("tiers",))
