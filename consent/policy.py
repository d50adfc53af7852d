"""The ``consent`` section of site.yaml, read into a policy or refused with every finding."""

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Final

import msgspec

from consent.grants import NECESSARY, PURPOSES, ConsentError
from consent.reader import Address, Path, Problem, Reader, nearest, shown

REGIMES: Final = ("opt_in", "opt_out", "notice")
"""Strictest first: nothing without a yes; all until a no, asked; all, and not asked."""

MAX_DAYS: Final = 395
"""Thirteen months: the longest that a grant and a tracker cookie may live."""

SELF: Final = "self"
"""The provider of a service that is the site's own: nobody else receives data by it."""

_EEA: Final = re.compile(
    "AT|BE|BG|CY|CZ|DE|DK|EE|EEA|ES|EU|FI|FR|GR|HR|HU|IE|IS|IT|LI|LT|LU|LV|MT|NL|NO|PL|PT|RO|SE|SI|SK"
)
"""The countries of the EU and the EEA, and these themselves."""

_COUNTRY_HINTS: Final = {"EU": "Name its countries, or set default", "UK": "Write 'GB'"}


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
    """What the banner's second layer shows below a purpose; a recipient of data, if another provides it.

    ``provider`` is ``SELF`` for what is the site's own.
    """

    name: str
    provider: str
    purpose: str
    cookies: tuple[ServiceCookie, ...] = ()
    third_countries: tuple[str, ...] = ()
    privacy_url: Address | None = None


class Policy(msgspec.Struct, frozen=True):
    """What a site asks consent for, and under which regime in which country.

    ``purposes`` are in the order of the file, without ``necessary``. ``regimes`` always has
    ``default``. Raise ``revision`` when a purpose or a recipient is added: it asks everyone again.
    ``services`` None: the site says nothing of recipients, which is not the same as none.
    """

    revision: int
    purposes: tuple[str, ...]
    services: tuple[Service, ...] | None
    regimes: Mapping[str, str]
    expires_days: int
    privacy_url: Address | None
    imprint_url: Address | None


def parse(section: Mapping[str, object], languages: Collection[str] | None = None) -> Policy:
    """Read the section. Raises BadPolicy with all findings at once.

    ``languages`` are those of the site; None: nobody knows which.
    """
    reader = Reader(languages)
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
        privacy_url=reader.address(("privacy_url",), section.get("privacy_url")),
        imprint_url=reader.address(("imprint_url",), section.get("imprint_url")),
    )
    if reader.problems:
        raise BadPolicy(reader.problems)
    return policy


def _purposes(reader: Reader, value: object) -> tuple[str, ...]:
    at: Path = ("purposes",)
    listed = [name for name in value if name in PURPOSES] if isinstance(value, list) else []
    each = ", ".join(f"{name}: {{}}" for name in listed or ("statistics", "personalization"))
    found = reader.mapping(at, value, f"Write {{{each}}}")
    for name, options in found.items():
        if name == NECESSARY:
            reader.add_key(
                (*at, name), "necessary is always on and cannot be asked for", "Remove it"
            )
        elif name not in PURPOSES:
            reader.add_key(
                (*at, name), f"there is no purpose '{name}'", nearest(name, PURPOSES[1:])
            )
        else:
            reader.known((*at, name), reader.mapping((*at, name), options, "Write {}"), ())
    return tuple(name for name in found if name in PURPOSES and name != NECESSARY)


def _regimes(reader: Reader, value: object) -> dict[str, str]:
    at: Path = ("regimes",)
    regimes = {"default": REGIMES[0]}
    for country, regime in reader.mapping(at, value).items():
        if country != "default" and not _is_country(country):
            reader.add_key((*at, country), f"'{country}' is no country", _country_hint(country))
        elif regime not in REGIMES:
            reader.add(
                (*at, country), f"there is no regime {shown(regime)}", nearest(regime, REGIMES)
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
    return "Write the two letters of ISO 3166: CH"


def _is_country(text: str) -> bool:
    shaped = len(text) == 2 and text.isascii() and text.isalpha() and text.isupper()
    return shaped and text not in _COUNTRY_HINTS


def _services(reader: Reader, value: object, purposes: Sequence[str]) -> tuple[Service, ...] | None:
    if value is None:
        return None
    services: list[Service] = []
    named: set[tuple[str, str]] = set()
    for index, item in enumerate(reader.sequence(("services",), value)):
        service = _service(reader, ("services", index), item, purposes)
        if service.name and (service.name, service.purpose) in named:
            message = f"two services for {service.purpose} are called '{service.name}'"
            reader.add(
                ("services", index, "name"), message, "Give each service one entry a purpose"
            )
        named.add((service.name, service.purpose))
        services.append(service)
    return tuple(services)


def _service(reader: Reader, at: Path, value: object, purposes: Sequence[str]) -> Service:
    item = reader.mapping(at, value)
    if value is not None and not isinstance(value, Mapping):
        return Service("", "", "")
    reader.known(at, item, Service.__struct_fields__)
    purpose = reader.text((*at, "purpose"), item.get("purpose"))
    if purpose and purpose not in purposes:
        message = f"the site does not ask for '{purpose}'"
        reader.add((*at, "purpose"), message, nearest(purpose, purposes))
    return Service(
        name=reader.text((*at, "name"), item.get("name")),
        provider=_provider(reader, (*at, "provider"), item.get("provider")),
        purpose=purpose,
        cookies=_cookies(reader, (*at, "cookies"), item.get("cookies")),
        third_countries=_third_countries(reader, (*at, "third_countries"), item),
        privacy_url=reader.address((*at, "privacy_url"), item.get("privacy_url")),
    )


def _provider(reader: Reader, at: Path, value: object) -> str:
    provider = reader.text(at, value)
    if provider != SELF and provider.strip().lower() == SELF:
        reader.add(at, f"{shown(provider)} would be another provider", f"Write {SELF}")
    return provider


def _third_countries(reader: Reader, at: Path, item: Mapping[str, object]) -> tuple[str, ...]:
    found = reader.sequence(at, item.get("third_countries"))
    countries = [reader.text((*at, n), country) for n, country in enumerate(found)]
    for n, country in enumerate(countries):
        if _EEA.fullmatch(country):
            reader.add((*at, n), f"'{country}' is no third country", "Leave the EU and the EEA out")
        elif country and not _is_country(country):
            reader.add((*at, n), f"'{country}' is no country", _country_hint(country))
    return tuple(countries)


def _cookies(reader: Reader, at: Path, value: object) -> tuple[ServiceCookie, ...]:
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


def _dotted(path: Path) -> str:
    return ".".join(str(part) for part in ("consent", *path))
