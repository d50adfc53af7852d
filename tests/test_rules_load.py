"""What is refused at load: every row has its place and says what to do."""

from typing import Any

import pytest

from rules.loader import load
from tables import rows

GOOD = {
    "site.yaml": b"""site: test
origins: ["https://shop.example"]
languages: [de, en]
consent: {revision: 1}
slots: {hero: {selector: "#hero"}}
attributes:
  crm.tier: {type: string, source: crm, purpose: personalization, values: [gold, silver]}
events: {view: {purpose: personalization, properties: {category: string}}}
audiences:
  fans: {crm.tier: gold}
""",
    "rules/one.yaml": b"""campaign: one
rules:

  - id: first
    slot: hero
    when:
      all:
      - crm.tier: gold
      - page.path: {starts_with: /a}
    show: {block: gold, with: {n: 1}}
  - id: second
    slot: hero
    when: {audience: fans}
    split: [{weight: 1, action: hide}]
  - id: third
    slot: hero
    when: {event: {name: view, where: {category: a}, within: 30d, count: {gte: 3}}}
    show: {action: hide}
""",
    "blocks/gold.html": b"<p>{{ n }}</p>",
}


def test_the_good_site_is_good() -> None:
    assert load(GOOD).findings == []


@pytest.mark.parametrize("row", rows("refused"))
def test_refused(row: dict[str, Any]) -> None:
    good = GOOD[row["file"]].decode()
    assert row["old"] in good
    loaded = load({**GOOD, row["file"]: good.replace(row["old"], row["new"], 1).encode()})
    assert loaded.site is None
    said = [str(finding) for finding in sorted(loaded.findings)]
    assert len(said) == len(row["want"]), said
    for line, wanted in zip(said, sorted(row["want"], key=lambda w: w), strict=True):
        assert line.startswith(wanted), said


def test_all_findings_of_all_files_in_one_run() -> None:
    files = {
        **GOOD,
        "rules/two.yaml": b"campaign: one\nrules: [{id: first, slot: nowhere, show: {action: hid}}]\n",
        "rules/three.yaml": b"a: [\n",
        "blocks/bad.html": b"<iframe>",
    }
    paths = {finding.path for finding in load(files).findings}
    assert paths == {"rules/two.yaml", "rules/three.yaml", "blocks/bad.html"}


def test_a_missing_site_file_is_said() -> None:
    assert str(load({}).findings[0]).startswith("site.yaml:1:1: error: the file is missing")


def test_the_version_is_of_every_byte() -> None:
    one, other = load(GOOD).site, load({**GOOD, "blocks/gold.html": b"<p>{{ n }}!</p>"}).site
    assert one and other and one.version != other.version
    again = load(dict(reversed(GOOD.items()))).site
    assert again and again.version == one.version


def test_a_translation_needs_its_original() -> None:
    said = str(load({**GOOD, "blocks/only.en.html": b"x"}).findings[0])
    assert said.startswith("blocks/only.en.html:1:1: error: block 'only' has only translations")


def test_a_rule_needs_the_purposes_of_all_it_reads() -> None:
    block = b"<p>{{ n }} {{ attr['crm.tier'] }}</p>"
    rules = b"campaign: one\nrules: [{id: r, slot: hero, show: {block: gold, with: {n: 1}}}]\n"
    site = load({**GOOD, "rules/one.yaml": rules, "blocks/gold.html": block}).site
    assert site and site.rules["hero"][0].purposes == {"personalization"}
    assert "crm.tier" in site.reads
