"""Runs an application under uvicorn, the same way for every command."""

import errno
import gc
import socket
from contextlib import suppress

import uvicorn
from starlette.types import ASGIApp

from edge.head_deadline import HeadDeadlineProtocol

STOP_SECONDS = 10


def address(host: str, port: int) -> str:
    """Return host and port as an address has them, an IPv6 host in brackets."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def listen(host: str, port: int, advice: str) -> socket.socket:
    """Take the address, before anything is announced that would not hold.

    Raises OSError with ``advice`` if another process has it.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        raise OSError(f"Port {port} is taken; choose another: {advice}") from None


def run(app: ASGIApp, listening: socket.socket) -> None:
    """Serve until told to stop; requests under way get ``STOP_SECONDS`` to finish."""
    # What was loaded stays: the collector need not walk rules and patterns again and again.
    gc.collect()
    gc.freeze()
    server = uvicorn.Server(_config(app))
    # Ctrl+C arrives after everything was finished; a start that failed has a code of uvicorn's own.
    with suppress(KeyboardInterrupt, SystemExit):
        server.run(sockets=[listening])
    if not server.started:
        raise SystemExit(1)  # the log says why


def _config(app: ASGIApp) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        loop="uvloop",
        http=HeadDeadlineProtocol,
        ws="none",
        proxy_headers=False,
        server_header=False,
        access_log=False,
        log_config=None,
        timeout_graceful_shutdown=STOP_SECONDS,
    )
