"""Sign-on of a client system: the request (ac, v2/ac) and everything that is checked in it."""

from datetime import datetime
from typing import Any

from litestar import Request, Response, route

from registratura_standins.esia import asked as asking
from registratura_standins.esia.asked import Parameters
from registratura_standins.esia.authorisations import (
    Authorisation,
    find_authorisation,
    keep_authorisation,
)
from registratura_standins.esia.clients import Client, find_client
from registratura_standins.esia.database import Connection
from registratura_standins.esia.faults import Fault
from registratura_standins.esia.pages import page
from registratura_standins.esia.permissions import read_permissions
from registratura_standins.esia.pkce import read_challenge
from registratura_standins.esia.proceeding import answer_fault, proceed
from registratura_standins.esia.provider import Provider
from registratura_standins.esia.sessions import Session
from registratura_standins.esia.signatures import V1, Version, check_signature, version_of

_MANDATORY = (
    "client_id",
    "client_secret",
    "redirect_uri",
    "scope",
    "response_type",
    "state",
    "timestamp",
    "access_type",
)


@route(
    ["/aas/oauth2/v2/ac", "/aas/oauth2/ac"],
    http_method=["GET", "POST"],
    exclude_from_csrf=True,
    name="ac",
)
async def authorise(
    request: Request[Any, Any, Any],
    db: Connection,
    provider: Provider,
    session: Session | None,
    now: datetime,
) -> Response[Any]:
    """To the login page, or straight back to a client that is allowed already.

    A fault goes back to the client; without a known client and its registered address it is
    shown on a page of our own.
    """
    version = version_of(request.scope["path"])
    pairs = await asking.collect(request)
    asked, unread = _read(pairs)
    try:
        client = await _get_client(db, asked, version)
    except Fault as fault:
        return await page(db, "refused.html", status=400, fault=unread or fault)
    try:
        if unread is not None:
            raise unread
        authorisation = await _check(db, client, asked, version, now)
    except Fault as fault:
        return answer_fault(asked["redirect_uri"], asked.get("state", ""), fault)
    return await proceed(db, provider, session, authorisation, now)


def _read(pairs: asking.Pairs) -> tuple[Parameters, Fault | None]:
    """The parameters, or the sound ones among them and the fault of the others."""
    try:
        return asking.read_parameters(pairs), None
    except Fault as fault:
        return asking.read_sound(pairs), fault


async def _get_client(db: Connection, asked: Parameters, version: Version) -> Client:
    asking.check_present(asked, ("client_id", "redirect_uri"))
    client = await find_client(db, asked["client_id"])
    if client is None:
        raise Fault(version.fault)
    if not client.may_answer_to(asked["redirect_uri"]):
        raise Fault("007023")
    return client


async def _check(
    db: Connection, client: Client, asked: Parameters, version: Version, now: datetime
) -> Authorisation:
    if client.suspended:
        raise Fault("008010")
    asking.check_present(asked, (*_MANDATORY, *version.demanded))
    if asked["response_type"] != "code":
        raise Fault("007009")
    if asked["access_type"] not in ("online", "offline"):
        raise Fault("007003")
    asking.check_time(asked, now)
    await check_signature(db, client, asked, version, version.ac, now)
    later: Parameters = {} if version is V1 else asked  # v1 knows nothing of these parameters
    id = await keep_authorisation(
        db,
        mnemonic=client.mnemonic,
        redirect_uri=asked["redirect_uri"],
        scopes=asking.read_scopes(asked, client),
        state=asked["state"],
        offline=asked["access_type"] == "offline",
        scope_org=asking.read_organisation_scopes(asked),
        code_challenge=read_challenge(later),
        permissions=read_permissions(later.get("permissions", ""), client.consent_types),
        now=now,
    )
    kept = await find_authorisation(db, id, now)
    if kept is None:
        raise Fault("007007")
    return kept
