"""Comparisons that never hold together are refused; those that can are not."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from good_site import GOOD
from rules.conditions import Condition, Context
from rules.contradictions import never_true
from rules.loader import load
from rules.values import TRUE
from tables import rows
from test_rules_index import CONDITIONS, CONTEXTS


@pytest.mark.parametrize("row", rows("contradictions"))
def test_what_never_holds_together(row: dict[str, Any]) -> None:
    rules = f"""campaign: c
rules:
  - id: r
    slot: hero
    show: {{action: hide}}
    when: {row["when"] if row["when"].startswith("{") else "{" + row["when"] + "}"}
"""
    files = {"site.yaml": GOOD["site.yaml"], "rules/c.yaml": rules.encode()}
    found = sorted(map(str, load(files).findings))
    assert len(found) == len(row["want"]), found
    assert all(want in said for want, said in zip(row["want"], found, strict=True)), found
    assert all(said.startswith("rules/c.yaml:6:") for said in found), found


@pytest.mark.slow
@settings(max_examples=300, deadline=None)
@given(condition=CONDITIONS, contexts=st.lists(CONTEXTS, min_size=20, max_size=20))
def test_what_is_refused_is_never_true(condition: Condition, contexts: list[Context]) -> None:
    if never_true(condition, lambda _: ()):
        for context in contexts:
            assert condition.evaluate(context) is not TRUE, context
