"""What the docs show of tests and explanations is what comes out."""

import re
from pathlib import Path

from click.testing import CliRunner

from edge.cli import main
from harness import copy_demo
from rules.persona_file import EXPLAINED_KEYS, TEST_KEYS
from rules.want_reader import WANT_KEYS
from test_docs_examples import HOW_TO, examples

PAGE = HOW_TO + "test-your-rules.md"
GUIDES = re.compile("^[│├└─ ]+")


def test_the_tests_shown_pass(tmp_path: Path) -> None:
    shop = copy_demo(tmp_path / "my-shop")
    (shop / "tests" / "shown.test.yaml").write_text(examples(PAGE, "yaml")[0], encoding="utf-8")
    ended = CliRunner().invoke(main, ["test", str(shop)])
    assert ended.exit_code == 0, ended.output


def test_a_failure_looks_as_it_is_shown(tmp_path: Path) -> None:
    shop = copy_demo(tmp_path / "my-shop")
    text = examples(PAGE, "yaml")[0].replace("loyalty_tier: gold", "loyalty_tier: silver", 1)
    (shop / "tests" / "hero.test.yaml").write_text(text, encoding="utf-8")
    said = CliRunner().invoke(main, ["test", str(shop)]).output.replace(f"{tmp_path}/", "")
    shown = examples(PAGE, "")[0]
    assert " ".join(shown.split()) in " ".join(said.split())


def test_every_key_is_in_the_page() -> None:
    text = (Path(__file__).parent.parent / PAGE).read_text(encoding="utf-8")
    keys = {*TEST_KEYS, *WANT_KEYS}
    assert [key for key in keys if f"`{key}`" not in text] == []
    assert set(EXPLAINED_KEYS) - set(TEST_KEYS) == {"slots"}


def test_an_explanation_looks_as_it_is_shown(tmp_path: Path) -> None:
    shop = copy_demo(tmp_path / "my-shop")
    read = "crm.loyalty_tier: silver, utm.campaign: herbst, device.type: desktop, geo.country: DE"
    visitor = f"{{consent: all, attributes: {{{read}}}}}"
    command = ["explain", str(shop), "--attributes", "-", "--slot", "hero"]
    said = CliRunner().invoke(main, command, input=visitor).output
    shown = next(each for each in examples("docs/reference/cli.md", "") if "wins" in each)
    real = [GUIDES.sub("", line) for line in said.splitlines()]
    assert [line for line in shown.splitlines() if GUIDES.sub("", line) not in real] == []
