"""A provider of standard OpenID Connect over real HTTP, by joserfc and with no code of ours.

It checks its client as a strict one does: the signed assertion once, the redirect letter by letter,
the code once, the verifier of PKCE. Each of its own words can be spoiled.
"""

import asyncio
import base64
import hashlib
import hmac
import json
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import parse_qs, urlencode
from uuid import uuid4

import uvicorn
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey
from litestar import Litestar, Request, Response, get, post

ID = "registry-40"
MARIA_AT_GATEWAY: dict[str, Any] = {
    "sub": "7b1c0d9e",
    "oid": "1000299654",
    "trusted": True,
    "family_name": "Иванова",
    "given_name": "Мария",
    "middle_name": "Петровна",
    "birthdate": "1988-06-25",
    "gender": "female",
    "snils": "112-233-445 95",
    "email": "maria@example.org",
    "email_verified": True,
    "phone_number": "+79000000001",
    "phone_number_verified": True,
    "address": {"formatted": "249030, г. Обнинск, ул. Ленина, д. 1"},
}
AnyRequest = Request[Any, Any, Any]


def make_key(kid: str | None = None) -> RSAKey:
    """A key of the provider's."""
    return RSAKey.generate_key(2048, {"use": "sig", **({"kid": kid} if kid else {})})


@dataclass
class Gateway:
    """One provider. Assign a field to spoil an answer."""

    issuer: str
    client_key: RSAKey
    redirect_uri: str = "http://127.0.0.1:8000/signin/done"
    key: RSAKey = field(default_factory=lambda: _first_key())
    listed: list[RSAKey] | None = None  # else the key itself
    algorithm: str = "RS256"
    header: dict[str, Any] = field(default_factory=dict)
    document: dict[str, Any] = field(default_factory=dict)
    person: dict[str, Any] = field(default_factory=lambda: dict(MARIA_AT_GATEWAY))
    claims: dict[str, Any] = field(default_factory=dict)
    answer: dict[str, Any] = field(default_factory=dict)
    back: dict[str, str] = field(default_factory=dict)
    userinfo: dict[str, Any] = field(default_factory=dict)
    begun: dict[str, dict[str, str]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    assertions: set[str] = field(default_factory=set)

    def forget(self) -> None:
        """Become the one again that it was before it was spoiled."""
        vars(self).update(vars(Gateway(self.issuer, self.client_key)))

    def describe(self) -> dict[str, Any]:
        """The document of discovery."""
        names = ("authorization", "token", "userinfo", "end_session")
        places = {f"{name}_endpoint": f"{self.issuer}/{name}" for name in names}
        return {"issuer": self.issuer, "jwks_uri": f"{self.issuer}/jwks", **places, **self.document}

    def authorise(self, query: dict[str, str]) -> Response[None]:
        """Мария signs in at once."""
        right = query["client_id"] == ID and query["redirect_uri"] == self.redirect_uri
        if not right or query["code_challenge_method"] != "S256":
            return Response(None, status_code=400)
        code = str(uuid4())
        self.begun[code] = query
        told = {"code": code, "state": query["state"], **self.back}
        address = f"{query['redirect_uri']}?{urlencode(told)}"
        return Response(None, status_code=302, headers={"Location": address})

    def exchange(self, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        """Tokens, or what is wrong with the request."""
        if not self._knows(form["client_assertion"]) or form["client_id"] != ID:
            return 401, {"error": "invalid_client"}
        begun = self.begun.pop(form["code"], None)
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        if not begun or begun["code_challenge"] != _b64(digest):
            return 400, {"error": "invalid_grant"}
        if form["redirect_uri"] != begun["redirect_uri"]:
            return 400, {"error": "invalid_grant"}
        token = self._id_token(begun["nonce"])
        told = {"access_token": "opaque", "token_type": "Bearer", "id_token": token}
        return 200, {**told, **self.answer}

    def _id_token(self, nonce: str) -> str:
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": ID,
            "sub": self.person["sub"],
            "nonce": nonce,
            "iat": now,
            "exp": now + 300,
            **self.claims,
        }
        told = {name: it for name, it in claims.items() if it is not None}
        header = {"alg": self.algorithm, "kid": self.key.kid, **self.header}
        if self.algorithm in ("none", "HS256"):
            return self._forge(jwt.encode(header | {"alg": "RS256"}, told, self.key))
        return jwt.encode(header, told, self.key, algorithms=[self.algorithm])

    def _forge(self, token: str) -> str:
        """The token without a signature, or signed with what everybody can read: the public key
        taken for a secret. By hand, for joserfc refuses to."""
        head = json.dumps({"alg": self.algorithm, "kid": self.key.kid}).encode()
        text = f"{_b64(head)}.{token.split('.')[1]}"
        secret = self.key.as_pem(private=False)
        signature = hmac.new(secret, text.encode(), hashlib.sha256).digest()
        return f"{text}.{_b64(signature) if self.algorithm == 'HS256' else ''}"

    def _knows(self, assertion: str) -> bool:
        try:
            claims = jwt.decode(assertion, self.client_key, algorithms=["RS256", "ES256"]).claims
        except JoseError:
            return False
        fresh = claims["exp"] > time.time() and claims["jti"] not in self.assertions
        self.assertions.add(claims["jti"])
        named = (claims["iss"], claims["sub"], claims["aud"])
        return fresh and named == (ID, ID, f"{self.issuer}/token")


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()


def _b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


@cache
def _first_key() -> RSAKey:
    return make_key("first")


@asynccontextmanager
async def gateway(client_key: RSAKey) -> AsyncIterator[Gateway]:
    """A provider that listens, and knows its client by this key."""
    listening = socket.create_server(("127.0.0.1", 0))
    made = Gateway(f"http://127.0.0.1:{listening.getsockname()[1]}", client_key)
    config = uvicorn.Config(_application(made), log_config=None, lifespan="off", ws="none")
    server = _Server(config)
    running = asyncio.create_task(server.serve(sockets=[listening]))
    await server.ready.wait()
    try:
        yield made
    finally:
        server.should_exit = True
        await running


def _application(made: Gateway) -> Litestar:
    @get("/.well-known/openid-configuration", sync_to_thread=False)
    def document() -> dict[str, Any]:
        made.asked.append("document")
        return made.describe()

    @get("/jwks", sync_to_thread=False)
    def jwks() -> dict[str, Any]:
        made.asked.append("keys")
        keys = [made.key] if made.listed is None else made.listed
        return {"keys": [key.as_dict(private=False) for key in keys]}

    @get("/authorization", sync_to_thread=False)
    def authorise(request: AnyRequest) -> Response[None]:
        return made.authorise(dict(request.query_params.items()))

    @post("/token")
    async def token(request: AnyRequest) -> Response[dict[str, Any]]:
        form = parse_qs((await request.body()).decode())
        status, told = made.exchange({name: values[0] for name, values in form.items()})
        return Response(told, status_code=status)

    @get("/userinfo", sync_to_thread=False)
    def userinfo(request: AnyRequest) -> Response[dict[str, Any]]:
        if request.headers.get("authorization") != "Bearer opaque":
            return Response({"error": "invalid_token"}, status_code=401)
        return Response({**made.person, **made.userinfo})

    handlers = [document, jwks, authorise, token, userinfo]
    return Litestar(handlers, openapi_config=None, logging_config=None)
