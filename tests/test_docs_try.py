"""The page on trying it on one's own machine, walked as it says: its files, edge, proxy, a browser."""

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path

import pytest

from harness import CLI, ROOT, Process, free_port, status, tagwerk
from nginx import Nginx
from test_docs_examples import HOW_TO, examples
from visits import Visit

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PAGE = HOW_TO + "try-it-on-your-own-machine.md"
SETTING = "TAGWERK_EXTRA_ORIGINS"


class Pages(Process):
    """The page of the docs, served by Python."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = str(folder)

    def command(self) -> list[str]:
        """The command that the page names."""
        where = ["--bind", "127.0.0.1", "--directory", self._folder]
        return [sys.executable, "-m", "http.server", str(self.port), *where]

    def _ready(self) -> bool:
        return status(self.url) == 200


class Serve(Process):
    """``tagwerk serve`` in a folder, all settings but the given ones at their defaults."""

    def __init__(self, folder: Path, settings: Mapping[str, str]) -> None:
        super().__init__()
        self._folder = folder
        self._settings = settings

    def command(self) -> list[str]:
        """The command that the page names."""
        return [*CLI, "serve"]

    def environment(self) -> Mapping[str, str]:
        """The settings that the page names."""
        return {**self._settings, "TAGWERK_PORT": str(self.port), "PYTHONPATH": str(ROOT)}

    def directory(self) -> Path:
        """The reader's folder."""
        return self._folder


def write(folder: Path) -> None:
    """Write each file as the page shows it."""
    site, rules = examples(PAGE, "yaml")
    page, block = examples(PAGE, "html")
    for name, text in {
        "try/index.html": page,
        "sites/my-shop/site.yaml": site,
        "sites/my-shop/rules/autumn.yaml": rules,
        "sites/my-shop/blocks/hello.html": block,
    }.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    """Where the reader opens the page, all of it running."""
    write(tmp_path)
    assert tagwerk("check", str(tmp_path / "sites/my-shop")).returncode == 0
    secrets = str(tmp_path / "var/secrets.json")
    assert tagwerk("keys", "create", secrets, "--site", "my-shop").returncode == 0
    assert f"{SETTING}=http://localhost:8000 tagwerk serve" in examples(PAGE, "sh")[1]
    port = free_port()
    origin = f"http://localhost:{port}"
    with ExitStack() as running:
        pages = running.enter_context(Pages(tmp_path / "try"))
        edge = running.enter_context(Serve(tmp_path, {SETTING: origin}))
        here = {
            "listen 127.0.0.1:8000;": f"listen 127.0.0.1:{port};",
            "http://127.0.0.1:3000;": f"{pages.url};",
            "http://127.0.0.1:8080;": f"{edge.url};",
        }
        running.enter_context(Nginx(tmp_path, examples(PAGE, "nginx")[0], port, here))
        yield origin


def test_the_page_leads_to_a_block_and_a_greeting(
    address: str, visit: Callable[..., Visit]
) -> None:
    page = visit(locale="en-GB").page
    hero = page.locator("[data-slot=hero]")
    page.goto(f"{address}/?utm_campaign=newsletter")
    hero.get_by_text("Good to see you, reader").wait_for()
    with page.expect_response("**/consent"):
        page.locator("[data-tagwerk=accept-all]").click()
    for _ in range(3):
        with page.expect_response("**/events"):
            page.goto(f"{address}/")
    page.goto(f"{address}/")
    hero.get_by_text("Welcome back").wait_for()
