"""What every request handler is given: the parts of one running edge, made once at start."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from edge import cookies
from edge.erasures import Erasures
from edge.geo import Countries
from edge.live import LiveSites
from edge.log import Log
from edge.recorder import Recorder
from edge.settings import Settings
from edge.stores.base import Store
from edge.strangers import Strangers
from edge.tokens import Signer

Clock = Callable[[], int]
"""Returns milliseconds since the Unix epoch."""


@dataclass(frozen=True, slots=True)
class Signers:
    """The signers of one site's two cookies."""

    consent: Signer
    visitor: Signer


@dataclass(frozen=True)
class Services:
    """The composition root hands these out; nothing else is global."""

    settings: Settings
    store: Store
    sites: LiveSites
    countries: Countries
    erasures: Erasures
    strangers: Strangers
    recorder: Recorder
    clock: Clock
    log: Log
    cookie_keys: tuple[bytes, ...]
    identify_keys: Mapping[str, tuple[bytes, ...]]
    _signers: dict[str, Signers] = field(default_factory=dict)

    def signers(self, site: str) -> Signers:
        """Return the signers of a site; each site's cookies are worth nothing to another."""
        found = self._signers.get(site)
        if found is None:
            keys = self.cookie_keys
            found = Signers(cookies.consent_signer(keys, site), cookies.visitor_signer(keys, site))
            self._signers[site] = found
        return found
