"""What is refused at load: every row has its place and says what to do."""

from importlib import resources
from typing import Any

import pytest

from rules.codes import COUNTRIES
from rules.findings import did_you_mean
from rules.loader import load
from rules.model import Show
from rules.operators import OTHER_WORDS
from tables import rows

GOOD = {
    "site.yaml": b"""site: test
origins: ["https://shop.example"]
languages: [de, en]
consent: {revision: 1}
slots: {hero: {selector: "#hero"}}
attributes:
  crm.tier: {type: string, source: crm, purpose: personalization, values: [gold, silver]}
events: {view: {purpose: personalization, properties: {category: string}}}
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
    split: [{weight: 1, action: hide}]
  - id: third
    slot: hero
    when: {event: {name: view, where: {category: a}, within: 30d, count: {gte: 3}}}
    show: {action: hide}
""",
    "blocks/gold.html": b"<p>{{ n }}</p>",
}


def test_the_good_site_is_good() -> None:
    assert load(GOOD).findings == []


@pytest.mark.parametrize("row", rows("refused"))
def test_refused(row: dict[str, Any]) -> None:
    good = GOOD[row["file"]].decode()
    assert row["old"] in good
    loaded = load({**GOOD, row["file"]: good.replace(row["old"], row["new"], 1).encode()})
    assert loaded.site is None
    said = [str(finding) for finding in sorted(loaded.findings)]
    assert len(said) == len(row["want"]), said
    for line, wanted in zip(said, sorted(row["want"], key=lambda w: w), strict=True):
        assert line.startswith(wanted), said


@pytest.mark.parametrize(
    ("keys", "wanted"),
    [
        ("action: setText, text: ''", Show("setText", text="")),
        ("action: setAttribute, name: alt, value: ''", Show("setAttribute", name="alt", value="")),
        (
            "action: setAttribute, name: hidden, value: ''",
            Show("setAttribute", name="hidden", value=""),
        ),
    ],
)
def test_an_empty_text_may_be_meant(keys: str, wanted: Show) -> None:
    rules = GOOD["rules/one.yaml"].replace(b"action: hide", keys.encode(), 1)
    loaded = load({**GOOD, "rules/one.yaml": rules})
    assert loaded.findings == [] and loaded.site is not None
    assert [each.variants[0].show for each in loaded.site.rules["hero"] if each.id == "second"] == [
        wanted
    ]


@pytest.mark.parametrize("row", rows("blocks"))
def test_a_block_is_told(row: dict[str, Any]) -> None:
    loaded = load({**GOOD, "blocks/tried.html": row["source"].encode()})
    said = [str(each).removeprefix("blocks/tried.html:") for each in sorted(loaded.findings)]
    assert len(said) == len(row["want"]), said
    for line, wanted in zip(said, row["want"], strict=True):
        assert line.startswith(wanted), said


@pytest.mark.parametrize("row", rows("strays"))
def test_a_file_that_is_not_read_is_said(row: dict[str, Any]) -> None:
    campaign = b"{campaign: more, rules: []}"
    said = [str(each) for each in load({**GOOD, row["path"]: campaign}).findings]
    assert said == ([f"{row['path']}:1:1: {row['want']}"] if row["want"] else [])


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
    shown = [site.rules["hero"][0].variants[0].show for site in (loaded.site, unix.site)]
    rendered = [each.block.render("de", each.given, {}) for each in shown if each.block]
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
    ("block", "hint"),
    [
        ("gold.html", "Write 'gold'"),
        ("blocks/gold", "Write 'gold'"),
        ("shoes.v2", "Known here: gold"),
        ("../shoes", "Known here: gold"),
        ("golden", "Did you mean 'gold'? If it is new, write it to blocks/golden.html"),
    ],
)
def test_only_a_block_that_can_be_new_is_told_its_file(block: str, hint: str) -> None:
    rules = GOOD["rules/one.yaml"].replace(b"block: gold", f"block: {block}".encode())
    assert [each.hint for each in load({**GOOD, "rules/one.yaml": rules}).findings] == [hint]


def test_a_site_without_blocks_is_told_where_to_write_one() -> None:
    files = {path: content for path, content in GOOD.items() if not path.startswith("blocks/")}
    assert [each.hint for each in load(files).findings] == ["Write it to blocks/gold.html"]


@pytest.mark.parametrize("path", ["site.yaml", "rules/one.yaml"])
def test_a_file_that_is_a_list_is_one_finding(path: str) -> None:
    said = [str(each) for each in load({**GOOD, path: b"- a\n"}).findings]
    assert len(said) == 1 and "must be keys and values, not a list" in said[0]


def test_a_site_without_consent_has_none_to_read() -> None:
    site = GOOD["site.yaml"].replace(b"consent: {revision: 1}\n", b"")
    loaded = load({**GOOD, "site.yaml": site})
    assert [each.message for each in loaded.findings] == ["the site needs 'consent'"]
    assert loaded.consent is None


@pytest.mark.parametrize("row", rows("hints"))
def test_a_hint(row: dict[str, Any]) -> None:
    assert did_you_mean(row["word"], row["known"], OTHER_WORDS) == row["want"]


def test_the_countries_are_those_of_the_time_zone_database() -> None:
    text = resources.files("tzdata").joinpath("zoneinfo/iso3166.tab").read_text("utf-8")
    listed = {line[:2] for line in text.splitlines() if line and not line.startswith("#")}
    assert set(COUNTRIES) == listed | {"XK"}


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


def test_the_version_is_of_every_byte() -> None:
    one, other = load(GOOD).site, load({**GOOD, "blocks/gold.html": b"<p>{{ n }}!</p>"}).site
    assert one and other and one.version != other.version
    again = load(dict(reversed(GOOD.items()))).site
    assert again and again.version == one.version


def test_a_translation_needs_its_original() -> None:
    said = str(load({**GOOD, "blocks/only.en.html": b"x"}).findings[0])
    assert said.startswith("blocks/only.en.html:1:1: error: block 'only' has only translations")


def test_a_rule_needs_the_purposes_of_all_it_reads() -> None:
    block = b"<p>{{ n }} {{ attr['crm.tier'] }}</p>"
    rules = b"campaign: one\nrules: [{id: r, slot: hero, show: {block: gold, with: {n: 1}}}]\n"
    site = load({**GOOD, "rules/one.yaml": rules, "blocks/gold.html": block}).site
    assert site and site.rules["hero"][0].purposes == {"personalization"}
    assert "crm.tier" in site.reads


def with_audiences(lines: list[str], when: str = "{audience: a0}") -> dict[str, bytes]:
    """Return the good site with more audiences and one rule."""
    site = GOOD["site.yaml"] + "".join(f"  {line}\n" for line in lines).encode()
    rules = f"""campaign: one
schedule: {{timezone: Europe/Berlin}}
rules: [{{id: r, slot: hero, show: {{action: hide}}, when: {when}}}]
"""
    return {**GOOD, "site.yaml": site, "rules/one.yaml": rules.encode()}


def doubling(levels: int) -> list[str]:
    """Return audiences each of which uses the next one twice."""
    uses = (f"{{any: [{{audience: a{n + 1}}}, {{audience: a{n + 1}}}]}}" for n in range(levels))
    lines = [f"a{n}: {use}" for n, use in enumerate(uses)]
    return [*lines, f"a{levels}: {{crm.tier: gold, event: {{name: view, count: 1}}}}"]


@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.parametrize(
    ("lines", "wanted"),
    [
        (doubling(18), "the condition grows to more than 2000 parts through its audiences"),
        (
            [f"a{n}: {{audience: a{n + 1}}}" for n in range(400)] + ["a400: {geo.country: DE}"],
            "audiences nest deeper than 20",
        ),
        (
            [f"a{n}: {'{not: ' * 20}{{audience: a{n + 1}}}{'}' * 20}" for n in range(15)]
            + ["a15: {geo.country: DE}"],
            "audiences nest deeper than 20, or 60 conditions deep",
        ),
    ],
)
def test_audiences_are_bounded(lines: list[str], wanted: str, backwards: bool) -> None:
    loaded = load(with_audiences(lines[::-1] if backwards else lines))
    assert loaded.site is None
    assert wanted in str(loaded.findings[0])


def test_an_audience_used_often_is_one_condition_and_still_counts() -> None:
    site = load(with_audiences(doubling(8))).site
    assert site is not None
    rule = site.rules["hero"][0]
    parts = getattr(rule.condition, "parts", ())
    assert len(parts) == 2 and parts[0] is parts[1]
    assert rule.purposes == {"personalization"} and "crm.tier" in site.reads
    assert [counter.keep for counter in site.counters] == [2]


def test_an_audience_nobody_uses_is_read() -> None:
    said = [str(each) for each in load(with_audiences(["a0: {}", "lost: {crm.x: 1}"])).findings]
    assert len(said) == 2
    assert said[0].startswith("site.yaml:11:7: error: the condition is empty")
    assert said[1].startswith("site.yaml:12:10: error: there is no attribute 'crm.x'")


@pytest.mark.parametrize(
    "source",
    [
        "{{ " + "(" * 3000 + "1" + ")" * 3000 + " }}",
        "{{ " + "-" * 3000 + "1 }}",
        "{{ " + "+".join(["1"] * 3000) + " }}",
        "{{ 'a'" + "|upper" * 3000 + " }}",
        "{% if 1 %}" * 120 + "x" + "{% endif %}" * 120,
        "{{ " + "9" * 5000 + " }}",
        "<b>" * 201,
    ],
    ids=["brackets", "signs", "sums", "filters", "ifs", "digits", "tags"],
)
def test_a_block_beyond_reading_is_a_finding(source: str) -> None:
    said = [str(each) for each in load({**GOOD, "blocks/bad.html": source.encode()}).findings]
    assert len(said) == 1
    assert said[0].startswith("blocks/bad.html:1:1: error: the block is nested too deeply")


def test_a_block_too_large_is_a_finding() -> None:
    said = load({**GOOD, "blocks/bad.html": b"x" * 65_537}).findings
    assert [each.message for each in said] == ["the block is larger than 64 KiB"]


def test_a_block_may_nest_as_far_as_anybody_writes() -> None:
    source = "{% if 1 %}" * 16 + "{{ 1|round(6) }}{{ 'a'|default('b') }}" + "{% endif %}" * 16
    assert load({**GOOD, "blocks/deep.html": source.encode()}).findings == []


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("SiteFile", "site.yaml"),
        ("compile_block", "blocks/gold.html"),
        ("CampaignFile.read", "rules/one.yaml"),
    ],
)
def test_a_fault_of_ours_is_a_finding_of_one_file(
    name: str, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fault(*_: object) -> None:
        raise ZeroDivisionError("what the file holds")

    monkeypatch.setattr(f"rules.loader.{name}", fault)
    loaded = load(GOOD)
    assert loaded.site is None
    wanted = f"{path}:1:1: error: this file could not be read (ZeroDivisionError). "
    assert [str(each) for each in loaded.findings] == [f"{wanted}Report it: this is a fault."]


def test_a_file_whose_name_is_no_text_is_named() -> None:
    loaded = load({**GOOD, "rules/sch\udcf6n.yaml": GOOD["rules/one.yaml"]})
    assert [str(each) for each in loaded.findings] == [
        "rules/sch?n.yaml:1:1: error: the file's name is not UTF-8. "
        "Rename it with letters that every system knows: a to z."
    ]
