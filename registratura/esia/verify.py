"""Whether the tokens may be believed: signature, issuer, audience, times, and one same person."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from registratura.esia.authorise import Tokens
from registratura.esia.faults import EsiaDown, EsiaRefused
from registratura.esia.line import Line
from registratura_ground.signing import BadToken, OpensslFault, jws_decode

LEEWAY = 60  # seconds between ЕСИА's clock and ours


@dataclass(frozen=True)
class Identity:
    """Who signed in: his number in ЕСИА, and whether his account is a confirmed one."""

    oid: int
    confirmed: bool


async def verify(line: Line, tokens: Tokens, *, now: datetime) -> Identity:
    """The identity in both tokens. Refuses with `EsiaRefused` at the first thing that is wrong.

    `alg` is the configured one, never the token's; certificates are pinned in the settings.
    """
    access = await _claims(line, tokens.access, "access", now)
    identity = await _claims(line, tokens.id, "id", now)
    if access.get("client_id") != line.mnemonic:
        raise EsiaRefused("access token of another client")
    audience = identity.get("aud")
    if line.mnemonic not in (audience if isinstance(audience, list) else [audience]):
        raise EsiaRefused("id token for another client")
    oid = _number(access.get("urn:esia:sbj_id"))
    subject = identity.get("urn:esia:sbj")
    if oid is None or not isinstance(subject, dict):
        raise EsiaRefused("no person in the tokens")
    if subject.get("urn:esia:sbj:typ", "P") != "P":
        raise EsiaRefused("not a natural person")
    if {_number(identity.get("sub")), _number(subject.get("urn:esia:sbj:oid"))} != {oid}:
        raise EsiaRefused("the tokens name different persons")
    return Identity(oid, confirmed=subject.get("urn:esia:sbj:is_tru") is True)


async def _claims(line: Line, token: str, kind: str, now: datetime) -> Mapping[str, Any]:
    try:
        header, claims = await jws_decode(token, line.verifiers, line.algorithm)
    except BadToken as fault:
        raise EsiaRefused(f"{kind} token: {fault}") from None
    except OpensslFault as fault:
        raise EsiaDown(f"{kind} token: {fault}") from None
    if header.get("sbt") != kind:
        raise EsiaRefused(f"{kind} token of another kind")
    if claims.get("iss") != line.issuer:
        raise EsiaRefused(f"{kind} token of another issuer")
    check_times(claims, kind, now)
    return claims


def check_times(claims: Mapping[str, Any], kind: str, now: datetime) -> None:
    """Refuses with `EsiaRefused` a token that has expired, is not valid yet, or was issued in the
    future; both clocks may differ by `LEEWAY`."""
    moment = now.timestamp()
    ends = _number(claims.get("exp"))
    if ends is None or ends + LEEWAY <= moment:
        raise EsiaRefused(f"{kind} token has expired")
    for name in ("nbf", "iat"):
        begins = _number(claims.get(name, 0))
        if begins is None or begins - LEEWAY > moment:
            raise EsiaRefused(f"{kind} token is not valid yet")


def _number(claim: object) -> int | None:
    """An integer claim; ЕСИА writes numbers, some copies of it write their text."""
    if isinstance(claim, bool):
        return None
    if isinstance(claim, int):
        return claim
    if isinstance(claim, str) and claim.isascii() and claim.isdigit() and len(claim) < 19:
        return int(claim)
    return None
