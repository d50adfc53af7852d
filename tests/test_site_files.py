"""The files of a site's folder: which are read, and which are read again."""

import gc
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from edge import site_files, site_folder
from edge.reading import Readings
from edge.site_files import Snapshot, snapshot, stamps
from edge.site_folder import Outcome
from edges import RULES, START, write_site
from rules.findings import BadSite
from rules.source import MAX_BYTES


def take(folder: Path, before: Snapshot | None = None) -> Snapshot:
    return snapshot(folder, stamps(folder), before)


def aged(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the folder's files be older than the clock of files is coarse."""
    newest = max(stamp[0] for stamp in stamps(folder).values())
    monkeypatch.setattr("time.time_ns", lambda: newest + 10**9)


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The names of the files that are opened."""
    found: list[str] = []
    opening = Path.open

    def noting(path: Path, *arguments: Any, **named: Any) -> object:
        found.append(path.name)
        return opening(path, *arguments, **named)

    monkeypatch.setattr(Path, "open", noting)
    yield found


def test_only_what_changed_is_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, opened: list[str]
) -> None:
    folder = write_site(tmp_path / "one")
    aged(folder, monkeypatch)
    opened.clear()
    before = take(folder)
    assert sorted(opened) == ["gold.html", "main.yaml", "site.yaml"]
    opened.clear()
    (folder / "rules" / "main.yaml").write_bytes(b"campaign: other\n")
    aged(folder, monkeypatch)
    opened.clear()
    after = take(folder, before)
    assert opened == ["main.yaml"] and after.files["rules/main.yaml"] == b"campaign: other\n"
    assert after.files["site.yaml"] is before.files["site.yaml"]


def test_a_file_read_as_soon_as_it_was_written_is_read_once_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, opened: list[str]
) -> None:
    """It may be half written, and be written on within the same tick of the file system's clock."""
    folder = write_site(tmp_path / "one")
    newest = max(stamp[0] for stamp in stamps(folder).values())
    monkeypatch.setattr("time.time_ns", lambda: newest + 1)
    before = take(folder)
    assert before.stamps != stamps(folder)
    opened.clear()
    aged(folder, monkeypatch)
    after = take(folder, before)
    assert sorted(opened) == ["gold.html", "main.yaml", "site.yaml"]
    assert after.stamps == stamps(folder)
    assert all(after.files[path] is before.files[path] for path in after.files)


def test_a_file_that_goes_while_it_is_read_is_left_out(tmp_path: Path) -> None:
    folder = write_site(tmp_path / "one")
    stamped = stamps(folder)
    (folder / "rules" / "main.yaml").unlink()
    assert sorted(snapshot(folder, stamped).files) == ["blocks/gold.html", "site.yaml"]


def test_hidden_files_other_files_and_linked_folders_are_not_read(tmp_path: Path) -> None:
    folder = write_site(tmp_path / "one")
    for name in ("rules/.draft.yaml", ".old/site.yaml", "rules/.git/a.yaml", "rules/a.txt", "b.md"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).touch()
    (folder / "rules" / "around").symlink_to(folder)
    (folder / "blocks" / "linked.html").symlink_to(folder / "blocks" / "gold.html")
    wanted = ["blocks/gold.html", "blocks/linked.html", "rules/main.yaml", "site.yaml"]
    assert sorted(take(folder).files) == wanted


def test_of_files_beside_site_yaml_only_campaigns_are_taken(tmp_path: Path) -> None:
    folder = write_site(tmp_path / "one")
    read = sorted(take(folder).files)
    files = {
        "catalogue.yaml": "- {product: 1}",
        "gold2.yaml": "campaign: two",
        "regeln/a.yaml": "campaign: three",
        "art/a.yaml": "campaign: four",
        "site.yml": "campaign: five",
    }
    for name, content in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(content)
    (folder / "gone.yaml").symlink_to("nowhere")
    (folder / "templates" / "page.html").mkdir(parents=True)
    (folder / "templates" / "gone.html").symlink_to("nowhere")
    (folder / "Blocks").touch()
    assert sorted(take(folder).files) == sorted([*read, "gold2.yaml", "regeln/a.yaml"])
    outcome = Readings(lambda: START).read(folder).outcome
    assert [(each.path, each.severity) for each in outcome.findings] == [
        ("gold2.yaml", "warning"),
        ("regeln/a.yaml", "warning"),
    ]


@pytest.mark.parametrize("name", ["secrets.yaml", "templates/page.html"])
def test_a_file_beside_site_yaml_that_cannot_be_read_is_no_fault_of_the_site(
    tmp_path: Path, name: str
) -> None:
    folder = write_site(tmp_path / "one")
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).symlink_to("/proc/self/mem")  # nobody reads it from the beginning
    with pytest.raises(OSError, match="Input/output error"):
        (folder / name).read_bytes()
    assert Readings(lambda: START).read(folder).outcome.findings == ()


def folder_(path: Path) -> None:
    path.mkdir()


def dangling(path: Path) -> None:
    path.symlink_to(path.with_name("gone.yaml"))


def around(path: Path) -> None:
    path.symlink_to(path)


NO_FILES: dict[Callable[[Path], None], str] = {
    folder_: "this is a folder, and nothing of it is read. Rename or delete it.",
    dangling: "this link leads to no file, and nothing is read. Point it at a file, or delete it.",
    around: "this link leads to no file, and nothing is read. Point it at a file, or delete it.",
    os.mkfifo: "this is no file that can be read. Put a file in its place, or delete it.",
}


@pytest.mark.parametrize("make", NO_FILES, ids=lambda make: make.__name__)
@pytest.mark.parametrize("path", ["rules/x.yaml", "rules/x.yml", "blocks/x.html", "blocks/a/x.htm"])
def test_what_is_called_as_a_file_and_is_none_is_named(
    tmp_path: Path, make: Callable[[Path], None], path: str
) -> None:
    folder = write_site(tmp_path / "one")
    (folder / path).parent.mkdir(exist_ok=True)
    make(folder / path)
    outcome = Readings(lambda: START).read(folder).outcome
    assert [str(each) for each in outcome.findings] == [f"{path}:1:1: error: {NO_FILES[make]}"]


def test_a_folder_whose_files_are_named_is_not_named_besides(tmp_path: Path) -> None:
    folder = write_site(tmp_path / "one")
    (folder / "rules" / "x.yaml").mkdir()
    (folder / "rules" / "x.yaml" / "x.yaml").touch()
    (finding,) = Readings(lambda: START).read(folder).outcome.findings
    assert str(finding).endswith(
        "x.yaml/x.yaml:1:1: error: this file is not read. Move it to rules/x.yaml."
    )


def test_a_block_that_is_no_file_is_not_missing_as_well(tmp_path: Path) -> None:
    folder = write_site(tmp_path / "one")
    (folder / "blocks" / "gold.html").unlink()
    dangling(folder / "blocks" / "gold.html")
    outcome = Readings(lambda: START).read(folder).outcome
    assert [each.path for each in outcome.findings] == ["blocks/gold.html"]


@pytest.mark.parametrize("make", [Path.touch, dangling])
@pytest.mark.parametrize("name", ["rules", "blocks"])
def test_what_is_called_as_a_folder_and_is_none_is_named(
    tmp_path: Path, make: Callable[[Path], None], name: str
) -> None:
    folder = write_site(tmp_path / "one", rules="{campaign: a, rules: []}")
    shutil.rmtree(folder / name)
    make(folder / name)
    outcome = Readings(lambda: START).read(folder).outcome
    said = "this is no folder, and nothing of it is read. Make it one, or delete it."
    assert [str(each) for each in outcome.findings] == [f"{name}:1:1: error: {said}"]


def test_a_link_that_leads_somewhere_again_is_read(tmp_path: Path) -> None:
    folder, readings = write_site(tmp_path / "one"), Readings(lambda: START)
    dangling(folder / "rules" / "x.yaml")
    assert readings.read(folder).outcome.live is None
    (folder / "rules" / "gone.yaml").write_text("{campaign: a, rules: []}")
    (folder / "rules" / "gone.yaml").rename(folder / "rules" / "gone.yaml~")
    (folder / "rules" / "x.yaml").unlink()
    (folder / "rules" / "x.yaml").symlink_to("gone.yaml~")
    assert readings.is_changed(folder) and readings.read(folder).outcome.live is not None


def test_a_file_too_large_hides_nothing_else(tmp_path: Path) -> None:
    folder = write_site(tmp_path / "one", rules=RULES.replace("slot: hero", "slot: herp", 1))
    (folder / "rules" / "large.yaml").write_bytes("ü".encode() * MAX_BYTES)
    (folder / "blocks" / "large.html").write_bytes("ü".encode() * MAX_BYTES)
    outcome = Readings(lambda: START).read(folder).outcome
    assert [(each.path, each.message) for each in outcome.findings] == [
        ("blocks/large.html", "the block is larger than 64 KiB"),
        ("rules/large.yaml", "the file is larger than 256 KiB"),
        ("rules/main.yaml", "there is no slot 'herp'"),
    ]


def test_a_second_reading_of_the_same_is_told_from_a_new_one(tmp_path: Path) -> None:
    folder, readings = write_site(tmp_path / "one"), Readings(lambda: START)
    first, second = readings.read(folder), readings.read(folder)
    assert (first.is_new, second.is_new) == (True, False)
    assert second.outcome is first.outcome
    write_site(folder, rules=RULES.replace("Herbst", "Winter"))
    assert readings.is_changed(folder)
    third = readings.read(folder)
    assert third.is_new and third.outcome.site.site.version != first.outcome.site.site.version


def test_a_change_while_a_folder_is_read_is_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, readings = write_site(tmp_path / "one"), Readings(lambda: START)
    aged(folder, monkeypatch)
    attempt, block = site_files.snapshot, folder / "blocks" / "gold.html"

    def slow(*known: object) -> Snapshot:
        found = attempt(*known)  # type: ignore[arg-type]
        block.rename(block.with_name("silver.html"))
        return found

    monkeypatch.setattr("edge.site_files.snapshot", slow)
    readings.read(folder)
    assert readings.is_changed(folder)


@pytest.mark.parametrize("fails", [False, True])
def test_no_garbage_is_collected_while_a_site_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fails: bool
) -> None:
    """A collection walks all there is and stops every request; see edge/reading.py."""
    folder, readings = write_site(tmp_path / "one"), Readings(lambda: START)
    attempt, handover, seen = site_folder.attempt, sys.getswitchinterval(), list[object]()

    def noting(*known: Any) -> Outcome:
        seen.append((gc.isenabled(), sys.getswitchinterval() < handover))
        if fails:
            raise RuntimeError("a defect of ours")
        return attempt(*known)

    monkeypatch.setattr("edge.site_folder.attempt", noting)
    with suppress(BadSite):
        readings.read(folder)
    assert seen == [(False, True)]
    assert (gc.isenabled(), sys.getswitchinterval()) == (True, handover)
    assert fails or id(readings.read(folder).outcome) not in {id(each) for each in gc.get_objects()}
