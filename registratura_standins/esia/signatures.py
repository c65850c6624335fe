"""What a client system signs and how: a container in v1, a bare signature in v2 and v3."""

from asyncio import to_thread
from collections.abc import Mapping
from dataclasses import dataclass

from registratura_ground.signing import OpensslFault, open_verifier, unb64url, verify_container
from registratura_standins.esia.clients import Certificate, Client, search_certificates
from registratura_standins.esia.database import Connection
from registratura_standins.esia.faults import Fault

_FOUR = ("scope", "timestamp", "client_id", "state")
_SIX = ("client_id", "scope", "scope_org", "timestamp", "state", "redirect_uri")


@dataclass(frozen=True)
class Version:
    """A version of the protocol: fields whose values, one after another, are signed; the fields
    that a signature demands beside itself; the code that says no to it."""

    ac: tuple[str, ...]
    code: tuple[str, ...]
    refresh: tuple[str, ...]  # the sources disagree on v3: this one mirrors the other requests
    demanded: tuple[str, ...]
    fault: str


V1 = Version(_FOUR, _FOUR, _FOUR, (), "007005")
V2 = Version(_SIX, (*_SIX, "code"), _SIX, ("client_certificate_hash",), "007053")
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
) -> None:
    """Refuses with the version's code a signature that is not of a registered certificate of this
    client and of its own mode; 007002 where it has none, 007007 where nobody can tell."""
    certificates = await search_certificates(db, client)
    if not certificates:
        raise Fault("007002")
    text = "".join(asked.get(name, "") for name in signed).encode()
    try:
        signature = unb64url(asked["client_secret"])
        verify = _verify_container if version is V1 else _verify_raw
        right = await verify(client, certificates, asked, text, signature)
    except OpensslFault as fault:
        raise Fault("007007") from fault
    except ValueError as fault:
        raise Fault(version.fault) from fault
    if not right:
        raise Fault(version.fault)


async def _verify_raw(
    client: Client,
    certificates: list[Certificate],
    asked: Mapping[str, str],
    text: bytes,
    signature: bytes,
) -> bool:
    """The certificate is the one whose hash the request names."""
    named = [one for one in certificates if one.hash == asked["client_certificate_hash"]]
    # A certificate of another kind than the client's mode is none: `open_verifier` refuses it.
    for one in named:
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
