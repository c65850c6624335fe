"""Settings of the stand-in: one frozen dataclass, the only reader of the environment here."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path
from urllib.parse import urlsplit

from registratura_ground.refused import Refused


@dataclass(frozen=True)
class Settings:
    """`public_url` as browsers see it, without a slash at the end; `issuer` goes into tokens.

    Without `database_url` a database of its own lies in `var`; the keys lie there too.
    """

    database_url: str
    public_url: str = "http://127.0.0.1:8001"
    issuer: str = "http://esia.gosuslugi.ru/"
    listen: str = "127.0.0.1"
    port: int = 8001
    var: Path = Path("var/esia")
    key_file: Path = Path("var/esia/esia.key")
    certificate_file: Path = Path("var/esia/esia.crt")
    refresh_by_token: bool = False  # take the other string that v3 may sign to refresh
    trusted_proxies: tuple[str, ...] = ()  # whose X-Forwarded-For is believed

    @property
    def gost_files(self) -> tuple[Path, Path]:
        """Key and certificate of GOST: beside those of RSA, `esia-gost.key` by `esia.key`."""
        key, certificate = self.key_file, self.certificate_file
        return key.with_stem(f"{key.stem}-gost"), certificate.with_stem(f"{certificate.stem}-gost")

    @property
    def secure(self) -> bool:
        """The public address is https: cookies get Secure and `__Host-`."""
        return self.public_url.startswith("https:")


def read_settings(environment: Mapping[str, str] = os.environ) -> Settings:
    """From ESIA_… variables. Refuses in one sentence a production start and bad values."""
    if environment.get("REGISTRATURA_ENVIRONMENT") == "production":
        raise Refused(
            "Учебный стенд ЕСИА не запускается в рабочей среде "
            "(REGISTRATURA_ENVIRONMENT=production)."
        )
    ordinary = Settings(database_url="")
    var, port = Path(environment.get("ESIA_VAR") or ordinary.var), _port(environment, ordinary.port)
    return Settings(
        database_url=environment.get("ESIA_DATABASE_URL", ""),
        public_url=_site(environment, f"http://127.0.0.1:{port}"),
        issuer=environment.get("ESIA_ISSUER") or ordinary.issuer,
        listen=environment.get("ESIA_LISTEN") or ordinary.listen,
        port=port,
        var=var,
        key_file=Path(environment.get("ESIA_KEY_FILE") or var / "esia.key"),
        certificate_file=Path(environment.get("ESIA_CERTIFICATE_FILE") or var / "esia.crt"),
        refresh_by_token=_switch(environment, "ESIA_REFRESH_BY_TOKEN"),
        trusted_proxies=_networks(environment, "ESIA_TRUSTED_PROXIES"),
    )


def _site(environment: Mapping[str, str], ordinary: str) -> str:
    given = (environment.get("ESIA_PUBLIC_URL") or ordinary).rstrip("/")
    parts = urlsplit(given)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path:
        raise Refused(
            f"ESIA_PUBLIC_URL должен быть адресом вида http://127.0.0.1:8001, а не «{given}»."
        )
    return given


def _port(environment: Mapping[str, str], ordinary: int) -> int:
    given = environment.get("ESIA_PORT") or str(ordinary)
    if not (given.isascii() and given.isdigit() and 0 < int(given) < 65536):
        raise Refused(f"ESIA_PORT должен быть числом от 1 до 65535, а не «{given}».")
    return int(given)


def _networks(environment: Mapping[str, str], name: str) -> tuple[str, ...]:
    given = environment.get(name, "").split()
    try:
        return tuple(str(ip_network(one)) for one in given)
    except ValueError as fault:
        raise Refused(
            f"{name} должен быть адресами или сетями через пробел, например 10.0.0.0/8."
        ) from fault


def _switch(environment: Mapping[str, str], name: str) -> bool:
    given = environment.get(name, "").lower()
    if given not in ("", "on", "off"):
        raise Refused(f"{name} может быть on или off, а не «{given}».")
    return given == "on"
