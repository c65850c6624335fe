"""An ЕСИА made by other hands: tokens by joserfc, answers by the letter of the protocol sheet.

Each of its words can be spoiled, to see what the portal believes.
"""

import hashlib
import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cache
from typing import Any
from urllib.parse import parse_qs

import httpx
from joserfc import jwt
from joserfc.jwk import RSAKey
from joserfc.jws import JWSRegistry
from joserfc.registry import HeaderParameter
from litestar import Litestar

from registratura.esia import Esia
from registratura_ground.signing import b64url
from tests.given import portal

OID = 1000299654
MARIA_IN_ESIA: dict[str, Any] = {
    "stateFacts": ["EntityRoot"],
    "firstName": "Мария",
    "lastName": "Иванова",
    "middleName": "Петровна",
    "birthDate": "25.06.1988",
    "gender": "F",
    "trusted": True,
    "snils": "112-233-445 95",
    "contacts": {
        "elements": [
            {"id": 11, "type": "MBT", "vrfStu": "VERIFIED", "value": "+7(900)0000001"},
            {"id": 12, "type": "EML", "vrfStu": "VERIFIED", "value": "maria@example.org"},
        ]
    },
    "documents": {"elements": [{"type": "MDCL_PLCY", "number": "4053110874010015"}]},
}


@cache
def other_key() -> RSAKey:
    """A key that nobody trusts."""
    return RSAKey.generate_key(2048, auto_kid=False)


@dataclass
class Provider:
    """One ЕСИА. Assign a field to spoil an answer."""

    key: RSAKey = field(default_factory=lambda: _own_key())
    algorithm: str = "RS256"
    person: dict[str, Any] = field(default_factory=lambda: dict(MARIA_IN_ESIA))
    access: dict[str, Any] = field(default_factory=dict)
    identity: dict[str, Any] = field(default_factory=dict)
    headers: dict[str, Any] = field(default_factory=dict)
    answer: dict[str, Any] = field(default_factory=dict)
    instead: httpx.Response | Exception | None = None
    codes: set[str] = field(default_factory=lambda: {"the-code"})
    asked: list[str] = field(default_factory=list)
    issued: list[str] = field(default_factory=list)
    hosts: set[str] = field(default_factory=set)
    shelf: dict[str, Any] = field(default_factory=dict)  # path below the person → its JSON
    challenges: dict[str, str] = field(default_factory=dict)  # code → what PKCE bound it to

    def serve(self, app: Litestar) -> None:
        """Stand in the place of the ЕСИА that `app` knows."""
        known: Esia = app.state.esia
        transport = httpx.MockTransport(self.reply)
        app.state.esia = replace(known, http=httpx.AsyncClient(transport=transport))

    def token(self, kind: str, claims: dict[str, Any]) -> str:
        """A signed token of that `sbt`."""
        header = {"typ": "JWT", "sbt": kind, "alg": self.algorithm, **self.headers}
        if header["alg"] == "none":
            return f"{_b64(header)}.{_b64(claims)}."
        known = {"exp": HeaderParameter("Expiry in the header", "int")}
        registry = JWSRegistry(known, [header["alg"]], strict_check_header=False)
        made = jwt.encode(header, claims, self.key, registry=registry)
        self.issued.append(made)
        return made

    def reply(self, request: httpx.Request) -> httpx.Response:
        """What it answers."""
        self.asked.append(request.url.path)
        self.hosts.add(request.url.host)
        if isinstance(self.instead, Exception):
            raise self.instead
        if self.instead is not None:
            return self.instead
        if request.url.path == f"/rs/prns/{OID}":
            return httpx.Response(200, json=self.person)
        if request.url.path in self.shelf:
            return httpx.Response(200, json=self.shelf[request.url.path])
        if request.url.path.startswith("/rs/"):
            return httpx.Response(404, json={"code": "ESIA-005007", "message": "nothing"})
        return self._exchange(parse_qs(request.content.decode()))

    def _exchange(self, form: dict[str, list[str]]) -> httpx.Response:
        code, state = form["code"][0], form["state"][0]
        proof = form.get("code_verifier", [""])[0].encode()
        bound = b64url(hashlib.sha256(proof).digest())
        if code not in self.codes or self.challenges.get(code, bound) != bound:
            refusal = {"error": "invalid_grant", "error_description": "ESIA-007011: used"}
            return httpx.Response(400, json=refusal)
        self.codes.remove(code)
        now = int(datetime.now(UTC).timestamp())
        times = {"nbf": now, "iat": now, "exp": now + 3600, "iss": "http://esia.gosuslugi.ru/"}
        access = {**times, "client_id": "REG40", "urn:esia:sbj_id": OID, **self.access}
        subject = {"urn:esia:sbj:typ": "P", "urn:esia:sbj:is_tru": True, "urn:esia:sbj:oid": OID}
        identity = {**times, "aud": "REG40", "sub": OID, "urn:esia:sbj": subject, **self.identity}
        tokens = {
            "access_token": self.token("access", access),
            "id_token": self.token("id", identity),
            "token_type": "Bearer",
            "expires_in": 3600,
            "state": state,
        }
        return httpx.Response(200, json={**tokens, **self.answer})


@cache
def _own_key() -> RSAKey:
    return RSAKey.import_key((portal.keys() / "esia.key").read_bytes())


def _b64(part: dict[str, Any]) -> str:
    return b64url(json.dumps(part).encode())
