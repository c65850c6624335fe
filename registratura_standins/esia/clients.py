"""Client systems: mnemonic, certificates, way of signing, where answers may go, scopes."""

import re
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlsplit

from cryptography import x509

from registratura_standins.esia.database import Connection, execute, find, rows

_LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
_URI = re.compile(r"https?://[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]+")
LONGEST_URI = 2000


@dataclass(frozen=True)
class Client:
    """A registered system. `mode` is how it signs (`rsa` or `gost`), never the request's choice.

    It may take confirmed accounts only, or those with a second step only; a suspended one is
    refused. `consent_types` are those of the digital profile that it may ask for.
    """

    mnemonic: str
    name: str
    purpose: str
    mode: str
    origins: list[str]
    scopes: list[str]
    confirmed_only: bool = False
    second_step_only: bool = False
    suspended: bool = False
    consent_types: list[str] = field(default_factory=list)

    def may_answer_to(self, uri: str) -> bool:
        """Whether the address belongs to a registered origin."""
        origin = read_origin(uri)
        if origin is None:
            return False
        any_port = f"{origin.rpartition(':')[0]}:*"
        return origin in self.origins or any_port in self.origins


@dataclass(frozen=True)
class Certificate:
    """One registered certificate and the hash by which a request names it."""

    hash: str
    pem: str
    starts_at: datetime | None = None
    ends_at: datetime | None = None

    def is_active(self, now: datetime) -> bool:
        """Within its dates; without dates it always is."""
        begun = self.starts_at is None or self.starts_at <= now
        return begun and (self.ends_at is None or now < self.ends_at)


def read_origin(uri: str) -> str | None:
    """`https://a.example/back?x=1` → `https://a.example:443`; None for what is no plain address."""
    if len(uri) > LONGEST_URI or not _URI.fullmatch(uri) or "#" in uri:
        return None
    try:
        parts = urlsplit(uri)
        port = parts.port
    except ValueError:
        return None
    if not parts.hostname or "@" in parts.netloc:
        return None
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host}:{port or (443 if parts.scheme == 'https' else 80)}"


def origins_of_host(host: str) -> list[str]:
    """Origins that a registered host stands for.

    `portal.example` → https only; `http://portal.example:8000` → exactly this; a loopback host
    without port → any port, both schemes. Refuses another spelling with `ValueError`.
    """
    given = host if "://" in host else f"https://{host}"
    origin = read_origin(given)
    if origin is None or urlsplit(given).path not in ("", "/") or urlsplit(given).query:
        raise ValueError(host)
    scheme, _, rest = origin.partition("://")
    name = rest.rpartition(":")[0]
    if name in _LOOPBACK and urlsplit(given).port is None:
        return [f"http://{name}:*", f"https://{name}:*"]
    if name in _LOOPBACK and "://" not in host:
        return [f"http://{rest}", f"https://{rest}"]
    return [f"{scheme}://{rest}"]


async def find_client(db: Connection, mnemonic: str) -> Client | None:
    """The registered system with this mnemonic."""
    return await find(
        db, Client, "select * from client where mnemonic = %(mnemonic)s", mnemonic=mnemonic
    )


async def search_certificates(db: Connection, client: Client) -> list[Certificate]:
    """The client's registered certificates."""
    return await rows(
        db,
        Certificate,
        """
        select hash, pem, starts_at, ends_at
        from client_certificate where mnemonic = %(mnemonic)s order by hash
        """,
        mnemonic=client.mnemonic,
    )


@dataclass(frozen=True)
class _Origin:
    origin: str


async def search_origins(db: Connection) -> list[str]:
    """Every origin to which a form of ours may lead: for the content policy."""
    found = await rows(
        db, _Origin, "select distinct unnest(origins) as origin from client order by 1"
    )
    return [row.origin for row in found]


async def search_clients(db: Connection) -> list[Client]:
    """Every registered system, by mnemonic."""
    return await rows(db, Client, "select * from client order by mnemonic")


async def remove(db: Connection, mnemonic: str) -> bool:
    """Forget the system with its certificates, consents and tokens. False: it was not there."""
    removed = await execute(
        db, "delete from client where mnemonic = %(mnemonic)s", mnemonic=mnemonic
    )
    return removed == 1


async def register(db: Connection, client: Client, certificates: list[Certificate]) -> None:
    """Add the client or replace what was registered before, its certificates too."""
    async with db.transaction():
        await _put(db, client)
        await execute(
            db,
            "delete from client_certificate where mnemonic = %(mnemonic)s",
            mnemonic=client.mnemonic,
        )
        for certificate in certificates:
            await _put_certificate(db, client, certificate)


async def change(db: Connection, client: Client, certificates: list[Certificate]) -> None:
    """Replace what is registered of the client; its certificates only where some are given."""
    if certificates:
        await register(db, client, certificates)
    else:
        await _put(db, client)


async def _put(db: Connection, client: Client) -> None:
    await execute(
        db,
        """
        insert into client (mnemonic, name, purpose, mode, origins, scopes, confirmed_only,
            second_step_only, suspended, consent_types)
        values (%(mnemonic)s, %(name)s, %(purpose)s, %(mode)s, %(origins)s, %(scopes)s,
            %(confirmed_only)s, %(second_step_only)s, %(suspended)s, %(consent_types)s)
        on conflict (mnemonic) do update set name = excluded.name, purpose = excluded.purpose,
            mode = excluded.mode, origins = excluded.origins, scopes = excluded.scopes,
            confirmed_only = excluded.confirmed_only,
            second_step_only = excluded.second_step_only, suspended = excluded.suspended,
            consent_types = excluded.consent_types
        """,
        **vars(client),
    )


async def _put_certificate(db: Connection, client: Client, certificate: Certificate) -> None:
    read = x509.load_pem_x509_certificate(certificate.pem.encode("ascii"))
    await execute(
        db,
        """
        insert into client_certificate (mnemonic, hash, pem, starts_at, ends_at)
        values (%(mnemonic)s, %(hash)s, %(pem)s, %(starts_at)s, %(ends_at)s)
        """,
        mnemonic=client.mnemonic,
        hash=certificate.hash,
        pem=certificate.pem,
        starts_at=read.not_valid_before_utc,
        ends_at=read.not_valid_after_utc,
    )
