"""Settings of the stand-in: one frozen dataclass, the only reader of the environment here."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from registratura_ground.refused import Refused
from registratura_standins.gosuslugi.dialects import DIALECTS, Dialect
from registratura_standins.gosuslugi.training import SWITCHES, Switch, read_switches


@dataclass(frozen=True)
class Settings:
    """`public_url` as browsers see it, no slash at its end; `region_url` where the region takes
    SOAP, `region_basic` the name:password that it may want, `region_seconds` how long its answer
    may take; `status_basic` the name:password by which the region is known here, `rmis_id` its id;
    `patience` how many seconds a patient waits for what goes on by itself; `training` what goes
    wrong on purpose."""

    database_url: str = ""
    port: int = 8002
    public_url: str = "http://127.0.0.1:8002"
    registry_url: str = "http://127.0.0.1:8000"
    region_url: str = "http://127.0.0.1:8000/federal/er"
    region_seconds: float = 8.0
    patience: float = 3.0
    region_basic: str = field(default="", repr=False)
    status_basic: str = field(default="", repr=False)
    rmis_id: str = "conc-00000-rmis"
    region_name: str = "Калужская область"
    region_zone: str = "Europe/Moscow"
    esia_url: str = "http://127.0.0.1:8001"
    esia_issuer: str = "http://esia.gosuslugi.ru/"
    esia_certificate_file: Path = Path("var/keys/esia.crt")
    mnemonic: str = "GOSUSLUGI"
    key_file: Path = Path("var/keys/gosuslugi.key")
    certificate_file: Path = Path("var/keys/gosuslugi.crt")
    dialect: Dialect = "plain"
    training: tuple[Switch, ...] = ()
    secret: str = "training-stand"  # noqa: S105 - a stand-in never guards anybody's data

    @property
    def secure(self) -> bool:
        """The public address is https: cookies get Secure and `__Host-`."""
        return self.public_url.startswith("https:")

    @property
    def zone(self) -> ZoneInfo:
        """The region's time zone: which day is today there."""
        return ZoneInfo(self.region_zone)


def read_settings(environment: Mapping[str, str] = os.environ) -> Settings:
    """From GOSUSLUGI_… variables. Refuses in one sentence a production start and bad values."""
    if environment.get("REGISTRATURA_ENVIRONMENT") == "production":
        raise Refused(
            "Учебный стенд Госуслуг не запускается в рабочей среде "
            "(REGISTRATURA_ENVIRONMENT=production)."
        )
    ordinary, word = Settings(), environment.get
    port = _port(environment, ordinary.port)
    registry = _site(environment, "REGISTRATURA_PUBLIC_URL", ordinary.registry_url)
    return Settings(
        database_url=_database(environment),
        port=port,
        public_url=_site(environment, "GOSUSLUGI_PUBLIC_URL", f"http://127.0.0.1:{port}"),
        registry_url=registry,
        region_url=word("GOSUSLUGI_REGION_URL") or f"{registry}/federal/er",
        region_seconds=_seconds(environment, ordinary.region_seconds),
        region_basic=_basic(environment, "GOSUSLUGI_REGION_BASIC"),
        status_basic=_basic(environment, "GOSUSLUGI_STATUS_BASIC"),
        rmis_id=word("REGISTRATURA_FEDERAL_RMIS_ID") or ordinary.rmis_id,
        region_name=word("REGISTRATURA_REGION_NAME") or ordinary.region_name,
        region_zone=_zone(environment, ordinary.region_zone),
        esia_url=_site(environment, "GOSUSLUGI_ESIA_URL", ordinary.esia_url),
        esia_issuer=word("GOSUSLUGI_ESIA_ISSUER") or ordinary.esia_issuer,
        esia_certificate_file=_file(environment, "esia_certificate_file"),
        mnemonic=word("GOSUSLUGI_ESIA_MNEMONIC") or ordinary.mnemonic,
        key_file=_file(environment, "key_file"),
        certificate_file=_file(environment, "certificate_file"),
        dialect=_dialect(environment),
        training=_training(environment),
    )


def _database(environment: Mapping[str, str]) -> str:
    given = environment.get("GOSUSLUGI_DATABASE_URL", "")
    if not given:
        raise Refused("Не задан адрес базы данных стенда: переменная GOSUSLUGI_DATABASE_URL.")
    return given


def _port(environment: Mapping[str, str], ordinary: int) -> int:
    given = environment.get("GOSUSLUGI_PORT") or str(ordinary)
    if not (given.isascii() and given.isdigit() and 0 < int(given) < 65536):
        raise Refused(f"GOSUSLUGI_PORT должен быть числом от 1 до 65535, а не «{given}».")
    return int(given)


def _site(environment: Mapping[str, str], name: str, ordinary: str) -> str:
    given = (environment.get(name) or ordinary).rstrip("/")
    parts = urlsplit(given)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path:
        raise Refused(f"{name} должен быть адресом вида {ordinary}, а не «{given}».")
    return given


def _file(environment: Mapping[str, str], field: str) -> Path:
    given = environment.get(f"GOSUSLUGI_{field.upper()}")
    return Path(given) if given else cast(Path, getattr(Settings(), field))


def _seconds(environment: Mapping[str, str], ordinary: float) -> float:
    given = environment.get("GOSUSLUGI_REGION_SECONDS") or str(ordinary)
    try:
        seconds = float(given)
    except ValueError:
        seconds = 0.0
    if not 0.1 <= seconds <= 60:
        raise Refused(f"GOSUSLUGI_REGION_SECONDS – секунды от 0.1 до 60, а не «{given}».")
    return seconds


def _basic(environment: Mapping[str, str], name: str) -> str:
    given = environment.get(name, "")
    if given and not all(given.partition(":")):
        raise Refused(f"{name} – имя и пароль через двоеточие.")
    return given


def _zone(environment: Mapping[str, str], ordinary: str) -> str:
    given = environment.get("REGISTRATURA_REGION_ZONE") or ordinary
    try:
        ZoneInfo(given)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Refused(f"REGISTRATURA_REGION_ZONE: нет часового пояса «{given}».") from None
    return given


def _dialect(environment: Mapping[str, str]) -> Dialect:
    given = environment.get("GOSUSLUGI_DIALECT") or DIALECTS[0]
    if given not in DIALECTS:
        raise Refused(f"GOSUSLUGI_DIALECT – одно из: {', '.join(DIALECTS)}, а не «{given}».")
    return given


def _training(environment: Mapping[str, str]) -> tuple[Switch, ...]:
    try:
        return read_switches(environment.get("GOSUSLUGI_TRAINING", ""))
    except ValueError as fault:
        known = ", ".join(SWITCHES)
        raise Refused(
            f"GOSUSLUGI_TRAINING: «{fault}» – нет такого; есть {known}, с @Операцией и :числом."
        ) from None
