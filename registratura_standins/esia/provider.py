"""The stand-in's own identity: settings, key, certificate; made on first start if missing."""

import hashlib
import hmac
from dataclasses import dataclass

from registratura_ground.refused import Refused
from registratura_ground.signing import RsaSigner, RsaVerifier, keep_rsa_identity
from registratura_standins.esia.settings import Settings


@dataclass(frozen=True)
class Provider:
    """What signs tokens and what the certificate says to clients."""

    settings: Settings
    signer: RsaSigner
    verifier: RsaVerifier
    certificate_pem: bytes
    secret: str  # for the forms' protection; follows the key


def open_provider(settings: Settings) -> Provider:
    """Read key and certificate, or make both. Refuses in one sentence what cannot be used."""
    key_file, certificate_file = settings.key_file, settings.certificate_file
    try:
        keep_rsa_identity(key_file, certificate_file, "ЕСИА, учебный стенд")
        key, certificate = key_file.read_bytes(), certificate_file.read_bytes()
        signer, verifier = RsaSigner(key, certificate), RsaVerifier(certificate)
    except (OSError, ValueError) as fault:
        raise Refused(
            f"Ключ {key_file} и сертификат {certificate_file} стенда не подходят: {fault}."
        ) from fault
    return Provider(settings, signer, verifier, certificate, _derive_secret(key))


def _derive_secret(key: bytes) -> str:
    return hmac.new(key, b"forms", hashlib.sha256).hexdigest()
