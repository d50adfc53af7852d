"""Every example of an operator or a type in the reference loads, and is of that operator or type."""

import re
from collections.abc import Iterator
from typing import NamedTuple

import pytest

from harness import ROOT
from rules.attributes import BUILT_IN
from rules.conditions import All, Compare, Condition
from rules.loader import load
from rules.operators import OPERATORS
from rules.values import TYPES

REFERENCE = ROOT / "docs" / "reference"
SITE = """
site: test
origins: ["https://shop.example"]
languages: [de]
consent: {revision: 1}
slots: {hero: {}}
"""


class Row(NamedTuple):
    """The operators of a row of the table, the types it says they take, and its examples."""

    names: list[str]
    types: str
    examples: list[str]


def rows() -> Iterator[Row]:
    """Every row of the table of operators."""
    text = (REFERENCE / "rules.md").read_text(encoding="utf-8")
    table = text.partition("### Operators")[2].partition("\n\n")[2].partition("\n\n")[0]
    for line in table.splitlines()[2:]:
        first, types, *_, last = re.split(r" ?\| ", line.strip("|"))
        yield Row(re.findall(r"`([^`]+)`", first), types, re.findall(r"`([^`]+)`", last))


def attributes() -> str:
    """The attributes that the reference declares as examples."""
    text = (REFERENCE / "site-yaml.md").read_text(encoding="utf-8")
    found = re.search(r"^```yaml\n(attributes:\n.*?)^```", text, re.MULTILINE | re.DOTALL)
    assert found is not None
    return found[1]


def condition(when: str) -> Condition:
    """A condition as the reference writes it, loaded."""
    rules = (
        f"{{campaign: c, rules: [{{id: r, slot: hero, when: {{{when}}}, show: {{action: hide}}}}]}}"
    )
    files = {"site.yaml": (SITE + attributes()).encode(), "rules/c.yaml": rules.encode()}
    loaded = load(files)
    assert loaded.site is not None, [str(each) for each in loaded.findings]
    return loaded.site.rules["hero"][0].condition


@pytest.mark.parametrize("row", list(rows()), ids=lambda row: row.names[0])
def test_every_operator_has_an_example_that_loads(row: Row) -> None:
    used = set()
    for example in row.examples:
        found = condition(example)
        assert isinstance(found, Compare), example
        used.add(found.operator)
    assert used == set(row.names)


def test_the_table_has_every_operator_with_the_types_it_takes() -> None:
    said: dict[str, str] = {}
    for row in rows():
        alias = re.fullmatch(r"as `(\w+)`", row.types)
        said |= dict.fromkeys(row.names, said[alias[1]] if alias else row.types)
    every = set(TYPES)
    assert said == {
        name: "all types" if set(row.types) == every else ", ".join(row.types)
        for name, row in OPERATORS.items()
    }


def test_operators_of_one_attribute_are_written_as_the_reference_says() -> None:
    assert isinstance(condition("crm.points: {gte: 100, lt: 200}"), All)
    assert condition('time.now: {time_between: ["22:00", "06:00"]}')


@pytest.mark.parametrize("kind", TYPES)
def test_every_type_is_documented_with_an_example(kind: str) -> None:
    text = (REFERENCE / "site-yaml.md").read_text(encoding="utf-8")
    assert f"| `{kind}` | " in text and f"type: {kind}," in attributes()


@pytest.mark.parametrize("name", sorted(BUILT_IN))
def test_every_attribute_is_documented_with_its_type(name: str) -> None:
    text = (REFERENCE / "rules.md").read_text(encoding="utf-8")
    rows = [line for line in text.splitlines() if re.match(rf"\| .*`{re.escape(name)}`", line)]
    kind = BUILT_IN[name].type
    assert any(f"| {kind} |" in line for line in rows) or f"`{name}` ({kind})" in text
