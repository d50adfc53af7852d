"""Where a request comes from: the client's address past our own proxies, its country and place."""

import ipaddress
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Final, NamedTuple

import maxminddb

from rules.keys import on_earth

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

UNKNOWN: Final = ""
"""The address of a client that has none, as behind a Unix socket."""


class BadDatabase(Exception):
    """The country database cannot be used; the message says why and what to do."""


class Origin(NamedTuple):
    """The address a request came from, and what the database knows of it."""

    address: str = UNKNOWN
    country: str | None = None
    """Its ISO code."""
    record: object = None

    @property
    def location(self) -> str | None:
        """Latitude and longitude, ``48.137,11.575``."""
        return _location(self.record)


class Countries:
    """Countries by address, from any MMDB that has them; without a database all are unknown."""

    def __init__(self, reader: maxminddb.Reader | None) -> None:
        self._reader = reader

    @classmethod
    def open(cls, path: Path | None) -> "Countries":
        """Open a database; None for none. Raises BadDatabase for a file that is no MMDB."""
        if path is None:
            return cls(None)
        try:
            return cls(maxminddb.open_database(path))
        except FileNotFoundError:
            raise BadDatabase(
                f"{path}: there is no such file; set TAGWERK_GEO to an MMDB"
            ) from None
        except OSError as error:
            raise BadDatabase(f"{path}: cannot be read: {error.strerror}") from None
        except (maxminddb.InvalidDatabaseError, ValueError):
            raise BadDatabase(
                f"{path}: is no MMDB file; use a City or Country database in MMDB form, unpacked"
            ) from None

    def origin(self, ip: str) -> "Origin":
        """What is known of an address. Never raises."""
        found = self._record(ip)
        return Origin(ip, _code(found), found)

    def _record(self, ip: str) -> object:
        if self._reader is None:
            return None
        try:
            # One host has several spellings in IPv6, but only one in IPv4.
            known = (_address(ip) or ip) if ":" in ip else ip
            return self._reader.get(known)
        except Exception:  # a damaged database must not cost a page
            return None

    def close(self) -> None:
        """Let go of the file."""
        if self._reader is not None:
            self._reader.close()


def _code(found: object) -> str | None:
    """The code in the forms that databases use: country.iso_code, country_code, or country."""
    if not isinstance(found, dict):
        return None
    country = found.get("country")
    nested = country.get("iso_code") if isinstance(country, dict) else None
    for code in (nested, found.get("country_code"), country):
        if isinstance(code, str) and len(code) == 2 and code.isascii() and code.isalpha():
            return code.upper()
    return None


def _location(found: object) -> str | None:
    """The place in the forms that databases use: location.latitude, or latitude."""
    if not isinstance(found, dict):
        return None
    nested = found.get("location")
    place = nested if isinstance(nested, dict) else found
    latitude, longitude = place.get("latitude"), place.get("longitude")
    if not isinstance(latitude, (int, float)) or not isinstance(longitude, (int, float)):
        return None
    return _written(latitude, longitude) if on_earth(latitude, longitude) else None


@lru_cache(maxsize=4096)  # a database knows of few places
def _written(latitude: float, longitude: float) -> str:
    return f"{latitude:.4f},{longitude:.4f}"


def client_address(
    client: tuple[str, int] | None, forwarded: str, trusted: Sequence[Network]
) -> str:
    """The address of the browser: the rightmost hop that is not one of our own proxies.

    ``client`` is who connected, ``forwarded`` what X-Forwarded-For lists, in its order. Whatever
    stands left of the first hop we do not trust was said by a stranger and is not looked at.
    """
    if client and not trusted:
        return client[0]
    nearest = _address(client[0]) if client else None
    if nearest is None:
        return UNKNOWN
    for hop in reversed(forwarded.split(",")):
        if not _is_trusted(nearest, trusted):
            break
        address = _address(_without_port(hop.strip()))
        if address is None:
            break
        nearest = address
    return str(nearest)


def _is_trusted(address: Address, trusted: Sequence[Network]) -> bool:
    return any(address in network for network in trusted)


def _without_port(hop: str) -> str:
    if hop.startswith("["):
        return hop[1:].partition("]")[0]
    return hop.partition(":")[0] if hop.count(":") == 1 else hop


def _address(text: str) -> Address | None:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv6Address):
        # The same host must look the same in both spellings, or no network would contain it.
        plain = address if address.scope_id is None else ipaddress.IPv6Address(int(address))
        return plain.ipv4_mapped or plain
    return address
