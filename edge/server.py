"""Runs an application under uvicorn, the same way for every command."""

import gc

import uvicorn
from starlette.types import ASGIApp

STOP_SECONDS = 10


def run(app: ASGIApp, host: str, port: int) -> None:
    """Serve until told to stop; requests under way get ``STOP_SECONDS`` to finish."""
    # What was loaded stays: the collector need not walk rules and patterns again and again.
    gc.collect()
    gc.freeze()
    try:
        _run(app, host, port)
    except SystemExit as ended:
        # uvicorn has a code of its own for a port that is taken; ours is 1, and its log says why.
        raise SystemExit(min(int(ended.code or 0), 1)) from None


def _run(app: ASGIApp, host: str, port: int) -> None:
    uvicorn.run(
        app,
        host=host,
        port=port,
        loop="uvloop",
        http="httptools",
        ws="none",
        proxy_headers=False,
        server_header=False,
        access_log=False,
        log_config=None,
        timeout_graceful_shutdown=STOP_SECONDS,
    )
