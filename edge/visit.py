"""Who is asking, as far as consent lets us know: the grants in force and, only under them, a visitor ID."""

import msgspec
from msgspec import UNSET

from consent.grants import NECESSARY, Grants
from consent.record import Record
from consent.resolve import Signals, resolve
from edge import cookies, geo
from edge.geo import Origin
from edge.request import Request
from edge.services import Services
from edge.site_folder import LiveSite


class Visit(msgspec.Struct, frozen=True):
    """One request's consent. ``visitor`` is None whenever the grants do not allow to know it."""

    grants: Grants
    record: Record | None
    visitor: str | None
    origin: Origin = Origin()

    def forgotten(self) -> "Visit":
        """Return the same visit of somebody who was erased meanwhile: nothing granted, asked again."""
        grants = Grants(frozenset({NECESSARY}), "unset", True, self.grants.revision)
        return msgspec.structs.replace(self, grants=grants, visitor=None)


def read(services: Services, live: LiveSite, request: Request) -> Visit:
    """Read the cookies and signals of a request."""
    now, name = services.clock(), live.site.name
    signers, record = services.signers(name), choice(services, live, request)
    origin = services.countries.origin(_address(services, request))
    signals = Signals(_gpc(request), origin.country)
    grants = resolve(live.policy, record, signals, now)
    visitor = (
        cookies.read_visitor(request.cookies.visitor, signers.visitor, now)
        if grants.identifying
        else None
    )
    visit = Visit(grants, record, visitor, origin)
    return visit.forgotten() if _parted(services, name, visit) else visit


def choice(services: Services, live: LiveSite, request: Request) -> Record | None:
    """Return what a request's consent cookies say, which is read once."""
    if request.choice is UNSET:
        name, now = live.site.name, services.clock()
        signer = services.signers(name).consent
        request.choice = cookies.read_consent(request.cookies.consent, signer, name, now)
    return request.choice


def _parted(services: Services, site: str, visit: Visit) -> bool:
    """Say whether a choice is no longer its visitor's: that one is being erased, or is not there.

    Both cookies are set together, so a consent cookie alone is a copy that was kept.
    """
    if visit.visitor is None:
        return visit.grants.identifying and visit.grants.state == "granted"
    return services.erasures.awaits(site, visit.visitor)


def _address(services: Services, request: Request) -> str:
    """Return the client's address: the last hop that is no proxy of ours."""
    forwarded = request.header(b"x-forwarded-for")
    return geo.client_address(request.client, forwarded, services.settings.trusted_proxies)


def _gpc(request: Request) -> bool:
    """Only the exact value 1 is the signal (https://w3c.github.io/gpc/)."""
    said = request.header(b"sec-gpc")
    return bool(said) and "1" in said.split(", ")
