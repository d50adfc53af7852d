"""``tagwerk check``: what is said of a folder, good or not, and of what is none."""

import os
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from edge.cli import main
from edge.wording import counted
from edges import RULES, SITE, write_site

ONE_RULE = "campaign: main\nrules: [{id: a, slot: hero, show: {block: gold}}]\n"


def check(place: str | Path) -> Result:
    return CliRunner().invoke(main, ["check", str(place)])


def test_a_good_site_is_counted(tmp_path: Path) -> None:
    folder = write_site(tmp_path / "one")
    ended = check(folder)
    assert ended.output.startswith("shop: good. 5 rules for 2 slots (") and ended.exit_code == 0
    write_site(folder, rules=ONE_RULE, site=SITE.replace(", strip: {}}", "}"))
    assert check(folder).output.startswith("shop: good. 1 rule for 1 slot (")


@pytest.mark.parametrize(("number", "said"), [(0, "0 rules"), (1, "1 rule"), (2, "2 rules")])
def test_things_are_counted_as_people_do(number: int, said: str) -> None:
    assert counted(number, "rule") == said


def test_a_warning_refuses_nothing(tmp_path: Path) -> None:
    over = ONE_RULE.replace("rules:", "schedule: {until: 2020-01-01}\nrules:")
    ended = check(write_site(tmp_path / "one", rules=over))
    warning, summary = ended.output.splitlines()
    assert warning.startswith(f"{tmp_path}/one/rules/main.yaml:2:19: warning: ")
    assert summary.startswith("shop: good, 1 warning. 1 rule for 2 slots (")
    assert ended.exit_code == 0


def test_rules_that_need_what_nobody_is_asked_for(tmp_path: Path) -> None:
    lean = SITE.replace("{statistics: {}, personalization: {}}", "{statistics: {}}")
    site = lean.replace("purpose: personalization, cookies", "purpose: statistics, cookies")
    ended = check(write_site(tmp_path / "one", site=site))
    warning, summary = ended.output.splitlines()
    assert warning == (
        f"{tmp_path}/one/site.yaml:7:13: warning: nobody is asked for personalization: rule 'gold' "
        "and 1 other rule can never win. Add 'personalization:' under 'purposes:' in 'consent:'."
    )
    assert summary.startswith("shop: good, 1 warning. ") and ended.exit_code == 0


def test_warnings_are_told_beside_what_is_refused(tmp_path: Path) -> None:
    over = ONE_RULE.replace("rules:", "schedule: {until: 2020-01-01}\nrules:")
    ended = check(write_site(tmp_path / "one", rules=over.replace("hero", "herp")))
    assert [" error: " in line for line in ended.output.splitlines()] == [False, True]
    assert ended.exit_code == 1


def test_every_site_of_a_folder_is_read_whatever_the_first_is(tmp_path: Path) -> None:
    one = write_site(tmp_path / "one", rules=RULES.replace("slot: hero", "slot: herp"))
    write_site(tmp_path / "two")
    ended = check(tmp_path)
    first, *_, last = ended.output.splitlines()
    assert first.startswith(f"{one}/rules/main.yaml:4:") and last.startswith("shop: good. ")
    assert ended.exit_code == 1


@pytest.mark.parametrize("part", ["site.yaml", "rules/main.yaml", "blocks/gold.html"])
def test_a_file_is_answered_with_the_folder_it_belongs_to(tmp_path: Path, part: str) -> None:
    folder = write_site(tmp_path / "one")
    ended = check(folder / part)
    hint = f"{folder / part} is a file. Give the folder that holds site.yaml: {folder}\n"
    assert ended.output.endswith(f"Error: {hint}") and ended.exit_code == 2


def test_a_part_of_a_site_is_answered_with_its_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write_site(tmp_path / "one")
    wanted = f"holds no site.yaml. Give the folder that holds site.yaml: {folder}\n"
    assert check(folder / "rules").output.endswith(wanted)
    monkeypatch.chdir(folder / "rules")
    assert check(".").output.endswith(wanted)


def test_a_folder_without_a_site(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").touch()
    ended = check(tmp_path)
    wanted = f"{tmp_path} holds no site.yaml. Give the folder that holds site.yaml\n"
    assert ended.output.endswith(wanted) and ended.exit_code == 2


@pytest.mark.parametrize("name", ["site.yml", "site.yaml.txt"])
@pytest.mark.parametrize("where", ["its folder", "above", "above, beside a good one"])
def test_a_site_file_that_is_called_almost_so_is_named(
    tmp_path: Path, name: str, where: str
) -> None:
    folder = write_site(tmp_path / "one")
    (folder / "site.yaml").rename(folder / name)
    if "beside" in where:
        write_site(tmp_path / "two")
    ended = check(folder if where == "its folder" else tmp_path)
    said = "1:1: error: this file is not read. Rename it to site.yaml."
    assert ended.output.startswith(f"{folder / name}:{said}\n") and ended.exit_code == 1
    assert ("shop: good." in ended.output) is ("beside" in where)


def test_a_file_beside_the_site_file_is_nobodys_business(tmp_path: Path) -> None:
    folder = write_site(tmp_path / "one")
    for name in ("site.yml", "site.yaml.txt"):
        (folder / name).write_text("- hosts: all", encoding="utf-8")
        (tmp_path / name).write_text("- hosts: all", encoding="utf-8")
    assert [check(each).exit_code for each in (folder, tmp_path)] == [0, 0]


def test_consent_that_is_nothing_is_told_what_to_write(tmp_path: Path) -> None:
    site = SITE[: SITE.index("consent:")] + "consent:" + SITE[SITE.index("\nslots:") :]
    ended = check(write_site(tmp_path / "one", site=site))
    wanted = "consent must be keys and values. Write at least consent: {revision: 1}."
    assert ended.output.endswith(f"{os.linesep}".join([wanted, ""]))


@pytest.mark.parametrize(
    ("consent", "wanted"),
    [
        (
            "{revision: 1, regimes: {CH: opt_in, EU: opt_in}}",
            "5:46: error: consent.regimes.EU: 'EU' is no country. Name its countries, or set default.",
        ),
        (
            "{revision: 1, regimes: {CH: none}}",
            "5:38: error: consent.regimes.CH: there is no regime 'none'. Known here: ",
        ),
        (
            "{revision: 1, purposes: {statistics: {}, statistik: {}}}",
            "5:51: error: consent.purposes.statistik: there is no purpose 'statistik'. ",
        ),
        (
            "{revision: 1, purposes: {necessary: {}}}",
            "5:35: error: consent.purposes.necessary: necessary is always on ",
        ),
        ("{revison: 1, revision: 1}", "5:11: error: consent.revison: there is no key 'revison' "),
        (
            "{revision: 1, privacy_url: {de: /a, deutsch: /b}}",
            "5:46: error: consent.privacy_url.deutsch: 'deutsch' is no language. ",
        ),
        (
            "{revision: 1, imprint_url: {de: /a, fr: /b}}",
            "5:46: error: consent.imprint_url.fr: the site has no language 'fr'. The site speaks de, en.",
        ),
        (
            "{revision: 1, privacy_url: {de: b}}",
            "5:42: error: consent.privacy_url.de: 'b' is no address to link to. ",
        ),
    ],
)
def test_a_mistake_of_consent_is_told_where_it_stands(
    tmp_path: Path, consent: str, wanted: str
) -> None:
    head, _, rest = SITE.partition("consent:\n")
    site = f"{head}consent: {consent}\nslots:{rest.partition('slots:')[2]}"
    lines = check(write_site(tmp_path / "one", site=site)).output.splitlines()
    assert [line.removeprefix(f"{tmp_path}/one/site.yaml:")[: len(wanted)] for line in lines] == [
        wanted
    ]


def test_languages_of_addresses_are_not_held_against_languages_that_cannot_be_read(
    tmp_path: Path,
) -> None:
    site = SITE.replace("[de, en]", "[deutsch]").replace(
        "  revision: 1", "  revision: 1\n  privacy_url: {fr: /a}"
    )
    said = check(write_site(tmp_path / "one", site=site)).output.splitlines()
    assert len(said) == 1 and "'deutsch' is no language" in said[0]
