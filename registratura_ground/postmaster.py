"""The running server: started, watched, started again when it dies, and stopped."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import psycopg

from registratura_ground import attached
from registratura_ground.binaries import Binaries
from registratura_ground.cluster import Cluster, server_environment
from registratura_ground.refused import Refused

START_SECONDS = 120.0  # a long recovery after a crash is still a start
STOP_SECONDS = 20.0
_LOG_LIMIT = 20_000_000  # bytes


class Postmaster:
    """Keeps one server running on a cluster until `stop`."""

    def __init__(self, cluster: Cluster, binaries: Binaries) -> None:
        self._cluster = cluster
        self._binaries = binaries
        self._process: subprocess.Popen[bytes] | None = None
        self._stopping = threading.Event()
        self._answered = False
        self._thread = threading.Thread(target=self._keep, name="postmaster", daemon=True)

    @property
    def pid(self) -> int | None:
        """Process number of the server; None between two starts."""
        process = self._process
        return process.pid if process else None

    def start(self) -> None:
        """Run the server and return when it answers. Refuses with the end of its log."""
        end_leftover(self._cluster.data)
        _shorten(self._cluster.log)
        self._thread.start()
        try:
            self.wait_ready()
        except BaseException:
            self.stop()
            raise

    def wait_ready(self) -> None:
        """Return when the server takes connections."""
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                psycopg.connect(self._cluster.url("postgres"), connect_timeout=5).close()
                self._answered = True
                return
            except psycopg.OperationalError as error:
                self._judge(error, deadline)
            time.sleep(0.01)

    def stop(self) -> None:
        """Fast shutdown: sessions end, what was committed is on disk."""
        self._stopping.set()
        process = self._process
        if process is not None:
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(signal.SIGINT)
        if self._thread.is_alive():
            self._thread.join(STOP_SECONDS)
        if process is not None and process.poll() is None:
            process.send_signal(signal.SIGQUIT)
            process.wait()
        end_leftover(self._cluster.data)

    def _judge(self, error: psycopg.OperationalError, deadline: float) -> None:
        if "password authentication failed" in str(error):
            raise Refused(
                f"База не узнаёт пароль из {self._cluster.home / 'passwords.json'}:"
                " верните прежний файл или удалите папку вместе с данными."
            )
        if time.monotonic() > deadline or not self._thread.is_alive():
            raise Refused(f"PostgreSQL не запустился: {_last_words(self._cluster.log)}")

    def _keep(self) -> None:
        """Start again at once; wait longer each time a start fails."""
        pause = 0.02
        while not self._stopping.is_set():
            began = time.monotonic()
            self._run()
            if not self._answered:  # a start that never succeeded is told to who asked for it
                return
            end_leftover(self._cluster.data, gently=False)
            pause = 0.02 if time.monotonic() - began > 0.5 else min(pause * 1.5, 5.0)
            self._stopping.wait(pause)

    def _run(self) -> int:
        """One life of the server. The thread that starts it must outlive it (see `attached`)."""
        command = [sys.executable, "-I", "-S", attached.__file__]
        command += [*self._cluster.account.arguments, str(int(signal.SIGINT)), str(os.getpid())]
        command += [self._binaries.program("postgres"), "-D", str(self._cluster.data)]
        with self._cluster.log.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 - the programs found by find_binaries
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                env=server_environment(),
                start_new_session=True,  # Ctrl-C in the terminal is for the launcher alone
            )
        if self._stopping.is_set():  # `stop` came before there was a process to tell
            self._process.send_signal(signal.SIGINT)
        return self._process.wait()


def end_leftover(data: Path, *, gently: bool = True) -> None:
    """End the server or its orphans that still work on `data`, and its stale lock file.

    The caller holds the launcher's lock, so nobody else may be running it. The lock file is
    removed because its process number may by now belong to another program or to a zombie.
    """
    steps = [(signal.SIGQUIT, 2.0), (signal.SIGKILL, 2.0)]
    if gently:
        steps.insert(0, (signal.SIGINT, STOP_SECONDS))
    for number, patience in steps:
        told: set[int] = set()
        deadline = time.monotonic() + patience
        while (processes := _working_on(data)) and time.monotonic() < deadline:
            for one in set(processes) - told:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(one, number)
            told.update(processes)
            time.sleep(0.01)
    (data / "postmaster.pid").unlink(missing_ok=True)


def _working_on(data: Path) -> list[int]:
    """Processes of PostgreSQL whose folder is `data`: each of them lives there."""
    if not Path("/proc/self/cwd").exists():
        return _named_in_lock_file(data)
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if os.readlink(entry / "cwd") == str(data) and int(entry.name) != os.getpid():
                found.append(int(entry.name))
    return found


def _named_in_lock_file(data: Path) -> list[int]:
    """Where there is no /proc: the server of the lock file, if that number is a PostgreSQL."""
    try:
        number = (data / "postmaster.pid").read_text().split("\n", 1)[0]
    except OSError:
        return []
    command = ["/bin/ps", "-o", "comm=", "-p", number]
    told = subprocess.run(command, capture_output=True, text=True)  # noqa: S603 - ps
    return [int(number)] if "postgres" in told.stdout else []


def _shorten(log: Path) -> None:
    if log.exists() and log.stat().st_size > _LOG_LIMIT:
        log.replace(log.with_suffix(".log.1"))


def _last_words(log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines() if log.exists() else []
    told = [one for one in lines if "FATAL" in one or "ERROR" in one or "DETAIL" in one]
    return (told or lines or ["он ничего не сказал"])[-1][-300:]
