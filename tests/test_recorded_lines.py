"""Lines of a log that are no recorded requests: each is told what is wrong with it, in plain words."""

import pytest

import recorded_logs
from rules.recording import BadLine, from_line, to_line
from test_rules_replay import site

BAD = [
    (b"", "it is cut off"),
    (b"{", "it is cut off"),
    (b"hello", "it is no JSON"),
    (b"null", "it is null, and a recorded request is keys and values"),
    (b"[]", "it is a list, and a recorded request is keys and values"),
    (b"7", "it is a whole number, and a recorded request is keys and values"),
    (b"{}", "it lacks 'site'"),
    (b"\xff", "it is no JSON"),
    (b'{"site":"\xff"}', "it is not UTF-8"),
    (b'{"site":1}', "site is a whole number, and is to be a text"),
    (b'{"site":"a","version":"b","context":{"now":1}}', "context lacks 'facts'"),
    (
        b'{"site":"a","version":"b","context":{"now":-0.5}}',
        "context.now is a number, and is to be a whole number",
    ),
    (
        b'{"site":"a","version":"b","context":{"now":1,"facts":{},"granted":[]},"decisions":[]}',
        "it holds no decision",
    ),
    (b"[" * 100_000, "it is a list"),
    (b'{"more":' + b"[" * 100_000, "it is nested too deep"),
]


@pytest.mark.parametrize(("line", "told"), BAD, ids=range(len(BAD)))
def test_a_line_that_is_no_request_says_why(line: bytes, told: str) -> None:
    with pytest.raises(BadLine) as bad:
        from_line(line)
    assert str(bad.value).startswith(told)


HELD = [
    ("[]", True),
    ("[1,2]", True),
    ("[-5]", True),
    ('[[1,2],["shoes",7]]', True),
    ("[[1,2],[0.5,true]]", True),
    ("[[],[]]", True),
    ('[[1],[["a","b"]]]', True),
    ('["1"]', False),
    ("[1,null]", False),
    ("[true]", False),
    ("[0.5]", False),
    ('["shoes",[1]]', False),
    ("[[1,2]]", False),
    ('[["1"],["shoes"]]', False),
    ("[[1,2],[7]]", False),
    ("[[1],[null]]", False),
    ("[[1],7]", False),
    ("[7,[1]]", False),
    ('[[1],[["a",7]]]', False),
    ('["ab"]', False),
    ('["ab","cd"]', False),
    ("[[1],[2],[3]]", False),
    ('[{"1":2}]', False),
]


@pytest.mark.parametrize(("held", "good"), HELD, ids=[held for held, _ in HELD])
def test_a_counter_holds_what_counters_hold(held: str, good: bool) -> None:
    recorded = recorded_logs.recorded(site(), counts={"c0ffee": [4242]})
    line = to_line(recorded).replace(b"[4242]", held.encode())
    if good:
        assert to_line(from_line(line)) == line
        return
    with pytest.raises(
        BadLine, match="counter 'c0ffee' is to be times, times with values, or a sum"
    ):
        from_line(line)


def test_a_line_with_one_wrong_value_says_where() -> None:
    line = to_line(recorded_logs.recorded(site(), {"crm.tier": "gold"}))
    for old, new, told in (
        (
            b'"crm.tier":"gold"',
            b'"crm.tier":null',
            "a part of context.facts is null, and is to be true or false, a number, a text or a list",
        ),
        (
            b'"reason":"MATCH"',
            b'"reason":"LUCK"',
            "decisions[0].reason is 'LUCK', which it cannot be",
        ),
        (
            b'"now":1790000000000',
            b'"now":"noon"',
            "context.now is a text, and is to be a whole number",
        ),
        (
            b'"granted":[',
            b'"granted":[7,',
            "context.granted[0] is a whole number, and is to be a text",
        ),
        (b'"slot":"strip"', b'"slot":"hero"', "it decides slot 'hero' twice"),
        (
            b'"blocks":',
            b'"slots":["hero"],"blocks":',
            "it decides slot 'strip', which was not asked for",
        ),
        (b'"now":1790000000000', b'"now":4611686018427387904', "in no calendar"),
        (b'"now":1790000000000', b'"now":-1', "in no calendar"),
    ):
        assert old in line
        with pytest.raises(BadLine) as bad:
            from_line(line.replace(old, new))
        assert told in str(bad.value)
