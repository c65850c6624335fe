"""What a client system signs and how: a container in v1, a bare signature in v2 and v3."""

from asyncio import to_thread
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from registratura_ground.signing import OpensslFault, open_verifier, unb64url, verify_container
from registratura_standins.esia.clients import Certificate, Client, search_certificates
from registratura_standins.esia.database import Connection
from registratura_standins.esia.faults import Fault

_FOUR = ("scope", "timestamp", "client_id", "state")
_SIX = ("client_id", "scope", "scope_org", "timestamp", "state", "redirect_uri")


_OF_SYSTEM = ("client_id", "scope", "timestamp", "state", "redirect_uri")
# How another client has it that refreshes by v3; taken where the stand-in is told to.
REFRESH_BY_TOKEN = ("client_id", "scope", "timestamp", "state", "refresh_token")


@dataclass(frozen=True)
class Version:
    """A version of the protocol: fields whose values, one after another, are signed; the fields
    that a signature demands beside itself; the code that says no to it."""

    ac: tuple[str, ...]
    code: tuple[str, ...]
    refresh: tuple[str, ...]  # the sources disagree on v3: this one mirrors the other requests
    credentials: tuple[str, ...]
    demanded: tuple[str, ...]
    fault: str


V1 = Version(_FOUR, _FOUR, _FOUR, _FOUR, (), "007005")
V2 = Version(_SIX, (*_SIX, "code"), _SIX, _OF_SYSTEM, ("client_certificate_hash",), "007053")
_OLD_PATHS = ("/aas/oauth2/ac", "/aas/oauth2/te")


def version_of(path: str) -> Version:
    """The version that an address speaks; `v2/ac` and `v3/te` are one."""
    return V1 if path.rstrip("/") in _OLD_PATHS else V2


async def check_signature(
    db: Connection,
    client: Client,
    asked: Mapping[str, str],
    version: Version,
    signed: tuple[str, ...],
    now: datetime,
) -> None:
    """Refuses with the version's code a signature that is not of a registered certificate of this
    client, within its dates, and of its own mode; 007002 where it has none, 007007 where nobody
    can tell."""
    certificates = await search_certificates(db, client)
    if not certificates:
        raise Fault("007002")
    certificates = [one for one in certificates if one.is_active(now)]
    text = "".join(asked.get(name, "") for name in signed).encode()
    verify = _verify_container if version is V1 else _verify_raw
    try:
        for signature in read_secret(asked["client_secret"]):
            if await verify(client, certificates, asked, text, signature):
                return
    except OpensslFault as fault:
        raise Fault("007007") from fault
    except ValueError as fault:
        raise Fault(version.fault) from fault
    raise Fault(version.fault)


def read_secret(text: str) -> list[bytes]:
    """What `client_secret` may stand for: base64 in any of its spellings, or that of .NET, which
    ends with the number of signs of padding it left out."""
    found = []
    for spelling in (text, text[:-1] if text.endswith(("0", "1", "2")) else ""):
        with suppress(ValueError):
            found.append(unb64url(spelling))
    return [signature for signature in found if signature]


async def _verify_raw(
    client: Client,
    certificates: list[Certificate],
    asked: Mapping[str, str],
    text: bytes,
    signature: bytes,
) -> bool:
    """The certificate is the one whose hash the request names; unnamed, any will do."""
    hash = asked.get("client_certificate_hash") or None
    # A certificate of another kind than the client's mode is none: `open_verifier` refuses it.
    for one in certificates:
        if hash in (one.hash, None):
            verifier = await to_thread(open_verifier, client.mode, one.pem.encode())
            if await verifier.verify(text, signature):
                return True
    return False


async def _verify_container(
    client: Client,
    certificates: list[Certificate],
    _: Mapping[str, str],
    text: bytes,
    container: bytes,
) -> bool:
    """No certificate is named: any registered one will do."""
    for one in certificates:
        pem = one.pem.encode()
        await to_thread(open_verifier, client.mode, pem)
        if await verify_container(pem, text, container, gost=client.mode == "gost"):
            return True
    return False
