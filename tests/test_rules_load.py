"""What is refused at load: every row has its place and says what to do."""

from importlib import resources
from typing import Any

import pytest

from good_site import GOOD
from rules.codes import COUNTRIES
from rules.conditions import Named
from rules.findings import WIDE_SPACE, did_you_mean, did_you_mean_key
from rules.loader import load
from rules.model import Show
from rules.operators import OTHER_WORDS
from tables import rows


def test_the_good_site_is_good() -> None:
    assert load(GOOD).findings == []


@pytest.mark.parametrize("row", [*rows("refused"), *rows("refused_values")])
def test_refused(row: dict[str, Any]) -> None:
    good = GOOD[row["file"]].decode()
    assert row["old"] in good
    loaded = load({**GOOD, row["file"]: good.replace(row["old"], row["new"], 1).encode()})
    assert loaded.site is None
    said = [str(finding) for finding in sorted(loaded.findings)]
    assert len(said) == len(row["want"]), said
    for line, wanted in zip(said, sorted(row["want"], key=lambda w: w), strict=True):
        assert line.startswith(wanted), said


@pytest.mark.parametrize("row", rows("warned"))
def test_warned(row: dict[str, Any]) -> None:
    file = row.get("file", "rules/one.yaml")
    old, new = row.get("old", "crm.tier: gold"), row.get("when") or row["new"]
    text = GOOD.get(file, b"").decode()
    assert old in text
    loaded = load({**GOOD, file: text.replace(old, new, 1).encode()})
    (said,) = loaded.findings
    assert str(said).startswith(row["want"])
    good = load(GOOD).site
    assert good is not None and loaded.site is not None
    assert [each.id for each in loaded.site.rules["hero"]] == [
        each.id for each in good.rules["hero"]
    ]


def test_a_warning_takes_nothing_from_a_condition() -> None:
    """What cannot be read is true of everybody, which only a refusal may leave behind."""
    event = b"event:\n          {name: view, count: {gte: 3}, where: {category: a #1\n          }}"
    text = GOOD["rules/one.yaml"]
    warned = load({**GOOD, "rules/one.yaml": text.replace(b"crm.tier: gold", event, 1)}).site
    plain = text.replace(b"crm.tier: gold", event.replace(b" #1", b""), 1)
    good = load({**GOOD, "rules/one.yaml": plain}).site
    assert good is not None and warned is not None
    assert warned.rules == good.rules


def test_an_address_is_looked_at_again_when_the_origins_change() -> None:
    text = GOOD["rules/one.yaml"].replace(
        b"crm.tier: gold", b"page.url: https://other.example/a", 1
    )
    first = load({**GOOD, "rules/one.yaml": text})
    more = GOOD["site.yaml"].replace(b"https://shop.example", b"https://other.example")
    assert load({**GOOD, "site.yaml": more, "rules/one.yaml": text}, first).findings == []


@pytest.mark.parametrize("row", rows("accepted"))
def test_accepted(row: dict[str, Any]) -> None:
    file = row.get("file", "rules/one.yaml")
    old, new = row.get("old", "crm.tier: gold"), row.get("when") or row["new"]
    good = GOOD[file].decode()
    assert old in good
    if (
        "when" in row
    ):  # alone: what stands beside it may contradict it, and what stands below never win
        good = good.replace("      - page.path: {starts_with: /a}\n", "", 1)
        good = good[: good.index("  - id: second")]
    assert load({**GOOD, file: good.replace(old, new, 1).encode()}).findings == []


@pytest.mark.parametrize(
    ("keys", "wanted"),
    [
        ("action: setText, text: ''", Show("setText", text="")),
        ("action: setAttribute, name: alt, value: ''", Show("setAttribute", name="alt", value="")),
        (
            "action: setAttribute, name: hidden, value: ''",
            Show("setAttribute", name="hidden", value=""),
        ),
        (
            "action: setAttribute, name: data-part, value: .big",
            Show("setAttribute", name="data-part", value=".big"),
        ),
    ],
)
def test_a_text_that_looks_mistyped_may_be_meant(keys: str, wanted: Show) -> None:
    rules = GOOD["rules/one.yaml"].replace(b"action: hide", keys.encode(), 1)
    loaded = load({**GOOD, "rules/one.yaml": rules})
    assert loaded.findings == [] and loaded.site is not None
    assert [each.variants[0].show for each in loaded.site.rules["hero"] if each.id == "second"] == [
        wanted
    ]


@pytest.mark.parametrize("row", rows("blocks"))
def test_a_block_is_told(row: dict[str, Any]) -> None:
    loaded = load({**GOOD, "blocks/tried.html": row["source"].encode()})
    found = [each for each in sorted(loaded.findings) if each.severity == "error"]
    said = [str(each).removeprefix("blocks/tried.html:") for each in found]
    assert len(said) == len(row["want"]), said
    for line, wanted in zip(said, row["want"], strict=True):
        assert line.startswith(wanted), said


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


def test_a_site_without_consent_has_none_to_read() -> None:
    site = GOOD["site.yaml"].replace(b"consent: {revision: 1}\n", b"")
    loaded = load({**GOOD, "site.yaml": site})
    assert [each.message for each in loaded.findings] == ["the site needs 'consent'"]
    assert loaded.consent is None


def test_a_list_is_not_told_to_be_quoted() -> None:
    files = {
        **GOOD,
        "rules/one.yaml": GOOD["rules/one.yaml"].replace(b"slot: hero", b"slot: []", 1),
    }
    assert [each.hint for each in load(files).findings] == [""]


@pytest.mark.parametrize("row", rows("hints"))
def test_a_hint(row: dict[str, Any]) -> None:
    assert did_you_mean(row["word"], row["known"], OTHER_WORDS) == row["want"]


@pytest.mark.parametrize(
    ("key", "hint"),
    [
        ("show block", "Write 'show: block', with a colon and a space"),
        ("show:{action", "Write a space after 'show:'"),
        ('show "a', "Write a colon after 'show'"),
        ("show:\u00a0{action", WIDE_SPACE),
        ("showing:{action", "Known here: show, slot"),
    ],
)
def test_a_hint_to_a_key_that_took_in_its_value(key: str, hint: str) -> None:
    assert did_you_mean_key(key, ["show", "slot"]) == hint


def test_the_countries_are_those_of_the_time_zone_database() -> None:
    text = resources.files("tzdata").joinpath("zoneinfo/iso3166.tab").read_text("utf-8")
    listed = {line[:2] for line in text.splitlines() if line and not line.startswith("#")}
    assert set(COUNTRIES) == listed | {"XK"}


def test_the_version_is_of_every_byte() -> None:
    one, other = load(GOOD).site, load({**GOOD, "blocks/gold.html": b"<p>{{ n }}!</p>"}).site
    assert one and other and one.version != other.version
    again = load(dict(reversed(GOOD.items()))).site
    assert again and again.version == one.version


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
    assert isinstance(rule.condition, Named)
    parts = getattr(rule.condition.part, "parts", ())
    assert len(parts) == 2 and parts[0] is parts[1]
    assert rule.purposes == {"personalization"} and "crm.tier" in site.reads
    assert [counter.keep for counter in site.counters] == [2]


def test_an_audience_nobody_uses_is_read() -> None:
    said = [str(each) for each in load(with_audiences(["a0: {}", "lost: {crm.x: 1}"])).findings]
    assert len(said) == 2
    assert said[0].startswith("site.yaml:14:7: error: the condition is empty")
    assert said[1].startswith("site.yaml:15:10: error: there is no attribute 'crm.x'")


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
    assert load({**GOOD, "blocks/deep.html": source.encode()}).site is not None


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("site_reader.SiteFile", "site.yaml"),
        ("block_files.compile_block", "blocks/gold.html"),
        ("loader.CampaignFile.read", "rules/one.yaml"),
    ],
)
def test_a_fault_of_ours_is_a_finding_of_one_file(
    name: str, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fault(*_: object) -> None:
        raise ZeroDivisionError("what the file holds")

    monkeypatch.setattr(f"rules.{name}", fault)
    loaded = load(GOOD)
    assert loaded.site is None
    wanted = f"{path}:1:1: error: this file could not be read (ZeroDivisionError). "
    assert [str(each) for each in loaded.findings] == [f"{wanted}Report it: this is a fault."]


@pytest.mark.parametrize(
    ("when", "wanted"),
    [
        ("{crm.vip: false}", "crm.vip is never false. Known here: true."),
        ("{crm.vip: {not: true}}", "crm.vip is always true. No other value is declared."),
        (
            "{crm.old: {equals: false, not_in: [false, true]}}",
            "equals false and not_in [false, true]",
        ),
    ],
)
def test_true_and_false_are_told_as_a_file_holds_them(when: str, wanted: str) -> None:
    of = "type: boolean, source: crm, purpose: personalization"
    more = f"attributes: {{crm.vip: {{{of}, values: [true]}}, crm.old: {{{of}}}, "
    site = GOOD["site.yaml"].replace(b"attributes: {", more.encode())
    rules = f"campaign: c\nrules: [{{id: r, slot: hero, when: {when}, show: {{action: hide}}}}]"
    (finding,) = load({"site.yaml": site, "rules/c.yaml": rules.encode()}).findings
    assert wanted in str(finding)
