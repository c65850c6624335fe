"""RSA signatures: the demo's, and nowhere those of a production ЕСИА."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID


class RsaSigner:
    """RSASSA-PKCS1-v1_5 over SHA-256. Refuses with `ValueError` a key that is not of this pair."""

    algorithm = "RS256"

    def __init__(self, key_pem: bytes, certificate_pem: bytes) -> None:
        key = _rsa_private_key(key_pem)
        if key.public_key() != _rsa_public_key(certificate_pem):
            raise ValueError("the key does not belong to the certificate")
        self._key = key
        self.certificate_hash = rsa_certificate_hash(certificate_pem)

    async def sign(self, data: bytes) -> bytes:
        """The raw signature; under a millisecond, so it stays on the loop."""
        return self._key.sign(data, padding.PKCS1v15(), hashes.SHA256())


class RsaVerifier:
    """The other half of `RsaSigner`. Refuses with `ValueError` a certificate of another kind."""

    algorithm = "RS256"

    def __init__(self, certificate_pem: bytes) -> None:
        self._key = _rsa_public_key(certificate_pem)
        self.certificate_hash = rsa_certificate_hash(certificate_pem)

    async def verify(self, data: bytes, signature: bytes) -> bool:
        """True if the signature is that of this certificate's key."""
        try:
            self._key.verify(signature, data, padding.PKCS1v15(), hashes.SHA256())
        except InvalidSignature:
            return False
        return True


def rsa_certificate_hash(certificate_pem: bytes) -> str:
    """SHA-256 of the certificate's DER (not of the PEM text), upper-case hex."""
    certificate = x509.load_pem_x509_certificate(certificate_pem)
    return certificate.fingerprint(hashes.SHA256()).hex().upper()


@lru_cache(maxsize=4)
def _rsa_private_key(key_pem: bytes) -> rsa.RSAPrivateKey:
    """To see that the key is sound takes forty milliseconds: once for each."""
    key = serialization.load_pem_private_key(key_pem, password=None)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise ValueError("not an RSA private key")
    return key


def _rsa_public_key(certificate_pem: bytes) -> rsa.RSAPublicKey:
    key = x509.load_pem_x509_certificate(certificate_pem).public_key()
    if not isinstance(key, rsa.RSAPublicKey):
        raise ValueError("not an RSA certificate")
    return key


def make_rsa_identity(common_name: str) -> tuple[bytes, bytes]:
    """A new 2048-bit key and its self-signed certificate of ten years, both PEM."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
    made_at = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(made_at - timedelta(days=1))
        .not_valid_after(made_at + timedelta(days=3650))
        .sign(key, hashes.SHA256())
    )
    key_pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return key_pem, certificate.public_bytes(serialization.Encoding.PEM)
