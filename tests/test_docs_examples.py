"""What the docs show works as they say."""

import asyncio
import base64
import re
import secrets
import time
from pathlib import Path
from typing import Any

import pytest

from consent import policy
from edge import crm, identify_tokens, site_folder
from edge.stores.open import open_store
from harness import DEMO, ROOT
from rules import loader
from rules.blocks import frozen

HOW_TO = "docs/how-to/"
SITE_YAML = "docs/reference/site-yaml.md"
RULES = "docs/reference/rules.md"
TUTORIAL = "docs/tutorial/first-rule.md"


def examples(page: str, language: str) -> list[str]:
    """Every fenced example of one language on a page; "" for those without one."""
    text = (ROOT / page).read_text(encoding="utf-8")
    found = re.findall(r"^```(\w*)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    return [code for name, code in found if name == language]


def findings(files: dict[str, str]) -> list[str]:
    """What is wrong with a site of these files, as a person is told."""
    loaded = loader.load({path: text.encode() for path, text in files.items()})
    return [str(finding) for finding in loaded.findings]


def demo_with(**files: str) -> dict[str, str]:
    """The demo shop's files, and some more."""
    demo = {path: content.decode() for path, content in site_folder.read(DEMO).items()}
    return {**demo, **files}


def test_the_reference_campaign_loads_in_the_demo_shop() -> None:
    assert findings(demo_with(**{"rules/autumn.yaml": examples(RULES, "yaml")[0]})) == []


def test_the_reference_campaign_loads_in_the_reference_site() -> None:
    blocks = {"hero-gold": "{{ discount }}", "hero-shoes": "<p>a</p>", "hero-autumn": "<p>b</p>"}
    files = {f"blocks/{name}.html": text for name, text in blocks.items()}
    files |= {
        "site.yaml": examples(SITE_YAML, "yaml")[0],
        "rules/a.yaml": examples(RULES, "yaml")[0],
    }
    assert findings(files) == []


GREETING = "{campaign: c, rules: [{id: r, slot: hero, show: {block: b, with: {discount: 5}}}]}"


def test_the_reference_block_greets_whom_it_knows_and_those_it_does_not() -> None:
    files = {"rules/greeting.yaml": GREETING, "blocks/b.html": examples(RULES, "html")[0]}
    loaded = loader.load({path: text.encode() for path, text in demo_with(**files).items()})
    assert loaded.site is not None, loaded.findings
    rule = next(rule for rule in loaded.site.rules["hero"] if rule.id == "r")
    shown = rule.variants[0].show.block
    assert shown is not None
    block = loaded.site.blocks[shown.name]
    known = block.render("", frozen({"discount": 5}), {"crm.first_name": "Anna"})
    assert "<h1>Anna, 5 % for you</h1>" in known
    assert "<h1>5 % for you</h1>" in block.render("", frozen({"discount": 5}), {})


@pytest.mark.parametrize("page", [SITE_YAML, HOW_TO + "put-the-tag-on-your-site.md"])
def test_the_sites_shown_are_good(page: str) -> None:
    loaded = loader.load({"site.yaml": examples(page, "yaml")[0].encode()})
    assert [str(finding) for finding in loaded.findings] == []
    assert loaded.consent is not None
    plain: Any = loaded.consent.plain()
    assert policy.parse(plain).purposes


def test_the_finding_shown_is_the_one_given() -> None:
    site = examples(SITE_YAML, "yaml")[0].replace("selector:", "selektor:")
    shown = examples(SITE_YAML, "")[0].strip().partition(": ")[2]
    assert [finding.partition(": ")[2] for finding in findings({"site.yaml": site})] == [shown]


def tutorial(second_step: bool) -> dict[str, str]:
    first, then, *_ = examples(TUTORIAL, "yaml")
    if second_step:
        first = first.replace("    when: {utm.campaign: newsletter}\n", then)
    return {"rules/first.yaml": first, "blocks/hello.html": examples(TUTORIAL, "html")[0]}


@pytest.mark.parametrize("second_step", [False, True])
def test_the_tutorial_works(second_step: bool) -> None:
    assert findings(demo_with(**tutorial(second_step))) == []


def test_the_tutorials_mistake_is_named_as_it_says() -> None:
    files = tutorial(second_step=True)
    files["rules/first.yaml"] = files["rules/first.yaml"].replace("gte: 3", "gte: three")
    shown = examples(TUTORIAL, "")[0].strip().removeprefix("../my-shop/")
    assert findings(demo_with(**files)) == [shown]


@pytest.mark.parametrize("page", ["put-the-tag-on-your-site.md", "link-logins.md"])
def test_the_customers_shown_fit_the_attributes_shown(tmp_path: Path, page: str) -> None:
    site = examples(HOW_TO + "put-the-tag-on-your-site.md", "yaml")[0]
    shown = examples(HOW_TO + page, "yaml")[0]
    attributes = shown[shown.index("attributes:") :].partition("events:")[0]
    file = tmp_path / "customers.csv"
    file.write_text(examples(HOW_TO + "link-logins.md", "csv")[0], encoding="utf-8")
    text = site.partition("attributes:")[0] + attributes
    declared = loader.load({"site.yaml": text.encode()}).site
    assert declared is not None
    store = open_store(f"sqlite:///{tmp_path}/store.db")
    report = asyncio.run(crm.import_customers(store, "my-shop", declared.attributes, file, 1))
    assert (report.customers, report.ignored, report.missing) == (2, (), ())
    assert report.findings == ()


def test_the_token_shown_is_believed() -> None:
    names: dict[str, Any] = {}
    exec(examples(HOW_TO + "link-logins.md", "python")[0], names)
    key = secrets.token_urlsafe(32)
    token = names["tagwerk_token"]("C-1001", key)
    keys = [base64.urlsafe_b64decode(key + "==")]
    believed = identify_tokens.verify(token, keys, "my-shop", time.time_ns() // 1_000_000)
    assert believed.customer == "C-1001"
