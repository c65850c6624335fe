"""Tokens for a code or a refresh token (te, v3/te): JSON, 400 with a code for every refusal."""

from datetime import datetime
from typing import Any

from litestar import Request, Response, post

from registratura_standins.esia import asked as asking
from registratura_standins.esia.accounts import find_account
from registratura_standins.esia.asked import Parameters
from registratura_standins.esia.clients import Client, find_client
from registratura_standins.esia.database import Connection
from registratura_standins.esia.faults import Fault
from registratura_standins.esia.permits import (
    ACCESS_LASTS,
    Permit,
    check_code_verifier,
    give_refresh,
    give_system_permit,
    redeem_code,
    redeem_refresh,
)
from registratura_standins.esia.provider import Provider
from registratura_standins.esia.signatures import (
    REFRESH_BY_TOKEN,
    V1,
    Version,
    check_signature,
    version_of,
)
from registratura_standins.esia.tokens import make_access_token, make_id_token

_MANDATORY = ("client_id", "client_secret", "scope", "timestamp", "state", "grant_type")
# The way of asking → the field that holds its secret, if it has one.
_GRANTS = {
    "authorization_code": ("code",),
    "refresh_token": ("refresh_token",),
    "client_credentials": (),
}


@post(["/aas/oauth2/v3/te", "/aas/oauth2/te"], exclude_from_csrf=True, status_code=200, name="te")
async def exchange(
    request: Request[Any, Any, Any], db: Connection, provider: Provider, now: datetime
) -> Response[dict[str, Any]]:
    """Tokens with the scopes granted at `ac`, whatever shorter list is sent here."""
    asked: Parameters = {}
    try:
        pairs = await asking.collect(request)
        asked = asking.read_parameters(pairs)
        client, permit = await _redeem(db, provider, asked, version_of(request.scope["path"]), now)
        tokens = await _make_tokens(db, provider, client, permit, now)
    except Fault as fault:
        refusal = {"error": fault.error, "error_description": fault.description}
        return _json({**refusal, **_state(asked)}, 400)
    return _json({**tokens, **_state(asked)}, 200)


async def _redeem(
    db: Connection, provider: Provider, asked: Parameters, version: Version, now: datetime
) -> tuple[Client, Permit]:
    grant = asked.get("grant_type", "")
    bare = grant == "refresh_token" and provider.settings.refresh_by_token
    # v1 refreshes without an address too, and so does the other form of v3.
    addressed = () if bare or (grant == "refresh_token" and version is V1) else ("redirect_uri",)
    demanded = () if bare else version.demanded
    asking.check_present(asked, (*_MANDATORY, *addressed, *demanded, *_GRANTS.get(grant, ())))
    if grant not in _GRANTS:
        raise Fault("007012")
    if asked.get("token_type", "Bearer") != "Bearer":
        raise Fault("007003")
    client = await find_client(db, asked["client_id"])
    if client is None:
        raise Fault(version.fault)
    if client.suspended:
        raise Fault("008010")
    asking.check_time(asked, now)
    return client, await _redeem_of[grant](db, client, asked, version, bare, now)


async def _by_code(
    db: Connection, client: Client, asked: Parameters, version: Version, _: bool, now: datetime
) -> Permit:
    await check_signature(db, client, asked, version, version.code, now)
    asking.read_scopes(asked, client)
    code, verifier = asked["code"], asked.get("code_verifier", "")
    await check_code_verifier(db, code, client.mnemonic, verifier, now)
    return await redeem_code(db, code, client.mnemonic, asked["redirect_uri"], now)


async def _by_refresh(
    db: Connection, client: Client, asked: Parameters, version: Version, bare: bool, now: datetime
) -> Permit:
    # The other form of v3 names no certificate; that is how the two are told apart.
    other = bare and version is not V1 and not asked.get("client_certificate_hash")
    if not other:
        asking.check_present(asked, version.demanded)
    signed = REFRESH_BY_TOKEN if other else version.refresh
    await check_signature(db, client, asked, version, signed, now)
    asking.read_scopes(asked, client)
    return await redeem_refresh(db, asked["refresh_token"], client.mnemonic, now)


async def _by_credentials(
    db: Connection, client: Client, asked: Parameters, version: Version, _: bool, now: datetime
) -> Permit:
    """The client's own token: what the owner's permissions open while the owner is away."""
    await check_signature(db, client, asked, version, version.credentials, now)
    if not client.consent_types:
        raise Fault("007005")
    if not client.may_answer_to(asked["redirect_uri"]):
        raise Fault("007023")
    oid = asking.read_system_scope(asked)
    return await give_system_permit(db, client.mnemonic, oid, asked["redirect_uri"], now)


_redeem_of = {
    "authorization_code": _by_code,
    "refresh_token": _by_refresh,
    "client_credentials": _by_credentials,
}


async def _make_tokens(
    db: Connection, provider: Provider, client: Client, permit: Permit, now: datetime
) -> dict[str, Any]:
    account = await find_account(db, permit.oid)
    if account is None:
        raise Fault("007011")
    signer, issuer = provider.signer_for(client.mode), provider.settings.issuer
    tokens: dict[str, Any] = {
        "access_token": await make_access_token(signer, issuer, permit, now),
        "token_type": "Bearer",
        "expires_in": int(ACCESS_LASTS.total_seconds()),
    }
    if permit.offline:
        tokens["refresh_token"] = await give_refresh(db, permit, now)
    if "openid" in permit.scopes:
        tokens["id_token"] = await make_id_token(signer, issuer, permit, account, now)
    return tokens


def _state(asked: Parameters) -> dict[str, str]:
    return {"state": asked["state"]} if asked.get("state") else {}


def _json(body: dict[str, Any], status: int) -> Response[dict[str, Any]]:
    headers = {"Cache-Control": "no-store", "Pragma": "no-cache"}
    return Response(body, status_code=status, headers=headers, media_type="application/json")
