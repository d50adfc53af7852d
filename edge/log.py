"""The log: JSON lines, or one readable line each on a terminal, with fields from a fixed list.

What is not on the list cannot reach the log: no visitor, customer or page address by mistake.
"""

import ipaddress
import json
import logging
import re
import traceback
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Literal, TextIO

from edge.wording import printable
from rules.findings import Finding

Scalar = str | int | float | bool | None
Level = Literal["info", "warning", "error"]

FIELDS: Final[Mapping[str, str]] = {
    "site": "name of a site",
    "file": "path of a file of a site or of the edge",
    "line": "line in that file",
    "column": "column in that line",
    "origin": "origin of a page that calls without being listed: scheme, host and port",
    "message": "what is wrong, in words; about files and settings, never about people",
    "hint": "what to do about it",
    "method": "HTTP method",
    "route": "the route's pattern, not the address that was asked for",
    "status": "HTTP status",
    "ms": "duration in milliseconds",
    "count": "how many",
    "reason": "a reason from a fixed list",
    "revision": "revision of a consent text",
    "version": "version of the edge or of a site's content",
    "address": "address that the edge listens on",
    "store": "kind of store",
    "ip": "client network: /24 or /48, never an address",
    "signal": "signal that ended the process",
    "error": "class of an exception, without its text",
    "where": "file, line and function where it was raised",
    "logger": "library that reported it",
    "field": "name of a field that was dropped",
}
"""Every field that may be logged, and what may stand in it."""

_LONGEST: Final = 300
_MOST_NAMES: Final = 100
_EVENT: Final = re.compile(r"[a-z][a-z_]*(\.[a-z_]+)*")
_LEADING: Final = ("file", "message", "hint")
_FINDING: Final = frozenset({"file", "line", "column", "message"})


class Log:
    """Writes events to one stream; ``clock`` gives milliseconds since the epoch. Never raises."""

    def __init__(self, stream: TextIO, clock: Callable[[], int], *, readable: bool) -> None:
        self._stream = stream
        self._clock = clock
        self._form = _readable if readable else _json
        self._dropped: set[str] = set()

    def info(self, event: str, **fields: Scalar) -> None:
        """Something happened as it should."""
        self._write("info", event, fields)

    def warning(self, event: str, **fields: Scalar) -> None:
        """Someone should look at this; the edge goes on."""
        self._write("warning", event, fields)

    def error(self, event: str, error: BaseException | None = None, **fields: Scalar) -> None:
        """Something failed. Of an exception, its class and place are logged, not its text."""
        self._write("error", event, {**fields, **(_origin(error) if error else {})})

    def _write(self, level: Level, event: str, fields: Mapping[str, Scalar]) -> None:
        self._report_dropped(fields)
        name = event if _EVENT.fullmatch(event) else "unnamed"
        known = {key: _safe(key, value) for key, value in fields.items() if key in FIELDS}
        line = self._form(_time(self._clock()), level, name, known)
        try:
            self._stream.write(line + "\n")
            self._stream.flush()
        except (OSError, ValueError):
            return  # a full disk or a closed pipe must not cost a request

    def _report_dropped(self, fields: Mapping[str, Scalar]) -> None:
        for name in fields.keys() - FIELDS.keys() - self._dropped:
            if len(self._dropped) < _MOST_NAMES:
                self._dropped.add(name)
                self._write("warning", "log.field_dropped", {"field": name})


def capture(log: Log) -> None:
    """Send what libraries log through ``log`` as well: warnings and worse, in its fields only."""
    root = logging.getLogger()
    root.handlers[:] = [_Bridge(log)]
    root.setLevel(logging.WARNING)
    # Its lines hold full addresses and query strings.
    logging.getLogger("uvicorn.access").disabled = True


class _Bridge(logging.Handler):
    def __init__(self, log: Log) -> None:
        super().__init__()
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        # The template without its arguments, first line only: data stands in the rest.
        message = str(record.msg).partition("\n")[0]
        error = record.exc_info[1] if record.exc_info else None
        if record.levelno >= logging.ERROR:
            self._log.error("library", error, logger=record.name, message=message)
        else:
            self._log.warning("library", logger=record.name, message=message)


def network(ip: str) -> str:
    """The network of an address that may be logged: /24 of IPv4, /48 of IPv6."""
    try:
        address = ipaddress.ip_address(ip.partition("%")[0])
    except ValueError:
        return "unknown"
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    return str(ipaddress.ip_network((address, 24 if address.version == 4 else 48), strict=False))


def _origin(error: BaseException) -> dict[str, Scalar]:
    frames = traceback.extract_tb(error.__traceback__, limit=-1)
    places = [f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames]
    return {"error": type(error).__name__, **({"where": places[0]} if places else {})}


def _safe(name: str, value: object) -> Scalar:
    if name == "ip":
        return network(str(value))
    if isinstance(value, str):
        return value if len(value) <= _LONGEST else f"{value[:_LONGEST]}..."
    return value if isinstance(value, int | float | None) else f"<{type(value).__name__}>"


def _time(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, UTC)


def _json(time: datetime, level: Level, event: str, fields: Mapping[str, Scalar]) -> str:
    stamp = time.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return json.dumps({"time": stamp, "level": level, "event": event, **fields})


def _readable(time: datetime, level: Level, event: str, fields: Mapping[str, Scalar]) -> str:
    if fields.keys() >= _FINDING:
        return printable(_finding(level, fields))
    words = " - ".join(str(fields[key]) for key in _LEADING if fields.get(key))
    if not fields.get("message"):
        return _line(time, level, event, words, *_pairs(fields, _LEADING))
    # The sentence comes first; the name is for looking it up.
    site = f"{fields['site']}: " if "site" in fields else ""
    pairs = _pairs(fields, (*_LEADING, "site"))
    return _line(time, level, site + words, *pairs, f"({event})")


def _pairs(fields: Mapping[str, Scalar], said: Collection[str]) -> list[str]:
    return [f"{key}={value}" for key, value in fields.items() if key not in said]


def _line(time: datetime, level: Level, *parts: str) -> str:
    marks = {"info": "", "warning": "warning ", "error": "ERROR "}
    return printable(f"{time:%H:%M:%S} {marks[level]}{'  '.join(filter(None, parts))}")


def _finding(level: Level, fields: Mapping[str, Scalar]) -> str:
    """In the form of ``tagwerk check``, which editors and terminals make a link of."""
    path, message, hint = (str(fields.get(key, "")) for key in ("file", "message", "hint"))
    line, column = (int(str(fields[key])) for key in ("line", "column"))
    severity: Literal["error", "warning"] = "warning" if level == "warning" else "error"
    return str(Finding(path, line, column, message, hint, severity))
