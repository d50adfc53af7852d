"""The wheel, installed outside this tree, is the whole product: command, tag, banner, demo."""

import subprocess
import sys
import sysconfig
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import httpx
import pytest

import harness

pytestmark = [pytest.mark.wheel, pytest.mark.xdist_group("wheel")]


def pip(*arguments: str | Path) -> None:
    command = [sys.executable, "-m", "pip", "-qq", *map(str, arguments)]
    subprocess.run(command, check=True, cwd=harness.ROOT, timeout=120)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    pip("wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", folder, ".")
    return next(folder.glob("tagwerk-*.whl"))


@pytest.fixture(scope="module")
def installed(wheel: Path) -> Path:
    """A new virtual environment with the wheel; its dependencies are the ones of this environment."""
    home = wheel.parent / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", home], check=True)
    packages = next((home / "lib").glob("python*/site-packages"))
    # A folder named in a .pth file is searched, but the .pth files in it are not read:
    # so this tree's own editable install stays out of sight.
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    pip("--python", home / "bin" / "python", "install", "--no-deps", wheel)
    return home / "bin"


class Installed(harness.Edge):
    """The demo that the wheel carries, run from an empty folder."""

    def __init__(self, commands: Path, var: Path) -> None:
        super().__init__(var / "unused", var)
        self.commands = commands

    def command(self) -> Sequence[str]:
        where = ["--host", "127.0.0.1", "--port", str(self.port), "--var", str(self.var)]
        return [str(self.commands / "tagwerk"), "demo", *where]

    def directory(self) -> Path:
        return self.var


@pytest.fixture(scope="module")
def shop(installed: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[harness.Edge]:
    with Installed(installed, tmp_path_factory.mktemp("elsewhere")) as running:
        yield running


def test_the_wheel_serves_its_own_code_and_not_this_tree(installed: Path, tmp_path: Path) -> None:
    program = "import edge, rules, consent; print(edge.__file__, rules.__file__, consent.__file__)"
    found = subprocess.run(
        [installed / "python", "-c", program],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert all(Path(each).is_relative_to(installed.parent) for each in found.stdout.split())


def test_the_wheel_serves_the_tag_as_built(shop: harness.Edge) -> None:
    answer = httpx.get(f"{shop.base}/tag.js", headers={"Referer": f"{shop.url}/"})
    code = (harness.ROOT / "static" / "tag.js").read_text(encoding="utf-8").strip()
    assert answer.status_code == 200
    assert code.rstrip(";") in answer.text
    assert '"decisions"' in answer.text


def test_the_wheel_serves_the_banner_with_its_styles(shop: harness.Edge) -> None:
    banner = httpx.get(f"{shop.base}/banner", params={"lang": "de"}).json()
    assert "data-tagwerk" in banner["html"]
    assert banner["css"]


def test_the_wheel_serves_the_shop(shop: harness.Edge) -> None:
    page = httpx.get(f"{shop.url}/", headers={"Accept": "text/html"})
    assert page.status_code == 200
    assert "/_tw/demo-shop/tag.js" in page.text


def test_the_wheel_tells_how_to_edit_the_shop(shop: harness.Edge, tmp_path: Path) -> None:
    command = shop.wait_for_log(r"^  cp -r ").split()
    copy = tmp_path / command.pop()
    subprocess.run([*command, copy], check=True)
    assert harness.tagwerk("check", str(copy)).returncode == 0
    shop.wait_for_log(r"^  tagwerk demo --dir my-shop$")


def test_the_wheel_carries_no_sources_of_the_tag_and_no_tests(wheel: Path) -> None:
    tops = {name.split("/")[0] for name in zipfile.ZipFile(wheel).namelist()}
    assert {name for name in tops if not name.endswith(".dist-info")} == {
        "edge",
        "rules",
        "consent",
    }


def test_the_wheel_tells_editors_where_its_schemas_are(installed: Path, tmp_path: Path) -> None:
    command = [installed / "tagwerk", "schema"]
    said = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    folder = Path(said.stdout.strip())
    assert folder.is_relative_to(installed.parent)
    assert {each.name for each in folder.iterdir()} == {"site.json", "rules.json", "test.json"}
