"""The bare `openssl` program as the sheet of the protocol uses it: keys, hashes, signatures."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.machine import has_gost

# With CI=true a missing engine is a failure, never a skip.
needs_gost = pytest.mark.skipif(
    os.environ.get("CI") != "true" and not has_gost(),
    reason="the GOST engine of openssl is not installed: run make test, it installs one",
)
_CONFIGURATION = """openssl_conf = s
[s]
engines = e
[e]
gost = g
[g]
engine_id = gost
default_algorithms = ALL
"""


@dataclass(frozen=True)
class Bench:
    """A folder with `key`, `crt`, `pub`; everything is made by the program alone."""

    folder: Path
    digest: str

    def run(self, *words: str) -> bytes:
        """What the program wrote; an error is a failure of the test."""
        environment = {"PATH": os.environ["PATH"], "OPENSSL_CONF": str(self.folder / "gost.cnf")}
        told = subprocess.run(
            ["openssl", *words], cwd=self.folder, env=environment, check=True, capture_output=True
        )
        return told.stdout

    def make_identity(self, days: int = 30) -> None:
        """A new key with its certificate: GOST or RSA, as the digest says."""
        kind = ["gost2012_256", "-pkeyopt", "paramset:A"]
        new = kind if self.digest == "md_gost12_256" else ["rsa:2048"]
        words = ["req", "-x509", "-newkey", *new, "-nodes", "-subj", "/C=RU/O=Registry/CN=REG40"]
        self.run(*words, "-days", str(days), "-keyout", "key", "-out", "crt")
        (self.folder / "pub").write_bytes(self.run("x509", "-in", "crt", "-noout", "-pubkey"))

    def read(self, name: str) -> bytes:
        """One of the files."""
        return (self.folder / name).read_bytes()

    def certificate_hash(self) -> str:
        """Digest of the certificate's DER, upper-case hex."""
        (self.folder / "der").write_bytes(self.run("x509", "-in", "crt", "-outform", "DER"))
        return self.run("dgst", f"-{self.digest}", "-r", "der").split()[0].decode().upper()

    def sign(self, data: bytes) -> bytes:
        """The raw signature."""
        (self.folder / "data").write_bytes(data)
        return self.run("dgst", f"-{self.digest}", "-sign", "key", "data")

    def accepts(self, data: bytes, signature: bytes) -> bool:
        """Whether the program takes the raw signature for this certificate's."""
        (self.folder / "data").write_bytes(data)
        (self.folder / "sig").write_bytes(signature)
        words = ["dgst", f"-{self.digest}", "-verify", "pub", "-signature", "sig", "data"]
        return self.run(*words).startswith(b"Verified OK")

    def container(self, data: bytes, *form: str) -> bytes:
        """The signature in CMS, DER."""
        (self.folder / "data").write_bytes(data)
        words = ["-md", self.digest, "-in", "data", "-signer", "crt", "-inkey", "key"]
        return self.run("cms", "-sign", "-binary", *words, "-outform", "DER", *form)


def bench(folder: Path, digest: str = "md_gost12_256") -> Bench:
    """A bench in this folder, made where it is missing; `sha256` makes it one of RSA."""
    folder.mkdir(exist_ok=True)
    (folder / "gost.cnf").write_text(_CONFIGURATION if digest.startswith("md_gost") else "")
    return Bench(folder, digest)
