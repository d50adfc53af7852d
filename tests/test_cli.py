"""The commands that serve: what a person is told when they cannot start."""

import re
import socket
from collections.abc import Iterator, Mapping
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner

from edge import cli, server
from harness import Edge, copy_demo, tagwerk

pytestmark = pytest.mark.slow


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that somebody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        yield int(other.getsockname()[1])


def test_a_demo_whose_port_is_taken_announces_nothing(taken: int, tmp_path: Path) -> None:
    ended = tagwerk("demo", "--port", str(taken), "--var", str(tmp_path / "var"))
    advice = f"make demo PORT={taken + 1}, or tagwerk demo --port {taken + 1}"
    assert ended.stdout + ended.stderr == f"Port {taken} is taken; choose another: {advice}\n"
    assert ended.returncode == 1
    assert not (tmp_path / "var").exists()


@pytest.mark.parametrize("missing", ["site.yaml", "pages", "catalogue.yaml", "geo.mmdb"])
def test_a_demo_of_another_site_says_how_to_serve_that(tmp_path: Path, missing: str) -> None:
    folder = copy_demo(tmp_path / "other")
    (folder / missing).rename(tmp_path / "away")
    ended = tagwerk("demo", "--dir", str(folder), "--var", str(tmp_path / "var"))
    assert ended.returncode == 1 and f"it has no {missing}" in ended.stderr
    assert "'tagwerk serve'" in ended.stderr and not (tmp_path / "var").exists()


def test_a_demo_names_the_rules_to_edit_uncut(tmp_path: Path) -> None:
    folder = copy_demo(tmp_path / ("a-long-name-" * 8))
    with Edge(folder, tmp_path / "var") as demo:
        demo.wait_for_log(f"^Its rules: {re.escape(str(folder))}/rules$")


class _Recording(Edge):
    def environment(self) -> Mapping[str, str]:
        return {"TAGWERK_RECORD": "100%"}


def test_a_demo_records_what_it_is_told_to(tmp_path: Path) -> None:
    var = tmp_path / "var"
    with _Recording(copy_demo(tmp_path / "shop"), var) as demo:
        headers = {"Origin": demo.url, "Sec-Fetch-Site": "same-origin"}
        choice = {"action": "accept_all", "purposes": [], "lang": "de", "layer": 1}
        chosen = httpx.post(f"{demo.base}/consent", json=choice, headers=headers)
        cookies = [each.partition(";")[0] for each in chosen.headers.get_list("set-cookie")]
        page = {"page": {"url": f"{demo.url}/"}}
        decided = httpx.post(
            f"{demo.base}/decide", json=page, headers={**headers, "Cookie": "; ".join(cookies)}
        )
        assert "statistics" in decided.json()["consent"]["grants"]
    written = tagwerk("recordings", "--site", "demo-shop", "--store", f"sqlite:///{var}/tagwerk.db")
    assert (written.stdout.count("\n"), written.stderr) == (1, "demo-shop: 1 recorded request\n")
    none = tagwerk("recordings", "--site", "other", "--store", f"sqlite:///{var}/tagwerk.db")
    assert none.stdout == "" and "TAGWERK_RECORD" in none.stderr


@pytest.mark.parametrize("share", ["all", "1.000%"])
def test_a_demo_refuses_a_share_it_cannot_read(tmp_path: Path, share: str) -> None:
    ended = tagwerk("demo", "--var", str(tmp_path / "var"), TAGWERK_RECORD=share)
    assert ended.returncode == 1 and f"TAGWERK_RECORD: '{share}' is no share" in ended.stderr
    assert not (tmp_path / "var").exists()


def serve(tmp_path: Path, **settings: str) -> tuple[int, str]:
    """Run ``tagwerk serve`` on the demo's site until it ends: its exit code and all it said."""
    settings = {
        "TAGWERK_SITES": str(copy_demo(tmp_path / "demo-shop")),
        "TAGWERK_STORE": f"sqlite:///{tmp_path}/store.db",
        "TAGWERK_SECRETS": str(tmp_path / "secrets.json"),
        "TAGWERK_STATE": str(tmp_path / "state"),
        **settings,
    }
    ended = tagwerk("serve", **settings)
    return ended.returncode, ended.stdout + ended.stderr


def test_a_server_whose_port_is_taken_announces_nothing(taken: int, tmp_path: Path) -> None:
    assert tagwerk("keys", "create", str(tmp_path / "secrets.json")).returncode == 0
    said = f"Port {taken} is taken; choose another: set TAGWERK_PORT\n"
    assert serve(tmp_path, TAGWERK_PORT=str(taken)) == (1, said)


def test_a_server_without_keys_says_how_to_make_them(tmp_path: Path) -> None:
    code, said = serve(tmp_path)
    file = tmp_path / "secrets.json"
    assert code == 1
    assert said.startswith(
        f"{file}: there is no such file; make it with `tagwerk keys create {file}"
    )
    assert said.count("\n") == 1


@pytest.mark.parametrize("name", ["", "crm", "keys"])
def test_the_list_of_commands_has_whole_sentences(name: str) -> None:
    said = CliRunner().invoke(cli.main, [*name.split(), "--help"], env={"COLUMNS": "80"}).stdout
    listed = said.partition("Commands:\n")[2].splitlines()
    assert listed
    assert [line for line in listed if not re.search(r"\w\.$", line)] == []


@pytest.mark.parametrize(
    ("host", "written"),
    [("127.0.0.1", "127.0.0.1:80"), ("localhost", "localhost:80"), ("::1", "[::1]:80")],
)
def test_an_address_is_written_as_browsers_write_it(host: str, written: str) -> None:
    assert server.address(host, 80) == written
