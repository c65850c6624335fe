"""The `openssl` program: argument lists, private temporary files, no shell, never for long."""

import asyncio
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

LONGEST = 10.0  # seconds that one run may take
_CONFIGURATION = "openssl.cnf"
_GOST = b"""openssl_conf = start
[start]
engines = engines
[engines]
gost = gost
[gost]
engine_id = gost
default_algorithms = ALL
"""


class OpensslFault(OSError):
    """The program is missing, takes too long, or does not know GOST. Names no file, no text."""


@dataclass(frozen=True)
class Done:
    """How a run ended."""

    code: int
    out: bytes
    err: bytes


async def run(arguments: Sequence[str], files: Mapping[str, bytes], *, gost: bool) -> Done:
    """Run `openssl` off the loop in a folder that holds `files`. Refuses with `OpensslFault`."""
    with _folder(files, gost=gost) as folder:
        try:
            process = await asyncio.create_subprocess_exec(
                _program(),
                *arguments,
                cwd=folder,
                env=_environment(folder),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
            )
        except OSError as fault:
            raise OpensslFault("the openssl program does not start") from fault
        try:
            out, err = await asyncio.wait_for(process.communicate(), LONGEST)
        except TimeoutError:
            raise OpensslFault("the openssl program takes too long") from None
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        return Done(process.returncode or 0, out, err)


def run_at_start(arguments: Sequence[str], files: Mapping[str, bytes]) -> bytes:
    """The same with GOST, waiting, while a program starts: what it wrote.

    Refuses with `OpensslFault` also where it ends with an error.
    """
    with _folder(files, gost=True) as folder:
        try:
            done = subprocess.run(  # noqa: S603 - every argument is a word of ours
                [_program(), *arguments],
                cwd=folder,
                env=_environment(folder),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=LONGEST,
                check=True,
            )
        except subprocess.SubprocessError as fault:
            raise OpensslFault("openssl or its GOST engine is missing or broken") from fault
        except OSError as fault:
            raise OpensslFault("the openssl program does not start") from fault
    return done.stdout


def _program() -> str:
    found = shutil.which("openssl")
    if found is None:
        raise OpensslFault("the openssl program is missing")
    return found


@contextmanager
def _folder(files: Mapping[str, bytes], *, gost: bool) -> Iterator[str]:
    """A folder that only its owner may enter; gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="openssl-") as folder:
        for name, content in {**files, _CONFIGURATION: _GOST if gost else b""}.items():
            Path(folder, name).write_bytes(content)
        yield folder


def _environment(folder: str) -> dict[str, str]:
    # Nothing of ours is for a child to know: secrets stand in the environment.
    kept = {name: os.environ[name] for name in ("PATH", "OPENSSL_ENGINES") if name in os.environ}
    return {**kept, "OPENSSL_CONF": str(Path(folder, _CONFIGURATION)), "LC_ALL": "C"}
