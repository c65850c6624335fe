"""All three systems as `registratura demo` starts them, on ports and in a folder of their own."""

import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import httpx
import psycopg

from registratura.stand.databases import APPLICATION, REGISTRY, embedded_folder
from registratura_ground import embedded
from registratura_ground.cluster import look_at_cluster
from tests.running.places import free_ports

HOUSE = Path(__file__).parents[2]
PATIENCE = 150  # seconds for a first start on busy cores


@dataclass(frozen=True)
class Stand:
    """A demo that runs; ЕСИА at localhost, so that sign-on is cross-site as in life."""

    process: subprocess.Popen[bytes]
    var: Path
    portal: str
    esia: str
    gosuslugi: str

    def stop(self) -> None:
        """Ctrl-C, to the whole group as a terminal does; everything it started ends with it.

        The program `faketime` does not pass a signal on, nor wait for what it runs.
        """
        group = self.process.pid
        os.killpg(group, signal.SIGINT)
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            self.process.poll()
            try:
                os.killpg(group, 0)
            except ProcessLookupError:
                look_at_cluster(self.var / "postgres").erase()  # as root it lies elsewhere
                return
            time.sleep(0.1)
        os.killpg(group, signal.SIGKILL)
        raise TimeoutError("the stand did not end")

    def spend(self, minutes: int) -> None:
        """So much of the time of every hold goes by: nobody waits for it in a test."""
        address = embedded.find_url(embedded_folder(self.var), REGISTRY, APPLICATION)
        assert address is not None
        with psycopg.connect(address, autocommit=True) as db:
            db.execute(
                """
                update appointment
                set held_until = held_until - make_interval(mins => %(minutes)s)
                where state = 'held'
                """,
                {"minutes": minutes},
            )

    def staff(self, *arguments: str) -> str:
        """`registratura staff …` beside the stand that runs; what it printed."""
        done = subprocess.run(
            [sys.executable, "-m", "registratura.cli", "staff", *arguments],
            cwd=HOUSE,
            env={**os.environ, "REGISTRATURA_VAR": str(self.var)},
            stdout=subprocess.PIPE,
            text=True,
            check=True,
            timeout=60,
        )
        return done.stdout

    @property
    def log(self) -> str:
        """What the systems wrote, for a test that failed or that reads it."""
        files = sorted((self.var / "log").glob("*.log"))
        return "\n".join(path.read_text(encoding="utf-8", errors="replace") for path in files)


def start(var: Path, *, moment: str | None = None) -> Stand:
    """Start a demo with the tiny region; every clock shows `moment` if it is given."""
    ports = free_ports()
    portal, esia, gosuslugi = ports.values()
    environment = {
        **os.environ,
        "REGISTRATURA_VAR": str(var),
        **ports,
        "ESIA_PUBLIC_URL": f"http://localhost:{esia}",
    }
    command = [sys.executable, "-m", "registratura.cli", "demo", "--size", "tiny"]
    if moment is not None:
        faketime = shutil.which("faketime")
        assert faketime, "libfaketime is not installed"
        command = [faketime, "-f", f"@{moment}", *command]
    output = var / "demo.txt"
    var.mkdir(parents=True, exist_ok=True)
    with output.open("wb") as file:
        process = subprocess.Popen(
            command,
            cwd=HOUSE,
            env=environment,
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    stand = Stand(
        process,
        var,
        f"http://127.0.0.1:{portal}",
        f"http://localhost:{esia}",
        f"http://127.0.0.1:{gosuslugi}",
    )
    try:
        wait_for(stand, output)
    except BaseException:
        stand.stop()
        raise
    return stand


def wait_for(stand: Stand, output: Path) -> None:
    """Until all three answer and the demo has printed its screen."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if stand.process.poll() is not None:
            raise RuntimeError(f"the demo ended: {output.read_text(encoding='utf-8')}")
        if "Registratura-40" in output.read_text(encoding="utf-8") and all(
            answers(f"{address}/healthz") for address in (stand.portal, stand.esia, stand.gosuslugi)
        ):
            return
        time.sleep(0.3)
    raise TimeoutError(f"the demo did not start: {output.read_text(encoding='utf-8')}\n{stand.log}")


def answers(address: str) -> bool:
    """Whether something healthy is there."""
    try:
        return httpx.get(address, timeout=2, trust_env=False, verify=False).is_success
    except httpx.HTTPError:
        return False
