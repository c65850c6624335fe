"""The small interface that every way of signing stands behind."""

from typing import Protocol


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
