"""Which files are tests, and what is said of those that were meant to be."""

from pathlib import Path

import pytest

from test_persona_command import GOOD, run, write


def test_the_short_ending_of_a_test_is_read_too(tmp_path: Path) -> None:
    ended = run(write(tmp_path, GOOD, **{"tests/b.test.yml": GOOD}))
    assert ended.output.startswith("test: 4 tests passed") and ended.exit_code == 0


@pytest.mark.parametrize(
    ("name", "right"),
    [
        ("tests/more.yaml", "tests/more.test.yaml"),
        ("tests/more.test.yaml.txt", "tests/more.test.yaml"),
        ("tests/shop/more.test.yaml", "tests/more.test.yaml"),
        ("tests/more.Test.YAML", "tests/more.test.yaml"),
        ("more.test.yaml", "tests/more.test.yaml"),
    ],
)
def test_a_file_that_would_not_be_read_is_named(tmp_path: Path, name: str, right: str) -> None:
    ended = run(write(tmp_path, GOOD, **{name: GOOD}))
    said = f"{tmp_path}/{name}:1:1: error: this file is not read. Call it {right}.\n"
    assert (ended.output, ended.exit_code) == (said, 1)


@pytest.mark.parametrize("name", ["tests/x.test.yaml", "tests/x.test.yml", "tests/x.yaml"])
def test_a_folder_or_a_link_to_nothing_is_named(tmp_path: Path, name: str) -> None:
    folder = write(tmp_path, GOOD)
    (folder / name).mkdir()
    said = f"{tmp_path}/{name}:1:1: error: this is a folder, and nothing of it is read. Rename or delete it.\n"
    assert run(folder).output == said
    (folder / name).rmdir()
    (folder / name).symlink_to("gone.yaml")
    said = f"{tmp_path}/{name}:1:1: error: this link leads to no file, and nothing is read."
    ended = run(folder)
    assert ended.output == f"{said} Point it at a file, or delete it.\n" and ended.exit_code == 1
    (folder / name).unlink()
    (folder / name).mkdir()
    (folder / name / "a.test.yaml").touch()
    (finding,) = run(folder).output.splitlines()
    assert finding.startswith(f"{tmp_path}/{name}/a.test.yaml:1:1: error: this file is not read.")


def test_a_file_in_the_place_of_the_folder_of_tests_is_named(tmp_path: Path) -> None:
    folder = write(tmp_path)
    (folder / "tests").touch()
    said = f"{tmp_path}/tests:1:1: error: this is no folder, and nothing of it is read. Make it one"
    assert run(folder).output.startswith(said)


@pytest.mark.parametrize("name", ["tests/.draft.yaml", "tests/notes.md", "tests/.old/a.test.yaml"])
def test_other_files_are_nobodys_business(tmp_path: Path, name: str) -> None:
    assert run(write(tmp_path, GOOD, **{name: "- what?"})).exit_code == 0
