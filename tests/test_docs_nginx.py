"""The nginx example of the docs, run by nginx."""

import subprocess
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import httpx
import pytest

from harness import free_port, wait_until
from nginx import Nginx
from test_docs_examples import HOW_TO, examples

pytestmark = pytest.mark.slow
HOST = "www.my-shop.example"


class Proxy(Nginx):
    """The site's own host; ``port`` is the one of HTTPS."""

    def __init__(self, folder: Path, edge: int) -> None:
        port, self.plain = free_port(), free_port()
        here = {
            "listen 80;": f"listen 127.0.0.1:{self.plain};",
            "listen 443 ssl;": f"listen 127.0.0.1:{port} ssl;",
            "server 127.0.0.1:8080;": f"server 127.0.0.1:{edge};",
            "/etc/ssl/my-shop/": f"{folder}/",
            "/var/www/my-shop;": f"{folder}/www;",
        }
        sample = examples(HOW_TO + "put-the-tag-on-your-site.md", "nginx")[0]
        super().__init__(folder, sample, port, here)


class Edge(BaseHTTPRequestHandler):
    """Answers with the headers that it was sent."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(bytes(self.headers))

    def log_message(self, *_: object) -> None:
        """Nobody reads it."""


@pytest.fixture
def edge() -> Iterator[ThreadingHTTPServer]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Edge) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def proxy(tmp_path: Path, edge: ThreadingHTTPServer) -> Iterator[Proxy]:
    key = ["-keyout", str(tmp_path / "privkey.pem"), "-out", str(tmp_path / "fullchain.pem")]
    make = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={HOST}"]
    subprocess.run([*make, *key], check=True, capture_output=True)
    (tmp_path / "www").mkdir()
    (tmp_path / "www" / "index.html").write_text("the shop", encoding="utf-8")
    with Proxy(tmp_path, edge.server_port) as running:
        yield running


def get(proxy: Proxy, path: str) -> httpx.Response:
    """GET over HTTPS, as a visitor of the site."""
    return httpx.get(f"https://127.0.0.1:{proxy.port}{path}", headers={"host": HOST}, verify=False)


@pytest.mark.parametrize("call", ["tag.js", "banner"])
def test_the_edge_is_told_who_asks_and_how(proxy: Proxy, call: str) -> None:
    seen = get(proxy, f"/_tw/my-shop/{call}").text.splitlines()
    for line in (f"Host: {HOST}", "X-Forwarded-For: 127.0.0.1", "X-Forwarded-Proto: https"):
        assert line in seen
    assert not [line for line in seen if line.startswith("Connection:")]


def test_without_the_edge_the_tag_is_empty_and_the_site_stands(
    proxy: Proxy, edge: ThreadingHTTPServer
) -> None:
    edge.shutdown()
    edge.server_close()
    wait_until("the edge to be away", lambda: get(proxy, "/_tw/my-shop/banner").status_code == 502)
    tag = get(proxy, "/_tw/my-shop/tag.js")
    assert (tag.status_code, tag.text) == (200, "")
    assert tag.headers["content-type"] == "text/javascript"
    assert get(proxy, "/").text == "the shop"


def test_plain_http_leads_to_https(proxy: Proxy) -> None:
    answer = httpx.get(f"http://127.0.0.1:{proxy.plain}/shoes?a=1", headers={"host": HOST})
    location = f"https://{HOST}/shoes?a=1"
    assert (answer.status_code, answer.headers["location"]) == (301, location)
