"""What the banner says: the policy and a language's texts, made into what the template shows.

Pure: the shell reads the locale files and renders the template. ``text_hash`` names a version of the
wording, so that the ledger can say what a visitor agreed to.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import msgspec

from consent.grants import NECESSARY, PURPOSES, ConsentError
from consent.policy import SELF, Policy, Service
from consent.reader import Address

_PLACEHOLDERS: Final[Mapping[str, frozenset[str]]] = {
    "intro": frozenset({"purposes"}),
    "recipients_many": frozenset({"count"}),
    "countries_some": frozenset({"countries"}),
    "settings_intro": frozenset({"reject"}),
    "services_many": frozenset({"count"}),
    "service_privacy": frozenset({"provider"}),
    "duration_minutes": frozenset({"count"}),
    "duration_hours": frozenset({"count"}),
    "duration_days": frozenset({"count"}),
    "duration_months": frozenset({"count"}),
    "duration_years": frozenset({"count"}),
}
"""What a text has to say: each of these keys has exactly these placeholders, every other has none."""

REQUIRED_KEYS: Final = frozenset(
    {
        *_PLACEHOLDERS,
        *("title", "voluntary", "accept", "reject", "settings", "save"),
        *("close", "reopen", "failed"),
        *("imprint", "privacy", "always_on", "list_and"),
        *("recipients_none", "recipients_one", "countries_none"),
        *("services_none", "services_one", "provider", "provider_self"),
        *("cookies", "cookies_none"),
        *("countries", "service_countries_none"),
        "duration_session",
        *(f"duration_{unit}" for unit in ("minute", "hour", "day", "month", "year")),
        *(f"purpose_{name}{part}" for name in PURPOSES for part in ("", "_text")),
    }
)
"""The keys of every locale file; it may add ``country_XX``, the name of a country by its ISO code."""

_PLACEHOLDER: Final = re.compile(r"\{(\w+)\}")
_COUNTRY: Final = re.compile(r"country_[A-Z]{2}")
_DURATION: Final = re.compile(r"([0-9]{1,5})(?:([mhd])| (minute|hour|day|month|year)s?)")
_UNITS: Final = {"m": "minute", "h": "hour", "d": "day"}


class BadTexts(ConsentError):
    """A locale cannot be used; ``problems`` says all that is wrong with it."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = list(problems)


class Texts(msgspec.Struct, frozen=True):
    """One language's texts, known to be complete."""

    values: Mapping[str, str]

    @classmethod
    def parse(cls, locale: Mapping[str, object]) -> "Texts":
        """Check a loaded locale file. Raises BadTexts with all findings at once."""
        problems = [f"{key}: is missing" for key in sorted(REQUIRED_KEYS - set(locale))]
        for key, value in locale.items():
            problems += _problems(key, value)
        if problems:
            raise BadTexts(problems)
        return cls({key: str(value) for key, value in locale.items()})

    def __call__(self, key: str, **values: object) -> str:
        """The text under ``key``, its placeholders filled in."""
        return _PLACEHOLDER.sub(lambda found: str(values[found[1]]), self.values[key])

    def counted(self, key: str, count: int) -> str:
        """The text for this number of things: none, one or many."""
        if count == 0:
            return self(f"{key}_none")
        return self(f"{key}_one") if count == 1 else self(f"{key}_many", count=count)

    def listed(self, items: Sequence[str]) -> str:
        """``a, b and c``."""
        if len(items) < 2:
            return "".join(items)
        return f"{', '.join(items[:-1])} {self('list_and')} {items[-1]}"

    def country(self, code: str) -> str:
        """The country's name, or what the policy wrote where no name is known."""
        return self.values.get(f"country_{code}", code)

    def duration(self, written: str) -> str:
        """``30d``, ``12 months`` or ``session`` in this language; any other text as it is written."""
        if written == "session":
            return self("duration_session")
        found = _DURATION.fullmatch(written)
        if not found:
            return written
        unit, count = found[3] or _UNITS[found[2]], int(found[1])
        return self(f"duration_{unit}") if count == 1 else self(f"duration_{unit}s", count=count)


class Link(msgspec.Struct, frozen=True):
    """A link and its words."""

    label: str
    url: str


class ServiceView(msgspec.Struct, frozen=True):
    """A recipient in the second layer."""

    name: str
    provider: str
    cookies: tuple[tuple[str, str], ...]
    countries: str
    privacy: Link | None


class PurposeView(msgspec.Struct, frozen=True):
    """A purpose in the second layer; one that is ``always_on`` has no toggle."""

    id: str
    name: str
    text: str
    always_on: bool
    services_label: str
    services: tuple[ServiceView, ...]


class BannerView(msgspec.Struct, frozen=True):
    """All that the template shows; there is no wording in the template itself."""

    lang: str
    title: str
    paragraphs: tuple[str, ...]
    settings_intro: str
    purposes: tuple[PurposeView, ...]
    links: tuple[Link, ...]
    labels: Mapping[str, str]


_LABELS: Final = (
    *("accept", "reject", "settings", "save", "close", "reopen", "failed"),
    *("always_on", "provider", "cookies", "cookies_none", "countries"),
)


def view(policy: Policy, texts: Texts, lang: str) -> BannerView:
    """The banner for this policy in this language."""
    return BannerView(
        lang=lang,
        title=texts("title"),
        paragraphs=_first_layer(policy, texts),
        settings_intro=texts("settings_intro", reject=texts("reject")),
        purposes=tuple(
            _purpose(policy, texts, lang, name) for name in (NECESSARY, *policy.purposes)
        ),
        links=tuple(_links(policy, texts, lang)),
        labels={name: texts(name) for name in _LABELS},
    )


def text_hash(banner: BannerView) -> str:
    """SHA-256, in hex, of all that the visitor was shown: any other wording has another hash."""
    return hashlib.sha256(msgspec.json.encode(banner, order="sorted")).hexdigest()


def _first_layer(policy: Policy, texts: Texts) -> tuple[str, ...]:
    names = [texts(f"purpose_{name}") for name in policy.purposes]
    return (
        texts("intro", purposes=texts.listed(names)),
        *_recipients(policy, texts),
        texts("voluntary"),
    )


def _recipients(policy: Policy, texts: Texts) -> Iterable[str]:
    """What the site says of recipients, and no more: of one that says nothing we know nothing."""
    if policy.services is None:
        return
    asked = [service for service in policy.services if service.purpose != NECESSARY]
    countries = f" {_third_countries(asked, texts)}" if asked else ""
    others = [service for service in asked if service.provider != SELF]
    recipients = {(service.name, service.provider) for service in others}
    yield texts.counted("recipients", len(recipients)) + countries


def _third_countries(services: Iterable[Service], texts: Texts) -> str:
    codes = dict.fromkeys(code for service in services for code in service.third_countries)
    if not codes:
        return texts("countries_none")
    return texts("countries_some", countries=texts.listed([texts.country(code) for code in codes]))


def _purpose(policy: Policy, texts: Texts, lang: str, name: str) -> PurposeView:
    services = [service for service in policy.services or () if service.purpose == name]
    silent = policy.services is None
    return PurposeView(
        id=name,
        name=texts(f"purpose_{name}"),
        text=texts(f"purpose_{name}_text"),
        always_on=name == NECESSARY,
        services_label="" if silent else texts.counted("services", len(services)),
        services=tuple(_service(service, texts, lang) for service in services),
    )


def _service(service: Service, texts: Texts, lang: str) -> ServiceView:
    countries = texts.listed([texts.country(code) for code in service.third_countries])
    own = service.provider == SELF
    label = texts("privacy") if own else texts("service_privacy", provider=service.provider)
    return ServiceView(
        name=service.name,
        provider=texts("provider_self") if own else service.provider,
        cookies=tuple((each.name, texts.duration(each.duration)) for each in service.cookies),
        countries=countries or texts("service_countries_none"),
        privacy=_link(label, service.privacy_url, lang),
    )


def _links(policy: Policy, texts: Texts, lang: str) -> Iterable[Link]:
    for label, address in (("imprint", policy.imprint_url), ("privacy", policy.privacy_url)):
        if link := _link(texts(label), address, lang):
            yield link


def _link(label: str, address: Address | None, lang: str) -> Link | None:
    """The link in the banner's language, or else in the one that is named first."""
    if isinstance(address, Mapping):
        address = address.get(lang) or next(iter(address.values()), None)
    return Link(label, address) if address else None


def _problems(key: str, value: object) -> Iterable[str]:
    if key not in REQUIRED_KEYS and not _COUNTRY.fullmatch(key):
        yield f"{key}: there is no such text"
    elif not isinstance(value, str) or not value.strip():
        yield f"{key}: must be a text"
    elif (found := set(_PLACEHOLDER.findall(value))) != _PLACEHOLDERS.get(key, frozenset()):
        wanted = ", ".join(sorted(_PLACEHOLDERS.get(key, ()))) or "none"
        yield f"{key}: has the placeholders {sorted(found)}, must have: {wanted}"
