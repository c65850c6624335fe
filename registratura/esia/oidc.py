"""A gateway of standard OpenID Connect in ЕСИА's place: code with PKCE S256, `private_key_jwt`."""

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any
from urllib.parse import urlencode, urlsplit
from uuid import uuid4

from joserfc import jwt
from joserfc.errors import InvalidKeyTypeError
from joserfc.jwk import ECKey, RSAKey

from registratura.esia.answer import Answer
from registratura.esia.attempts import Attempt
from registratura.esia.faults import EsiaFault, EsiaRefused, fault_of
from registratura.esia.keys import read_file, usable
from registratura.esia.oidc_belief import believe
from registratura.esia.oidc_claims import NAMES, read_claims
from registratura.esia.oidc_discovery import Discovery
from registratura.esia.wire import Wire, open_http
from registratura.settings import Settings, variable
from registratura_ground.refused import Refused

SCOPE = "openid profile email phone address"
ASSERTION_LASTS = 120  # seconds
LOGOUT_WAITS = 2.0  # seconds for a gateway that must first say where
_ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


@dataclass(frozen=True, kw_only=True)
class Oidc(Wire):
    """One gateway and our registration there. `namespace`: whose numbers `oid` are, so that
    accounts stay the same whether ЕСИА is asked directly or through the gateway."""

    issuer: str
    namespace: str
    client_id: str
    redirect_uri: str
    home: str
    key: RSAKey | ECKey = field(repr=False)
    scope: str = SCOPE
    names: Mapping[str, str] = field(default_factory=lambda: NAMES)
    clock: Callable[[], float] = time.monotonic  # how old what is remembered has grown

    @cached_property
    def discovery(self) -> Discovery:
        """What the gateway publishes of itself."""
        return Discovery(self.issuer, self.ask, self.clock)

    @property
    def provider(self) -> str:
        """What a sign-in under way is bound to."""
        return self.issuer

    async def start(self, attempt: Attempt, *, now: datetime) -> str:
        """Where the browser goes to sign in. Refuses with `EsiaDown`, or with `EsiaRefused` a
        gateway whose document must not be believed."""
        self.check_up()
        endpoint = await self.discovery.endpoint("authorization_endpoint")
        fields = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": self.redirect_uri,
            "scope": self.scope,
            "state": attempt.state,
            "nonce": attempt.nonce,
            "code_challenge": attempt.challenge,
            "code_challenge_method": "S256",
        }
        return _joined(str(endpoint), fields)

    async def finish(self, query: Mapping[str, str], attempt: Attempt, *, now: datetime) -> Answer:
        """Who came back with this query. Refuses with an `EsiaFault`."""
        document = await self.discovery.document()
        says_issuer = document.get("authorization_response_iss_parameter_supported") is True
        if query.get("iss", None if says_issuer else self.issuer) != self.issuer:
            raise EsiaRefused("answer of another issuer")  # RFC 9207
        if "code" not in query:
            raise fault_of(query.get("error", "no code"))
        tokens = await self._exchange(query["code"], attempt, now)
        claims = await believe(
            self.discovery,
            str(tokens["id_token"]),
            issuer=self.issuer,
            client_id=self.client_id,
            attempt=attempt,
            access_token=str(tokens["access_token"]),
            now=now,
        )
        more = await self._userinfo(str(tokens["access_token"]), claims["sub"])
        return read_claims(self.namespace, {**more, **claims}, self.names)

    async def logout_url(self, path: str = "/") -> str:
        """Where a browser ends its session at the gateway, to come back to `path` (OpenID Connect
        RP-Initiated Logout); the portal's own page where the gateway has no such address."""
        try:
            async with asyncio.timeout(LOGOUT_WAITS):
                endpoint = await self.discovery.endpoint("end_session_endpoint")
        except (EsiaFault, TimeoutError):  # the session here has ended: that is not undone
            endpoint = None
        if endpoint is None:
            return self.home + path
        back = {"client_id": self.client_id, "post_logout_redirect_uri": self.home + path}
        return _joined(endpoint, back)

    async def _exchange(self, code: str, attempt: Attempt, now: datetime) -> Mapping[str, Any]:
        endpoint = str(await self.discovery.endpoint("token_endpoint"))
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.redirect_uri,
            "client_id": self.client_id,
            "code_verifier": attempt.verifier,
            "client_assertion_type": _ASSERTION,
            "client_assertion": self._assertion(endpoint, now),
        }
        tokens = await self.ask("POST", endpoint, data=form)
        if not isinstance(tokens, dict):
            raise EsiaRefused("the tokens are not an object")
        if not all(isinstance(tokens.get(name), str) for name in ("id_token", "access_token")):
            raise EsiaRefused("a token is missing")
        if str(tokens.get("token_type")).lower() != "bearer":
            raise EsiaRefused("tokens of another kind")
        return tokens

    def _assertion(self, endpoint: str, now: datetime) -> str:
        """Who we are (OpenID Connect Core, 9): signed by our key, for this endpoint, for once."""
        moment = int(now.timestamp())
        claims = {
            "iss": self.client_id,
            "sub": self.client_id,
            "aud": endpoint,
            "jti": str(uuid4()),
            "iat": moment,
            "exp": moment + ASSERTION_LASTS,
        }
        algorithm = "RS256" if isinstance(self.key, RSAKey) else "ES256"
        header = {"alg": algorithm, "kid": self.key.thumbprint()}
        return jwt.encode(header, claims, self.key, algorithms=[algorithm])

    async def _userinfo(self, access_token: str, subject: str) -> Mapping[str, Any]:
        """What the id token leaves out, of the same person (OpenID Connect Core, 5.3.2)."""
        endpoint = await self.discovery.endpoint("userinfo_endpoint")
        if endpoint is None:
            return {}
        bearer = {"Authorization": f"Bearer {access_token}", "Accept": "application/json"}
        told = await self.ask("GET", endpoint, headers=bearer)
        if not isinstance(told, dict) or told.get("sub") != subject:
            raise EsiaRefused("userinfo of another person")
        return told


def open_oidc(settings: Settings) -> Oidc:
    """The gateway that these settings describe; nothing is asked of it yet. Refuses with
    `Refused` a key or a name of a claim that cannot be used."""
    home = settings.public_url.rstrip("/")
    if not settings.oidc_issuer:
        raise Refused(f"{variable('oidc_issuer')}: не задан адрес шлюза OpenID Connect.")
    unknown = [name for name, _ in settings.oidc_claims if name not in NAMES]
    if unknown:
        known = ", ".join(NAMES)
        raise Refused(f"{variable('oidc_claims')}: нет поля «{unknown[0]}»; есть {known}.")
    return Oidc(
        issuer=settings.oidc_issuer,
        namespace=settings.esia_issuer,
        client_id=settings.esia_mnemonic,
        redirect_uri=f"{home}/signin/done",
        home=home,
        key=_key(read_file(settings.esia_key_file, "esia_key_file")),
        scope=settings.esia_scope or SCOPE,
        names={**NAMES, **dict(settings.oidc_claims)},
        http=open_http(),
    )


def _key(pem: bytes) -> RSAKey | ECKey:
    wrong = f"{variable('esia_key_file')}: нужен закрытый ключ RSA или EC P-256 в формате PEM."
    return usable(lambda: _read_key(pem), wrong)


def _read_key(pem: bytes) -> RSAKey | ECKey:
    try:
        key: RSAKey | ECKey = RSAKey.import_key(pem)
    except InvalidKeyTypeError:
        key = ECKey.import_key(pem)
    if not key.is_private or (isinstance(key, ECKey) and key.curve_name != "P-256"):
        raise ValueError("not a private key of RSA or P-256")
    return key


def _joined(endpoint: str, fields: Mapping[str, str]) -> str:
    return f"{endpoint}{'&' if urlsplit(endpoint).query else '?'}{urlencode(fields)}"
