"""A small steady stream of ``POST decide`` over one connection, and what came back when."""

import http.client
import json
import threading
import time
from collections.abc import Mapping
from types import TracebackType
from typing import NamedTuple, Self

RATE = 100
"""Requests a second, as far as the last one is answered by then."""


class Answer(NamedTuple):
    """One answer: when it was asked for and when it was there, in seconds of the clock."""

    asked: float
    there: float
    body: bytes

    @property
    def seconds(self) -> float:
        """How long it took."""
        return self.there - self.asked


class Steady:
    """The stream, from entering to leaving the context."""

    def __init__(self, port: int, path: str, headers: Mapping[str, str], content: object) -> None:
        self.answers: list[Answer] = []
        self.failed: Exception | None = None
        self._request = path, json.dumps(content), dict(headers)
        self._port = port
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._send, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        self._thread.join(30)

    def between(self, start: float, end: float) -> list[Answer]:
        """Return the answers to what was asked in a span of time. Raises what the stream broke with."""
        if self.failed:
            raise self.failed
        return [each for each in list(self.answers) if start <= each.asked < end]

    def wait_for(self, word: bytes, since: float, seconds: float) -> float:
        """Return when the first answer with ``word`` in it came, after ``since``; AssertionError if none."""
        end = time.perf_counter() + seconds
        while time.perf_counter() < end:
            for answer in self.between(since, end):
                if word in answer.body:
                    return answer.there
            time.sleep(0.01)
        raise AssertionError(f"no answer held {word!r} within {seconds} s")

    def _send(self) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=30)
        try:
            while not self._over.is_set():
                asked = time.perf_counter()
                self.answers.append(Answer(asked, *self._one(connection)))
                time.sleep(max(0, asked + 1 / RATE - time.perf_counter()))
        except Exception as bad:  # told to whoever asks for answers
            self.failed = bad
        finally:
            connection.close()

    def _one(self, connection: http.client.HTTPConnection) -> tuple[float, bytes]:
        path, body, headers = self._request
        connection.request("POST", path, body, headers)
        answer = connection.getresponse()
        content = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"decide answered {answer.status}: {content[:200]!r}")
        return time.perf_counter(), content
