"""Copies of the checkout in odd places, and programs started from them."""

import os
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import mkdtemp

CHECKOUT = Path(__file__).resolve().parents[2]
PATIENCE = 90.0  # seconds; a busy machine is slow, not broken


def copy_checkout(to: Path) -> Path:
    """What version control knows, in a fresh folder."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=CHECKOUT,
        capture_output=True,
        check=True,
    ).stdout.split(b"\0")
    to.mkdir(parents=True)
    for name in (os.fsdecode(one) for one in listed if one):
        if name.startswith(("registratura", "demo")) and (CHECKOUT / name).is_file():
            (to / name).parent.mkdir(parents=True, exist_ok=True)
            (to / name).write_bytes((CHECKOUT / name).read_bytes())
    return to


def environment_of(folder: Path, **more: str) -> dict[str, str]:
    """This run's packages with the code of `folder`; nothing of the caller's settings."""
    theirs = ("DATABASE_", "REGISTRATURA_", "ESIA_", "GOSUSLUGI_", "PG")
    own = {name: text for name, text in os.environ.items() if not name.startswith(theirs)}
    packages = [path for path in sys.path if path.endswith("site-packages")]
    return own | {"PYTHONPATH": os.pathsep.join([str(folder), *packages])} | more


def run(folder: Path, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    """`registratura …` in a folder, to its end."""
    return subprocess.run(
        [sys.executable, "-m", "registratura.cli", *arguments],
        cwd=folder,
        env=environment_of(folder, **more),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


def free_ports() -> dict[str, str]:
    """Three ports that nobody uses, for the demo's programs."""
    names = ("REGISTRATURA_PORT", "ESIA_PORT", "GOSUSLUGI_PORT")
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in names]
    numbers = [str(one.getsockname()[1]) for one in sockets]
    for one in sockets:
        one.close()
    return dict(zip(names, numbers, strict=True))


@dataclass
class Started:
    """A command under way; every process it starts inherits `mark`."""

    process: subprocess.Popen[str]
    mark: str
    words: Path
    ports: Mapping[str, str] = field(default_factory=dict)

    def said(self) -> str:
        """Everything it has printed."""
        return self.words.read_text(encoding="utf-8")

    def wait_for(self, words: str) -> str:
        """Return when it has printed them."""
        wait_until(lambda: words in self.said() or self.process.poll() is not None)
        assert words in self.said(), self.said()
        return self.said()

    def processes(self) -> dict[int, str]:
        """Number and command of every living process that it or its children started."""
        return {
            number: command
            for number, command in _marked(f"REGISTRATURA_TEST_MARK={self.mark}")
            if number != self.process.pid
        }


@contextmanager
def started(folder: Path, *arguments: str, **more: str) -> Iterator[Started]:
    """`registratura …` running in a folder; whatever is left of it is killed in the end."""
    mark = uuid.uuid4().hex
    words = Path(mkdtemp(prefix="registratura-words-")) / "words.txt"
    with words.open("w") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "registratura.cli", *arguments],
            cwd=folder,
            env=environment_of(folder, REGISTRATURA_TEST_MARK=mark, **more),
            stdout=file,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
    it = Started(process, mark, words, more)
    try:
        yield it
    finally:
        process.kill()
        process.wait()
        for number in it.processes():
            os.kill(number, signal.SIGKILL)


def wait_until(true: object, seconds: float = PATIENCE) -> bool:
    """Whether the function became true in time."""
    assert callable(true)
    deadline = time.monotonic() + seconds
    while not (answer := bool(true())) and time.monotonic() < deadline:
        time.sleep(0.02)
    return answer


def _marked(mark: str) -> Iterator[tuple[int, str]]:
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if mark.encode() in (entry / "environ").read_bytes():
                command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                if command:  # a zombie has none
                    yield int(entry.name), command
        except OSError:
            continue
