"""GOST R 34.10-2012 signatures of 256 bits over Streebog-256, by the `openssl` program's engine."""

from cryptography import x509
from cryptography.hazmat.primitives import serialization

from registratura_ground.signing.openssl import OpensslFault, run, run_at_start

PUBLIC_KEY = "1.2.643.7.1.1.1.1"  # GOST R 34.10-2012, 256 bits (TC 26)
SIGNATURE_BYTES = 64  # s, then r, big-endian: as the engine writes them
_REFUSED = (b"Verification failure", b"Error verifying data", b"Error Verifying Data")


class GostSigner:
    """Refuses with `ValueError` a key of another pair, with `OpensslFault` to do without engine."""

    algorithm = "GOST3410_2012_256"

    def __init__(self, key_pem: bytes, certificate_pem: bytes) -> None:
        public = _public_key(certificate_pem)
        try:
            own = run_at_start(["pkey", "-in", "key", "-pubout"], {"key": key_pem})
        except OpensslFault as fault:
            raise ValueError("not a GOST private key") from fault
        if own != public:
            raise ValueError("the key does not belong to the certificate")
        self._key = key_pem
        self.certificate_hash = gost_certificate_hash(certificate_pem)

    async def sign(self, data: bytes) -> bytes:
        """The raw signature. Refuses with `OpensslFault`."""
        files = {"key": self._key, "data": data}
        done = await run(["dgst", "-md_gost12_256", "-sign", "key", "data"], files, gost=True)
        if done.code or len(done.out) != SIGNATURE_BYTES:
            raise OpensslFault("openssl did not sign")
        return done.out


class GostVerifier:
    """The other half of `GostSigner`. Refuses with `ValueError` a certificate of another kind."""

    algorithm = "GOST3410_2012_256"

    def __init__(self, certificate_pem: bytes) -> None:
        self._public = _public_key(certificate_pem)
        self.certificate_hash = gost_certificate_hash(certificate_pem)

    async def verify(self, data: bytes, signature: bytes) -> bool:
        """True if the signature is that of this certificate's key. Refuses with `OpensslFault`
        where the program cannot tell."""
        if len(signature) != SIGNATURE_BYTES:
            return False
        files = {"public": self._public, "signature": signature, "data": data}
        words = ["dgst", "-md_gost12_256", "-verify", "public", "-signature", "signature", "data"]
        done = await run(words, files, gost=True)
        if done.code == 0 and done.out.startswith(b"Verified OK"):
            return True
        if done.code == 1 and any(words in done.out + done.err for words in _REFUSED):
            return False
        raise OpensslFault("openssl did not verify")


def gost_certificate_hash(certificate_pem: bytes) -> str:
    """Streebog-256 of the certificate's DER (not of the PEM text), upper-case hex."""
    der = x509.load_pem_x509_certificate(certificate_pem).public_bytes(serialization.Encoding.DER)
    told = run_at_start(["dgst", "-md_gost12_256", "-r", "certificate"], {"certificate": der})
    return told.split()[0].decode("ascii").upper()


def make_gost_identity(common_name: str) -> tuple[bytes, bytes]:
    """A new key (parameter set A) and its self-signed certificate of ten years, both PEM."""
    key = run_at_start(["genpkey", "-algorithm", "gost2012_256", "-pkeyopt", "paramset:A"], {})
    subject = "/CN=" + common_name.replace("\\", "\\\\").replace("/", "\\/")
    words = ["req", "-x509", "-new", "-key", "key", "-days", "3650", "-utf8", "-subj", subject]
    return key, run_at_start(words, {"key": key})


def _public_key(certificate_pem: bytes) -> bytes:
    certificate = x509.load_pem_x509_certificate(certificate_pem)
    if certificate.public_key_algorithm_oid.dotted_string != PUBLIC_KEY:
        raise ValueError("not a certificate of GOST R 34.10-2012 with 256 bits")
    return run_at_start(
        ["x509", "-in", "certificate", "-noout", "-pubkey"], {"certificate": certificate_pem}
    )
