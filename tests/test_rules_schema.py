"""The schema that editors check by takes and refuses what the loader does, as far as a schema can know."""

import re
from collections.abc import Callable, Iterator
from functools import cache
from importlib import resources
from typing import Any, get_args

import pytest
from jsonschema import Draft202012Validator

import harness
from consent.schema import schema as consent_schema
from good_site import GOOD
from mutations import mutants
from opened_site import Opened, files_of, opened
from rules.findings import BadSite
from rules.schema import Kind, schema
from rules.schema_names import ANY, Names, names_of
from rules.schema_values import TIMEZONE
from rules.source import parse
from tables import rows
from whole_site import WHOLE

pytestmark = pytest.mark.slow


def demo() -> dict[str, bytes]:
    """Return the files of the demo's site and of its tests."""
    return files_of(harness.ROOT / "examples" / "demo-shop")


SITES = {"good": GOOD, "whole": WHOLE, "demo": demo()}
NAMES: dict[str, Names] = {name: names_of(files) for name, files in SITES.items()} | {"any": ANY}
BEYOND = [row.values[0]["said"] for row in rows("beyond_schema")]


@cache
def validator(kind: Kind, site: str) -> Draft202012Validator:
    """Return the judge of one kind of file, by a site's own schema or by that of any."""
    made = schema(kind, NAMES[site], consent_schema())
    Draft202012Validator.check_schema(made)
    return Draft202012Validator(made)


def refused(path: str, data: bytes, site: str) -> list[str]:
    """Return what the schema has against a file."""
    of_tests: Kind = "test" if path.startswith("tests/") else "rules"
    kind: Kind = "site" if path == "site.yaml" else of_tests
    plain = parse(data, path).plain()
    found = validator(kind, site).iter_errors(plain)
    return [f"{each.json_path}: {each.message}"[:300] for each in found]


def yaml_files(files: dict[str, bytes]) -> Iterator[tuple[str, bytes]]:
    """Give the files of a site that have a schema."""
    yield from ((path, data) for path, data in files.items() if path.endswith(".yaml"))


@pytest.mark.parametrize("site", SITES)
@pytest.mark.parametrize("own", [True, False], ids=["own", "any"])
def test_a_good_site_is_taken(site: str, own: bool) -> None:
    for path, data in yaml_files(SITES[site]):
        assert refused(path, data, site if own else "any") == [], path


@pytest.mark.parametrize("row", rows("accepted"))
def test_what_the_loader_takes_is_taken(row: dict[str, Any]) -> None:
    file = row.get("file", "rules/one.yaml")
    old, new = row.get("old", "crm.tier: gold"), row.get("when") or row["new"]
    text = GOOD[file].decode().replace(old, new, 1).encode()
    for site in ("good", "any"):
        assert refused(file, text, site) == []


def passing() -> Iterator[tuple[str, str]]:
    """Give the rows of what is refused that the site's own schema lets pass: name, what is said."""
    for row in (each.values[0] for each in [*rows("refused"), *rows("refused_values")]):
        if row["file"].endswith(".yaml"):
            text = GOOD[row["file"]].decode().replace(row["old"], row["new"], 1)
            try:
                against = refused(row["file"], text.encode(), "good")
            except BadSite:
                continue  # no YAML, for which an editor needs no schema
            if not against:
                yield row["name"], row["want"][0]


def test_what_the_loader_refuses_is_refused() -> None:
    """A row that is not gets a line in ``beyond_schema.yaml`` if no schema can know it, else mend the schema."""
    found = list(passing())
    assert [name for name, said in found if not any(each in said for each in BEYOND)] == []
    assert [each for each in BEYOND if not any(each in said for _, said in found)] == []


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        ("rules/one.yaml", "starts_with", "start_with"),
        ("rules/one.yaml", "slot: hero", "slto: hero"),
        ("rules/one.yaml", "{starts_with: /a}", "{lt: 3}"),
        ("rules/one.yaml", "action: hide", "action: hidden"),
        ("rules/one.yaml", "action: hide", "action: setText"),
        ("rules/one.yaml", "all:", "al:\n      all:"),
        ("rules/one.yaml", "id: first", "no: first"),
        ("rules/one.yaml", "within: 30d", "within: 30"),
        ("rules/one.yaml", "page.path:", "page.pfad:"),
        ("site.yaml", "origins:", "orgins:"),
        ("site.yaml", "type: number", "type: nubmer"),
        ("site.yaml", "consent: {revision: 1}", "consent: {revisoin: 1}"),
        ("site.yaml", "consent: {revision: 1}", "consent: {revision: 1, purposes: {x: {}}}"),
    ],
)
def test_the_schema_of_any_site_refuses_what_no_site_has(path: str, old: str, new: str) -> None:
    good = GOOD[path].decode()
    assert old in good and refused(path, good.replace(old, new, 1).encode(), "any")


TESTED = """
- name: a gold customer without consent sees the default
  consent: {personalization: denied}
  attributes: {crm.tier: gold, page.path: /damen/, page.query.a: b, crm.points: 3}
  events: [{name: view, properties: {category: a}, ago: 3d, times: 3}]
  now: 2026-09-10T18:00
  want: {hero: {reason: CONSENT_REQUIRED}}
- {name: another, consent: all, language: en, want: {hero: default}}
"""


@pytest.mark.parametrize(
    ("old", "new", "own"),
    [
        ("gold", "gold", "good any"),
        ("crm.tier: gold", "crm.tier: golden", "any"),
        ("hero: default", "heros: default", "any"),
        ("name: view", "name: views", "any"),
        ("crm.tier: gold", "crm.teir: gold", "any"),
        ("want: {hero: default}", "wnat: {hero: default}", ""),
        ("denied", "refused", ""),
        ("reason: CONSENT_REQUIRED", "reason: NO", ""),
        ("consent: all", "consent: some", ""),
        ("ago: 3d", "ago: 3 days", ""),
        ("now: 2026-09-10T18:00", "now: 2026-09-10 18:00", "good any"),
        ("now: 2026", "now: 1970", "good any"),
        ("now: 2026", "now: 2999", "good any"),
        ("now: 2026", "now: 1969", ""),
        ("now: 2026", "now: 3000", ""),
        ("properties: {category: a}", "properties: {categry: a}", "any"),
        ("properties: {category: a}", "properties: {value: 3, day: 2026-09-01}", "good any"),
        ("properties: {category: a}", "properties: {value: a}", "any"),
        ("crm.points: 3", "time.hour: 25", ""),
        ("crm.points: 3", "time.hour: 3", ""),
    ],
)
def test_a_file_of_tests(old: str, new: str, own: str) -> None:
    assert old in TESTED
    plain = parse(TESTED.replace(old, new, 1).encode(), "x.test.yaml").plain()
    taken = [site for site in ("good", "any") if validator("test", site).is_valid(plain)]
    assert " ".join(taken) == own


def test_every_timezone_there_is_is_taken() -> None:
    listed = resources.files("tzdata").joinpath("zones").read_text("utf-8").split()
    assert len(listed) > 500
    assert [each for each in listed if not re.search(TIMEZONE["pattern"], each)] == []
    wrong = ("Berlin", "MESZ", "europe/berlin", "Europe/", "UTC+1", "")
    assert not any(re.search(TIMEZONE["pattern"], each) for each in wrong)


@pytest.mark.parametrize("part", range(4))
def test_no_file_that_loads_is_refused(part: int, count: Callable[[int, int], int]) -> None:
    for path, made in mutants(WHOLE, count(60, 2500), 1000 + part):
        if path.endswith(".yaml") and isinstance(opened(made), Opened):
            assert refused(path, made[path], "whole") == [], made[path][:2000]


def described(node: Any) -> Iterator[tuple[str, Any]]:
    """Give every key that an editor completes, but what holds besides for one word, and of properties."""
    for name, each in node.items() if isinstance(node, dict) else ():
        if name == "properties":
            yield from each.items()
            yield from described(list(each.values()))
        elif name not in ("allOf", "oneOf"):
            yield from described(each)
    for each in node if isinstance(node, list) else ():
        yield from described(each)


@pytest.mark.parametrize("kind", get_args(Kind))
def test_every_key_is_described(kind: Kind) -> None:
    found = list(described(schema(kind, NAMES["whole"], consent_schema())))
    assert len(found) > 30
    assert [
        name for name, each in found if isinstance(each, dict) and not each.get("description")
    ] == []
