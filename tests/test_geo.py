"""Country and place by address, in every form of database, and the client's address past proxies."""

from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mmdb_writer import MMDBWriter
from netaddr import IPSet

from edge.geo import BadDatabase, Countries, client_address
from rules.values import fits

FORMS = [
    ("GeoLite2-City", {"country": {"iso_code": "DE"}, "city": {"names": {"en": "Köln"}}}, "DE"),
    ("GeoLite2-Country", {"country": {"iso_code": "DE"}}, "DE"),
    ("geo-whois-asn-country", {"country_code": "DE"}, "DE"),
    ("DBIP-Country", {"country": "DE"}, "DE"),
    ("small letters", {"country": "de"}, "DE"),
    ("both forms", {"country": {"geoname_id": 1}, "country_code": "DE"}, "DE"),
    ("registered elsewhere only", {"registered_country": {"iso_code": "US"}}, None),
    ("a continent only", {"continent": {"code": "EU"}}, None),
    ("a name for a code", {"country": "Germany"}, None),
    ("a number for a code", {"country": {"iso_code": 49}}, None),
    ("a text", "DE", None),
]


def database(path: Path, records: dict[str, Any], version: int = 6, kind: str = "Test") -> Path:
    writer = MMDBWriter(version, kind, ipv4_compatible=version == 6, int_type="auto")
    for network, record in records.items():
        writer.insert_network(IPSet([network]), record)
    writer.to_db_file(str(path))
    return path


@pytest.mark.parametrize("form", FORMS, ids=[row[0] for row in FORMS])
@pytest.mark.parametrize("version", [4, 6])
def test_country(tmp_path: Path, form: tuple[str, Any, str | None], version: int) -> None:
    kind, record, expected = form
    path = database(tmp_path / "geo.mmdb", {"192.0.2.0/24": record}, version, kind)
    countries = Countries.open(path)
    assert countries.origin("192.0.2.7").country == expected
    assert countries.origin("::ffff:192.0.2.7").country == expected
    assert countries.origin("203.0.113.1").country is None
    countries.close()


def test_country_of_ipv6(tmp_path: Path) -> None:
    countries = Countries.open(database(tmp_path / "g", {"2001:db8::/32": {"country": "AT"}}))
    assert countries.origin("2001:db8::1").country == "AT"
    countries.close()


@pytest.mark.parametrize("version", [4, 6])
@pytest.mark.parametrize(
    "ip", ["", "unknown", "192.0.2", "192.0.2.300", "2001:db8::1", "fe80::1%eth0", "\x00", "ä"]
)
def test_no_lookup_raises(tmp_path: Path, ip: str, version: int) -> None:
    countries = Countries.open(
        database(tmp_path / "g", {"192.0.2.0/24": {"country": "DE"}}, version)
    )
    assert countries.origin(ip).country is None
    countries.close()
    assert countries.origin("192.0.2.1").country is None


PLACES = [
    ("GeoLite2-City", {"location": {"latitude": 48.137, "longitude": 11.5755}}, "48.1370,11.5755"),
    ("dbip-city", {"latitude": -33.8688, "longitude": 151.2093}, "-33.8688,151.2093"),
    ("whole degrees", {"location": {"latitude": 48, "longitude": -11}}, "48.0000,-11.0000"),
    ("a country alone", {"country": {"iso_code": "DE"}}, None),
    ("half a place", {"location": {"latitude": 48.1}}, None),
    ("texts", {"latitude": "48.1", "longitude": "11.5"}, None),
    ("beyond the pole", {"latitude": 91.0, "longitude": 0.0}, None),
    ("a text", "48.1,11.5", None),
]


@pytest.mark.parametrize(
    ("record", "expected"), [r[1:] for r in PLACES], ids=[r[0] for r in PLACES]
)
def test_location(tmp_path: Path, record: Any, expected: str | None) -> None:
    countries = Countries.open(database(tmp_path / "g", {"192.0.2.0/24": record}))
    assert countries.origin("192.0.2.7").location == expected
    assert countries.origin("::ffff:192.0.2.7").location == expected
    assert countries.origin("203.0.113.1").location is None
    assert expected is None or fits(expected, "location")
    countries.close()
    assert countries.origin("192.0.2.7").location is None


def test_without_a_database_no_place_is_known() -> None:
    assert Countries.open(None).origin("192.0.2.1").location is None


def test_a_damaged_database_costs_no_page(tmp_path: Path) -> None:
    path = database(tmp_path / "g", {"192.0.2.0/24": {"country": {"iso_code": "DE"}}})
    content = bytearray(path.read_bytes())
    at = content.index(b"iso_code")
    content[at - 12 : at + 10] = b"\xff" * 22
    path.write_bytes(content)
    countries = Countries.open(path)
    assert countries.origin("192.0.2.1").country is None
    countries.close()


def test_without_a_database_no_country_is_known() -> None:
    assert Countries.open(None).origin("192.0.2.1").country is None


@pytest.mark.parametrize("content", [b"", b"no mmdb", b"\x1f\x8b" * 500, b"\x00" * 5000])
def test_another_file_is_told(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "geo.mmdb.gz"
    path.write_bytes(content)
    with pytest.raises(BadDatabase, match=r"geo\.mmdb\.gz: is no MMDB file; use a City or Country"):
        Countries.open(path)


def test_no_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(BadDatabase, match="no such file; set TAGWERK_GEO"):
        Countries.open(tmp_path / "geo.mmdb")
    with pytest.raises(BadDatabase, match="is no MMDB file"):
        Countries.open(tmp_path)
    (tmp_path / "file").touch()
    with pytest.raises(BadDatabase, match="cannot be read: Not a directory"):
        Countries.open(tmp_path / "file" / "geo.mmdb")


OURS = [ip_network(text) for text in ("127.0.0.1", "10.0.0.0/8", "fd00::/8")]
CLIENTS = [
    ("no proxy", "203.0.113.5", [], "203.0.113.5"),
    ("a stranger names another", "203.0.113.5", ["198.51.100.1"], "203.0.113.5"),
    ("a stranger names us", "203.0.113.5", ["10.0.0.1"], "203.0.113.5"),
    ("one proxy", "127.0.0.1", ["203.0.113.5"], "203.0.113.5"),
    ("two proxies", "127.0.0.1", ["203.0.113.5, 10.0.0.2"], "203.0.113.5"),
    ("two headers", "127.0.0.1", ["203.0.113.5", "10.0.0.2"], "203.0.113.5"),
    ("forged on the left", "127.0.0.1", ["198.51.100.1, 203.0.113.5"], "203.0.113.5"),
    ("forged in a header of its own", "127.0.0.1", ["198.51.100.1", "203.0.113.5"], "203.0.113.5"),
    ("forged as one of ours", "127.0.0.1", ["198.51.100.1, 10.9.9.9, 203.0.113.5"], "203.0.113.5"),
    ("forged garbage on the left", "127.0.0.1", ["<script>, 203.0.113.5"], "203.0.113.5"),
    ("garbage on the right", "127.0.0.1", ["203.0.113.5, unknown"], "127.0.0.1"),
    ("garbage in the middle", "127.0.0.1", ["203.0.113.5, _hidden, 10.0.0.2"], "10.0.0.2"),
    ("empty header", "127.0.0.1", [""], "127.0.0.1"),
    ("empty hop on the right", "127.0.0.1", ["203.0.113.5,"], "127.0.0.1"),
    ("only ours", "127.0.0.1", ["10.0.0.3, 10.0.0.2"], "10.0.0.3"),
    ("with a port", "127.0.0.1", ["203.0.113.5:50123"], "203.0.113.5"),
    ("ipv6", "127.0.0.1", ["2001:db8::5"], "2001:db8::5"),
    ("ipv6 in full", "127.0.0.1", ["2001:0DB8:0:0:0:0:0:5"], "2001:db8::5"),
    ("ipv6 with a port", "127.0.0.1", ["[2001:db8::5]:443"], "2001:db8::5"),
    ("ipv6 in brackets", "127.0.0.1", ["[2001:db8::5]"], "2001:db8::5"),
    ("ipv6 proxies", "fd00::1", ["2001:db8::5, fd00::2"], "2001:db8::5"),
    ("ipv4 in ipv6, as who connects", "::ffff:127.0.0.1", ["203.0.113.5"], "203.0.113.5"),
    ("ipv4 in ipv6, as a hop", "127.0.0.1", ["::ffff:203.0.113.5"], "203.0.113.5"),
    ("ipv4 in ipv6, as a proxy", "127.0.0.1", ["203.0.113.5, ::ffff:10.0.0.2"], "203.0.113.5"),
    ("ipv6 with a zone", "127.0.0.1", ["fe80::1%eth0"], "fe80::1"),
    ("many blanks", "127.0.0.1", ["  203.0.113.5 ,\t10.0.0.2 "], "203.0.113.5"),
    ("numbers written as one", "127.0.0.1", ["3405803781"], "127.0.0.1"),
    ("octal numbers", "127.0.0.1", ["0313.0.113.5"], "127.0.0.1"),
    ("a name", "127.0.0.1", ["evil.example"], "127.0.0.1"),
    ("who connects is no address", "testclient", ["203.0.113.5"], ""),
]


@pytest.mark.parametrize(
    ("peer", "headers", "expected"), [r[1:] for r in CLIENTS], ids=[r[0] for r in CLIENTS]
)
def test_client_address(peer: str, headers: list[str], expected: str) -> None:
    assert client_address((peer, 50000), ", ".join(headers), OURS) == expected


def test_nobody_is_trusted_unless_said() -> None:
    assert client_address(("127.0.0.1", 1), "203.0.113.5", ()) == "127.0.0.1"
    assert client_address(None, "203.0.113.5", OURS) == ""


@given(st.lists(st.text() | st.ip_addresses().map(str)))
def test_no_header_moves_a_stranger(headers: list[str]) -> None:
    assert client_address(("203.0.113.5", 1), ", ".join(headers), OURS) == "203.0.113.5"


@given(st.lists(st.text() | st.ip_addresses().map(str)))
def test_what_stands_left_of_a_stranger_changes_nothing(left: list[str]) -> None:
    assert (
        client_address(("127.0.0.1", 1), ", ".join([*left, "203.0.113.5"]), OURS) == "203.0.113.5"
    )
