"""The edge as a process of its own: started, killed, hung, restarted, its log kept."""

import abc
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

ROOT = Path(__file__).resolve().parent.parent
DEMO = ROOT / "examples" / "demo-shop"
SITE = "demo-shop"
CLI = (sys.executable, "-m", "edge.cli")
START_SECONDS = 30.0
# Debian keeps it where a user's PATH may not look.
NGINX = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin") or "nginx"


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
    """Call ``check`` until it is true and return what it said; AssertionError after ``seconds``."""
    deadline = time.monotonic() + seconds
    while not (found := check()):
        assert time.monotonic() < deadline, f"waited {seconds} s for {what}"
        time.sleep(every)
    return found


class Process(abc.ABC):
    """A server process with its log kept; a subclass says its command and when it is ready."""

    def __init__(self, port: int | None = None) -> None:
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log: list[str] = []
        self._process: subprocess.Popen[str] | None = None
        self._reader: threading.Thread | None = None

    @abc.abstractmethod
    def command(self) -> Sequence[str]:
        """The command line."""

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
