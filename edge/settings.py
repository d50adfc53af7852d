"""Everything an operator can set: environment variables TAGWERK_*, each declared once here."""

import difflib
import ipaddress
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import msgspec

PREFIX: Final = "TAGWERK_"

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_STORE: Final = re.compile(r"sqlite:///[^?#]*[^?#/]")
_PERCENT: Final = re.compile(r"[0-9]{1,3}(\.(?!000%)[0-9]{1,6})?%")
_ORIGIN: Final = re.compile(r"https?://([a-z0-9.-]+|\[[0-9a-f:]+\])(:[0-9]{1,5})?")


class BadSettings(Exception):
    """One or more variables cannot be used; ``findings`` has a line for each."""

    def __init__(self, findings: list[str]) -> None:
        super().__init__("\n".join(findings))
        self.findings = findings


class Setting(msgspec.Struct, frozen=True):
    """One setting: its name, how its text is read, its default as text, and what it is for."""

    name: str
    read: Callable[[str], object]
    default: str
    help: str

    @property
    def variable(self) -> str:
        """The environment variable that sets it."""
        return PREFIX + self.name.upper()


class Settings(msgspec.Struct, frozen=True):
    """The settings of one process. The meaning of each is in ``SETTINGS``."""

    sites: Path
    store: str
    secrets: Path
    state: Path
    host: str
    port: int
    geo: Path | None
    trusted_proxies: tuple[Network, ...]
    extra_origins: tuple[str, ...]
    record: float = 0.0
    record_days: int = 30

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> "Settings":
        """Read the variables. Raises BadSettings with everything that is wrong, at once."""
        findings = _mistyped(environ)
        values: dict[str, Any] = {}
        for setting in SETTINGS:
            try:
                values[setting.name] = setting.read(environ.get(setting.variable, setting.default))
            except ValueError as error:
                findings.append(f"{setting.variable}: {error}")
        if findings:
            raise BadSettings(findings)
        return cls(**values)


def _mistyped(environ: Mapping[str, str]) -> list[str]:
    """Variables that are nearly one of ours. Others may carry the prefix: platforms set such."""
    known = [setting.variable for setting in SETTINGS]
    findings = []
    for name in environ:
        if name.startswith(PREFIX) and name not in known:
            close = difflib.get_close_matches(name, known, n=1, cutoff=0.85)
            findings += [
                f"{name}: there is no such setting; did you mean {close[0]}?" for _ in close
            ]
    return findings


def _path(text: str) -> Path:
    if not text or "\0" in text:
        raise ValueError("is empty; give a path, or leave the variable out for the default")
    return Path(text)


def _optional_path(text: str) -> Path | None:
    return _path(text) if text else None


def _store(text: str) -> str:
    if not _STORE.fullmatch(text):
        raise ValueError(
            "is no store address; write sqlite:///var/tagwerk.db (from the working directory) "
            "or sqlite:////srv/tagwerk.db (from the root)"
        )
    return text


def _host(text: str) -> str:
    if not text or text != text.strip() or "/" in text:
        raise ValueError("is no address to listen on; write 127.0.0.1, or 0.0.0.0 for all")
    return text


def _port(text: str) -> int:
    if text.startswith("tcp://"):
        raise ValueError(
            "was set by Kubernetes for a service named tagwerk; set enableServiceLinks: false"
        )
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= 65535):
        raise ValueError(f"{text!r} is no port; write a whole number from 1 to 65535")
    return int(text)


def _networks(text: str) -> tuple[Network, ...]:
    return tuple(_network(item) for item in _items(text))


def _network(text: str) -> Network:
    try:
        return ipaddress.ip_network(text)
    except ValueError:
        raise ValueError(
            f"{text!r} is no address or network; write such as 127.0.0.1, 10.0.0.0/8, fd00::/8"
        ) from None


def _origins(text: str) -> tuple[str, ...]:
    for item in _items(text):
        if not _ORIGIN.fullmatch(item):
            raise ValueError(
                f"{item!r} is no origin; write scheme and host in small letters, no path: "
                "https://shop.example"
            )
    return tuple(_items(text))


def _share(text: str) -> float:
    if not _PERCENT.fullmatch(text) or (share := float(text[:-1]) / 100) > 1:
        raise ValueError(f"{text!r} is no share; write 0% to 100%, such as 1% or 0.5%")
    return share


def _days(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= 365):
        raise ValueError(f"{text!r} is no number of days; write a whole number from 1 to 365")
    return int(text)


def _items(text: str) -> list[str]:
    return [item.strip() for item in text.split(",") if item.strip()]


SETTINGS: Final = (
    Setting("sites", _path, "sites", "folder with one folder for each site"),
    Setting("store", _store, "sqlite:///var/tagwerk.db", "address of the store"),
    Setting("secrets", _path, "var/secrets.json", "file with the keys, readable by its owner only"),
    Setting("state", _path, "var/state", "folder for copies of each site's last good files"),
    Setting("host", _host, "127.0.0.1", "address to listen on"),
    Setting("port", _port, "8080", "port to listen on"),
    Setting("geo", _optional_path, "", "MMDB file that knows the country of an address"),
    Setting(
        "trusted_proxies",
        _networks,
        "",
        "addresses and networks of your own proxies, by commas; only these may name the client",
    ),
    Setting(
        "extra_origins",
        _origins,
        "",
        "origins allowed besides those of each site, by commas; for trying things out",
    ),
    Setting("record", _share, "0%", "share of consented requests to record, to replay them"),
    Setting("record_days", _days, "30", "days after which recorded requests are deleted"),
)
"""Every setting; its variable is TAGWERK_ and the name in capitals."""
