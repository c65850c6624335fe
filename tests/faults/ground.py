"""What every run stands on: a durable PostgreSQL with a region, residents, and copies of it."""

import asyncio
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from psycopg.conninfo import conninfo_to_dict

from registratura.db.migrate import ROLES, migrate
from registratura.settings import variable
from registratura.stand.programs import module, registry
from registratura_ground import embedded
from registratura_ground.signing import keep_rsa_identity
from tests.faults import town
from tests.faults.town import Town
from tests.given import databases

OWNER, APPLICATION = ROLES
BASE = "faults_base"
_FOREIGN = ("DATABASE_", "REGISTRATURA_", "ESIA_", "GOSUSLUGI_", "PG")
_PREPARING = 60  # seconds for one command


@dataclass(frozen=True)
class Ground:
    """The server and who lives on it. Every run gets a database of its own, a copy."""

    server: embedded.Server
    folder: Path
    town: Town

    def copy(self, name: str) -> None:
        """A fresh copy of the base, sessions of the residents included."""
        databases.copy(self.server, BASE, name)

    def url(self, name: str, role: str = APPLICATION) -> str:
        """Address of a copy, past every proxy."""
        return self.server.url(name, role)

    def url_by_port(self, name: str, port: int) -> str:
        """Address of a copy for the application, by way of a proxy."""
        password = quote(self.server.password(APPLICATION), safe="")
        return f"postgresql://{APPLICATION}:{password}@127.0.0.1:{port}/{name}"

    @property
    def socket(self) -> str:
        """Where the server listens."""
        return f"{conninfo_to_dict(self.server.admin_url)['host']}/.s.PGSQL.5432"

    def environment(self, database_url: str, **more: str) -> dict[str, str]:
        """For the programs of a run: nothing of the caller's own settings."""
        own = {name: text for name, text in os.environ.items() if not name.startswith(_FOREIGN)}
        var = str(self.folder / "var")
        return own | {variable("database_url"): database_url, variable("var"): var} | more


def prepare(server: embedded.Server, folder: Path, residents: int) -> Ground:
    """Migrate, load the tiny region, open its days, let the residents sign in."""
    for role in ROLES:
        server.ensure_role(role)
    server.ensure_database(BASE, OWNER, guests=(APPLICATION,))
    asyncio.run(migrate(server.url(BASE, OWNER)))
    for name in ("registratura", "esia"):  # the portal does not start without; nobody signs in here
        keys = folder / "var" / "keys"
        keep_rsa_identity(keys / f"{name}.key", keys / f"{name}.crt", name)
    bare = Ground(server, folder, Town((), (), ()))
    url, region = server.url(BASE, APPLICATION), str(folder / "region")
    for command in (
        [*module("demo"), "write", region, "--size", "tiny"],
        registry("load-region", region),
        registry("open-days"),
    ):
        _run(command, bare.environment(url))
    return Ground(server, folder, asyncio.run(town.settle(url, residents)))


def _run(command: list[str], environment: dict[str, str]) -> None:
    done = subprocess.run(
        command,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=_PREPARING,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{' '.join(command[2:])}: {done.stdout[-500:]}{done.stderr[-500:]}")
