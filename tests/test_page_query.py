"""What rules read of a page's address, and that nothing else of it is found."""

import pytest

from edge.page_query import LONGEST, MAX_VALUE, PageQuery

READS = frozenset(
    {"utm.campaign", "page.query.q", "page.query.größe", "page.query.a.b", "page.path", "crm.q"}
)
QUERIES = [
    ("nothing", "", {}),
    ("what no rule reads", "utm_source=x&fbclid=1&Q=2&qq=3&xq=4", {}),
    ("two", "utm_campaign=herbst&q=1", {"utm.campaign": "herbst", "page.query.q": "1"}),
    ("the first of two", "q=1&q=2", {"page.query.q": "1"}),
    ("no value", "q=&utm_campaign", {}),
    ("a value with equals signs", "q=a=b", {"page.query.q": "a=b"}),
    (
        "encoded values",
        "q=a%20b+c%26d&utm_campaign=%C3%A4",
        {"page.query.q": "a b c&d", "utm.campaign": "ä"},
    ),
    ("bytes that are no text", "q=%ff%", {"page.query.q": "\ufffd%"}),
    ("a name beyond ASCII", "größe=1", {"page.query.größe": "1"}),
    ("the same, encoded", "gr%C3%B6%C3%9Fe=1", {"page.query.größe": "1"}),
    ("a name with a dot", "a.b=1&axb=2", {"page.query.a.b": "1"}),
    ("no more of a value than rules see", "q=" + "x" * 600, {"page.query.q": "x" * MAX_VALUE}),
    ("beyond the bound", "x" * LONGEST + "&q=1", {}),
]


@pytest.mark.parametrize(("query", "found"), [r[1:] for r in QUERIES], ids=[r[0] for r in QUERIES])
def test_what_rules_read_is_found(query: str, found: dict[str, str]) -> None:
    assert PageQuery(READS).facts(query) == found


def test_one_parameter_under_two_names() -> None:
    both = PageQuery(frozenset({"utm.campaign", "page.query.utm_campaign"}))
    assert both.facts("utm_campaign=x") == {
        "utm.campaign": "x",
        "page.query.utm_campaign": "x",
    }


def test_a_site_that_reads_none() -> None:
    assert PageQuery(frozenset({"page.path"})).facts("q=1&=2") == {}
