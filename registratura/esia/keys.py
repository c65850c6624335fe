"""Keys and certificates that the settings name; one that cannot be used is one sentence."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from cryptography.exceptions import UnsupportedAlgorithm
from joserfc.errors import JoseError

from registratura.settings import Settings, variable
from registratura_ground.refused import Refused
from registratura_ground.signing import OpensslFault, Signer, Verifier, open_signer, open_verifier

T = TypeVar("T")


def read_pair(settings: Settings) -> Signer:
    """Our own key with its certificate. Refuses with `Refused`."""
    key = read_file(settings.esia_key_file, "esia_key_file")
    certificate = read_file(settings.esia_certificate_file, "esia_certificate_file")
    names = f"{variable('esia_key_file')} и {variable('esia_certificate_file')}"
    return usable(
        lambda: open_signer(settings.esia_mode, key, certificate),
        f"{names} не годятся: нужна пара «ключ и сертификат к нему» {_kind(settings)}.",
    )


def read_trusted(settings: Settings) -> tuple[Verifier, ...]:
    """ЕСИА's certificates. Refuses with `Refused` one that is broken, and to do without any."""
    name = variable("esia_trusted_files")
    if not settings.esia_trusted_files:
        raise Refused(f"{name}: без сертификата ЕСИА её ответам верить нельзя.")
    return tuple(
        _read_one(settings, file, name, read_file(file, "esia_trusted_files"))
        for file in settings.esia_trusted_files
    )


def _read_one(settings: Settings, file: Path, name: str, pem: bytes) -> Verifier:
    return usable(
        lambda: open_verifier(settings.esia_mode, pem),
        f"{name}: «{file}» не сертификат {_kind(settings)}.",
    )


def read_file(file: Path, name: str) -> bytes:
    """The bytes of a file that a setting names. Refuses with `Refused`."""
    try:
        return file.read_bytes()
    except OSError as fault:
        told = f"файл «{file}» не читается ({fault.strerror})"
        raise Refused(f"{variable(name)}: {told}.") from None


def usable(made: Callable[[], T], otherwise: str) -> T:
    """What `made` makes of a key or certificate. Refuses with `Refused`."""
    try:
        return made()
    except OpensslFault:
        raise Refused(
            "Программа openssl с модулем ГОСТ (пакет libengine-gost-openssl) не работает: "
            "установите её."
        ) from None
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm, JoseError):
        raise Refused(otherwise) from None


def _kind(settings: Settings) -> str:
    return "ГОСТ Р 34.10-2012" if settings.esia_mode == "gost" else "RSA"
