"""The ``consent`` section of site.yaml, read into a policy or refused with every finding."""

import difflib
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import msgspec

from consent.grants import NECESSARY, PURPOSES, ConsentError

Path = tuple[str | int, ...]

REGIMES: Final = ("opt_in", "opt_out", "notice")
"""Strictest first: nothing without a yes; all until a no, asked; all, and not asked."""

MAX_DAYS: Final = 395
"""Thirteen months: the longest that a grant and a tracker cookie may live."""

_COUNTRY_HINTS: Final = {"EU": "Name its countries, or set default", "UK": "Write 'GB'"}


class Problem(msgspec.Struct, frozen=True):
    """One finding: where in the section, what is wrong, what to do."""

    path: Path
    message: str
    hint: str


class BadPolicy(ConsentError):
    """The section cannot be used; ``problems`` holds every finding."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("; ".join(f"{_dotted(p.path)}: {p.message}" for p in problems))
        self.problems = list(problems)


class ServiceCookie(msgspec.Struct, frozen=True):
    """A cookie that a service sets; ``duration`` is shown to the visitor as it is written."""

    name: str
    duration: str


class Service(msgspec.Struct, frozen=True):
    """A recipient of data, as the banner's second layer shows it."""

    name: str
    provider: str
    purpose: str
    cookies: tuple[ServiceCookie, ...] = ()
    third_countries: tuple[str, ...] = ()
    privacy_url: str | None = None


class Policy(msgspec.Struct, frozen=True):
    """What a site asks consent for, and under which regime in which country.

    ``purposes`` are in the order of the file, without ``necessary``. ``regimes`` always has
    ``default``. Raise ``revision`` when a purpose or a recipient is added: it asks everyone again.
    """

    revision: int
    purposes: tuple[str, ...]
    services: tuple[Service, ...]
    regimes: Mapping[str, str]
    expires_days: int
    privacy_url: str | None
    imprint_url: str | None


def parse(section: Mapping[str, object]) -> Policy:
    """Read the section. Raises BadPolicy with all findings at once."""
    reader = _Reader()
    reader.known((), section, Policy.__struct_fields__)
    days = section.get("expires_days", 365)
    purposes = _purposes(reader, section.get("purposes"))
    # A purpose that was mistyped is asked for all the same: its services are not wrong as well.
    asked = PURPOSES if reader.problems_at("purposes") else (NECESSARY, *purposes)
    policy = Policy(
        revision=reader.number(("revision",), section.get("revision"), 1, 1_000_000),
        purposes=purposes,
        services=_services(reader, section.get("services"), asked),
        regimes=_regimes(reader, section.get("regimes")),
        expires_days=reader.number(("expires_days",), days, 1, MAX_DAYS),
        privacy_url=reader.url(("privacy_url",), section.get("privacy_url")),
        imprint_url=reader.url(("imprint_url",), section.get("imprint_url")),
    )
    if reader.problems:
        raise BadPolicy(reader.problems)
    return policy


def _purposes(reader: "_Reader", value: object) -> tuple[str, ...]:
    at: Path = ("purposes",)
    found = reader.mapping(at, value)
    for name, options in found.items():
        if name == NECESSARY:
            reader.add((*at, name), "necessary is always on and cannot be asked for", "Remove it")
        elif name not in PURPOSES:
            reader.add((*at, name), f"there is no purpose '{name}'", _nearest(name, PURPOSES[1:]))
        else:
            reader.known((*at, name), reader.mapping((*at, name), options), ())
    return tuple(name for name in found if name in PURPOSES and name != NECESSARY)


def _regimes(reader: "_Reader", value: object) -> dict[str, str]:
    at: Path = ("regimes",)
    regimes = {"default": REGIMES[0]}
    for country, regime in reader.mapping(at, value).items():
        if country != "default" and not _is_country(country):
            reader.add((*at, country), f"'{country}' is no country", _country_hint(country))
        elif regime not in REGIMES:
            reader.add(
                (*at, country), f"there is no regime {_shown(regime)}", _nearest(regime, REGIMES)
            )
        else:
            regimes[country] = str(regime)
    return regimes


def _country_hint(text: str) -> str:
    capitals = text.upper()
    if capitals in _COUNTRY_HINTS:
        return _COUNTRY_HINTS[capitals]
    if _is_country(capitals):
        return f"Capitals count: write '{capitals}'"
    return "Write the two letters of ISO 3166: DE"


def _is_country(text: str) -> bool:
    shaped = len(text) == 2 and text.isascii() and text.isalpha() and text.isupper()
    return shaped and text not in _COUNTRY_HINTS


def _services(reader: "_Reader", value: object, purposes: Sequence[str]) -> tuple[Service, ...]:
    services: list[Service] = []
    for index, item in enumerate(reader.sequence(("services",), value)):
        service = _service(reader, ("services", index), item, purposes)
        if service.name and service.name in {other.name for other in services}:
            message = f"two services are called '{service.name}'"
            reader.add(("services", index, "name"), message, "Give each service one entry")
        services.append(service)
    return tuple(services)


def _service(reader: "_Reader", at: Path, value: object, purposes: Sequence[str]) -> Service:
    item = reader.mapping(at, value)
    if value is not None and not isinstance(value, Mapping):
        return Service("", "", "")
    reader.known(at, item, Service.__struct_fields__)
    purpose = reader.text((*at, "purpose"), item.get("purpose"))
    if purpose and purpose not in purposes:
        message = f"the site does not ask for '{purpose}'"
        reader.add((*at, "purpose"), message, _nearest(purpose, purposes))
    countries = reader.sequence((*at, "third_countries"), item.get("third_countries"))
    return Service(
        name=reader.text((*at, "name"), item.get("name")),
        provider=reader.text((*at, "provider"), item.get("provider")),
        purpose=purpose,
        cookies=_cookies(reader, (*at, "cookies"), item.get("cookies")),
        third_countries=tuple(
            reader.text((*at, "third_countries", n), country) for n, country in enumerate(countries)
        ),
        privacy_url=reader.url((*at, "privacy_url"), item.get("privacy_url")),
    )


def _cookies(reader: "_Reader", at: Path, value: object) -> tuple[ServiceCookie, ...]:
    cookies = []
    for index, found in enumerate(reader.sequence(at, value)):
        item = reader.mapping((*at, index), found)
        if found is not None and not isinstance(found, Mapping):
            continue
        reader.known((*at, index), item, ServiceCookie.__struct_fields__)
        name = reader.text((*at, index, "name"), item.get("name"))
        duration = reader.text((*at, index, "duration"), item.get("duration"))
        cookies.append(ServiceCookie(name, duration))
    return tuple(cookies)


class _Reader:
    """Reads untyped values and gathers findings, so that one run names them all."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def add(self, path: Path, message: str, hint: str) -> None:
        self.problems.append(Problem(path, message, hint))

    def problems_at(self, section: str) -> bool:
        return any(problem.path[:1] == (section,) for problem in self.problems)

    def known(self, path: Path, found: Mapping[str, object], names: Sequence[str]) -> None:
        for name in found:
            if name not in names:
                hint = _nearest(name, names) if names else "Leave it empty: {}"
                self.add((*path, name), f"there is no key '{name}' here", hint)

    def mapping(self, path: Path, value: object) -> Mapping[str, object]:
        if isinstance(value, Mapping):
            return {str(key): item for key, item in value.items()}
        if value is not None:
            message = f"must be keys and values, not {_kind(value)}"
            self.add(path, message, "Write it as {name: value}")
        return {}

    def sequence(self, path: Path, value: object) -> Sequence[object]:
        if isinstance(value, list | tuple):
            return value
        if value is not None:
            self.add(path, f"must be a list, not {_kind(value)}", "Write it as [one, two]")
        return ()

    def text(self, path: Path, value: object) -> str:
        if isinstance(value, str) and value.strip():
            return value
        name = path[-1]
        if value is None:
            hint = f"Add '{name}:'" if isinstance(name, str) else "Write a text"
            self.add(path, "is missing", hint)
        else:
            scalar = isinstance(value, bool | int | float)
            hint = "Put quotes around it" if scalar else "Write a text"
            self.add(path, f"must be a text, not {_kind(value)}", hint)
        return ""

    def number(self, path: Path, value: object, low: int, high: int) -> int:
        whole = isinstance(value, int) and not isinstance(value, bool)
        if isinstance(value, int) and whole and low <= value <= high:
            return value
        wrong = "is out of range" if whole else "is no whole number"
        hint = f"Write a whole number from {low} to {high}"
        quoted = isinstance(value, str) and value.isdigit()
        message = "is missing" if value is None else f"{_shown(value)} {wrong}"
        self.add(path, message, f"{hint}, without quotes" if quoted else hint)
        return low

    def url(self, path: Path, value: object) -> str | None:
        if value is None or (isinstance(value, str) and _is_link(value)):
            return value
        self.add(path, f"{_shown(value)} is no address to link to", "Begin with / or https://")
        return None


def _is_link(text: str) -> bool:
    """Whether a browser follows this as a plain link: no script, no other scheme, no blanks."""
    if any(char.isspace() or not char.isprintable() for char in text):
        return False
    if text.startswith("/"):
        return not text.startswith(("//", "/\\"))
    scheme, _, rest = text.partition("://")
    return scheme.lower() in ("https", "http") and bool(rest)


def _nearest(value: object, names: Iterable[str]) -> str:
    choices = {name.lower(): name for name in sorted(names)}
    text = str(value)
    if text.lower() in choices:
        return f"Capitals count: write '{choices[text.lower()]}'"
    close = difflib.get_close_matches(text, choices.values(), n=1, cutoff=0.8)
    return f"Did you mean '{close[0]}'?" if close else f"Known here: {', '.join(choices.values())}"


def _kind(value: object) -> str:
    if isinstance(value, str) and not value.strip():
        return "an empty text"
    if isinstance(value, bool):
        return f"true or false ({_shown(value)})"
    kinds = {int: "a number", float: "a number", str: "a text"}
    if type(value) in kinds:
        return f"{kinds[type(value)]} ({_shown(value)})"
    return "keys and values" if isinstance(value, Mapping) else "a list"


def _shown(value: object) -> str:
    """Return a value as a file of YAML says it."""
    if isinstance(value, Mapping | list):
        return "a list" if isinstance(value, list) else "keys and values"
    if value is None or isinstance(value, bool):
        return "nothing" if value is None else str(value).lower()
    text = str(value) if isinstance(value, int | float) else f"'{value}'"
    return text if len(text) <= 60 else f"{text[:57]}..."


def _dotted(path: Path) -> str:
    return ".".join(str(part) for part in ("consent", *path))
