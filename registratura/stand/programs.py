"""Which programs the stand runs, with which environment: nobody gets another's secrets."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from registratura.settings import Settings, variable
from registratura.stand.databases import Databases
from registratura_ground.processes import Child
from registratura_ground.refused import Refused

FEDERAL_MNEMONIC = "GOSUSLUGI"  # of the federal portal at ЕСИА
_RMIS = "conc-00040-rmis"  # the region's id at the federal portal
_STATUS_USER = "registratura"  # its name there
_SECRETS = (
    "DATABASE_URL",
    "DATABASE_OWNER_URL",
    "DATABASE_ADMIN_URL",
    "REGISTRATURA_SECRET",
    "REGISTRATURA_SMTP_PASSWORD",
    "REGISTRATURA_FEDERAL_BASIC",
    "REGISTRATURA_FEDERAL_STATUS_PASSWORD",
    "GOSUSLUGI_STATUS_BASIC",
    "GOSUSLUGI_REGION_BASIC",
)


@dataclass(frozen=True)
class Places:
    """Where the stand-ins answer; the portal's own place is in its settings."""

    esia_port: int
    gosuslugi_port: int
    esia_url: str
    gosuslugi_url: str

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "Places":
        """ESIA_PORT and GOSUSLUGI_PORT, …_PUBLIC_URL where browsers see another address."""
        esia = _port(environment, "ESIA_PORT", 8001)
        gosuslugi = _port(environment, "GOSUSLUGI_PORT", 8002)
        return cls(
            esia,
            gosuslugi,
            environment.get("ESIA_PUBLIC_URL") or f"http://127.0.0.1:{esia}",
            environment.get("GOSUSLUGI_PUBLIC_URL") or f"http://127.0.0.1:{gosuslugi}",
        )

    def ports(self, settings: Settings) -> dict[str, int]:
        """Every port with the variable that sets it."""
        own = {variable("port"): settings.port}
        return own | {"ESIA_PORT": self.esia_port, "GOSUSLUGI_PORT": self.gosuslugi_port}


@dataclass(frozen=True)
class Programs:
    """Commands and environments of one start of the stand. `status_password`: by which the federal
    portal knows the region that pushes statuses."""

    settings: Settings
    places: Places
    databases: Databases
    inherited: Mapping[str, str]
    status_password: str

    @property
    def logs(self) -> Path:
        """Folder of the programs' logs."""
        return self.settings.var / "log"

    @property
    def esia_identity(self) -> tuple[Path, Path]:
        """Key and certificate of the stand-in."""
        keys = self.settings.var / "keys"
        return keys / "esia.key", keys / "esia.crt"

    @property
    def gosuslugi_identity(self) -> tuple[Path, Path]:
        """Key and certificate with which the federal portal signs its requests to ЕСИА."""
        keys = self.settings.var / "keys"
        return keys / "gosuslugi.key", keys / "gosuslugi.crt"

    def registry_environment(self) -> dict[str, str]:
        """For the portal, worker and commands: the application's role, never the owner's."""
        return (
            self._federation()
            | self._without_secrets()
            | self._federal_password()
            | {
                "DATABASE_URL": self.databases.registry,
                variable("secret"): self.settings.secret,
                variable("smtp_password"): self.settings.smtp_password,
                variable("federal_basic"): self.settings.federal_basic,
                variable("var"): str(self.settings.var),
                variable("public_url"): self.settings.public_url,
                variable("esia_url"): self.inherited.get(variable("esia_url"))
                or self.places.esia_url,
            }
        )

    def _federation(self) -> dict[str, str]:
        """Statuses go to the stand-in, unless the variables name another address."""
        here = f"http://127.0.0.1:{self.places.gosuslugi_port}"
        return {
            variable("federal_status_url"): f"{here}/fer/status",
            variable("federal_list_url"): f"{here}/fer/statuses",
            variable("federal_rmis_id"): _RMIS,
            variable("federal_status_user"): _STATUS_USER,
        }

    def _federal_password(self) -> dict[str, str]:
        """The stand-in's is for the stand-in only: another address gets what the variables name."""
        elsewhere = ("federal_status_url", "federal_list_url")
        foreign = any(self.inherited.get(variable(it)) for it in elsewhere)
        own = self.settings.federal_status_password
        if foreign:
            user = self.settings.federal_status_user
            return {
                variable("federal_status_user"): user,
                variable("federal_status_password"): own,
            }
        return {variable("federal_status_password"): own or self.status_password}

    def esia_environment(self) -> dict[str, str]:
        """For the stand-in of ЕСИА."""
        key, certificate = self.esia_identity
        return self._without_secrets() | {
            "ESIA_DATABASE_URL": self.databases.stand_ins["esia"],
            "ESIA_PORT": str(self.places.esia_port),
            "ESIA_PUBLIC_URL": self.places.esia_url,
            "ESIA_KEY_FILE": str(key),
            "ESIA_CERTIFICATE_FILE": str(certificate),
        }

    def gosuslugi_environment(self) -> dict[str, str]:
        """For the stand-in of the federal portal."""
        key, certificate = self.gosuslugi_identity
        region = f"http://127.0.0.1:{self.settings.port}/federal/er"
        return self._without_secrets() | {
            "GOSUSLUGI_DATABASE_URL": self.databases.stand_ins["gosuslugi"],
            "GOSUSLUGI_PORT": str(self.places.gosuslugi_port),
            "GOSUSLUGI_PUBLIC_URL": self.places.gosuslugi_url,
            "GOSUSLUGI_ESIA_URL": self.places.esia_url,
            "GOSUSLUGI_ESIA_MNEMONIC": FEDERAL_MNEMONIC,
            "GOSUSLUGI_ESIA_CERTIFICATE_FILE": str(self.esia_identity[1]),
            "GOSUSLUGI_KEY_FILE": str(key),
            "GOSUSLUGI_CERTIFICATE_FILE": str(certificate),
            "GOSUSLUGI_REGION_URL": self.inherited.get("GOSUSLUGI_REGION_URL") or region,
            "GOSUSLUGI_REGION_BASIC": self.settings.federal_basic,
            "GOSUSLUGI_STATUS_BASIC": self._status_basic(),
            variable("federal_rmis_id"): self.inherited.get(variable("federal_rmis_id")) or _RMIS,
            variable("public_url"): self.settings.public_url,
            variable("region_name"): self.settings.region_name,
            variable("region_zone"): self.settings.region_zone,
        }

    def _status_basic(self) -> str:
        user = self.settings.federal_status_user or _STATUS_USER
        return f"{user}:{self.settings.federal_status_password or self.status_password}"

    def family(self) -> list[Child]:
        """What runs as long as the stand does, in the order of its start."""
        esia, gosuslugi = (
            [*module(f"registratura_standins.{name}.cli"), "serve"]
            for name in ("esia", "gosuslugi")
        )
        return [
            self._child("ЕСИА", "esia", esia, self.esia_environment(), self.places.esia_port),
            self._child(
                "Госуслуги",
                "gosuslugi",
                gosuslugi,
                self.gosuslugi_environment(),
                self.places.gosuslugi_port,
            ),
            self._child("Служба заданий", "worker", registry("work"), self.registry_environment()),
            self._child(
                "Портал",
                "portal",
                registry("serve"),
                self.registry_environment(),
                self.settings.port,
            ),
        ]

    def register_clients(self) -> list[list[str]]:
        """Commands that make the portal and the federal portal known to the stand-in of ЕСИА."""
        return [
            _register(
                self.settings.esia_mnemonic,
                self.settings.esia_certificate_file,
                self.settings.public_url,
                self.settings.portal_name,
            ),
            _register(
                FEDERAL_MNEMONIC,
                self.gosuslugi_identity[1],
                self.places.gosuslugi_url,
                "Госуслуги, учебный стенд",
            ),
        ]

    def _child(
        self,
        name: str,
        log: str,
        command: list[str],
        environment: Mapping[str, str],
        port: int | None = None,
    ) -> Child:
        health = f"http://127.0.0.1:{port}/healthz" if port else None
        return Child(name, command, environment, self.logs / f"{log}.log", health)

    def _without_secrets(self) -> dict[str, str]:
        foreign = {*_SECRETS, *(one for one in self.inherited if one.endswith("_DATABASE_URL"))}
        return {name: text for name, text in self.inherited.items() if name not in foreign}


def _register(mnemonic: str, certificate: Path, public_url: str, name: str) -> list[str]:
    return [
        *module("registratura_standins.esia.cli"),
        "register-client",
        *("--mnemonic", mnemonic, "--certificate", str(certificate), "--mode", "rsa"),
        *("--host", urlsplit(public_url).netloc, "--name", name),
    ]


def module(name: str) -> list[str]:
    """Run a module by this Python: console scripts break on blanks in their path."""
    return [sys.executable, "-m", name]


def registry(*arguments: str) -> list[str]:
    """A command of `registratura`."""
    return [*module("registratura.cli"), *arguments]


def _port(environment: Mapping[str, str], name: str, ordinary: int) -> int:
    given = environment.get(name) or str(ordinary)
    if not (given.isascii() and given.isdigit() and 0 < int(given) < 65536):
        raise Refused(f"{name} («{given}»): здесь должно стоять число от 1 до 65535.")
    return int(given)
