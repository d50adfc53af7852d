"""Settings from the environment, and the secrets file: what is accepted, and what is told."""

import base64
import json
import os
import secrets as chance
from ipaddress import ip_network
from pathlib import Path

import pytest

from edge import secrets_file
from edge.secrets_file import BadSecrets, Secrets
from edge.settings import SETTINGS, BadSettings, Settings

DEFAULTS = Settings(
    sites=Path("sites"),
    store="sqlite:///var/tagwerk.db",
    secrets=Path("var/secrets.json"),
    state=Path("var/state"),
    host="127.0.0.1",
    port=8080,
    geo=None,
    trusted_proxies=(),
    extra_origins=(),
    record=0.0,
    record_days=30,
)


def test_nothing_needs_to_be_set() -> None:
    assert Settings.from_env({"PATH": "/bin"}) == DEFAULTS


def test_every_setting_is_declared_once_and_helps() -> None:
    assert tuple(setting.name for setting in SETTINGS) == Settings.__struct_fields__
    assert all(setting.help for setting in SETTINGS)
    assert [s.variable for s in SETTINGS][7] == "TAGWERK_TRUSTED_PROXIES"


def test_all_can_be_set() -> None:
    settings = Settings.from_env(
        {
            "TAGWERK_SITES": "/srv/sites",
            "TAGWERK_STORE": "sqlite:////srv/tagwerk.db",
            "TAGWERK_SECRETS": "/run/secrets.json",
            "TAGWERK_STATE": "/run/state",
            "TAGWERK_HOST": "::",
            "TAGWERK_PORT": "443",
            "TAGWERK_GEO": "geo.mmdb",
            "TAGWERK_TRUSTED_PROXIES": "127.0.0.1, 10.0.0.0/8,fd00::/8",
            "TAGWERK_EXTRA_ORIGINS": "http://127.0.0.1:8080, https://shop.example",
            "TAGWERK_RECORD": "0.5%",
            "TAGWERK_RECORD_DAYS": "7",
        }
    )
    assert settings == Settings(
        sites=Path("/srv/sites"),
        store="sqlite:////srv/tagwerk.db",
        secrets=Path("/run/secrets.json"),
        state=Path("/run/state"),
        host="::",
        port=443,
        geo=Path("geo.mmdb"),
        trusted_proxies=tuple(map(ip_network, ["127.0.0.1", "10.0.0.0/8", "fd00::/8"])),
        extra_origins=("http://127.0.0.1:8080", "https://shop.example"),
        record=0.005,
        record_days=7,
    )


BAD = [
    ("SITES", "", "give a path"),
    ("STORE", "", "sqlite:///var"),
    ("STORE", "var/tagwerk.db", "sqlite:///var"),
    ("STORE", "sqlite:///", "sqlite:///var"),
    ("STORE", "mysql://db", "sqlite:///var"),
    ("SECRETS", "", "give a path"),
    ("HOST", "", "127.0.0.1"),
    ("HOST", "http://0.0.0.0", "127.0.0.1"),
    ("PORT", "", "1 to 65535"),
    ("PORT", "0", "1 to 65535"),
    ("PORT", "65536", "1 to 65535"),
    ("PORT", "9" * 5000, "1 to 65535"),
    ("PORT", "80a", "1 to 65535"),
    ("PORT", "٨٠", "1 to 65535"),
    ("PORT", "-1", "1 to 65535"),
    ("PORT", "tcp://10.0.0.1:80", "enableServiceLinks"),
    ("TRUSTED_PROXIES", "nginx", "10.0.0.0/8"),
    ("TRUSTED_PROXIES", "10.0.0.1/8", "10.0.0.0/8"),
    ("TRUSTED_PROXIES", "127.0.0.1,*", "'*' is no address"),
    ("RECORD", "", "0% to 100%"),
    ("RECORD", "1", "0% to 100%"),
    ("RECORD", "0.01", "0% to 100%"),
    ("RECORD", "101%", "0% to 100%"),
    ("RECORD", "-1%", "0% to 100%"),
    ("RECORD", "nan%", "0% to 100%"),
    ("RECORD_DAYS", "", "1 to 365"),
    ("RECORD_DAYS", "0", "1 to 365"),
    ("RECORD_DAYS", "366", "1 to 365"),
    ("RECORD_DAYS", "30d", "1 to 365"),
    ("EXTRA_ORIGINS", "*", "https://shop.example"),
    ("EXTRA_ORIGINS", "null", "https://shop.example"),
    ("EXTRA_ORIGINS", "shop.example", "https://shop.example"),
    ("EXTRA_ORIGINS", "https://shop.example/", "no path"),
    ("EXTRA_ORIGINS", "https://Shop.example", "small letters"),
    ("EXTRA_ORIGINS", "https://*.example", "https://shop.example"),
]


@pytest.mark.parametrize(("name", "value", "told"), BAD, ids=[f"{n}={v[:20]}" for n, v, _ in BAD])
def test_a_bad_value_is_told(name: str, value: str, told: str) -> None:
    with pytest.raises(BadSettings) as caught:
        Settings.from_env({f"TAGWERK_{name}": value})
    (finding,) = caught.value.findings
    assert finding.startswith(f"TAGWERK_{name}: ")
    assert told in finding


def test_all_mistakes_are_told_at_once() -> None:
    with pytest.raises(BadSettings) as caught:
        Settings.from_env({"TAGWERK_PORT": "x", "TAGWERK_STORE": "y", "TAGWERK_HOSTS": "z"})
    assert [line.partition(":")[0] for line in str(caught.value).splitlines()] == [
        "TAGWERK_HOSTS",
        "TAGWERK_STORE",
        "TAGWERK_PORT",
    ]


@pytest.mark.parametrize(
    ("name", "meant"),
    [("TAGWERK_STROE", "TAGWERK_STORE"), ("TAGWERK_TRUSTED_PROXY", "TAGWERK_TRUSTED_PROXIES")],
)
def test_a_mistyped_variable_is_told(name: str, meant: str) -> None:
    with pytest.raises(BadSettings, match=f"{name}: .* did you mean {meant}"):
        Settings.from_env({name: "x"})


@pytest.mark.parametrize(
    "name", ["TAGWERK_SERVICE_HOST", "TAGWERK_SERVICE_PORT", "TAGWERK_PORT_8080_TCP_ADDR"]
)
def test_what_a_platform_sets_is_left_alone(name: str) -> None:
    assert Settings.from_env({name: "10.0.0.1"}) == DEFAULTS


def strong(length: int = 32) -> str:
    return chance.token_urlsafe(length)


def written(path: Path, content: object, mode: int = 0o600) -> Path:
    path.write_text(content if isinstance(content, str) else json.dumps(content), "utf-8")
    path.chmod(mode)
    return path


def b64(key: bytes) -> str:
    return base64.urlsafe_b64encode(key).rstrip(b"=").decode()


def test_made_secrets_load_and_differ(tmp_path: Path) -> None:
    loaded = []
    for name in ("a", "b"):
        path = tmp_path / "var" / f"{name}.json"
        secrets_file.create(path, ["demo-shop", "other"])
        loaded.append(secrets_file.load(path))
    keys = {
        key for one in loaded for group in (one.cookies, *one.identify.values()) for key in group
    }
    assert len(keys) == 6
    assert {len(key) for key in keys} == {32}
    assert sorted(loaded[0].identify) == ["demo-shop", "other"]


def test_the_file_is_private_under_any_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        secrets_file.create(tmp_path / "secrets.json", [])
    finally:
        os.umask(before)
    assert (tmp_path / "secrets.json").stat().st_mode & 0o777 == 0o600


def test_keys_are_never_replaced(tmp_path: Path) -> None:
    path = tmp_path / "secrets.json"
    secrets_file.create(path, [])
    before = path.read_bytes()
    with pytest.raises(FileExistsError):
        secrets_file.create(path, [])
    assert path.read_bytes() == before
    assert [entry.name for entry in tmp_path.iterdir()] == ["secrets.json"]


def test_a_dangling_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secrets.json").symlink_to(tmp_path / "elsewhere.json")
    with pytest.raises(FileExistsError):
        secrets_file.create(tmp_path / "secrets.json", [])
    assert not (tmp_path / "elsewhere.json").exists()


def test_the_newest_key_comes_first(tmp_path: Path) -> None:
    new, old = strong(48), strong()
    path = written(tmp_path / "s", {"cookies": [new, old], "identify": {"shop": [old + "="]}})
    loaded = secrets_file.load(path)
    assert [b64(key) for key in loaded.cookies] == [new, old]
    assert [b64(key) for key in loaded.identify["shop"]] == [old]


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644, 0o610, 0o777])
def test_a_file_that_others_may_read_is_refused(tmp_path: Path, mode: int) -> None:
    path = written(tmp_path / "s", {"cookies": [strong()]}, mode)
    with pytest.raises(BadSecrets, match=rf"mode {mode:04o}\); run `chmod 600"):
        secrets_file.load(path)


WEAK = [
    ("31 bytes", strong(31), "has 31 bytes, fewer than 32"),
    ("nothing", "", "base64url"),
    ("not base64url", "+" * 43, "base64url"),
    ("a stray blank", strong() + " ", "base64url"),
    ("a length that base64 never has", "A" * 45, "base64url"),
    ("zeros", b64(bytes(32)), "easy to guess"),
    ("one byte", b64(b"\xa5" * 64), "easy to guess"),
    ("one letter typed", "A" * 64, "easy to guess"),
    ("two bytes in turn", b64(b"\x01\xfe" * 32), "easy to guess"),
    ("counted up", b64(bytes(range(32))), "easy to guess"),
    ("counted down", b64(bytes(range(64, 0, -1))), "easy to guess"),
    ("the alphabet typed", "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", "easy to guess"),
    ("digits typed", "31415926535897932384626433832795028841971693993751", "easy to guess"),
    ("a word repeated", b64(b"secret" * 8), "easy to guess"),
    ("a word typed", "ThisIsMyVerySecretKeyThatNobodyEverGuesses_2026", "easy to guess"),
    ("a word encoded", b64(b"please-ChangeMe-before-production!2026"), "easy to guess"),
    ("a password encoded", b64(b"correct horse PASSWORD battery staple"), "easy to guess"),
]


@pytest.mark.parametrize(("key", "told"), [r[1:] for r in WEAK], ids=[r[0] for r in WEAK])
def test_a_weak_key_is_refused_wherever_it_stands(tmp_path: Path, key: str, told: str) -> None:
    for name, content in {
        r"cookies\[1\]": {"cookies": [strong(), key]},
        r"identify\.shop\[0\]": {"cookies": [strong()], "identify": {"shop": [key]}},
    }.items():
        path = written(tmp_path / "s", content)
        with pytest.raises(BadSecrets, match=rf"s: {name}: .*{told}") as caught:
            secrets_file.load(path)
        assert not key or key not in str(caught.value)


def test_random_keys_are_not_weak(tmp_path: Path) -> None:
    path = written(tmp_path / "s", {"cookies": [strong() for _ in range(2000)]})
    assert len(secrets_file.load(path).cookies) == 2000


BROKEN = [
    ("no file", None, "no such file"),
    ("empty", "", "not as expected"),
    ("no JSON", "{", "not as expected"),
    ("no keys", {"cookies": []}, "cookies has no key"),
    ("no cookies", {"identify": {}}, "cookies"),
    ("a mistyped name", {"cookies": [strong()], "identfy": {}}, "identfy"),
    ("a key that is a number", {"cookies": [1]}, r"\$\.cookies"),
]


@pytest.mark.parametrize(("content", "told"), [r[1:] for r in BROKEN], ids=[r[0] for r in BROKEN])
def test_a_broken_file_is_told(tmp_path: Path, content: object, told: str) -> None:
    path = tmp_path / "s"
    if content is not None:
        written(path, content)
    with pytest.raises(BadSecrets, match=told):
        secrets_file.load(path)


def test_a_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(BadSecrets, match="cannot be read: Is a directory"):
        secrets_file.load(tmp_path)


def test_printing_secrets_shows_no_key() -> None:
    secrets = Secrets((b"k" * 32,), {"shop": (b"j" * 32,)})
    assert repr(secrets) == "Secrets(cookies=1 keys, identify=['shop'])"
    assert str(secrets) == repr(secrets)
