"""Child processes that end with us: started, watched, started again, ended as a family."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from registratura_ground import attached
from registratura_ground.refused import Refused

START_SECONDS = 60.0
STOP_SECONDS = 10.0
MOST_RESTARTS = 5  # within RESTARTS_WITHIN seconds
RESTARTS_WITHIN = 60.0


def bound_to_us(command: Sequence[str]) -> list[str]:
    """The command, to be ended by the kernel when this process dies (Linux)."""
    own = [sys.executable, "-I", "-S", attached.__file__, "-1", "-1"]
    return [*own, str(int(signal.SIGTERM)), str(os.getpid()), *command]


@dataclass
class Child:
    """One program of the family. `health` is the address that answers 200 when it is ready."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    log: Path
    health: str | None = None
    process: subprocess.Popen[bytes] | None = None
    restarts: list[float] = field(default_factory=list)

    def start(self) -> None:
        """Run it in a session of its own: Ctrl-C in the terminal is for its parent alone."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603 - our own programs
                bound_to_us(self.command),
                env=dict(self.environment),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def ended(self) -> bool:
        """It ran and runs no more."""
        return self.process is not None and self.process.poll() is not None

    def wait_ready(self) -> None:
        """Return when it answers. Refuses with its last words where it dies or keeps silent."""
        deadline = time.monotonic() + START_SECONDS
        while self.health and not _answers(self.health):
            if self.ended() or time.monotonic() > deadline:
                raise Refused(f"Не запускается {self.name}: {last_line(self.log)} ({self.log})")
            time.sleep(0.05)

    def signal(self, number: signal.Signals) -> None:
        """Tell it and whatever it has started."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, number)


def keep(family: Sequence[Child], tell: Callable[[str], None]) -> None:
    """Start again whoever dies, until this process is interrupted.

    Refuses where one dies too often.
    """
    while True:
        for child in family:
            if child.ended():
                _revive(child, tell)
        time.sleep(0.2)


def end(family: Sequence[Child]) -> None:
    """End all, in the reverse order of their start; kill what does not go in time."""
    started = [child for child in reversed(family) if child.process is not None]
    for child in started:
        if not child.ended():
            child.signal(signal.SIGTERM)
    deadline = time.monotonic() + STOP_SECONDS
    for child in started:
        assert child.process is not None
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.process.wait(max(0.0, deadline - time.monotonic()))
        child.signal(signal.SIGKILL)
        child.process.wait()


def check_ports(ports: Mapping[str, int]) -> None:
    """Refuses where a port is taken; a key is the variable that sets it."""
    with contextlib.ExitStack() as held:
        for variable, port in ports.items():
            one = held.enter_context(socket.socket(socket.AF_INET, socket.SOCK_STREAM))
            one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                one.bind(("127.0.0.1", port))
                one.listen()  # until here two sockets may share a port
            except OSError:
                raise Refused(
                    f"Порт {port} занят: освободите его или задайте другой, {variable}=…"
                ) from None


def last_line(log: Path) -> str:
    """The last thing a program wrote."""
    lines = log.read_text(encoding="utf-8", errors="replace").split("\n") if log.exists() else []
    return next((one.strip()[:300] for one in reversed(lines) if one.strip()), "нет ни слова")


def _revive(child: Child, tell: Callable[[str], None]) -> None:
    now = time.monotonic()
    child.restarts = [at for at in child.restarts if at > now - RESTARTS_WITHIN] + [now]
    if len(child.restarts) > MOST_RESTARTS:
        raise Refused(f"{child.name}: падает снова и снова, {last_line(child.log)} ({child.log})")
    tell(f"{child.name}: завершился сам, запускаю снова (журнал {child.log}).")
    child.signal(signal.SIGKILL)  # what it left behind
    child.start()


def _answers(address: str) -> bool:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(address, timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False
