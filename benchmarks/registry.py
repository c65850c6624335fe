"""The registry as it runs in production: processes of its own on loopback, and what they use."""

import os
import secrets
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from registratura.settings import Settings, variable
from registratura.stand.programs import registry
from registratura_ground.processes import Child, end
from registratura_ground.signing import keep_rsa_identity

FEDERAL = "portal:of-the-benchmark-only"
WORKERS = 2
_LONGEST_START = 30.0
_STANDING = 0.05  # seconds of processor within one
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Registry:
    """A registry that answers at `port`."""

    child: Child
    port: int
    environment: dict[str, str]

    @property
    def settings(self) -> Settings:
        """What it was started with."""
        return Settings.from_environment(self.environment)

    @property
    def pid(self) -> int:
        """The parent of its processes."""
        assert self.child.process is not None
        return self.child.process.pid

    def cpu(self) -> float:
        """Seconds of processor that its processes have used so far."""
        return cpu_of_family(self.pid)

    def memory(self) -> int:
        """Bytes that its processes hold in memory."""
        return sum(_memory(pid) for pid in family(self.pid))


def environment(database_url: str, var: Path, port: int = 0, **more: str) -> dict[str, str]:
    """The variables of a production: no demo value passes."""
    keys = var / "keys"
    keep_rsa_identity(keys / "registratura.key", keys / "registratura.crt", "registratura")
    keep_rsa_identity(keys / "esia.key", keys / "esia.crt", "esia")
    given = {
        "environment": "production",
        "secret": secrets.token_urlsafe(32),
        "public_url": "https://registratura.example.org",
        "esia_url": "https://esia.example.org",
        "esia_key_file": str(keys / "registratura.key"),
        "esia_certificate_file": str(keys / "registratura.crt"),
        "esia_trusted_files": str(keys / "esia.crt"),
        "federal_basic": FEDERAL,
        "port": str(port or 1),
        "var": str(var),
        **more,
    }
    kept = {name: text for name, text in os.environ.items() if "REGISTRATURA" not in name}
    named = {variable(name): text for name, text in given.items()}
    return kept | named | {variable("database_url"): database_url}


@contextmanager
def running(
    database_url: str, var: Path, *, workers: int = WORKERS, **more: str
) -> Iterator[Registry]:
    """The registry over that database, ready to answer; ended afterwards."""
    port = _free_port()
    variables = environment(database_url, var, port, **more)
    command = registry("serve", "--workers", str(workers))
    log = var / "log" / "serve.log"
    child = Child("registry", command, variables, log, f"http://127.0.0.1:{port}/readyz")
    try:
        child.start()
        child.wait_ready()
        yield Registry(child, port, variables)
    finally:
        end([child])


@contextmanager
def working(serving: Registry) -> Iterator[Child]:
    """The worker beside it."""
    log = serving.child.log.with_name("work.log")
    child = Child("worker", registry("work"), serving.environment, log)
    try:
        child.start()
        yield child
    finally:
        end([child])


def settle(*pids: int) -> None:
    """Wait until what was started stands: these processes and theirs hardly work any more."""
    until = time.monotonic() + _LONGEST_START
    while time.monotonic() < until:
        before = sum(map(cpu_of_family, pids))
        time.sleep(1)
        if sum(map(cpu_of_family, pids)) - before < _STANDING:
            return


def family(pid: int) -> list[int]:
    """A process and all that it has started."""
    found = [pid]
    for parent in found:
        try:
            children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
        except OSError:
            continue
        found += map(int, children)
    return found


def cpu_of_family(pid: int) -> float:
    """Seconds of processor used by a process, by those it has started, and by those that ended."""
    return sum(_cpu(one) for one in family(pid))


def _cpu(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return sum(map(int, fields[11:15])) / _TICKS


def _memory(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmRSS"))


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
