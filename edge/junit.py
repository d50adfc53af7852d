"""Writes results in the form of JUnit's XML, which build servers show.

The elements and attributes are those that Jenkins, GitLab and GitHub actions agree on:
https://github.com/testmoapp/junitxml
"""

from collections.abc import Sequence
from pathlib import Path
from xml.etree.ElementTree import Element, ElementTree, SubElement, indent

from edge import failure_report
from edge.persona_run import Result
from edge.personas import PlacedSite
from edge.wording import printable
from rules.findings import Finding


def write(file: Path, placed: PlacedSite, results: Sequence[Result]) -> None:
    """Write a suite for each test file. Raises ``OSError``."""
    root = Element("testsuites", name=placed.live.site.name)
    by_file: dict[str, list[Result]] = {}
    for result in results:
        by_file.setdefault(result.persona.place.path, []).append(result)
    for path, those in by_file.items():
        suite = _suite(root, path, len(those), failures=sum(bool(r.failures) for r in those))
        for result in those:
            case = _case(suite, path, result.persona.name, result.persona.place.line)
            if result.failures:
                _add_failure(case, placed, result)
    _save(root, file)


def write_findings(file: Path, site: str, findings: Sequence[Finding]) -> None:
    """Write an error for each finding: nothing ran, and the last report is not to be taken for this one."""
    root = Element("testsuites", name=site)
    suite = _suite(root, site, len(findings), errors=len(findings))
    for finding in findings:
        case = _case(suite, finding.path, f"{finding.path}:{finding.line}", finding.line)
        error = SubElement(case, "error", type="finding", message=printable(finding.message))
        error.text = printable(str(finding))
    _save(root, file)


def _suite(root: Element, name: str, tests: int, *, failures: int = 0, errors: int = 0) -> Element:
    numbers = {"tests": tests, "failures": failures, "errors": errors, "skipped": 0}
    return SubElement(root, "testsuite", {"name": name, **_texts(numbers)})


def _texts(numbers: dict[str, int]) -> dict[str, str]:
    return {name: str(number) for name, number in numbers.items()}


def _case(suite: Element, path: str, name: str, line: int) -> Element:
    where = {"classname": Path(path).stem.removesuffix(".test"), "file": path, "line": str(line)}
    return SubElement(suite, "testcase", {"name": printable(name), **where})


def _add_failure(case: Element, placed: PlacedSite, result: Result) -> None:
    """Add one element for all slots that failed: some readers take only the first."""
    lines: list[str] = []
    for failure in result.failures:
        said = failure_report.rows(placed, failure)
        lines += [printable(f"{failure.want.slot}: {label} {text}") for label, text in said]
    kind = result.failures[0].decision.reason.value
    element = SubElement(case, "failure", type=kind, message=", ".join(lines[:2]))
    element.text = "\n".join(lines)


def _save(root: Element, file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    for name in ("tests", "failures", "errors"):
        root.set(name, str(sum(int(suite.get(name, "0")) for suite in root)))
    indent(root)
    ElementTree(root).write(file, encoding="utf-8", xml_declaration=True)
