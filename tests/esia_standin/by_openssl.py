"""A portal that signs with the bare `openssl` program, by the letter of the protocol's sheet."""

import base64
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from registratura_standins.esia.clients import Certificate, Client, register
from registratura_standins.esia.database import Connection
from tests.esia_standin.conftest import PUBLIC_URL, registered
from tests.esia_standin.portal import Portal
from tests.ground.openssl import Bench, bench

DIGESTS = {"rsa": "sha256", "gost": "md_gost12_256"}


@dataclass(frozen=True)
class ProgramPortal(Portal):
    """A client system of either mode; what `Portal` asks by v2 and v3, it asks by v1 too."""

    bench: Bench
    mode: str

    def sign(self, text: str) -> str:
        """base64url of the raw signature."""
        return spell(self.bench.sign(text.encode()))

    def contain(self, fields: dict[str, str], *form: str) -> dict[str, str]:
        """The same request as v1 has it: a container, and no hash of a certificate."""
        text = "".join(fields[name] for name in ("scope", "timestamp", "client_id", "state"))
        secret = spell(self.bench.container(text.encode(), *form))
        kept = {name: one for name, one in fields.items() if name != "client_certificate_hash"}
        return {**kept, "client_secret": secret}

    def as_client(self) -> Client:
        """How the stand-in knows it."""
        return registered(self, mode=self.mode)

    def certificate(self) -> Certificate:
        """Its certificate as it is registered."""
        return Certificate(self.certificate_hash, self.certificate_pem)


def spell(signature: bytes) -> str:
    """base64url with padding, as Python clients have it."""
    return base64.urlsafe_b64encode(signature).decode()


def make_program_portal(folder: Path, mode: str, mnemonic: str = "REG40") -> ProgramPortal:
    """A portal with a new key, made by the program."""
    made = bench(folder, DIGESTS[mode])
    made.make_identity()
    return ProgramPortal(
        mnemonic,
        PUBLIC_URL,
        cast(Any, None),
        made.read("crt").decode(),
        made.certificate_hash(),
        made,
        mode,
    )


async def enrol(db: Connection, *portals: ProgramPortal) -> None:
    """Register them; of several with one mnemonic, every certificate counts."""
    await register(db, portals[0].as_client(), [one.certificate() for one in portals])
