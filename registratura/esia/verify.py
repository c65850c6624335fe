"""Whether the tokens may be believed: signature, issuer, audience, times, and one same person."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from registratura.esia.authorise import Tokens
from registratura.esia.client import Esia
from registratura.esia.faults import EsiaDown, EsiaRefused
from registratura_ground.signing import BadToken, OpensslFault, jws_decode

LEEWAY = 60  # seconds between ЕСИА's clock and ours


@dataclass(frozen=True)
class Identity:
    """Who signed in: his number in ЕСИА, and whether his account is a confirmed one."""

    oid: int
    confirmed: bool


async def verify(esia: Esia, tokens: Tokens, *, now: datetime) -> Identity:
    """The identity in both tokens. Refuses with `EsiaRefused` at the first thing that is wrong.

    `alg` is the configured one, never the token's; certificates are pinned in the settings.
    """
    access = await _claims(esia, tokens.access, "access", now)
    identity = await _claims(esia, tokens.id, "id", now)
    if access.get("client_id") != esia.mnemonic:
        raise EsiaRefused("access token of another client")
    audience = identity.get("aud")
    if esia.mnemonic not in (audience if isinstance(audience, list) else [audience]):
        raise EsiaRefused("id token for another client")
    oid = _number(access.get("urn:esia:sbj_id"))
    subject = identity.get("urn:esia:sbj")
    if oid is None or not isinstance(subject, dict):
        raise EsiaRefused("no person in the tokens")
    if {_number(identity.get("sub")), _number(subject.get("urn:esia:sbj:oid"))} != {oid}:
        raise EsiaRefused("the tokens name different persons")
    return Identity(oid, confirmed=subject.get("urn:esia:sbj:is_tru") is True)


async def _claims(esia: Esia, token: str, kind: str, now: datetime) -> Mapping[str, Any]:
    try:
        header, claims = await jws_decode(token, esia.verifiers, esia.algorithm)
    except BadToken as fault:
        raise EsiaRefused(f"{kind} token: {fault}") from None
    except OpensslFault as fault:
        raise EsiaDown(f"{kind} token: {fault}") from None
    if header.get("sbt") != kind:
        raise EsiaRefused(f"{kind} token of another kind")
    if claims.get("iss") != esia.issuer:
        raise EsiaRefused(f"{kind} token of another issuer")
    moment = now.timestamp()
    ends, begins = _number(claims.get("exp")), _number(claims.get("nbf", 0))
    if ends is None or ends + LEEWAY <= moment:
        raise EsiaRefused(f"{kind} token has expired")
    if begins is None or begins - LEEWAY > moment:
        raise EsiaRefused(f"{kind} token is not valid yet")
    return claims


def _number(claim: object) -> int | None:
    """An integer claim; ЕСИА writes numbers, some copies of it write their text."""
    if isinstance(claim, bool):
        return None
    if isinstance(claim, int):
        return claim
    if isinstance(claim, str) and claim.isascii() and claim.isdigit() and len(claim) < 19:
        return int(claim)
    return None
