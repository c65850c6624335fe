"""Whether an id token of OpenID Connect may be believed (OpenID Connect Core, 3.1.3.7)."""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from joserfc import jwt
from joserfc.errors import BadSignatureError, InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

from registratura.esia.attempts import Attempt
from registratura.esia.faults import EsiaRefused
from registratura.esia.oidc_discovery import Discovery
from registratura.esia.verify import check_times
from registratura_ground.signing import b64url

# Signatures of a private key only: a token neither unsigned nor signed with what is public passes.
ALGORITHMS = ("RS256", "PS256", "ES256")
_NEW_KEY_PERHAPS = (BadSignatureError, InvalidKeyIdError)


async def believe(
    discovery: Discovery,
    token: str,
    *,
    issuer: str,
    client_id: str,
    attempt: Attempt,
    access_token: str,
    now: datetime,
) -> Mapping[str, Any]:
    """The claims. Refuses with `EsiaRefused` at the first thing that is wrong.

    A key that is not known is looked for once more: the provider may have changed its keys.
    """
    claims = await _verified(discovery, token)
    if claims.get("iss") != issuer:
        raise EsiaRefused("id token of another issuer")
    _check_audience(claims, client_id)
    check_times(claims, "id", now)
    if "iat" not in claims:
        raise EsiaRefused("id token without its time")
    if not hmac.compare_digest(str(claims.get("nonce")).encode(), attempt.nonce.encode()):
        raise EsiaRefused("id token of another sign-in")
    if not isinstance(claims.get("sub"), str) or not claims["sub"]:
        raise EsiaRefused("no person in the token")
    if "at_hash" in claims and claims["at_hash"] != _half_hash(access_token):
        raise EsiaRefused("another access token than the id token's")
    return claims


async def _verified(discovery: Discovery, token: str) -> Mapping[str, Any]:
    try:
        return _claims(token, await discovery.keys())
    except _NEW_KEY_PERHAPS:
        pass
    try:
        return _claims(token, await discovery.keys(again=True))
    except _NEW_KEY_PERHAPS:
        raise EsiaRefused("id token: not signed by a published key") from None


def _claims(token: str, keys: KeySet) -> Mapping[str, Any]:
    try:
        return jwt.decode(token, keys, algorithms=ALGORITHMS).claims
    except _NEW_KEY_PERHAPS:
        raise
    except JoseError as fault:
        raise EsiaRefused(f"id token: {fault.error or type(fault).__name__}") from None
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise EsiaRefused("id token: not a token") from None


def _check_audience(claims: Mapping[str, Any], client_id: str) -> None:
    audience = claims.get("aud")
    listed = audience if isinstance(audience, list) else [audience]
    if client_id not in listed:
        raise EsiaRefused("id token for another client")
    if claims.get("azp", client_id if len(listed) == 1 else None) != client_id:
        raise EsiaRefused("id token for several clients")


def _half_hash(access_token: str) -> str:
    """`at_hash` of the algorithms above: all of them hash with SHA-256."""
    return b64url(hashlib.sha256(access_token.encode()).digest()[:16])
