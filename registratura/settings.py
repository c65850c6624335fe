"""The settings: one frozen dataclass, the only reader of the environment."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from registratura import setting_callers, setting_push
from registratura.setting_callers import LOOPBACK, NOBODY, Networks
from registratura.setting_readers import (
    read_count,
    read_database,
    read_issuer,
    read_mailbox,
    read_minutes,
    read_one_of,
    read_pairs,
    read_path,
    read_paths,
    read_port,
    read_site,
    read_switch,
    read_text,
    read_zone,
)
from registratura_ground.refused import Refused

DEMO_SECRET = "demo-secret-of-no-value-to-anybody"  # noqa: S105 - refused in production
SHORTEST_SECRET = 32  # characters


_READERS: dict[str, Callable[[str], object]] = {
    "environment": read_one_of("demo", "production"),
    "database_url": read_database,
    "database_owner_url": read_database,
    "database_admin_url": read_database,
    "database_replica_url": read_database,
    "connections": read_count,
    "port": read_port,
    "public_url": read_site,
    "esia_url": read_site,
    "esia_mode": read_one_of("rsa", "gost", "oidc"),
    "esia_pkce": read_one_of("off", "S256"),
    "oidc_issuer": read_issuer,
    "oidc_claims": read_pairs,
    "esia_key_file": read_path,
    "esia_certificate_file": read_path,
    "esia_trusted_files": read_paths,
    "region_zone": read_zone,
    "policy_check": read_one_of("warn", "strict"),
    "smtp_port": read_port,
    "smtp_from": read_mailbox,
    "smtp_tls": read_one_of("starttls", "tls", "none"),
    "trusted_proxies": setting_callers.networks,
    "federal_callers": setting_callers.networks,
    "federal_basic": setting_callers.basic,
    "federal_certificates": setting_callers.digests,
    "federal_session_minutes": read_minutes,
    "federal_clash_details": read_switch,
    "federal_status_url": setting_push.address,
    "federal_list_url": setting_push.address,
    "federal_status_seconds": setting_push.seconds,
    "api_calls_a_minute": read_count,
    "worker_metrics_port": read_port,
    "var": read_path,
}
_DATABASES = ("database_url", "database_owner_url", "database_admin_url", "database_replica_url")
_PASSWORDS = ("smtp_password", "federal_basic", "federal_status_password")
_NOT_SHOWN = {*_DATABASES, "secret", *_PASSWORDS}
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
    database_replica_url: str = ""  # searches are answered by the primary too
    connections: int = 4  # of a process that serves
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
    federal_status_url: str = ""  # no statuses are pushed
    federal_rmis_id: str = "conc-00000-rmis"
    federal_status_seconds: float = 10.0
    federal_status_user: str = ""
    federal_status_password: str = field(default="", repr=False)
    federal_list_url: str = ""  # there is no daily reconciliation
    api_calls_a_minute: int = 120  # of one token
    worker_metrics_port: int = 0  # the worker shows no metrics
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
        return _READERS.get(name, read_text)(given)
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
    wrong = {"database_url", "esia_key_file"} - given
    if settings.secret == DEMO_SECRET or len(settings.secret) < SHORTEST_SECRET:
        wrong.add("secret")
    if not settings.public_url.startswith("https:"):
        wrong.add("public_url")
    wrong |= _wrong_sign_on(settings, given)
    wrong |= _wrong_mail(settings, given) | _wrong_callers(settings)
    wrong |= _wrong_push(settings, given)
    if wrong:
        names = ", ".join(sorted(variable(name) for name in wrong))
        raise Refused(f"Рабочая среда не запускается с учебными значениями; задайте: {names}.")


def _wrong_sign_on(settings: Settings, given: set[str]) -> set[str]:
    """Whom people sign in at: under https; a gateway, unlike ЕСИА, publishes its keys itself."""
    needed = {"esia_url", "esia_certificate_file", "esia_trusted_files"}
    where = "esia_url"
    if settings.esia_mode == "oidc":
        needed, where = {"esia_mnemonic"}, "oidc_issuer"
    open_to_all = not settings.sign_on_origin.startswith("https:")
    return (needed - given) | ({where} if open_to_all else set())


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


def _wrong_push(settings: Settings, given: set[str]) -> set[str]:
    """Where statuses are pushed: a name of our own there, and what is told only under TLS."""
    if not settings.federal_status_url:
        return set()
    addresses = ("federal_status_url", "federal_list_url")
    open_ones = {it for it in addresses if setting_push.is_open(getattr(settings, it))}
    needed = {"federal_rmis_id", "federal_status_user", "federal_status_password"}
    return open_ones | (needed - given)
