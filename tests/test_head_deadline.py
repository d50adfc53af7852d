"""Connections that say little are closed in time; those that say all are left alone."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from edge import server

pytestmark = pytest.mark.slow

HEAD = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n"
WAIT = 0.3

CLOSED = [
    ("nothing", [b""]),
    ("half a head", [b"GET / HTTP/1.1\r\nHost:"]),
    ("a head drop by drop", [b"GET / HT", b"TP/1.1\r\n", b"Host: x\r\n"]),
    ("a request and half a head", [HEAD + b"ok", b"GET / HTTP/1.1\r\n"]),
]


async def echo(request: Request) -> PlainTextResponse:
    """Answer with the body."""
    return PlainTextResponse(await request.body())


@asynccontextmanager
async def serving(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[int]:
    """Serve as the edge does, with a shorter patience; gives the port."""
    monkeypatch.setattr("edge.head_deadline.HEAD_SECONDS", WAIT)
    app = Starlette(routes=[Route("/", echo, methods=["GET", "POST"])])
    with server.listen("127.0.0.1", 0, "") as listening:
        running = uvicorn.Server(server._config(app))
        task = asyncio.create_task(running.serve([listening]))
        while not running.started:
            await asyncio.sleep(0.01)
        yield listening.getsockname()[1]
        running.should_exit = True
        await task


@pytest.mark.parametrize("parts", [row[1] for row in CLOSED], ids=[row[0] for row in CLOSED])
def test_who_sends_no_whole_head_is_not_waited_for(
    parts: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def main() -> None:
        async with serving(monkeypatch) as port:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            for part in parts:
                writer.write(part)
                await asyncio.sleep(WAIT / 4)
            async with asyncio.timeout(WAIT * 6):
                await reader.read(-1)  # ends when the server closes
            writer.close()

    asyncio.run(main())


def test_a_whole_head_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    async def main() -> None:
        async with serving(monkeypatch) as port:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            for _ in range(2):
                writer.write(HEAD)
                await asyncio.sleep(WAIT * 2)
                writer.write(b"ok")
                answer = await reader.readuntil(b"\r\n\r\nok")
                assert answer.startswith(b"HTTP/1.1 200 OK")
                await asyncio.sleep(WAIT * 2)
            writer.close()

    asyncio.run(main())
