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
