"""Signatures behind one small interface, base64url, and signed tokens (JWS) on top of them."""

import base64
import binascii
import json
import os
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID

LONGEST_TOKEN = 64 * 1024
_OUTSIDE_ALPHABET = re.compile(r"[^A-Za-z0-9_-]")


class BadToken(Exception):
    """A token that is malformed, of another algorithm, or not signed by a trusted key.

    Its text never holds anything of the token.
    """


class Signer(Protocol):
    """Holds a private key. `algorithm` is the JWS name; `certificate_hash` names the key."""

    algorithm: str
    certificate_hash: str

    async def sign(self, data: bytes) -> bytes:
        """The raw signature, without any container."""
        ...


class Verifier(Protocol):
    """Holds a certificate that is trusted beforehand: no chain is built, no date is looked at."""

    algorithm: str
    certificate_hash: str

    async def verify(self, data: bytes, signature: bytes) -> bool:
        """True if the raw signature is that of this certificate's key."""
        ...


class RsaSigner:
    """RSASSA-PKCS1-v1_5 over SHA-256. Refuses with `ValueError` a key that is not of this pair."""

    algorithm = "RS256"

    def __init__(self, key_pem: bytes, certificate_pem: bytes) -> None:
        key = serialization.load_pem_private_key(key_pem, password=None)
        if not isinstance(key, rsa.RSAPrivateKey):
            raise ValueError("not an RSA private key")
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


def keep_rsa_identity(key_file: Path, certificate_file: Path, common_name: str) -> None:
    """Make both files where both are missing; the key is readable by its owner only.

    Refuses with `ValueError` where only one of the two is there.
    """
    if key_file.exists() != certificate_file.exists():
        raise ValueError("of key and certificate only one file is there")
    if key_file.exists():
        return
    key_pem, certificate_pem = make_rsa_identity(common_name)
    for file, text, mode in (
        (key_file, key_pem, 0o600),
        (certificate_file, certificate_pem, 0o644),
    ):
        file.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as out:
            out.write(text)


def b64url(data: bytes) -> str:
    """base64url without padding (RFC 4648 section 5)."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def unb64url(text: str) -> bytes:
    """Bytes of base64url or plain base64, padded or not. Refuses others with `ValueError`."""
    body = text.replace("+", "-").replace("/", "_").rstrip("=")
    if _OUTSIDE_ALPHABET.search(body):
        raise ValueError("not base64url")
    try:
        return base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))
    except binascii.Error as fault:
        raise ValueError("not base64url") from fault


async def jws_encode(header: Mapping[str, Any], claims: Mapping[str, Any], signer: Signer) -> str:
    """A compact signed token; `alg` of the header is the signer's, whatever was given."""
    parts = ({**header, "alg": signer.algorithm}, claims)
    text = ".".join(
        b64url(json.dumps(part, ensure_ascii=False, separators=(",", ":")).encode())
        for part in parts
    )
    return f"{text}.{b64url(await signer.sign(text.encode('ascii')))}"


async def jws_decode(
    token: str, verifiers: Sequence[Verifier], alg: str
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Header and claims of a token signed by one of `verifiers` with the algorithm `alg`.

    `alg` is the configured one: the token's own word is only compared with it. Refuses with
    `BadToken`. Issuer, audience and times are the caller's to check.
    """
    pieces = token.split(".")
    if len(pieces) != 3 or len(token) > LONGEST_TOKEN or not token.isascii():
        raise BadToken("not a token of three parts")
    header = _json_object(pieces[0])
    if alg == "none" or header.get("alg") != alg or "crit" in header:
        raise BadToken("another algorithm than the configured one")
    try:
        signature = unb64url(pieces[2])
    except ValueError as fault:
        raise BadToken("signature is not base64url") from fault
    signed = f"{pieces[0]}.{pieces[1]}".encode("ascii")
    for verifier in verifiers:
        if verifier.algorithm == alg and await verifier.verify(signed, signature):
            return header, _json_object(pieces[1])
    raise BadToken("not signed by a trusted key")


def _json_object(piece: str) -> dict[str, Any]:
    try:
        found = json.loads(unb64url(piece))
    except (ValueError, RecursionError) as fault:
        raise BadToken("a part is not JSON") from fault
    if not isinstance(found, dict):
        raise BadToken("a part is not a JSON object")
    return found
