"""A site's files: those that are missing, empty, astray, or as Windows saves them."""

from typing import Any

import pytest

from good_site import GOOD
from rules.loader import load
from tables import rows


@pytest.mark.parametrize("row", rows("strays"))
def test_a_file_that_is_not_read_is_said(row: dict[str, Any]) -> None:
    content = row.get("content", "{campaign: more, rules: []}").encode()
    loaded = load({**GOOD, row["path"]: content})
    said = [str(each) for each in loaded.findings]
    assert (loaded.site is None) == any(each.severity == "error" for each in loaded.findings)
    assert said == ([f"{row['path']}:1:1: {row['want']}"] if row["want"] else [])


def test_what_lies_beside_a_site_makes_no_other_version_of_it() -> None:
    good, other = load(GOOD).site, load({**GOOD, "gold2.yaml": b"campaign: two"}).site
    assert good is not None and other is not None and good.version == other.version


def test_a_rule_is_refused_whose_block_lies_where_nobody_reads() -> None:
    files = {path: content for path, content in GOOD.items() if not path.startswith("blocks/")}
    loaded = load({**files, "bausteine/gold.html": GOOD["blocks/gold.html"]})
    assert [(each.path, each.severity) for each in loaded.findings] == [
        ("bausteine/gold.html", "warning"),
        ("rules/one.yaml", "error"),
    ]


def test_a_block_that_is_not_read_is_not_called_missing_too() -> None:
    files = {path: content for path, content in GOOD.items() if not path.startswith("blocks/")}
    said = load({**files, "blocks/gold.htm": GOOD["blocks/gold.html"]}).findings
    assert [each.path for each in said] == ["blocks/gold.htm"]


@pytest.mark.parametrize("path", ["site.yaml", "rules/one.yaml"])
@pytest.mark.parametrize("content", [b"", b"# later\n", b"~"])
def test_an_empty_file_is_one_finding(path: str, content: bytes) -> None:
    said = [str(each) for each in load({**GOOD, path: content}).findings]
    assert len(said) == 1
    assert said[0].startswith(f"{path}:1:1: error: the file is empty. ")


@pytest.mark.parametrize("files", [{}, {"site.yaml": b"\n"}])
def test_who_has_no_site_file_is_told_a_whole_one(files: dict[str, bytes]) -> None:
    (finding,) = load(files).findings
    advised = finding.hint.removeprefix("Write at least ")
    assert load({"site.yaml": advised.encode()}).site is not None


@pytest.mark.parametrize("name", ["site.yml", "site.yaml.txt", "Site.yaml"])
def test_a_site_file_that_is_called_almost_so_is_named(name: str) -> None:
    files = {path: content for path, content in GOOD.items() if path != "site.yaml"}
    said = [str(each) for each in load({**files, name: GOOD["site.yaml"]}).findings]
    assert said == [f"{name}:1:1: error: this file is not read. Rename it to site.yaml."]


def test_what_follows_from_the_site_file_is_not_said_besides() -> None:
    site = GOOD["site.yaml"].replace(b"[de, en]", b"[German]").replace(b"crm.tier:", b"crm.Tier:")
    files = {**GOOD, "site.yaml": site, "blocks/gold.en.html": b"<p>{{ n }}</p>"}
    assert {each.path for each in load(files).findings} == {"site.yaml"}


def test_a_site_without_slots_is_told_all_it_needs_at_once() -> None:
    site = GOOD["site.yaml"].replace(b'slots: {hero: {selector: "#hero"}}\n', b"")
    rules = GOOD["rules/one.yaml"].replace(b"slot: hero", b"slot: strip", 1)
    (finding,) = load({**GOOD, "site.yaml": site, "rules/one.yaml": rules}).findings
    assert finding.message == "the site has no slots, but its rules fill 'hero', 'strip'"
    wanted = 'Add slots: {hero: {selector: "#hero"}, strip: {selector: "#strip"}}, '
    assert finding.hint.startswith(wanted)
    unused = {"site.yaml": site, "rules/one.yaml": b"{campaign: one, rules: []}"}
    assert load(unused).findings == []


def test_a_copied_campaign_is_told_where_the_other_is() -> None:
    copied = [str(e) for e in load({**GOOD, "rules/two.yaml": GOOD["rules/one.yaml"]}).findings]
    assert copied == [
        "rules/two.yaml:1:11: error: two campaigns are called 'one', this one and "
        "rules/one.yaml:1:11. Rename one; if one file is only a copy, delete it.",
        *(
            f"rules/two.yaml:{line}:9: error: two rules are called '{name}', this one and "
            f"rules/one.yaml:{line}:9. Rename one."
            for line, name in ((4, "first"), (11, "second"), (15, "third"))
        ),
    ]


def as_windows_saves(content: bytes) -> bytes:
    return b"\xef\xbb\xbf" + content.replace(b"\n", b"\r\n")


def test_files_as_windows_saves_them_are_good() -> None:
    block = GOOD["blocks/gold.html"] + b"\n{% if n %}\n<b>a</b>\n{% endif %}\n"
    files = {**GOOD, "blocks/gold.html": block}
    loaded = load({path: as_windows_saves(content) for path, content in files.items()})
    unix = load(files)
    assert loaded.findings == [] and loaded.site is not None and unix.site is not None
    given = unix.site.rules["hero"][0].variants[0].show.given
    rendered = [site.blocks["gold"].render("de", given, {}) for site in (loaded.site, unix.site)]
    assert rendered == ["<p>1</p>\n<b>a</b>"] * 2


@pytest.mark.parametrize("path", sorted(GOOD))
def test_findings_in_files_as_windows_saves_them_have_their_place(path: str) -> None:
    more = GOOD[path].partition(b"\n")[2]
    wrong = {
        "site.yaml": (b"site: [test]\n", b"\nslot: {}\n"),
        "rules/one.yaml": (b"campaign: [one]\n", b"\nrule: 1\n"),
        "blocks/gold.html": (b"<p onclick='a'>{{ n }}</p>", b"\n<script>"),
    }
    begin, end = wrong[path]
    files = {**GOOD, path: begin + more + end}
    said = [str(each) for each in load(files).findings]
    windows = {**GOOD, path: as_windows_saves(files[path])}
    assert len(said) == 2 and [str(each) for each in load(windows).findings] == said


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ("site.yaml", "must be keys and values, not a list"),
        ("rules/one.yaml", "the file does not say which campaign this is"),
    ],
)
def test_a_file_that_is_a_list_is_one_finding(path: str, wanted: str) -> None:
    said = [str(each) for each in load({**GOOD, path: b"- a\n"}).findings]
    assert len(said) == 1 and wanted in said[0]


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


def test_a_translation_needs_its_original() -> None:
    said = str(load({**GOOD, "blocks/only.en.html": b"x"}).findings[0])
    assert said.startswith("blocks/only.en.html:1:1: error: block 'only' has only translations")


def test_a_file_whose_name_is_no_text_is_named() -> None:
    loaded = load({**GOOD, "rules/sch\udcf6n.yaml": GOOD["rules/one.yaml"]})
    assert [str(each) for each in loaded.findings] == [
        "rules/sch?n.yaml:1:1: error: the file's name is not UTF-8. "
        "Rename it with letters that every system knows: a to z."
    ]


def test_a_block_that_cannot_be_read_is_not_missing_as_well() -> None:
    loaded = load({**GOOD, "blocks/gold.html": "<p>für {{ n }}</p>".encode("cp1252")})
    said = [str(finding) for finding in loaded.findings]
    assert said == ["blocks/gold.html:1:1: error: the file is not UTF-8. Save it as UTF-8."]
