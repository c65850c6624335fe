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
    give_refresh,
    redeem_code,
    redeem_refresh,
)
from registratura_standins.esia.provider import Provider
from registratura_standins.esia.signatures import Version, check_signature, version_of
from registratura_standins.esia.tokens import make_access_token, make_id_token

_MANDATORY = (
    "client_id",
    "client_secret",
    "scope",
    "timestamp",
    "state",
    "redirect_uri",
    "grant_type",
)
# The way of asking → the field that holds its secret.
_GRANTS = {"authorization_code": "code", "refresh_token": "refresh_token"}


@post(["/aas/oauth2/v3/te", "/aas/oauth2/te"], exclude_from_csrf=True, status_code=200, name="te")
async def exchange(
    request: Request[Any, Any, Any], db: Connection, provider: Provider, now: datetime
) -> Response[dict[str, Any]]:
    """Tokens with the scopes granted at `ac`, whatever shorter list is sent here."""
    asked: Parameters = {}
    try:
        asked = await asking.read_parameters(request)
        client, permit = await _redeem(db, asked, version_of(request.scope["path"]), now)
        tokens = await _make_tokens(db, provider, client, permit, now)
    except Fault as fault:
        refusal = {"error": fault.error, "error_description": fault.description}
        return _json({**refusal, **_state(asked)}, 400)
    return _json({**tokens, **_state(asked)}, 200)


async def _redeem(
    db: Connection, asked: Parameters, version: Version, now: datetime
) -> tuple[Client, Permit]:
    asking.check_present(asked, (*_MANDATORY, *version.demanded))
    if asked["grant_type"] not in _GRANTS:
        raise Fault("007012")
    secret = _GRANTS[asked["grant_type"]]
    asking.check_present(asked, (secret,))
    if asked.get("token_type", "Bearer") != "Bearer":
        raise Fault("007003")
    client = await find_client(db, asked["client_id"])
    if client is None:
        raise Fault(version.fault)
    asking.check_time(asked, now)
    signed = version.code if secret == "code" else version.refresh  # noqa: S105 - a field's name
    await check_signature(db, client, asked, version, signed)
    asking.read_scopes(asked, client)
    if secret == "code":  # noqa: S105 - the name of a field
        code, redirect_uri = asked["code"], asked["redirect_uri"]
        return client, await redeem_code(db, code, client.mnemonic, redirect_uri, now)
    return client, await redeem_refresh(db, asked["refresh_token"], client.mnemonic, now)


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
