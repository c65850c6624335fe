"""The settings: one frozen dataclass, the only reader of the environment."""

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import psycopg
from psycopg.conninfo import conninfo_to_dict

from registratura import setting_callers
from registratura.setting_callers import LOOPBACK, NOBODY, Networks
from registratura_ground.refused import Refused

DEMO_SECRET = "demo-secret-of-no-value-to-anybody"  # noqa: S105 - refused in production
SHORTEST_SECRET = 32  # characters


def _text(given: str) -> str:
    if not given.isprintable():
        raise ValueError("нечто без непечатаемых знаков")
    return given


def _path(given: str) -> Path:
    return Path(given).absolute()


def _paths(given: str) -> tuple[Path, ...]:
    return tuple(_path(one) for one in given.split(os.pathsep) if one)


def _port(given: str) -> int:
    if not (given.isascii() and given.isdigit() and 0 < int(given) < 65536):
        raise ValueError("число от 1 до 65535")
    return int(given)


def _site(given: str) -> str:
    expected = ValueError("нечто вида https://example.org")
    try:
        parts = urlsplit(given)
        whole = parts.hostname and (parts.port is None or parts.port)
    except ValueError:
        raise expected from None
    if parts.scheme not in ("http", "https") or not whole or parts.path.strip("/"):
        raise expected
    return given.rstrip("/")


def _issuer(given: str) -> str:
    """An issuer of OpenID Connect, kept letter by letter: it is compared exactly."""
    parts = urlsplit(given)
    if parts.query or parts.fragment or parts.username is not None:
        raise ValueError("нечто вида https://example.org/realms/esia")
    _site(f"{parts.scheme}://{parts.netloc}")
    return given


def _pairs(given: str) -> tuple[tuple[str, str], ...]:
    found = tuple((name.strip(), to.strip()) for name, _, to in map(_halves, given.split(",")))
    if not all(name and to for name, to in found):
        raise ValueError("нечто вида oid=sub,snils=urn:esia:snils")
    return found


def _halves(one: str) -> tuple[str, str, str]:
    return one.partition("=")


def _mailbox(given: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*", given):
        raise ValueError("нечто вида registratura@example.org")
    return given


def _database(given: str) -> str:
    try:
        conninfo_to_dict(given)
    except psycopg.Error:
        raise ValueError("нечто вида postgresql://роль:пароль@узел:5432/база") from None
    return given


def _zone(given: str) -> str:
    try:
        return ZoneInfo(given).key
    except (OSError, ValueError, ZoneInfoNotFoundError):
        raise ValueError("нечто вида Europe/Moscow") from None


def _minutes(given: str) -> int:
    if not (given.isascii() and given.isdigit() and 0 < int(given) <= 1440):
        raise ValueError("число минут от 1 до 1440")
    return int(given)


def _switch(given: str) -> bool:
    return _one_of("on", "off")(given) == "on"


def _one_of(*words: str) -> Callable[[str], str]:
    def read(given: str) -> str:
        if given not in words:
            raise ValueError(" или ".join(words))
        return given

    return read


_READERS: dict[str, Callable[[str], object]] = {
    "environment": _one_of("demo", "production"),
    "database_url": _database,
    "database_owner_url": _database,
    "database_admin_url": _database,
    "port": _port,
    "public_url": _site,
    "esia_url": _site,
    "esia_mode": _one_of("rsa", "gost", "oidc"),
    "esia_pkce": _one_of("off", "S256"),
    "oidc_issuer": _issuer,
    "oidc_claims": _pairs,
    "esia_key_file": _path,
    "esia_certificate_file": _path,
    "esia_trusted_files": _paths,
    "region_zone": _zone,
    "policy_check": _one_of("warn", "strict"),
    "smtp_port": _port,
    "smtp_from": _mailbox,
    "smtp_tls": _one_of("starttls", "tls", "none"),
    "trusted_proxies": setting_callers.networks,
    "federal_callers": setting_callers.networks,
    "federal_basic": setting_callers.basic,
    "federal_certificates": setting_callers.digests,
    "federal_session_minutes": _minutes,
    "federal_clash_details": _switch,
    "var": _path,
}
_DATABASES = ("database_url", "database_owner_url", "database_admin_url")
_NOT_SHOWN = {*_DATABASES, "secret", "smtp_password", "federal_basic"}
_OWN_MACHINE = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True)
class Settings:
    """What differs between two installations. Every ordinary value is the demo's.

    A field `x` is read from REGISTRATURA_X, a `database_x` from DATABASE_X. Several trusted files
    are joined by a colon.
    """

    environment: str = "demo"
    database_url: str = ""
    database_owner_url: str = ""
    database_admin_url: str = ""
    host: str = "127.0.0.1"
    port: int = 8000
    public_url: str = "http://127.0.0.1:8000"
    esia_url: str = "http://127.0.0.1:8001"
    esia_issuer: str = "http://esia.gosuslugi.ru/"
    esia_mnemonic: str = "REG40"
    esia_mode: str = "rsa"  # or gost: how we sign, and what tokens are signed with; or oidc
    esia_scope: str = ""  # all that the mode asks for
    esia_pkce: str = "off"
    oidc_issuer: str = ""
    oidc_claims: tuple[tuple[str, str], ...] = ()
    esia_key_file: Path = Path("var/keys/registratura.key")
    esia_certificate_file: Path = Path("var/keys/registratura.crt")
    esia_trusted_files: tuple[Path, ...] = (Path("var/keys/esia.crt"),)
    secret: str = DEMO_SECRET
    region_name: str = "Калужская область"
    portal_name: str = "Регистратура40"
    hotline: str = "122"
    region_zone: str = "Europe/Moscow"
    policy_check: str = "warn"
    smtp_host: str = ""  # no letters are sent
    smtp_port: int = 587
    smtp_tls: str = "starttls"
    smtp_user: str = ""
    smtp_password: str = field(default="", repr=False)
    smtp_from: str = "registratura@localhost"
    trusted_proxies: Networks = NOBODY  # whose headers about a caller are believed
    federal_callers: Networks = LOOPBACK  # in production nobody, until it is set
    federal_basic: str = field(default="", repr=False)
    federal_certificates: frozenset[str] = frozenset()
    federal_session_minutes: int = 30
    federal_clash_details: bool = True
    var: Path = Path("var")

    @property
    def sign_on_origin(self) -> str:
        """Scheme and host of whom browsers are sent to, to sign in and out."""
        site = urlsplit(self.oidc_issuer if self.esia_mode == "oidc" else self.esia_url)
        return f"{site.scheme}://{site.netloc}"

    @property
    def production(self) -> bool:
        """Real patients: nothing of the demo is accepted."""
        return self.environment == "production"

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "Settings":
        """What the variables say. Refuses a bad value, and demo secrets in production."""
        found: dict[str, Any] = {}
        for one in fields(cls):
            given = environment.get(variable(one.name), "").strip()
            if given:
                found[one.name] = _read(one.name, given)
        if "port" in found:
            found.setdefault("public_url", f"http://127.0.0.1:{found['port']}")
        if found.get("environment") == "production":
            found.setdefault("federal_callers", NOBODY)
        settings = _under_var(cls(**found), set(found))
        if settings.production:
            _check_production(settings, set(found))
        return settings


def variable(name: str) -> str:
    """The environment variable of a setting."""
    return name.upper() if name in _DATABASES else f"REGISTRATURA_{name.upper()}"


def _read(name: str, given: str) -> object:
    try:
        return _READERS.get(name, _text)(given)
    except ValueError as expected:
        shown = "" if name in _NOT_SHOWN else f" («{given}»)"
        raise Refused(f"{variable(name)}{shown}: здесь должно стоять {expected}.") from None


def _under_var(settings: Settings, given: set[str]) -> Settings:
    """Keys lie under `var` unless their files are named."""
    keys = settings.var.absolute() / "keys"
    ordinary = {
        "esia_key_file": keys / "registratura.key",
        "esia_certificate_file": keys / "registratura.crt",
        "esia_trusted_files": (keys / "esia.crt",),
    }
    missing: dict[str, Any] = {name: to for name, to in ordinary.items() if name not in given}
    return replace(settings, var=settings.var.absolute(), **missing)


def _check_production(settings: Settings, given: set[str]) -> None:
    wrong = {"database_url", "esia_key_file", *_sign_on(settings)} - given
    if settings.secret == DEMO_SECRET or len(settings.secret) < SHORTEST_SECRET:
        wrong.add("secret")
    if not settings.public_url.startswith("https:"):
        wrong.add("public_url")
    if settings.esia_mode == "oidc" and not settings.oidc_issuer.startswith("https:"):
        wrong.add("oidc_issuer")
    wrong |= _wrong_mail(settings, given) | _wrong_callers(settings)
    if wrong:
        names = ", ".join(sorted(variable(name) for name in wrong))
        raise Refused(f"Рабочая среда не запускается с учебными значениями; задайте: {names}.")


def _sign_on(settings: Settings) -> set[str]:
    """What must be given to sign in by: a gateway publishes its keys itself."""
    if settings.esia_mode == "oidc":
        return {"oidc_issuer", "esia_mnemonic"}
    return {"esia_url", "esia_certificate_file", "esia_trusted_files"}


def _wrong_mail(settings: Settings, given: set[str]) -> set[str]:
    """Where letters are sent: a sender of one's own, and names of patients only under TLS."""
    if not settings.smtp_host:
        return set()
    wrong = {"smtp_from"} - given
    if settings.smtp_tls == "none" and settings.smtp_host not in _OWN_MACHINE:
        wrong.add("smtp_tls")
    return wrong


def _wrong_callers(settings: Settings) -> set[str]:
    """Who may call the federal gateway: somebody, and nobody who happens to be on this machine."""
    callers, certificates = settings.federal_callers, settings.federal_certificates
    wrong = set()
    if not (callers or certificates or settings.federal_basic):
        wrong.add("federal_callers")
    if callers.hold_this_machine:
        wrong.add("federal_callers")
    if certificates and not settings.trusted_proxies:
        wrong.add("trusted_proxies")  # else nobody could bring a certificate
    return wrong
