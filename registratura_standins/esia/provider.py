"""The stand-in's own identities: keys and certificates, made on first start if missing."""

import hashlib
import hmac
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from registratura_ground.refused import Refused
from registratura_ground.signing import (
    OpensslFault,
    Signer,
    Verifier,
    keep_gost_identity,
    keep_rsa_identity,
    open_signer,
    open_verifier,
)
from registratura_standins.esia.faults import Fault
from registratura_standins.esia.settings import Settings

_NAME = "ЕСИА, учебный стенд"


@dataclass(frozen=True)
class Identity:
    """What signs tokens and what the certificate says to clients."""

    signer: Signer
    verifier: Verifier
    certificate_pem: bytes


@dataclass(frozen=True)
class Provider:
    """`identities` by mode: `rsa` always, `gost` where the engine is installed."""

    settings: Settings
    identities: Mapping[str, Identity]
    secret: str  # for the forms' protection; follows the key

    def signer_for(self, mode: str) -> Signer:
        """Who signs for a client of this mode. Refuses 007007 GOST without its engine."""
        if mode not in self.identities:
            raise Fault("007007")
        return self.identities[mode].signer

    @property
    def verifiers(self) -> list[Verifier]:
        """Whose tokens are ours."""
        return [identity.verifier for identity in self.identities.values()]


def open_identities(settings: Settings) -> dict[str, Identity]:
    """Read keys and certificates, or make them. Refuses in one sentence what cannot be used."""
    rsa = (settings.key_file, settings.certificate_file)
    identities = {"rsa": _open("rsa", rsa, keep_rsa_identity)}
    with suppress(OpensslFault):  # no engine here: clients of RSA are served all the same
        identities["gost"] = _open("gost", settings.gost_files, keep_gost_identity)
    return identities


def open_provider(settings: Settings, identities: Mapping[str, Identity] | None = None) -> Provider:
    """Who answers by these settings; `identities` that are open already are not opened again."""
    identities = identities or open_identities(settings)
    secret = hmac.new(settings.key_file.read_bytes(), b"forms", hashlib.sha256).hexdigest()
    return Provider(settings, identities, secret)


def _open(mode: str, files: tuple[Path, Path], keep: Callable[[Path, Path, str], None]) -> Identity:
    key_file, certificate_file = files
    try:
        keep(key_file, certificate_file, _NAME)
        key, certificate = key_file.read_bytes(), certificate_file.read_bytes()
        signer, verifier = open_signer(mode, key, certificate), open_verifier(mode, certificate)
    except OpensslFault:
        raise
    except (OSError, ValueError) as fault:
        raise Refused(
            f"Ключ {key_file} и сертификат {certificate_file} стенда не подходят: {fault}."
        ) from fault
    return Identity(signer, verifier, certificate)
