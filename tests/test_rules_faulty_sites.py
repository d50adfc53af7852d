"""Sites with several faults: one run names them all, and nothing that only follows from another."""

from typing import Any

import pytest

from rules.loader import load
from tables import rows

SITE = {
    "site.yaml": b"""site: test
origins: ["https://shop.example"]
languages: [de, en]
consent: {revision: 1}
slots: {hero: {selector: "#hero"}}
attributes: {crm.points: {type: number, source: crm, purpose: personalization},
  crm.tier: {type: string, source: crm, purpose: personalization, values: [gold, silver]}}
events: {view: {purpose: personalization, properties: {category: string, page.path: string}}, \
exposure: {purpose: statistics, properties: {slot: string, rule: string}}}
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
    split: [{weight: 50, action: hide}, {weight: 50, variant: b, action: hide}]
  - id: third
    slot: hero
    when: {event: {name: view, where: {category: a}, within: 30d, count: {gte: 3}}}
    show: {action: hide}
    cap: {times: 9, within: 7d}
""",
    "blocks/gold.html": b"<p>{{ n }}</p>",
}
"""A site that is good: the places of the table's findings are places in it."""


def edited(edits: dict[str, list[str] | None]) -> dict[str, bytes]:
    """Return the good site with one text of each file exchanged; None: the file is not there."""
    files = dict(SITE)
    for path, edit in edits.items():
        if edit is None:
            del files[path]
            continue
        old, new = edit
        text = files.get(path, b"").decode()
        assert old in text
        files[path] = (text.replace(old, new, 1) if old else new).encode()
    return files


def test_the_site_itself_is_good() -> None:
    assert load(SITE).findings == []


@pytest.mark.parametrize("row", rows("faulty_sites"))
def test_a_faulty_site(row: dict[str, Any]) -> None:
    loaded = load(edited(row["edits"]))
    assert loaded.site is None
    said = sorted(str(finding) for finding in loaded.findings)
    assert len(said) == len(row["want"]), said
    for line, wanted in zip(said, row["want"], strict=True):
        assert line.startswith(wanted), said
