"""The nginx example of the docs, run by nginx: only addresses and files are replaced by a test's own."""

import os
import socket
import subprocess
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import httpx
import pytest

from harness import NGINX, Process, free_port, wait_until
from test_docs_examples import HOW_TO, examples

pytestmark = pytest.mark.slow
HOST = "www.my-shop.example"
AROUND = """
%(user)s
pid %(dir)s/nginx.pid;
error_log stderr;
events {}
http {
  access_log off;
  client_body_temp_path %(dir)s/body; proxy_temp_path %(dir)s/proxy;
  fastcgi_temp_path %(dir)s/f; uwsgi_temp_path %(dir)s/u; scgi_temp_path %(dir)s/s;
  %(sample)s
}
"""


class Proxy(Process):
    """nginx with the example; ``port`` is the one of HTTPS."""

    def __init__(self, folder: Path, edge: int) -> None:
        super().__init__()
        self.plain = free_port()
        self._folder = folder
        sample = examples(HOW_TO + "put-the-tag-on-your-site.md", "nginx")[0]
        for shown, here in (
            ("listen 80;", f"listen 127.0.0.1:{self.plain};"),
            ("listen 443 ssl;", f"listen 127.0.0.1:{self.port} ssl;"),
            ("server 127.0.0.1:8080;", f"server 127.0.0.1:{edge};"),
            ("/etc/ssl/my-shop/", f"{folder}/"),
            ("/var/www/my-shop;", f"{folder}/www;"),
        ):
            assert shown in sample
            sample = sample.replace(shown, here)
        user = "user root;" if os.geteuid() == 0 else ""
        text = AROUND % {"user": user, "dir": folder, "sample": sample}
        (folder / "nginx.conf").write_text(text, encoding="utf-8")

    def command(self) -> list[str]:
        """nginx in the foreground."""
        return [NGINX, "-p", str(self._folder), "-c", str(self._folder / "nginx.conf")]

    def start(self) -> "Proxy":
        """Check the example as its reader does, then run it."""
        tested = subprocess.run([*self.command(), "-t"], capture_output=True, text=True)
        assert tested.returncode == 0 and "[warn]" not in tested.stderr, tested.stderr
        with (self._folder / "nginx.conf").open("a", encoding="utf-8") as config:
            config.write("daemon off;\n")
        return super().start()

    def _ready(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0


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
