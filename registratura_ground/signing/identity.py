"""Keys with their certificates: made on first start, kept in files, opened by way of signing."""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from registratura_ground.signing.gost import GostSigner, GostVerifier, make_gost_identity
from registratura_ground.signing.interface import Signer, Verifier
from registratura_ground.signing.rsa import RsaSigner, RsaVerifier, make_rsa_identity

Mode = Literal["rsa", "gost"]
ALGORITHMS: dict[Mode, str] = {"rsa": RsaSigner.algorithm, "gost": GostSigner.algorithm}


def open_signer(mode: str, key_pem: bytes, certificate_pem: bytes) -> Signer:
    """The signer of this way. Refuses with `ValueError` or `OSError` what cannot be used."""
    kind = GostSigner if mode == "gost" else RsaSigner
    return kind(key_pem, certificate_pem)


def open_verifier(mode: str, certificate_pem: bytes) -> Verifier:
    """The verifier of this way. Refuses with `ValueError` or `OSError` what cannot be used."""
    return GostVerifier(certificate_pem) if mode == "gost" else RsaVerifier(certificate_pem)


def keep_rsa_identity(key_file: Path, certificate_file: Path, common_name: str) -> None:
    """Make both files where both are missing; the key is readable by its owner only.

    Refuses with `ValueError` where only one of the two is there.
    """
    _keep(key_file, certificate_file, lambda: make_rsa_identity(common_name))


def keep_gost_identity(key_file: Path, certificate_file: Path, common_name: str) -> None:
    """The same with a GOST key. Refuses with `OpensslFault` to make one without the engine."""
    _keep(key_file, certificate_file, lambda: make_gost_identity(common_name))


def _keep(key_file: Path, certificate_file: Path, make: Callable[[], tuple[bytes, bytes]]) -> None:
    key_file.parent.mkdir(parents=True, exist_ok=True)
    with _alone_in(key_file.parent):
        if key_file.exists() != certificate_file.exists():
            raise ValueError("of key and certificate only one file is there")
        if not key_file.exists():
            _write(key_file, certificate_file, *make())


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """Of programs that start at once, one makes the key and the others wait for it."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(opened, fcntl.LOCK_EX)
        yield
    finally:
        os.close(opened)


def _write(key_file: Path, certificate_file: Path, key_pem: bytes, certificate_pem: bytes) -> None:
    for file, text, mode in (
        (key_file, key_pem, 0o600),
        (certificate_file, certificate_pem, 0o644),
    ):
        file.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as out:
            out.write(text)
