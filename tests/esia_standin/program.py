"""The stand-in as a program: its commands, in this process, and its server in one of its own."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from click.testing import CliRunner

from registratura_ground.refused import Refused
from registratura_standins.esia.cli import main_group

COMMAND = [sys.executable, "-m", "registratura_standins.esia.cli"]


@dataclass(frozen=True)
class Ran:
    """How a command ended: a refusal is its one sentence and status 2, as `main` has it."""

    status: int
    out: str
    refusal: str = ""


def environment(url: str, folder: Path, **more: str) -> dict[str, str]:
    """Variables for one run; nothing of the tests' own ЕСИА settings leaks in."""
    kept = {name: text for name, text in os.environ.items() if not name.startswith("ESIA_")}
    return {
        **kept,
        "ESIA_DATABASE_URL": url,
        "ESIA_KEY_FILE": str(folder / "esia.key"),
        "ESIA_CERTIFICATE_FILE": str(folder / "esia.crt"),
        **more,
    }


def run(variables: dict[str, str], *words: str) -> Ran:
    """Run a command to its end, without a process of its own."""
    done = CliRunner().invoke(main_group, words, env=variables)
    if isinstance(done.exception, Refused):
        return Ran(2, done.output, str(done.exception))
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    return Ran(done.exit_code, done.output)


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(
    variables: dict[str, str], cwd: Path | None = None
) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """Address and process of a stand-in that answers."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    process = subprocess.Popen(
        [*COMMAND, "serve"],
        env={**variables, "ESIA_PORT": str(port)},
        cwd=cwd,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        for _ in range(600):
            assert process.poll() is None, process.communicate()[0]
            try:
                if httpx.get(f"{address}/healthz", verify=False).json() == {"status": "ok"}:
                    break
            except httpx.TransportError:
                time.sleep(0.1)
        yield address, process
    finally:
        process.terminate()
        process.wait(timeout=20)
