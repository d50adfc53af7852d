"""``tagwerk recordings`` and ``tagwerk replay``: from the store to a log to what would change."""

import asyncio
import json
import time
from collections.abc import Mapping, Sequence
from io import StringIO
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from rich.console import Console

import recorded_logs
from edge import cli, recorded_requests, site_folder
from edge.replay_report import share, show
from edges import HOME, running
from harness import ROOT, copy_demo
from rules.recording import from_line, to_line
from rules.replay_tally import Moves, Report, SlotTally

pytestmark = pytest.mark.slow
DEMO = ROOT / "examples" / "demo-shop"


@pytest.fixture
def demo(tmp_path: Path) -> Path:
    return copy_demo(tmp_path / "demo-shop")


@pytest.fixture
def log(tmp_path: Path, demo: Path) -> Path:
    return recorded_logs.write(tmp_path / "log.jsonl", site_folder.open_site(demo).site, 400)


def call(*arguments: object, env: Mapping[str, str] | None = None, input: bytes = b"") -> Result:
    """Run a command in this process."""
    wide = {"COLUMNS": "200", **(env or {})}
    return CliRunner().invoke(cli.main, list(map(str, arguments)), env=wide, input=input)


def edit(folder: Path, name: str, old: str, new: str) -> None:
    path = folder / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_the_same_rules_change_nothing(demo: Path, log: Path) -> None:
    ended = call("replay", demo, log)
    assert ended.exit_code == 0, ended.output
    assert "demo-shop: 400 requests decided again" in ended.stdout
    assert "400 requests by the same rules: 400 byte for byte the same" in ended.stdout
    assert "change" not in ended.stdout and ended.stderr == ""


def test_other_rules_say_what_changes(demo: Path, log: Path) -> None:
    edit(demo, "rules/kundenkarte.yaml", "{crm.loyalty_tier: gold}", "{crm.loyalty_tier: silver}")
    ended = call("replay", demo, log, "--examples", "2")
    assert ended.exit_code == 0, ended.output
    report = json.loads(call("replay", demo, log, "--json", "--examples", "2").stdout)
    hero = report["slots"]["hero"]
    lost = hero["blocks"]["hero-gold"]["lost"]
    part = share(hero["changed"], 400)
    assert f"{part} of requests change in slot hero; " in ended.stdout
    assert f"{lost} lose block hero-gold" in ended.stdout
    assert 0 < lost < hero["changed"] <= report["changed"] < 400
    kinds = report["kinds"]
    assert len(kinds) == 2 and ended.stdout.count("; for example ") == 2
    assert f"{kinds[0]['requests']} x hero: " in ended.stdout
    assert (
        f"{kinds[0]['why']}; for example {kinds[0]['id']} in line {kinds[0]['line']}"
        in ended.stdout
    )
    request = from_line(log.read_bytes().splitlines()[kinds[0]["line"] - 1])
    assert request.made(kinds[0]["id"])


def test_what_was_not_recorded_is_said(demo: Path, log: Path) -> None:
    edit(demo, "rules/kundenkarte.yaml", "{crm.loyalty_tier: gold}", "{page.query.x: a}")
    edit(demo, "site.yaml", "count: {gte: 3}", "count: {gte: 9}")
    ended = call("replay", demo, log)
    said = "page.query.x is not recorded in 400 requests (100.0 %): unknown there"
    assert said in ended.stdout
    assert "event view is not counted far enough in " in ended.stdout


ADDRESS = (
    "\nclient.ip, a visitor's network address, is never recorded, so nobody has one in a replay: "
    "what asks for it ("
)
EFFECT = ") wins less often here than on your site, and others in the slot more often\n"


@pytest.mark.parametrize("asked", ["client.ip: 192.0.2.1", "not: {client.ip: 192.0.2.1}"])
def test_what_is_never_recorded_is_said_once_and_what_it_means(
    demo: Path, log: Path, asked: str
) -> None:
    edit(demo, "rules/herbst.yaml", "utm.campaign: herbst", asked)
    ended = call("replay", demo, log)
    assert f"{ADDRESS}rule in-the-shop, rule autumn-hero{EFFECT}" in ended.stdout
    assert ended.stdout.count("client.ip") == 1
    report = json.loads(call("replay", demo, log, "--json").stdout)
    assert report["without_address"] == ["rule in-the-shop", "rule autumn-hero"]
    assert report["unknown"] == {}


def test_many_rules_that_ask_for_an_address_are_named_up_to_ten() -> None:
    report = Report("shop", "v", requests=2, without_address=[f"rule r{n:02}" for n in range(12)])
    out = StringIO()
    show(report, Console(file=out, width=200))
    names = ", ".join(report.without_address[:10])
    assert f"{ADDRESS}{names} and 2 more{EFFECT}" in out.getvalue()


@pytest.mark.parametrize(
    ("moves", "changed", "said"),
    [
        (Moves(0, 1), 1, "10.0 % of requests change in slot hero; 1 request loses block vip\n"),
        (Moves(0, 2), 2, "20.0 % of requests change in slot hero; 2 lose block vip\n"),
        (Moves(1, 1), 2, "; 1 request loses block vip; 1 request gains block vip\n"),
        (Moves(1200, 0), 9, "; 1,200 gain block vip\n"),
    ],
)
def test_what_blocks_lose_is_counted_in_requests(moves: Moves, changed: int, said: str) -> None:
    slot = SlotTally(10, changed, blocks={"vip": moves})
    out = StringIO()
    report = Report("shop", "v", requests=10, changed=changed, slots={"hero": slot})
    show(report, Console(file=out, width=200))
    assert said in out.getvalue() and "Gains and losses, in requests" in out.getvalue()
    verb = "changes" if changed == 1 else "change"
    assert f"10 requests by other rules: {changed} {verb} ({changed}0.0 %)" in out.getvalue()


def test_bytes_that_differ_under_the_same_rules_are_a_fault(demo: Path, log: Path) -> None:
    lines = log.read_bytes().splitlines(keepends=True)
    at = next(n for n, line in enumerate(lines) if b"c-hero" in line)
    lines[at] = lines[at].replace(b"c-hero__", b"d-hero__", 1)
    log.write_bytes(b"".join(lines))
    ended = call("replay", demo, log)
    assert ended.exit_code == 1
    assert "FAULT: 1 request decided otherwise by the very rules" in ended.stdout
    assert f"    line {at + 1}: request {from_line(lines[at]).request}, slots hero" in ended.stdout
    assert "399 byte for byte the same" in ended.stdout
    report = json.loads(call("replay", demo, log, "--json").stdout)
    assert (report["faulty"], report["faults"][0]["line"]) == (1, at + 1)


def test_bad_lines_are_named_and_the_rest_goes_on(demo: Path, log: Path) -> None:
    good = log.read_bytes().splitlines()
    other = from_line(good[0])
    foreign = to_line(type(other)("shop", other.version, other.context, other.decisions))
    bad = [b"{", b"", b"   ", b'{"site": "demo-shop"}', foreign, b"\xff\xfe", b"\x1b[31m"]
    log.write_bytes(b"\n".join([*good[:3], *bad, *good[3:]]))
    ended = call("replay", demo, log)
    assert ended.exit_code == 1
    assert "5 lines could not be read; the rest was replayed" in ended.stdout
    assert "400 requests by the same rules: 400 byte for byte the same" in ended.stdout
    named = [line.removeprefix(f"{log}:") for line in ended.stderr.splitlines()]
    assert [line.partition(":")[0] for line in named] == ["4", "7", "8", "9", "10"]
    assert all(line.partition(": ")[2].startswith("no recorded request: ") for line in named)
    assert "it is of site 'shop', and these are the rules of 'demo-shop'" in named[2]
    assert "\x1b" not in ended.stderr


def test_many_bad_lines_are_counted(demo: Path, tmp_path: Path) -> None:
    log = tmp_path / "bad.jsonl"
    log.write_bytes(b"{}\n" * 150)
    ended = call("replay", demo, log)
    assert ended.exit_code == 1
    assert len(ended.stderr.splitlines()) == 101
    assert ended.stderr.splitlines()[-1] == f"{log}: and 50 more lines"
    assert "150 lines could not be read" in ended.stdout


def test_a_line_without_end_is_bad_and_the_rest_goes_on(
    demo: Path, log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recorded_requests, "LONGEST", 50_000)
    good = log.read_bytes()
    log.write_bytes(b"x" * 170_000 + b"\n" + good)
    ended = call("replay", demo, log)
    assert ended.stderr.startswith(f"{log}:1: no recorded request: it is longer than")
    assert "400 byte for byte the same" in ended.stdout


def test_an_empty_log(demo: Path, tmp_path: Path) -> None:
    (tmp_path / "log").write_bytes(b"")
    ended = call("replay", demo, tmp_path / "log")
    assert (ended.exit_code, ended.stderr) == (0, "")
    assert "0 requests decided again" in ended.stdout


WRONG: list[tuple[Sequence[str], str]] = [
    (["replay"], "Missing argument"),
    (["replay", str(DEMO)], "Missing argument 'LOG'"),
    (["replay", "no-such-folder", "-"], "does not exist"),
    (["replay", str(DEMO / "rules"), "-"], "holds no site.yaml"),
    (["replay", str(DEMO), "no-such-log"], "does not exist"),
    (["replay", str(DEMO), "-", "--examples", "-1"], "--examples"),
    (["recordings"], "--site"),
    (["recordings", "--site", "shop", "--since", "7"], "'7' is no time. Write 7d"),
    (["recordings", "--site", "shop", "--since", "7 Tage"], "'7 Tage' is no time. Write 7d"),
    (["recordings", "--site", "shop", "--since", "2 weeks"], "'2 weeks' is no time. Write 14d"),
    (["recordings", "--site", "shop", "--since", "soon"], "90m, 12h, 7d"),
    (["recordings", "--site", "shop", "--since", "0d"], "90m, 12h, 7d"),
]


@pytest.mark.parametrize(("arguments", "told"), WRONG)
def test_wrong_use_is_exit_2(arguments: Sequence[str], told: str) -> None:
    ended = call(*arguments)
    assert ended.exit_code == 2 and told in ended.stderr


def test_a_store_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/none.db"
    ended = call("recordings", "--site", "shop", "--store", url)
    assert ended.exit_code == 1 and f"{tmp_path}/none.db: there is no store" in ended.stderr
    assert "name the server's with --store" in ended.stderr
    assert list(tmp_path.iterdir()) == []


def recorded_edge(tmp_path: Path) -> list[str]:
    """Let an edge record three requests a day apart, the last one now; the ids of their heroes."""

    async def main() -> list[str]:
        async with running(tmp_path, environ={"TAGWERK_RECORD": "100%"}) as edge:
            browser = edge.browser()
            today = time.time_ns() // 1_000_000
            edge.clock.now = today - 2 * recorded_logs.DAY
            await browser.consent("accept_all")
            ids = []
            for _ in range(3):
                ids.append((await browser.decide(HOME))["hero"]["id"])
                edge.clock.now += recorded_logs.DAY
            return ids

    return asyncio.run(main())


def test_from_the_store_to_a_replay(tmp_path: Path) -> None:
    ids = recorded_edge(tmp_path)
    store = {"TAGWERK_STORE": f"sqlite:///{tmp_path}/store.db"}
    written = call("recordings", "--site", "shop", env=store)
    assert written.exit_code == 0 and written.stderr == "shop: 3 recorded requests\n"
    lines = written.stdout_bytes.splitlines()
    assert [from_line(line).decisions[0].id for line in lines] == ids
    recent = call("recordings", "--site", "shop", "--since", "36h", env=store)
    assert recent.stdout_bytes.splitlines() == lines[1:]
    assert call("recordings", "--site", "other", env=store).stdout_bytes == b""
    replayed = call("replay", tmp_path / "sites" / "shop", "-", input=written.stdout_bytes)
    assert replayed.exit_code == 0, replayed.output
    assert "3 requests by the same rules: 3 byte for byte the same" in replayed.stdout


def test_a_request_is_found_by_the_id_of_a_decision(tmp_path: Path) -> None:
    ids = recorded_edge(tmp_path)
    url = f"sqlite:///{tmp_path}/store.db"
    found = recorded_requests.find_in_store(url, "shop", ids[1])
    assert found is not None and found.decisions[0].id == ids[1]
    log = tmp_path / "log"
    log.write_bytes(
        b"nonsense\n" + call("recordings", "--site", "shop", "--store", url).stdout_bytes
    )
    assert recorded_requests.find_in_log(log, ids[1]) == found
    for unknown in (ids[1][:-1], f"{ids[1]}0", ids[1].partition("-")[0], ""):
        assert recorded_requests.find_in_store(url, "shop", unknown) is None
        assert recorded_requests.find_in_log(log, unknown) is None
    assert recorded_requests.find_in_store(url, "other", ids[1]) is None


@pytest.mark.parametrize(
    ("part", "whole", "said"),
    [
        (31, 1000, "3.1 %"),
        (0, 1000, "0.0 %"),
        (0, 0, "0.0 %"),
        (1, 1_000_000, "less than 0.1 %"),
        (1, 2000, "0.1 %"),
        (999_999, 1_000_000, "more than 99.9 %"),
        (1000, 1000, "100.0 %"),
    ],
)
def test_a_share_is_never_rounded_to_none_or_all(part: int, whole: int, said: str) -> None:
    assert share(part, whole) == said
