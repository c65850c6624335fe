"""Tokens of the stand-in: text of a code, access and id tokens, check of an access token."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import uuid4

from registratura_ground.signing import BadToken, Signer, Verifier, jws_decode, jws_encode
from registratura_standins.esia.accounts import Account
from registratura_standins.esia.permits import ACCESS_LASTS, Permit

ID_LASTS_SECONDS = 10_800
_LEVELS = {"confirmed": "PR", "child": "KD"}  # every other level of an adult is P


async def make_code(signer: Signer, issuer: str, now: datetime) -> str:
    """A code: a signed token of three parts that says nothing of its owner."""
    seconds = int(now.timestamp())
    claims = {"iss": issuer, "iat": seconds, "jti": str(uuid4())}
    return await jws_encode({"ver": 1, "typ": "JWT", "sbt": "authorization_code"}, claims, signer)


async def make_access_token(signer: Signer, issuer: str, permit: Permit, now: datetime) -> str:
    """The access token of esia.md 2.3: an hour, every scope but `openid` with the owner's oid."""
    seconds = int(now.timestamp())
    claims: dict[str, Any] = {
        "nbf": seconds,
        "scope": " ".join(
            scope if scope == "openid" else f"{scope}?oid={permit.oid}" for scope in permit.scopes
        ),
        "iss": issuer,
        "urn:esia:sid": str(permit.sid),
        "urn:esia:sbj_id": permit.oid,
        "exp": seconds + int(ACCESS_LASTS.total_seconds()),
        "iat": seconds,
        "client_id": permit.mnemonic,
    }
    if permit.permissions:
        claims["permissions"] = permit.permissions
    return await jws_encode({"ver": 1, "typ": "JWT", "sbt": "access"}, claims, signer)


async def make_id_token(
    signer: Signer, issuer: str, permit: Permit, account: Account, now: datetime
) -> str:
    """The id token of esia.md 2.3: three hours; `is_tru` is absent for an unconfirmed account."""
    seconds = int(now.timestamp())
    subject: dict[str, Any] = {"urn:esia:sbj:typ": "P"}
    if account.trusted:
        subject["urn:esia:sbj:is_tru"] = True
    subject |= {
        "urn:esia:sbj:oid": account.oid,
        "urn:esia:sbj:nam": f"OID.{account.oid}",
        "urn:esia:sbj:lvl": _LEVELS.get(account.level, "P"),
    }
    claims = {
        "aud": permit.mnemonic,
        "sub": account.oid,
        "nbf": seconds,
        "amr": "PWD",
        "urn:esia:amd": "PWD",
        "auth_time": int(permit.signed_in_at.timestamp()),
        "iss": issuer,
        "urn:esia:sid": str(permit.sid),
        "urn:esia:sbj": subject,
        "exp": seconds + ID_LASTS_SECONDS,
        "iat": seconds,
    }
    return await jws_encode({"ver": 0, "typ": "JWT", "sbt": "id"}, claims, signer)


async def read_access_token(
    token: str, verifiers: Sequence[Verifier], issuer: str, now: datetime
) -> dict[str, Any]:
    """Claims of a living access token of ours, whichever key signed it. Refuses with `BadToken`."""
    header, claims = await _decode(token, verifiers)
    seconds = now.timestamp()
    if header.get("sbt") != "access" or claims.get("iss") != issuer:
        raise BadToken("not an access token of ours")
    if not claims["nbf"] <= seconds < claims["exp"]:
        raise BadToken("not yet or no longer valid")
    return claims


async def _decode(
    token: str, verifiers: Sequence[Verifier]
) -> tuple[dict[str, Any], dict[str, Any]]:
    for verifier in verifiers:
        try:
            return await jws_decode(token, [verifier], verifier.algorithm)
        except BadToken:
            continue
    raise BadToken("not signed by a key of ours")
