"""What we sign and send: the authorisation address and the exchange of a code (v2/ac, v3/te).

No refresh token is asked for (`access_type=online`): whom ЕСИА named is remembered by our own
session, and nothing is read from ЕСИА afterwards. Nor are client credentials: the portal asks in a
person's name only.
"""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode
from uuid import uuid4

from registratura.esia.attempts import Attempt
from registratura.esia.faults import EsiaDown, EsiaRefused
from registratura.esia.line import Line
from registratura_ground.signing import OpensslFault, b64url


@dataclass(frozen=True, repr=False)
class Tokens:
    """What a code was exchanged for. Has no repr: tokens are not to meet a log."""

    access: str
    id: str


async def authorise_url(line: Line, attempt: Attempt, *, now: datetime) -> str:
    """Where the browser goes to sign in. Refuses with `EsiaDown` where we cannot sign."""
    fields = await _signed(line, state=attempt.state, now=now)
    fields |= {"response_type": "code", "access_type": "online"}
    if line.pkce:
        fields |= {"code_challenge": attempt.challenge, "code_challenge_method": "S256"}
    return f"{line.url}/aas/oauth2/v2/ac?{urlencode(fields)}"


async def exchange(line: Line, code: str, attempt: Attempt, *, now: datetime) -> Tokens:
    """Tokens for a code. Refuses with `EsiaDown` or `EsiaRefused`."""
    state = str(uuid4())
    fields = await _signed(line, state=state, now=now, code=code)
    fields |= {"code": code, "grant_type": "authorization_code", "token_type": "Bearer"}
    if line.pkce:
        fields["code_verifier"] = attempt.verifier
    answer = await line.post("/aas/oauth2/v3/te", fields)
    if not isinstance(answer, dict) or answer.get("state") != state:
        raise EsiaRefused("another state in the answer")
    tokens = answer.get("access_token"), answer.get("id_token")
    if not all(isinstance(token, str) and token for token in tokens):
        raise EsiaRefused("a token is missing")
    return Tokens(access=str(tokens[0]), id=str(tokens[1]))


async def _signed(line: Line, *, state: str, now: datetime, code: str = "") -> dict[str, str]:
    """The fields of both requests; the signature is over the values in this order."""
    scope_org = ""
    timestamp = now.strftime("%Y.%m.%d %H:%M:%S %z")
    text = "".join(
        (line.mnemonic, line.scope, scope_org, timestamp, state, line.redirect_uri, code)
    )
    try:
        signature = await line.signer.sign(text.encode("utf-8", "replace"))
    except OpensslFault as fault:
        raise EsiaDown(f"not signed: {fault}") from None
    return {
        "client_id": line.mnemonic,
        "client_secret": b64url(signature),
        "client_certificate_hash": line.signer.certificate_hash,
        "redirect_uri": line.redirect_uri,
        "scope": line.scope,
        "scope_org": scope_org,
        "state": state,
        "timestamp": timestamp,
    }
