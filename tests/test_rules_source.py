"""The YAML loader: core scalars, places, and files made to hurt."""

from typing import Any

import pytest

from rules.findings import BadSite
from rules.source import Node, parse
from tables import rows


@pytest.mark.parametrize("row", rows("scalars"))
def test_scalar(row: dict[str, Any]) -> None:
    found = parse(f"key: {row['text']}\n".encode(), "x.yaml").plain()
    assert found == {"key": row["want"]}
    assert type(found["key"]) is type(row["want"])  # type: ignore[index, call-overload]


@pytest.mark.parametrize("row", rows("hostile_yaml"))
def test_hostile_file(row: dict[str, Any]) -> None:
    text = row["text"] if "text" in row else row["repeat"][0] * row["repeat"][1]
    with pytest.raises(BadSite) as bad:
        parse(text.encode(), "x.yaml")
    finding = bad.value.findings[0]
    assert row["want"] in finding.message
    assert f"{finding.line}:{finding.column}" == row["at"]


@pytest.mark.parametrize("row", rows("mistyped"))
def test_a_slip_of_the_keys(row: dict[str, Any]) -> None:
    with pytest.raises(BadSite) as bad:
        parse(row["text"].encode(), "x.yaml")
    assert str(bad.value).startswith(f"x.yaml:{row['want']}"), str(bad.value)


def test_the_first_slip_is_told_though_more_is_wrong_further_on() -> None:
    with pytest.raises(BadSite) as bad:
        parse(b"a: 'it's'\n" + b"# x\n" * 10_000 + b"\x07", "x.yaml")
    assert str(bad.value).startswith("x.yaml:1:8: error: the text goes on")


@pytest.mark.parametrize("text", ["a:\t#b\n", "a: #b", "- #b\n- c\n"])
def test_a_comment_in_place_of_a_value_is_known(text: str) -> None:
    assert parse(text.encode(), "x.yaml").at(("a",)).at((0,)).commented


@pytest.mark.parametrize("text", ["a: # later\n", "a:\n#b\n", "a: '' #b\n", "a: ~ #b\n", "a:\n"])
def test_no_comment_stands_in_place_of_a_value(text: str) -> None:
    assert not parse(text.encode(), "x.yaml").at(("a",)).commented


def test_a_quoted_key_may_begin_with_a_space() -> None:
    assert parse(b'{" a": 1}', "x.yaml").plain() == {" a": 1}


def test_every_duplicate_is_named_in_one_run() -> None:
    with pytest.raises(BadSite) as bad:
        parse(b"a: 1\na: 2\nb: {c: 1, c: 2}\n", "x.yaml")
    assert [finding.line for finding in bad.value.findings] == [2, 3]


def test_values_know_their_place() -> None:
    node = parse("# ü\nlist:\n  - one\n  - {two: 2}\n".encode(), "x.yaml")
    two = node.at(("list", 1, "two"))
    assert (two.line, two.column, two.value) == (4, 11, 2)


def test_a_missing_step_stops_at_the_last_place_there_is() -> None:
    node = parse(b"a:\n  b: 1\n", "x.yaml")
    assert node.at(("a", "c", "d")).line == 2


def test_not_utf8_names_line_and_column() -> None:
    with pytest.raises(BadSite) as bad:
        parse(b"a: 1\nb: \xff\n", "x.yaml")
    assert str(bad.value).startswith("x.yaml:2:4: error: the file is not UTF-8")


def test_an_empty_file_is_nothing() -> None:
    assert parse(b"", "x.yaml") == Node("x.yaml", 1, 1, None)


def test_a_byte_order_mark_is_no_content() -> None:
    assert parse(b"\xef\xbb\xbfa: 1\n", "x.yaml").plain() == {"a": 1}
