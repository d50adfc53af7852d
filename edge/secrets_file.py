"""The file with the keys: made with strong ones, readable by its owner, refused otherwise.

``{"cookies": ["..."], "identify": {"demo-shop": ["..."]}}``: keys are base64url, at least 32 random
bytes, the newest first.
"""

import base64
import binascii
import itertools
import os
import re
import secrets
import stat
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

import msgspec

KEY_BYTES: Final = 32

_PRIVATE: Final = 0o600
_LARGEST: Final = 1_000_000
_BASE64URL: Final = re.compile(r"[A-Za-z0-9_-]+={0,2}")

# Of 32 random bytes about 30 differ; fewer than 12 come once in 10^20 keys.
_FEWEST_DIFFERENT: Final = 12

# Of six characters and more: a random key holds one of them once in millions.
_WORDS: Final = tuple(
    b"secret changeme change-me change_me password passwort default tagwerk example insecure "
    b"testkey abcdef 123456 qwerty letmein".split()
)
"""Parts of keys that were copied from somewhere, compared in small letters."""


class BadSecrets(Exception):
    """The secrets file cannot be used; the message says why and what to do, and shows no key."""


class Secrets(msgspec.Struct, frozen=True):
    """The keys of one edge, newest first: for cookies, and for each site's identify tokens."""

    cookies: tuple[bytes, ...]
    identify: Mapping[str, tuple[bytes, ...]]

    def __repr__(self) -> str:
        return f"Secrets(cookies={len(self.cookies)} keys, identify={sorted(self.identify)})"


class _File(msgspec.Struct, forbid_unknown_fields=True):
    cookies: list[str]
    identify: dict[str, list[str]] = {}


def create(path: Path, sites: Iterable[str]) -> None:
    """Write new random keys for cookies and for each site, mode 0600.

    Raises FileExistsError rather than replace a file: its keys are what visitors' cookies rest on.
    The file is there whole or not at all.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    content = _File([_new_key()], {site: [_new_key()] for site in sorted(set(sites))})
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        _write(draft, msgspec.json.format(msgspec.json.encode(content), indent=2) + b"\n")
        os.link(draft, path)
    finally:
        draft.unlink(missing_ok=True)


def load(path: Path) -> Secrets:
    """Read the keys. Raises BadSecrets if others can read the file or a key is weak."""
    content = _read(path)
    if not content.cookies:
        raise BadSecrets(f"{path}: cookies has no key; add one (32 random bytes, base64url)")
    return Secrets(
        _keys(path, "cookies", content.cookies),
        {site: _keys(path, f"identify.{site}", keys) for site, keys in content.identify.items()},
    )


def _new_key() -> str:
    return secrets.token_urlsafe(KEY_BYTES)


def _write(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _PRIVATE)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(descriptor)


def _read(path: Path) -> _File:
    try:
        with path.open("rb") as file:
            _must_be_private(path, os.fstat(file.fileno()).st_mode)
            return msgspec.json.decode(file.read(_LARGEST), type=_File)
    except FileNotFoundError:
        raise BadSecrets(
            f"{path}: there is no such file; make it with `tagwerk keys create {path} --site NAME`, "
            "or set TAGWERK_SECRETS to where the keys are"
        ) from None
    except OSError as error:
        raise BadSecrets(f"{path}: cannot be read: {error.strerror}") from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadSecrets(f"{path}: is not as expected: {error}") from None


def _must_be_private(path: Path, mode: int) -> None:
    if not stat.S_ISREG(mode):
        raise BadSecrets(f"{path}: is no regular file")
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise BadSecrets(
            f"{path}: others may read it (mode {stat.S_IMODE(mode):04o}); run `chmod 600 {path}`"
        )


def _keys(path: Path, name: str, texts: list[str]) -> tuple[bytes, ...]:
    return tuple(_key(f"{path}: {name}[{index}]", text) for index, text in enumerate(texts))


def _key(where: str, text: str) -> bytes:
    advice = "make one with `openssl rand -base64 32 | tr '+/' '-_'`"
    key = _decoded(text)
    if key is None:
        raise BadSecrets(f"{where}: is not base64url; {advice}")
    if len(key) < KEY_BYTES:
        raise BadSecrets(f"{where}: has {len(key)} bytes, fewer than {KEY_BYTES}; {advice}")
    # A sentence typed in is valid base64url too, so both spellings are looked at.
    if any(map(_is_weak, (key, text.encode()))):
        raise BadSecrets(f"{where}: is easy to guess; {advice}")
    return key


def _decoded(text: str) -> bytes | None:
    if not _BASE64URL.fullmatch(text):
        return None
    bare = text.rstrip("=")
    try:
        return base64.urlsafe_b64decode(bare + "=" * (-len(bare) % 4))
    except binascii.Error:
        return None


def _is_weak(material: bytes) -> bool:
    steps = {(after - before) % 256 for before, after in itertools.pairwise(material)}
    lowered = material.lower()
    return (
        len(set(material)) < _FEWEST_DIFFERENT
        or len(steps) < _FEWEST_DIFFERENT
        or any(word in lowered for word in _WORDS)
    )
