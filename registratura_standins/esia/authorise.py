"""Sign-on of a client system: the request (ac, v2/ac), and the answer to it once all is settled."""

from datetime import datetime
from typing import Any
from urllib.parse import quote

from litestar import Request, Response, route
from litestar.response import Redirect

from registratura_standins.esia import asked as asking
from registratura_standins.esia.asked import Parameters
from registratura_standins.esia.authorisations import (
    Authorisation,
    find_authorisation,
    keep_authorisation,
)
from registratura_standins.esia.clients import Client, find_client
from registratura_standins.esia.consents import is_consent_needed
from registratura_standins.esia.database import Connection
from registratura_standins.esia.faults import Fault
from registratura_standins.esia.pages import page
from registratura_standins.esia.permits import give_permit
from registratura_standins.esia.provider import Provider
from registratura_standins.esia.sessions import Session
from registratura_standins.esia.signatures import Version, check_signature, version_of
from registratura_standins.esia.tokens import make_code

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
    try:
        asked = await asking.read_parameters(request)
        client = await _get_client(db, asked, version)
    except Fault as fault:
        return await page(db, "refused.html", status=400, fault=fault)
    try:
        authorisation = await _check(db, client, asked, version, now)
    except Fault as fault:
        return answer_fault(asked["redirect_uri"], asked.get("state", ""), fault)
    return await proceed(db, provider, session, authorisation, now)


async def proceed(
    db: Connection,
    provider: Provider,
    session: Session | None,
    asked: Authorisation,
    now: datetime,
) -> Redirect:
    """The next step of this sign-on: the login, the consent, or the client with a code."""
    if session is None:
        return Redirect(f"/login?ask={asked.id}", status_code=302)
    if await is_consent_needed(db, session.oid, asked.mnemonic, asked.scopes):
        return Redirect(f"/consent?ask={asked.id}", status_code=302)
    code = await make_code(provider.signer_for(asked.mode), provider.settings.issuer, now)
    await give_permit(db, session, asked, code, now)
    return _answer(asked.redirect_uri, {"code": code, "state": asked.state})


def answer_fault(redirect_uri: str, state: str, fault: Fault) -> Redirect:
    """Back to the client with a fault, the fields in the original's order."""
    return _answer(
        redirect_uri,
        {"error_description": fault.description, "state": state, "error": fault.error},
    )


def _answer(redirect_uri: str, fields: dict[str, str]) -> Redirect:
    query = "&".join(f"{name}={quote(text, safe='')}" for name, text in fields.items() if text)
    return Redirect(f"{redirect_uri}{'&' if '?' in redirect_uri else '?'}{query}", status_code=302)


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
    asking.check_present(asked, (*_MANDATORY, *version.demanded))
    if asked["response_type"] != "code":
        raise Fault("007009")
    if asked["access_type"] not in ("online", "offline"):
        raise Fault("007003")
    asking.check_time(asked, now)
    await check_signature(db, client, asked, version, version.ac)
    id = await keep_authorisation(
        db,
        mnemonic=client.mnemonic,
        redirect_uri=asked["redirect_uri"],
        scopes=asking.read_scopes(asked, client),
        state=asked["state"],
        offline=asked["access_type"] == "offline",
        now=now,
    )
    kept = await find_authorisation(db, id, now)
    if kept is None:
        raise Fault("007007")
    return kept
