"""What we sign and send: the authorisation address and the exchange of a code (v2/ac, v3/te)."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode
from uuid import uuid4

from registratura.esia.client import SCOPES, Esia
from registratura.esia.faults import EsiaDown, EsiaRefused
from registratura_ground.signing import OpensslFault, b64url


@dataclass(frozen=True, repr=False)
class Tokens:
    """What a code was exchanged for. Has no repr: tokens are not to meet a log."""

    access: str
    id: str


async def authorise_url(esia: Esia, *, state: str, now: datetime) -> str:
    """Where the browser goes to sign in. `state` comes back with it. Refuses with `EsiaDown` where
    we cannot sign."""
    fields = await _signed(esia, state=state, now=now)
    fields |= {"response_type": "code", "access_type": "online"}
    return f"{esia.url}/aas/oauth2/v2/ac?{urlencode(fields)}"


async def exchange(esia: Esia, code: str, *, now: datetime) -> Tokens:
    """Tokens for a code. Refuses with `EsiaDown` or `EsiaRefused`."""
    state = str(uuid4())
    fields = await _signed(esia, state=state, now=now, code=code)
    fields |= {"code": code, "grant_type": "authorization_code", "token_type": "Bearer"}
    answer = await esia.post("/aas/oauth2/v3/te", fields)
    if not isinstance(answer, dict) or answer.get("state") != state:
        raise EsiaRefused("another state in the answer")
    tokens = answer.get("access_token"), answer.get("id_token")
    if not all(isinstance(token, str) and token for token in tokens):
        raise EsiaRefused("a token is missing")
    return Tokens(access=str(tokens[0]), id=str(tokens[1]))


async def _signed(esia: Esia, *, state: str, now: datetime, code: str = "") -> dict[str, str]:
    """The fields of both requests; the signature is over the values in this order."""
    scope_org = ""
    timestamp = now.strftime("%Y.%m.%d %H:%M:%S %z")
    text = "".join((esia.mnemonic, SCOPES, scope_org, timestamp, state, esia.redirect_uri, code))
    try:
        signature = await esia.signer.sign(text.encode())
    except OpensslFault as fault:
        raise EsiaDown(f"not signed: {fault}") from None
    return {
        "client_id": esia.mnemonic,
        "client_secret": b64url(signature),
        "client_certificate_hash": esia.signer.certificate_hash,
        "redirect_uri": esia.redirect_uri,
        "scope": SCOPES,
        "scope_org": scope_org,
        "state": state,
        "timestamp": timestamp,
    }
