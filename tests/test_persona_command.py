"""``tagwerk test``: what it prints, what it writes and how it ends."""

from io import StringIO
from pathlib import Path
from typing import Final
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner, Result
from rich.console import Console

from edge import failure_report, site_files, site_folder
from edge.cli import main
from edge.persona_run import run_tests
from edge.personas import open_placed, read_tests
from harness import DEMO
from persona_site import FILES
from rules.coverage import Coverage

pytestmark = pytest.mark.slow

GOOD: Final = """
- {name: a gold customer, consent: all, attributes: {crm.tier: gold, crm.name: Anna}, want: {hero: {rule: first}}}
- {name: nobody, want: {empty: default}}
"""
BAD: Final = """
- name: a silver customer
  consent: {personalization: granted}
  attributes: {crm.tier: silver, crm.points: 25}
  want: {hero: {rule: first, block: gold}, empty: default}
"""


def write(folder: Path, tests: str = "", **files: str) -> Path:
    """Write the site with one test file, and files of any name beside it."""
    texts = {name: content.decode() for name, content in FILES.items()}
    for name, text in {**texts, "tests/a.test.yaml": tests, **files}.items():
        if text:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text, encoding="utf-8")
    return folder


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["test", *map(str, arguments)])


def test_the_demo_has_a_test_for_every_rule() -> None:
    ended = run(DEMO, "--min-coverage", "100%")
    assert ended.exit_code == 0, ended.output
    assert "tests passed\n\n100 % of the rules win in a test" in ended.output


def test_good_tests_are_counted(tmp_path: Path) -> None:
    ended = run(write(tmp_path, GOOD))
    assert ended.output.startswith(
        "test: 2 tests passed\n\n20.0 % of the rules win in a test (1 of 5)\n"
    )
    assert ended.exit_code == 0


def test_a_failure_says_what_was_wanted_what_came_and_why(tmp_path: Path) -> None:
    ended = run(write(tmp_path, BAD))
    assert ended.exit_code == 1
    assert ended.output.splitlines()[:10] == [
        "FAILED  a silver customer",
        f"  {tmp_path}/tests/a.test.yaml:2:3",
        "  slot hero",
        "    wanted  rule first",
        "    got     rule none",
        "    wanted  block gold",
        "    got     block none",
        "    why     rule none matches, so the slot shows addClass big (MATCH)",
        "    and     first: crm.tier: gold is false: it is silver "
        f"({tmp_path}/rules/main.yaml:6:12)",
        "",
    ]
    assert "\ntest: 1 of 1 test failed\n" in ended.output


@pytest.mark.parametrize(
    ("test", "said"),
    [
        ("want: {hero: {rule: off}}", "off: it is switched off"),
        ("consent: all, attributes: {crm.tier: gold, crm.name: A, crm.points: 25}, want: {hero: {rule: none}}",
         "none matches as well, but stands below: its priority is 6"),
        ("now: 2026-01-01, want: {strip: {rule: spring}}",
         "spring: its campaign begins 2026-03-01 00:00 Europe/Berlin"),
        ("want: {hero: {block: gold}}", "first: it might match with consent to personalization ("),
        ("consent: all, attributes: {crm.points: 25}, want: {hero: default}",
         "none: crm.points: {lt: 20} is false: it is 25, not less than 20 (the nearest of 2 under none) ("),
        ("consent: all, attributes: {crm.tier: gold}, want: {hero: default}",
         "first: for block gold shows crm.name, which nobody knows"),
    ],
)  # fmt: skip
def test_what_kept_a_rule_from_winning_is_said(tmp_path: Path, test: str, said: str) -> None:
    ended = run(write(tmp_path, f"- {{name: a, {test}}}"))
    assert f"    and     {said}" in ended.output


def test_at_eighty_columns_texts_stay_beside_their_labels(tmp_path: Path) -> None:
    placed = open_placed(write(tmp_path, BAD))
    coverage = Coverage(placed.live.site, placed.places)
    result = run_tests(placed, read_tests(placed), coverage, 0, lambda done, total: None)[0]
    out = Console(width=80, record=True, file=StringIO(), force_terminal=True)
    failure_report.print_result(out, placed, result)
    lines = out.export_text().splitlines()
    after = lines[lines.index("    got     block none") + 1 :]
    assert all(
        line.startswith(("    why     ", "    and     ", " " * 12)) for line in after if line
    )
    assert not any(line.endswith(" ") for line in lines)


def test_all_that_no_test_reaches_is_listed_with_its_place(tmp_path: Path) -> None:
    ended = run(write(tmp_path, GOOD))
    rules = f"\n  No test makes these rules win:\n    {tmp_path}/rules/main.yaml:8:9: fans\n"
    assert rules in ended.output
    assert f"\n    {tmp_path}/rules/main.yaml:6:12: crm.tier: gold\n" in ended.output
    assert "Neither true nor false in any test:" in ended.output


def test_long_lists_are_cut_unless_all_is_asked_for(tmp_path: Path) -> None:
    rules = "\n".join(
        f"  - {{id: r{n:02}, slot: empty, when: {{page.path: /{n}}}, show: {{action: hide}}}}"
        for n in range(30)
    )
    folder = write(tmp_path, GOOD, **{"rules/many.yaml": f"campaign: many\nrules:\n{rules}\n"})
    cut = run(folder).output
    assert "    and 14 more, which --all lists\n" in cut and "many.yaml:32:10: r29" not in cut
    whole = run(folder, "--all").output
    assert "more, which" not in whole and "/rules/many.yaml:32:10: r29\n" in whole


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (["--min-coverage", "20%"], 0, ""),
        (["--min-coverage", "20.1"], 1, "Too little: 20.0 % of rules reached, 20.1 % asked for\n"),
        (["--min-conditions", "4%"], 0, ""),
        (
            ["--min-conditions", "5 %"],
            1,
            "Too little: 4.5 % of conditions reached, 5 % asked for\n",
        ),
    ],
)
def test_too_little_coverage_is_a_failure(
    tmp_path: Path, options: list[str], code: int, said: str
) -> None:
    ended = run(write(tmp_path, GOOD), *options)
    assert ended.exit_code == code
    assert ended.output.endswith(said) and ("Too little" in ended.output) is bool(said)


@pytest.mark.parametrize("share", ["101%", "-1", "many", "nan"])
def test_a_share_that_is_none(tmp_path: Path, share: str) -> None:
    ended = run(write(tmp_path, GOOD), f"--min-coverage={share}")
    assert f"'{share}' is no share. Write it as 90%" in ended.output and ended.exit_code == 2


def test_a_site_without_tests_has_passed_nothing(tmp_path: Path) -> None:
    ended = run(write(tmp_path))
    wanted = f"test: there are no tests. Write the first to {tmp_path}/tests/NAME.test.yaml\n"
    assert (ended.output, ended.exit_code) == (wanted, 1)


def test_a_folder_that_is_no_site(tmp_path: Path) -> None:
    write(tmp_path / "one", GOOD)
    ended = run(tmp_path)
    assert ended.exit_code == 2
    assert f"{tmp_path} holds no site.yaml; write {tmp_path}/one" in ended.output


def test_findings_of_all_test_files_are_said_and_nothing_runs(tmp_path: Path) -> None:
    folder = write(
        tmp_path,
        GOOD + "- {name: a, want: {herp: default}}",
        **{"tests/b.test.yml": "- {nam: a, want: {hero: default}}", "tests/c.test.yaml": "{"},
    )
    ended = run(folder)
    assert ended.exit_code == 1 and "passed" not in ended.output
    first, second, third = ended.output.splitlines()
    assert first.startswith(f"{folder}/tests/a.test.yaml:4:20: error: there is no slot 'herp'.")
    assert second.startswith(f"{folder}/tests/b.test.yml:1:4: error: a test has no key 'nam'.")
    assert third.startswith(f"{folder}/tests/c.test.yaml:")


def test_tests_are_no_part_of_the_site(tmp_path: Path) -> None:
    folder = write(tmp_path)
    before, stamps = site_folder.open_site(folder).site.version, site_files.stamps(folder)
    (folder / "tests").mkdir()
    (folder / "tests" / "a.test.yaml").write_text("- broken: [", encoding="utf-8")
    assert site_folder.open_site(folder).site.version == before
    assert site_files.stamps(folder) == stamps
    assert CliRunner().invoke(main, ["check", str(folder)]).exit_code == 0


def test_a_site_that_is_wrong_is_told_so(tmp_path: Path) -> None:
    rules = FILES["rules/main.yaml"].decode().replace("crm.tier: gold", "crm.teir: gold")
    ended = run(write(tmp_path, GOOD, **{"rules/main.yaml": rules}))
    assert ended.output.startswith(f"{tmp_path}/rules/main.yaml:6:12: error: there is no attribute")
    assert ended.exit_code == 1


def report(tmp_path: Path, *tests: str) -> ElementTree.Element:
    """Run tests and return the report; every element has what readers of the form need."""
    file = tmp_path / "report.xml"
    names = {f"tests/{n}.test.yaml": text for n, text in enumerate(tests)}
    run(write(tmp_path / "site", **names), "--junit", file)
    root = ElementTree.parse(file).getroot()
    assert file.read_text(encoding="utf-8").startswith("<?xml version='1.0' encoding='utf-8'?>")
    check(root)
    return root


def check(root: ElementTree.Element) -> None:
    assert root.tag == "testsuites" and root.get("name")
    for suite in root:
        assert suite.tag == "testsuite" and suite.get("name")
        assert suite.get("tests") == str(len(suite))
        assert suite.get("failures") == str(len(suite.findall("testcase/failure")))
        assert suite.get("errors") == str(len(suite.findall("testcase/error")))
        assert suite.get("skipped") == "0"
        for case in suite:
            assert case.tag == "testcase" and case.get("name") and case.get("classname")
            assert [each.tag for each in case] in ([], ["failure"], ["error"])
            assert all(each.get("message") and each.get("type") and each.text for each in case)
    for total in ("tests", "failures", "errors"):
        assert root.get(total) == str(sum(int(suite.get(total, "")) for suite in root))


def test_a_report_has_a_suite_for_each_file(tmp_path: Path) -> None:
    root = report(tmp_path, GOOD, BAD)
    assert [suite.get("name") for suite in root] == ["tests/0.test.yaml", "tests/1.test.yaml"]
    assert (root.get("tests"), root.get("failures")) == ("3", "1")
    case = root[1][0]
    assert (case.get("name"), case.get("classname")) == ("a silver customer", "1")
    assert (case.get("file"), case.get("line")) == ("tests/1.test.yaml", "2")
    assert case[0].get("message") == "hero: wanted rule first, hero: got rule none"
    assert "hero: and first: crm.tier: gold is false: it is silver" in str(case[0].text)


def test_a_report_of_findings_is_no_good_one(tmp_path: Path) -> None:
    root = report(tmp_path, "- {nam: a, want: {hero: default}}")
    assert (root.get("tests"), root.get("errors")) == ("1", "1")
    assert "a test has no key 'nam'" in str(root[0][0][0].get("message"))


def test_a_report_can_hold_any_name(tmp_path: Path) -> None:
    root = report(tmp_path, '- {name: "a\\u0001<b>&\\n\\"", want: {hero: {rule: off}}}')
    assert root[0][0].get("name") == 'a\\x01<b>&\\n"'


def test_a_report_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    ended = run(write(tmp_path, GOOD), "--junit", tmp_path / "taken" / "report.xml")
    assert ended.exit_code == 1 and "taken" in ended.output
    assert "2 tests passed" in ended.output  # what came of the tests is said all the same


def test_the_folder_of_a_report_is_made(tmp_path: Path) -> None:
    report = tmp_path / "build" / "reports" / "rules.xml"
    assert run(write(tmp_path, GOOD), "--junit", report).exit_code == 0 and report.exists()


SPLIT: Final = """
- {name: nobody else, consent: all, attributes: {page.path: /a}, want: {hero: {variant: b}}}
- {name: nobody at all, attributes: {page.path: /a}, want: {hero: {variant: b}}}
"""


def test_a_variant_that_depends_on_the_visitor_is_told_with_one_who_gets_it(tmp_path: Path) -> None:
    told = "it depends on which visitor comes, by default one called as the test: with 'visitor: 1'"
    output = " ".join(run(write(tmp_path, SPLIT)).output.split())
    assert output.count("FAILED") == 2 and output.count("it depends on which visitor") == 1
    assert told in output.split("FAILED")[1]
    stated = SPLIT.replace("nobody else,", "nobody else, visitor: 1,")
    output = run(write(tmp_path, stated)).output
    assert "FAILED  nobody at all" in output and output.count("FAILED") == 1
