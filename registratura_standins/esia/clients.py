"""Client systems: mnemonic, certificates, way of signing, where answers may go, scopes."""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from registratura_standins.esia.database import Connection, execute, find, rows

_LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
_URI = re.compile(r"^https?://[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]+$")
LONGEST_URI = 2000


@dataclass(frozen=True)
class Client:
    """A registered system. `mode` is how it signs (`rsa` or `gost`), never the request's choice."""

    mnemonic: str
    name: str
    purpose: str
    mode: str
    origins: list[str]
    scopes: list[str]

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


def read_origin(uri: str) -> str | None:
    """`https://a.example/back?x=1` → `https://a.example:443`; None for what is no plain address."""
    if len(uri) > LONGEST_URI or not _URI.match(uri) or "#" in uri:
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
        select hash, pem from client_certificate where mnemonic = %(mnemonic)s order by hash
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


async def register(db: Connection, client: Client, certificates: list[Certificate]) -> None:
    """Add the client or replace what was registered before, its certificates too."""
    async with db.transaction():
        await execute(
            db,
            """
            insert into client (mnemonic, name, purpose, mode, origins, scopes)
            values (%(mnemonic)s, %(name)s, %(purpose)s, %(mode)s, %(origins)s, %(scopes)s)
            on conflict (mnemonic) do update set name = excluded.name,
                purpose = excluded.purpose, mode = excluded.mode,
                origins = excluded.origins, scopes = excluded.scopes
            """,
            **vars(client),
        )
        await execute(
            db,
            "delete from client_certificate where mnemonic = %(mnemonic)s",
            mnemonic=client.mnemonic,
        )
        for certificate in certificates:
            await execute(
                db,
                """
                insert into client_certificate (mnemonic, hash, pem)
                values (%(mnemonic)s, %(hash)s, %(pem)s)
                """,
                mnemonic=client.mnemonic,
                hash=certificate.hash,
                pem=certificate.pem,
            )
