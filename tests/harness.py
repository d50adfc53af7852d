"""The edge as a process of its own, and a browser that remembers all it did: what the journeys stand on."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from playwright.sync_api import Browser, ConsoleMessage, Page, Playwright, Request, WebError

ROOT = Path(__file__).resolve().parent.parent
DEMO = ROOT / "examples" / "demo-shop"
SHOTS = ROOT / "build" / "shots"
SITE = "demo-shop"
CLI = (sys.executable, "-m", "edge.cli")
START_SECONDS = 30.0
QUIET_BROWSER = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def free_port() -> int:
    """A port of 127.0.0.1 that nothing listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def copy_demo(target: Path) -> Path:
    """Copy the demo shop to ``target``, so that a test can edit its files."""
    shutil.copytree(DEMO, target)
    return target


def status(url: str, timeout: float = 1.0) -> int | None:
    """The HTTP status of a GET, None when nothing answers in ``timeout`` seconds."""
    try:
        with urllib.request.urlopen(url, timeout=timeout) as answer:
            code: int = answer.status
            return code
    except urllib.error.HTTPError as error:
        error.close()
        return error.code
    except OSError:
        return None


def wait_until(what: str, check: Any, seconds: float = 5.0, every: float = 0.02) -> Any:
    """Call ``check`` until it returns something true, and return that; AssertionError after ``seconds``."""
    deadline = time.monotonic() + seconds
    while not (found := check()):
        assert time.monotonic() < deadline, f"waited {seconds} s for {what}"
        time.sleep(every)
    return found


class Process:
    """A server process with its log kept; a subclass says its command and when it is ready."""

    def __init__(self, port: int | None = None) -> None:
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log: list[str] = []
        self._process: subprocess.Popen[str] | None = None
        self._reader: threading.Thread | None = None

    def command(self) -> Sequence[str]:
        """The command line."""
        raise NotImplementedError

    def environment(self) -> Mapping[str, str]:
        """Variables on top of this process's own, settings of ours left out."""
        return {}

    def directory(self) -> Path:
        """Where the process runs."""
        return ROOT

    def start(self) -> Self:
        """Start and wait until it is ready; fails with the log if it ends instead."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith("TAGWERK_")}
        self._process = subprocess.Popen(
            list(self.command()),
            cwd=self.directory(),
            env={**kept, "PYTHONUNBUFFERED": "1", **self.environment()},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self._reader = threading.Thread(target=self._read, args=(self._process,), daemon=True)
        self._reader.start()
        wait_until(f"{self.url}/readyz", self._ready, START_SECONDS, 0.05)
        return self

    def _ready(self) -> bool:
        if self.running.poll() is not None:
            raise AssertionError("ended at start:\n" + "\n".join(self.log))
        return status(f"{self.url}/readyz") == 200

    def _read(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        for line in process.stdout:
            self.log.append(line.rstrip("\n"))

    @property
    def running(self) -> subprocess.Popen[str]:
        """The process; AssertionError when it was never started."""
        assert self._process is not None, "not started"
        return self._process

    def stop(self, seconds: float = 12.0) -> int:
        """End it as an operator would (SIGTERM) and return its exit code."""
        self.resume()
        self._signal(signal.SIGTERM)
        try:
            code = self.running.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            raise
        self._let_go()
        return code

    def kill(self) -> None:
        """kill -9, the whole process group."""
        self._signal(signal.SIGKILL)
        self.running.wait(5)
        self._let_go()

    def hang(self) -> None:
        """Stop it without ending it: connections open, nothing answers."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Go on after ``hang``."""
        self._signal(signal.SIGCONT)

    def restart(self) -> Self:
        """Stop and start again: same port, same files."""
        self.stop()
        return self.start()

    def wait_for_log(self, pattern: str, seconds: float = 5.0, since: int = 0) -> str:
        """Wait for a log line that ``pattern`` is found in, from line number ``since`` on."""

        def find() -> str | None:
            return next((line for line in self.log[since:] if re.search(pattern, line)), None)

        line: str = wait_until(f"a log line with {pattern!r} in {self.log[since:]}", find, seconds)
        return line

    def _signal(self, number: int) -> None:
        if self.running.poll() is None:
            os.killpg(self.running.pid, number)

    def _let_go(self) -> None:
        if self._reader is not None:
            self._reader.join(5)
        if self.running.stdout is not None:
            self.running.stdout.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._process is not None and self._process.poll() is None:
            self.stop()


class Edge(Process):
    """``tagwerk demo``: the shop at ``url`` and its edge at ``base``."""

    def __init__(self, folder: Path, var: Path, port: int | None = None) -> None:
        super().__init__(port)
        self.folder = folder
        self.var = var
        self.base = f"{self.url}/_tw/{SITE}"

    def command(self) -> Sequence[str]:
        """The demo on this object's port, folder and store."""
        where = ["--host", "127.0.0.1", "--port", str(self.port)]
        return [*CLI, "demo", *where, "--dir", str(self.folder), "--var", str(self.var)]

    def edit(self, name: str, old: str, new: str) -> Path:
        """Replace text in a file of the site folder, as an editor that saves in one step does."""
        path = self.folder / name
        text = path.read_text(encoding="utf-8")
        assert old in text, f"{name} has no {old!r}"
        return self.write(name, text.replace(old, new))

    def write(self, name: str, text: str) -> Path:
        """Write a whole file of the site folder in one step."""
        path = self.folder / name
        draft = path.with_name(f".{path.name}.new")
        draft.write_text(text, encoding="utf-8")
        return draft.replace(path)


def tagwerk(*arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run one command to its end; ``settings`` are environment variables."""
    return subprocess.run(
        [*CLI, *arguments],
        cwd=ROOT,
        env={**os.environ, **settings},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def launch(playwright: Playwright) -> Browser:
    """The system's Chromium, found as scripts/browser.sh finds it."""
    found = subprocess.run(
        ["sh", ROOT / "scripts" / "browser.sh"], capture_output=True, text=True, check=False
    )
    assert found.returncode == 0, "no Chromium: run `make test`, or see scripts/need.sh"
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    return playwright.chromium.launch(
        executable_path=found.stdout.strip(), args=[*QUIET_BROWSER, *sandbox]
    )


class Visit:
    """One fresh browser profile: every request it made, every error it saw, all it stored."""

    def __init__(self, browser: Browser, **options: Any) -> None:
        self.context = browser.new_context(**{"locale": "de-DE", **options})
        self.context.set_default_timeout(10_000)
        self.seen: list[Request] = []
        self.console: list[str] = []
        self.errors: list[str] = []
        self._done: set[Request] = set()
        self.context.on("request", self.seen.append)
        self.context.on("requestfinished", self._done.add)
        self.context.on("requestfailed", self._done.add)
        self.context.on("console", self._heard)
        self.context.on("weberror", self._failed)
        self.page = self.context.new_page()

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.console.append(f"{message.type}: {message.text} ({message.location})")

    def _failed(self, error: WebError) -> None:
        self.errors.append(str(error.error))

    def close(self) -> None:
        """Throw the profile away."""
        self.context.close()

    def open_page(self) -> Page:
        """Another tab of the same profile."""
        return self.context.new_page()

    def requests(self, part: str = "") -> list[dict[str, Any]]:
        """All requests whose URL contains ``part``: url, method, headers as sent (cookies included), body."""
        return [self._describe(each) for each in self.seen if part in each.url]

    def _describe(self, request: Request) -> dict[str, Any]:
        # Headers as sent are known once it is over; asking earlier would wait for that.
        headers = request.all_headers() if request in self._done else request.headers
        return {
            "url": request.url,
            "method": request.method,
            "headers": headers,
            "body": request.post_data,
        }

    def foreign(self, own: str) -> list[str]:
        """URLs of requests to anywhere but ``own``, an origin."""
        return [each.url for each in self.seen if not each.url.startswith((own + "/", "data:"))]

    def cookies(self) -> dict[str, dict[str, Any]]:
        """Every cookie of the profile by name, with all its attributes."""
        return {str(each["name"]): dict(each) for each in self.context.cookies()}

    def stored(self, page: Page | None = None) -> dict[str, Any]:
        """What the page's origin stores: empty members are left out, so that nothing stored is ``{}``."""
        found: dict[str, Any] = (page or self.page).evaluate(STORED)
        return {key: value for key, value in found.items() if value}

    def shot(self, name: str, page: Page | None = None) -> Path:
        """Leave a screenshot in build/shots."""
        SHOTS.mkdir(parents=True, exist_ok=True)
        path = SHOTS / f"{name}.png"
        (page or self.page).screenshot(path=path)
        return path


STORED = """async () => ({
  local: Object.fromEntries(Object.entries(localStorage)),
  session: Object.fromEntries(Object.entries(sessionStorage)),
  databases: (await indexedDB.databases()).map((each) => each.name),
  caches: await caches.keys(),
  workers: (await navigator.serviceWorker.getRegistrations()).map((each) => each.scope),
  script_cookies: document.cookie,
})"""


def body(request: Mapping[str, Any]) -> Any:
    """The JSON body of a recorded request."""
    return json.loads(request["body"] or "null")
