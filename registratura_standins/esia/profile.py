"""The profile by REST, /rs/prns/…: read with an access token, by scope, one's own oid only."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from litestar import Request, Response, get

from registratura_ground.signing import BadToken
from registratura_standins.esia import bodies
from registratura_standins.esia.bodies import Body
from registratura_standins.esia.clients import Client, find_client
from registratura_standins.esia.database import Connection
from registratura_standins.esia.owners import Owner, find_owner
from registratura_standins.esia.permits import is_permitted
from registratura_standins.esia.provider import Provider
from registratura_standins.esia.scopes import widen
from registratura_standins.esia.tokens import read_access_token

# Status → body. Only the first is attested; the others keep its shape.
REFUSALS = {
    401: {"code": "ESIA-005011", "message": "SecurityErrorEnum.invalidToken"},
    403: {"code": "ESIA-007019", "message": "OAuthErrorEnum.noGrants"},
    404: {"code": "ESIA-005404", "message": "The resource is not found"},
}
_EMBED_PART = re.compile(r"^([a-z]+)(?:\.elements)?(?:-\d+)?$")


class Refused(Exception):
    """The profile is not shown: `status` is 401, 403 or 404."""

    def __init__(self, status: int) -> None:
        self.status = status
        super().__init__(str(status))


@dataclass(frozen=True)
class _Reading:
    """Who is read, with which scopes, and the address of his profile for elements."""

    owner: Owner
    scopes: frozenset[str]
    url: str
    embed: frozenset[str]


@get("/rs/prns/{path:path}", exclude_from_csrf=True, name="profile")
async def read_profile(
    request: Request[Any, Any, Any], db: Connection, provider: Provider, now: datetime, path: str
) -> Response[Body]:
    """A person, or a part of what is known of him; doubled and trailing slashes do not matter."""
    steps = [step for step in path.split("/") if step]
    try:
        reading = await _open(request, db, provider, now, steps)
        body, status = _read(reading, steps[1:]), 200
    except Refused as refusal:
        body, status = REFUSALS[refusal.status], refusal.status
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else {}
    return Response(body, status_code=status, headers=headers, media_type="application/json")


async def _open(
    request: Request[Any, Any, Any],
    db: Connection,
    provider: Provider,
    now: datetime,
    steps: Sequence[str],
) -> _Reading:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    try:
        claims = await read_access_token(
            token.strip(), provider.verifiers, provider.settings.issuer, now
        )
    except BadToken as fault:
        raise Refused(401) from fault
    oid: int = claims["urn:esia:sbj_id"]
    client = await find_client(db, claims["client_id"])
    if client is None or client.suspended:
        raise Refused(401)
    permitted = await is_permitted(db, oid, claims["client_id"], claims["urn:esia:sid"], now)
    owner = await find_owner(db, oid) if permitted and scheme.lower() == "bearer" else None
    if owner is None:
        raise Refused(401)
    if not steps or not (steps[0].isascii() and steps[0].isdigit()):
        raise Refused(404)
    if steps[0] != str(oid):
        raise Refused(403)
    scopes = _scopes_now(claims, client)
    url = f"{provider.settings.public_url}/rs/prns/{oid}"
    return _Reading(owner, scopes, url, _embed(request.query_params.get("embed", "")))


def _scopes_now(claims: Body, client: Client) -> frozenset[str]:
    """The token's scopes; what the client is registered for no longer is left out."""
    of_permissions = [one["scopes"] for one in claims.get("permissions", [])]
    allowed = {scope["sysname"] for scopes in of_permissions for scope in scopes}
    told = (scope.partition("?")[0] for scope in claims["scope"].split(" "))
    return widen(scope for scope in told if scope in allowed.union(client.scopes))


def _embed(text: str) -> frozenset[str]:
    """Names of `(contacts.elements,kids.elements-1)`; a part that is no name is passed over."""
    parts = (_EMBED_PART.match(part.strip()) for part in text.strip().strip("()").split(","))
    return frozenset(part[1] for part in parts if part)


def _read(reading: _Reading, steps: Sequence[str]) -> Body:
    if not steps:
        return _person(reading)
    if steps[0] == "kids" and len(steps) >= 3:
        return _child_documents(reading, steps)
    if steps[0] not in _COLLECTIONS or len(steps) > 2:
        raise Refused(404)
    elements = _COLLECTIONS[steps[0]](reading)
    if elements is None:
        raise Refused(403)
    if len(steps) == 2:
        return _element(elements, steps[1])
    return _collection(reading, steps[0], elements)


def _person(reading: _Reading) -> Body:
    body = bodies.person(reading.owner, reading.scopes)
    for name, path in _EMBEDDED.items():
        elements = _COLLECTIONS[path](reading) if name in reading.embed else None
        if elements is not None:
            body[name] = bodies.collection(elements)
    return body


def _collection(reading: _Reading, path: str, elements: list[Body]) -> Body:
    if "elements" in reading.embed or path == "roles":
        return bodies.collection(elements)
    return bodies.collection([f"{reading.url}/{path}/{one['id']}" for one in elements])


def _element(elements: list[Body], id: str) -> Body:
    found = next((one for one in elements if str(one["id"]) == id), None)
    if found is None:
        raise Refused(404)
    return found


def _child_documents(reading: _Reading, steps: Sequence[str]) -> Body:
    child = next((one for one in reading.owner.children if str(one.id) == steps[1]), None)
    if bodies.children(reading.owner, reading.scopes) is None:
        raise Refused(403)
    if child is None or steps[2] != "docs" or len(steps) > 4:
        raise Refused(404)
    documents = bodies.child_documents(reading.owner, child, reading.scopes)
    if documents is None:
        raise Refused(403)
    elements = [bodies.document(one) for one in documents]
    if len(steps) == 4:
        return _element(elements, steps[3])
    return _collection(reading, f"kids/{child.id}/docs", elements)


def _contacts(reading: _Reading) -> list[Body] | None:
    found = bodies.contacts(reading.owner, reading.scopes)
    return None if found is None else [bodies.contact(one) for one in found]


def _addresses(reading: _Reading) -> list[Body] | None:
    found = bodies.addresses(reading.owner, reading.scopes)
    return None if found is None else [bodies.address(one) for one in found]


def _documents(reading: _Reading) -> list[Body] | None:
    found = bodies.documents(reading.owner, reading.scopes)
    return None if found is None else [bodies.document(one) for one in found]


def _children(reading: _Reading) -> list[Body] | None:
    found = bodies.children(reading.owner, reading.scopes)
    if found is None:
        return None
    return [bodies.child(reading.owner, one, reading.scopes) for one in found]


def _nothing(scope: str) -> Callable[[_Reading], list[Body] | None]:
    """The stand-in keeps none of these; whoever may ask gets an empty list."""
    return lambda reading: [] if scope in reading.scopes else None


_COLLECTIONS: dict[str, Callable[[_Reading], list[Body] | None]] = {
    "ctts": _contacts,
    "addrs": _addresses,
    "docs": _documents,
    "kids": _children,
    "vhls": _nothing("vehicles"),
    "roles": _nothing("usr_org"),
    "orgs": _nothing("usr_org"),
}
# Name in `embed` → name in the path.
_EMBEDDED = {
    "contacts": "ctts",
    "addresses": "addrs",
    "documents": "docs",
    "vehicles": "vhls",
    "organizations": "orgs",
    "kids": "kids",
}
