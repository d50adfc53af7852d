"""``POST identify`` and ``POST logout``: links a visitor to its customer, and cuts the link again."""

from contextlib import suppress

import msgspec
from starlette.responses import Response

from edge import cookies, identify_tokens, visit
from edge.http import endpoint
from edge.http.problems import Problem
from edge.identify_tokens import BadToken, Identity
from edge.request import Request
from edge.services import Services
from edge.site_folder import LiveSite
from edge.stores.base import Evidence, LinkedElsewhere, StoreError, TokenUsed, VisitorErased

PURPOSE = "personalization"
"""The grant without which nobody is linked to anybody."""


class _IdentifyIn(msgspec.Struct, forbid_unknown_fields=True):
    token: str


class _LogoutIn(msgspec.Struct, forbid_unknown_fields=True):
    pass


async def identify(services: Services, live: LiveSite, request: Request) -> Response:
    """Answer the call: 200 says whether the visitor is linked now."""
    asked = await endpoint.body(request, _IdentifyIn)
    seen = visit.read(services, live, request)
    if not seen.grants.permits(PURPOSE):
        return endpoint.json({"linked": False, "reason": "CONSENT_REQUIRED"})
    identity = _verified(services, live, asked.token)
    try:
        return await _linked(services, live, seen.visitor, identity)
    except VisitorErased:
        return endpoint.json({"linked": False, "reason": "CONSENT_REQUIRED"})
    except TokenUsed:
        raise Problem(401, "this token was used before; sign a new one for each login") from None
    except StoreError as bad:
        services.log.error("login.not_linked", bad, site=live.site.name)
        raise Problem(503, "the login could not be stored; try again shortly", retry=True) from None


def _verified(services: Services, live: LiveSite, token: str) -> Identity:
    name = live.site.name
    try:
        keys = services.identify_keys.get(name, ())
        return identify_tokens.verify(token, keys, name, services.clock())
    except BadToken as bad:
        services.log.warning("login.token_refused", site=name, message=bad.reason)
        raise Problem(401, str(bad)) from None


async def _linked(
    services: Services, live: LiveSite, visitor: str | None, identity: Identity
) -> Response:
    """Link; a browser that was somebody else's starts anew under an ID of its own."""
    name, now, store = live.site.name, services.clock(), services.store
    evidence = Evidence(identity.token_id, now, identity.expires_ms)
    current = visitor or cookies.new_visitor()
    try:
        await store.link(name, current, identity.customer, evidence)
    except LinkedElsewhere:
        await store.unlink(name, current, now)
        current = cookies.new_visitor()
        await store.link(name, current, identity.customer, evidence)
    await _tell_unknown(services, live, current)
    response = endpoint.json({"linked": True})
    if current != visitor:
        _set_visitor(services, live, response, current)
    return response


async def _tell_unknown(services: Services, live: LiveSite, visitor: str) -> None:
    """Say that the CRM knows nothing of who was linked: everything else looks like success."""
    name = live.site.name
    with suppress(StoreError):
        if live.site.attributes and not (await services.store.person(name, visitor)).attributes:
            message = "a login was linked to a customer of whom no import has told anything"
            hint = "If there are many, compare the token's 'sub' with the ids of the import"
            services.log.warning("login.customer_unknown", site=name, message=message, hint=hint)


async def logout(services: Services, live: LiveSite, request: Request) -> Response:
    """Answer the call: whoever uses this browser next is somebody new, whatever the store does."""
    await endpoint.body(request, _LogoutIn)
    seen = visit.read(services, live, request)
    response = endpoint.json({"linked": False})
    if seen.visitor is None:
        return response
    try:
        if (await services.store.person(live.site.name, seen.visitor)).erased:
            return response
        await services.store.unlink(live.site.name, seen.visitor, services.clock())
    except StoreError as bad:
        services.log.error("logout.link_not_cut", bad, site=live.site.name)
    _set_visitor(services, live, response, cookies.new_visitor())
    return response


def _set_visitor(services: Services, live: LiveSite, response: Response, visitor: str) -> None:
    signer = services.signers(live.site.name).visitor
    cookie = cookies.visitor_cookie(visitor, signer, services.clock())
    response.headers.append("set-cookie", cookie)


calls = [endpoint.post("identify", identify), endpoint.post("logout", logout)]
