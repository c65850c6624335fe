"""Sign-on by ЕСИА in its first version: a CMS container is signed, not a bare signature."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import httpx

from registratura_ground.authorities import authorities
from registratura_ground.signing import (
    BadToken,
    OpensslFault,
    Verifier,
    b64url,
    jws_decode,
    keep_rsa_identity,
    open_verifier,
    sign_container,
)
from registratura_standins.gosuslugi.settings import Settings

SCOPES = (
    "openid fullname birthdate gender snils medical_doc email mobile "
    "kid_fullname kid_birthdate kid_gender kid_snils kid_medical_doc"
)
_LEEWAY = 60  # seconds between ЕСИА's clock and ours
_TIMES = httpx.Timeout(8.0, connect=3.0)
_WHOLE = 12.0  # seconds for an answer, though it trickles


class EsiaFault(Exception):
    """The sign-in did not succeed. `reason` is a short word for the log, never anybody's data;
    `down`: ЕСИА did not answer, the person may try again."""

    def __init__(self, reason: str, *, down: bool = False) -> None:
        self.reason = reason
        self.down = down
        super().__init__(reason)


@dataclass(frozen=True)
class Esia:
    """One provider, and who we are there."""

    url: str
    issuer: str
    mnemonic: str
    home: str
    key: bytes
    certificate: bytes
    trusted: Verifier
    http: httpx.AsyncClient
    seconds: float = _WHOLE

    @property
    def redirect_uri(self) -> str:
        """Where ЕСИА sends the browser back to."""
        return f"{self.home}/signin/done"

    def logout_url(self) -> str:
        """Where a browser ends its session in ЕСИА; it comes back to our home."""
        query = urlencode({"client_id": self.mnemonic, "redirect_url": f"{self.home}/"})
        return f"{self.url}/idp/ext/Logout?{query}"

    async def authorise_url(self, state: str, now: datetime) -> str:
        """Where the browser goes to sign in. Refuses with `EsiaFault`."""
        fields = await self._signed(state, now)
        fields |= {"response_type": "code", "access_type": "online"}
        return f"{self.url}/aas/oauth2/ac?{urlencode(fields)}"

    async def sign_on(self, code: str, now: datetime) -> tuple[int, Mapping[str, Any]]:
        """The person's number and his profile, for a code. Refuses with `EsiaFault`."""
        state = str(uuid4())
        fields = await self._signed(state, now)
        fields |= {"code": code, "grant_type": "authorization_code", "token_type": "Bearer"}
        tokens = await self._call("POST", "/aas/oauth2/te", data=fields)
        if tokens.get("state") != state:
            raise EsiaFault("another state in the answer")
        access = str(tokens.get("access_token"))
        oid = await self._verify(access, str(tokens.get("id_token")), now)
        embed = "(contacts.elements,documents.elements,kids.elements)"
        person = await self._call(
            "GET",
            f"/rs/prns/{oid}",
            params={"embed": embed},
            headers={"Authorization": f"Bearer {access}", "Accept": "application/json"},
        )
        return oid, person

    async def _signed(self, state: str, now: datetime) -> dict[str, str]:
        """The fields of both requests. Signed: scope, timestamp, client_id, state; no separator."""
        timestamp = now.strftime("%Y.%m.%d %H:%M:%S %z")
        text = "".join((SCOPES, timestamp, self.mnemonic, state)).encode()
        try:
            secret = await sign_container(self.key, self.certificate, text, gost=False)
        except OpensslFault as fault:
            raise EsiaFault(f"not signed: {fault}", down=True) from None
        return {
            "client_id": self.mnemonic,
            "client_secret": b64url(secret),
            "redirect_uri": self.redirect_uri,
            "scope": SCOPES,
            "state": state,
            "timestamp": timestamp,
        }

    async def _verify(self, access: str, identity: str, now: datetime) -> int:
        """The one person whom both tokens name, whose account is a confirmed one."""
        of_access = await self._claims(access, "access", now)
        of_identity = await self._claims(identity, "id", now)
        if of_access.get("client_id") != self.mnemonic or of_identity.get("aud") != self.mnemonic:
            raise EsiaFault("tokens of another client")
        oid, subject = of_access.get("urn:esia:sbj_id"), of_identity.get("urn:esia:sbj")
        if not isinstance(oid, int) or oid != of_identity.get("sub"):
            raise EsiaFault("the tokens name different persons")
        if not isinstance(subject, dict) or subject.get("urn:esia:sbj:is_tru") is not True:
            raise EsiaFault("account is not confirmed")
        return oid

    async def _claims(self, token: str, kind: str, now: datetime) -> Mapping[str, Any]:
        try:
            header, claims = await jws_decode(token, [self.trusted], self.trusted.algorithm)
        except BadToken as fault:
            raise EsiaFault(f"{kind} token: {fault}") from None
        begins, ends = claims.get("nbf", 0), claims.get("exp", 0)
        moment = now.timestamp()
        if header.get("sbt") != kind or claims.get("iss") != self.issuer:
            raise EsiaFault(f"{kind} token of another kind or issuer")
        if not ends + _LEEWAY > moment > begins - _LEEWAY:
            raise EsiaFault(f"{kind} token is out of its time")
        return claims

    async def _call(self, method: str, path: str, **options: Any) -> Mapping[str, Any]:
        try:
            async with asyncio.timeout(self.seconds):
                answer = await self.http.request(method, self.url + path, **options)
        except (TimeoutError, httpx.HTTPError) as fault:
            raise EsiaFault(type(fault).__name__, down=True) from None
        if answer.status_code >= 500:
            raise EsiaFault(f"status {answer.status_code}", down=True)
        try:
            body = answer.json()
        except ValueError:
            raise EsiaFault("not JSON") from None
        if answer.status_code != 200 or not isinstance(body, dict):
            raise EsiaFault(f"status {answer.status_code}")
        return body


def keep_identity(settings: Settings) -> None:
    """Our key and certificate for ЕСИА, made on first start. Refuses with `ValueError`."""
    keep_rsa_identity(settings.key_file, settings.certificate_file, "Gosuslugi demo")


def open_esia(settings: Settings) -> Esia:
    """The client that these settings describe. Refuses with `OSError` or `ValueError`."""
    return Esia(
        url=settings.esia_url,
        issuer=settings.esia_issuer,
        mnemonic=settings.mnemonic,
        home=settings.public_url,
        key=settings.key_file.read_bytes(),
        certificate=settings.certificate_file.read_bytes(),
        trusted=open_verifier("rsa", settings.esia_certificate_file.read_bytes()),
        http=httpx.AsyncClient(
            timeout=_TIMES,
            verify=authorities(trust_env=False),
            trust_env=False,
            follow_redirects=False,
        ),
    )
