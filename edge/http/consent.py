"""``POST consent``: records a choice. A grant needs the ledger; a withdrawal never waits for it."""

import asyncio
import base64
import secrets
from typing import Literal

import msgspec
from starlette.responses import Response

from consent import ledger
from consent.grants import Grants
from consent.record import BadChoice, Record, choose
from consent.resolve import Signals, regime, resolve
from edge import cookies, visit
from edge.http import endpoint
from edge.http.problems import Problem
from edge.http.wire import consent_state
from edge.request import Request
from edge.services import Services
from edge.site_folder import LiveSite
from edge.stores.base import StoreError
from edge.visit import Visit

LEDGER_PATIENCE = 0.25
"""Seconds the answer to a refusal waits for its entry in the ledger."""


class _ConsentIn(msgspec.Struct, forbid_unknown_fields=True):
    action: Literal["accept_all", "reject_all", "save", "withdraw"]
    purposes: list[str] = []
    lang: str = ""
    layer: Literal[1, 2] = 1


async def handle(services: Services, live: LiveSite, request: Request) -> Response:
    """Answer the call."""
    asked = await endpoint.body(request, _ConsentIn)
    before = visit.read(services, live, request)
    record = _chosen(services, live, asked)
    entry = _entry(live, request, asked, before, record)
    if record.grants:
        await _must_record(services, live, entry)
    else:
        await _may_record(services, live, entry)
    after = resolve(live.policy, record, Signals(False, before.origin.country), services.clock())
    response = endpoint.json({"consent": consent_state(after), "receipt": record.receipt})
    await _set_cookies(services, live, request, response, before, record, after)
    return response


def _chosen(services: Services, live: LiveSite, asked: _ConsentIn) -> Record:
    now = services.clock()
    try:
        return choose(live.policy, live.site.name, asked.action, asked.purposes, now, _receipt())
    except BadChoice as bad:
        raise Problem(400, str(bad)) from None


def _receipt() -> str:
    """Return a code of 80 random bits that a person can read aloud: ABCD-EFGH-JKLM-NPQR."""
    code = base64.b32encode(secrets.token_bytes(10)).decode()
    return "-".join(code[at : at + 4] for at in range(0, 16, 4))


def _entry(
    live: LiveSite, request: Request, asked: _ConsentIn, before: Visit, record: Record
) -> dict[str, object]:
    language = asked.lang if asked.lang in live.banners else live.site.languages[0]
    withdrawn = before.record.receipt if before.record else None
    return ledger.entry(
        record,
        action=asked.action,
        lang=language,
        layer=asked.layer,
        text_hash=live.banners[language].hash,
        regime=regime(live.policy, before.origin.country),
        withdrawn=withdrawn if asked.action == "withdraw" or not record.grants else None,
    )


async def _must_record(services: Services, live: LiveSite, entry: dict[str, object]) -> None:
    try:
        await services.store.record_consent(live.site.name, entry)
    except StoreError as bad:
        services.log.error("consent.not_recorded", bad, site=live.site.name)
        detail = "your choice could not be recorded, so nothing was granted; try again shortly"
        raise Problem(503, detail, retry=True) from None


async def _may_record(services: Services, live: LiveSite, entry: dict[str, object]) -> None:
    """Record a refusal if the ledger answers in time; the refusal itself holds either way."""
    try:
        recording = services.store.record_consent(live.site.name, entry)
        await asyncio.wait_for(recording, LEDGER_PATIENCE)
    except (StoreError, TimeoutError) as bad:
        services.log.error("refusal.not_recorded", bad, site=live.site.name)


async def _set_cookies(
    services: Services, live: LiveSite, request: Request, response: Response, before: Visit,
    record: Record, after: Grants,
) -> None:  # fmt: skip
    """Set what is granted, expire what is not, and erase a visitor who took a grant back."""
    signers, sent = services.signers(live.site.name), request.cookies
    consent = cookies.consent_cookie(record, signers.consent, live.policy.expires_days)
    response.headers.append("set-cookie", consent)
    # Also where no grant is in force any more: what was stored under an earlier one is still theirs.
    visitor = cookies.read_visitor(sent.visitor, signers.visitor, services.clock())
    given = before.grants.purposes | set(before.record.grants if before.record else ())
    if visitor is not None and (given - after.purposes or not after.identifying):
        await services.erasures.erase(live.site.name, visitor)
        visitor = None
    if not after.identifying:
        if sent.visitor:
            response.headers.append("set-cookie", cookies.expire(cookies.VISITOR))
    elif visitor is None or await _is_erased(services, live, visitor):
        fresh = cookies.visitor_cookie(cookies.new_visitor(), signers.visitor, services.clock())
        response.headers.append("set-cookie", fresh)


async def _is_erased(services: Services, live: LiveSite, visitor: str) -> bool:
    """Say whether an ID can gather nothing any more; where nobody knows, a new one is safe."""
    if services.erasures.awaits(live.site.name, visitor):
        return True
    try:
        return (await services.store.person(live.site.name, visitor)).erased
    except StoreError:
        return True


call = endpoint.post("consent", handle)
