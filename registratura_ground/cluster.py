"""A PostgreSQL data folder: where it lies, whose it is, its passwords, settings and first start."""

import contextlib
import fcntl
import hashlib
import json
import os
import pwd
import secrets
import shutil
import stat
import subprocess
import sys
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import quote

from registratura_ground.binaries import Binaries
from registratura_ground.refused import Refused

SERVER_HOMES = Path("/var/lib/registratura")
LONGEST_SOCKET_FOLDER = 107 - len("/.s.PGSQL.5432.lock")
_ADMIN = "postgres"

_SETTINGS = """\
# Written by the launcher at every start. Your own settings: operator.conf beside this file.
listen_addresses = ''
unix_socket_directories = '{sockets}'
unix_socket_permissions = 0700
password_encryption = 'scram-sha-256'
max_connections = 100
shared_buffers = 128MB
effective_cache_size = 512MB
work_mem = 8MB
maintenance_work_mem = 64MB
random_page_cost = 1.1
jit = off
max_wal_size = 1GB
synchronous_commit = on
recovery_init_sync_method = {recovery_sync}
timezone = 'UTC'
log_timezone = 'UTC'
log_line_prefix = '%m [%p] %q%u@%d '
log_checkpoints = off
{speed}
include_if_exists = 'operator.conf'
"""
_UNSAFE = "fsync = off\nfull_page_writes = off\nsynchronous_commit = off"


@dataclass(frozen=True)
class Account:
    """Who runs the server; None in `uid` is whoever runs the launcher."""

    uid: int | None = None
    gid: int | None = None

    @property
    def arguments(self) -> list[str]:
        """For `registratura_ground.attached`."""
        return [str(-1 if one is None else one) for one in (self.uid, self.gid)]

    def own(self, path: Path) -> None:
        """Make `path` the account's."""
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid)


@dataclass(frozen=True)
class Cluster:
    """One data folder with everything that belongs to it."""

    home: Path
    sockets: Path
    account: Account
    passwords: dict[str, str]
    lock: int | None = None

    @property
    def data(self) -> Path:
        """PostgreSQL's own folder."""
        return self.home / "data"

    @property
    def log(self) -> Path:
        """What the server says."""
        return self.home / "postgresql.log"

    def url(self, database: str, role: str = _ADMIN) -> str:
        """Address of a database for a role, password included: never print it."""
        user = f"{quote(role)}:{quote(self.password(role))}"
        return f"postgresql://{user}@/{quote(database)}?host={quote(str(self.sockets), safe='')}"

    def password(self, role: str) -> str:
        """The role's password, made at the first call and kept."""
        if role not in self.passwords:
            self.passwords[role] = secrets.token_urlsafe(24)
            _write_secret(self.home / "passwords.json", json.dumps(self.passwords, indent=1))
        return self.passwords[role]

    def release(self) -> None:
        """Let another launcher take the folder."""
        with contextlib.suppress(OSError):
            self.sockets.rmdir()
        if self.lock is not None:
            os.close(self.lock)

    def erase(self) -> None:
        """Remove the data and everything beside it; for tests. The server must stand still."""
        shutil.rmtree(self.home, ignore_errors=True)
        shutil.rmtree(self.sockets, ignore_errors=True)


def open_cluster(folder: Path) -> Cluster:
    """Take possession of the data that belongs to `folder`.

    As an ordinary user it lies there. As root the server runs as an unprivileged account, which
    may reach nothing there: it lies under /var/lib/registratura/<hash of the folder>.
    Refuses where another launcher holds it.
    """
    home = _home(folder)
    _make_home(home, folder)
    lock = _take_lock(home, folder)
    seen = look_at_cluster(folder)
    _make_socket_folder(seen)
    return replace(seen, lock=lock)


def look_at_cluster(folder: Path) -> Cluster:
    """The same without possession: nothing is made, nobody is kept out."""
    home = _home(folder)
    account = _account(home / "data")
    secret = home / "passwords.json"
    passwords = json.loads(secret.read_text()) if secret.exists() else {}
    return Cluster(home, _socket_folder(home, _key(folder), account), account, passwords)


def _key(folder: Path) -> str:
    return hashlib.sha256(os.fsencode(folder.resolve())).hexdigest()[:12]


def _home(folder: Path) -> Path:
    return SERVER_HOMES / _key(folder) if os.geteuid() == 0 else folder.resolve()


def prepare(cluster: Cluster, binaries: Binaries, *, fsync: bool) -> None:
    """Make the data on first use and write the server's settings.

    Refuses where the data was made by another major version of PostgreSQL.
    """
    if not cluster.data.exists():
        _initdb(cluster, binaries, fsync=fsync)
    made_by = (cluster.data / "PG_VERSION").read_text().strip()
    if made_by != str(binaries.major):
        raise Refused(
            f"Данные в {cluster.data} созданы PostgreSQL {made_by}, а найден {binaries.version}:"
            f" укажите программы версии {made_by} в REGISTRATURA_POSTGRES_BIN."
        )
    sockets = str(cluster.sockets).replace("'", "''")
    settings = _SETTINGS.format(
        sockets=sockets,
        recovery_sync="syncfs" if sys.platform == "linux" else "fsync",
        speed="" if fsync else _UNSAFE,
    )
    _give(cluster, "postgresql.conf", settings)
    _give(cluster, "pg_hba.conf", "local all all scram-sha-256\n")


def _give(cluster: Cluster, name: str, text: str) -> None:
    path = cluster.data / name
    path.write_text(text, encoding="utf-8")
    path.chmod(0o600)
    cluster.account.own(path)


def _make_home(home: Path, folder: Path) -> None:
    try:
        home.mkdir(parents=True, exist_ok=True)
        if os.geteuid() == 0:  # the server's account passes through, whatever our umask
            SERVER_HOMES.chmod(0o755)
            home.chmod(0o755)
        (home / "belongs-to").write_text(f"{folder}\n", encoding="utf-8")
    except OSError as error:
        raise Refused(f"Не удаётся писать в папку данных {home}: {error.strerror}.") from None


def _take_lock(home: Path, folder: Path) -> int:
    """The lock lives as long as this process: the kernel gives it back, however we end."""
    lock = os.open(home / "launcher.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        raise Refused(
            f"База данных в {folder} уже запущена другой командой: остановите её"
            " или укажите другую папку в REGISTRATURA_VAR."
        ) from None
    return lock


def _account(data: Path) -> Account:
    """As root: the owner of the data, else postgres, else nobody."""
    if os.geteuid() != 0:
        return Account()
    if data.exists() and data.stat().st_uid != 0:
        made_by = data.stat()
        return Account(made_by.st_uid, made_by.st_gid)
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_uid, entry.pw_gid)
    raise Refused("Нет учётной записи postgres или nobody, под которой могла бы работать база.")


def _socket_folder(home: Path, key: str, account: Account) -> Path:
    if account.uid is not None:
        return home / "sockets"
    name = f"registratura-{os.getuid()}-{key}"
    roots = (os.environ.get("XDG_RUNTIME_DIR"), tempfile.gettempdir(), "/tmp")  # noqa: S108 - a 0700 folder of ours
    return next(
        Path(root) / name
        for root in roots
        if root and Path(root).is_dir() and len(f"{root}/{name}") <= LONGEST_SOCKET_FOLDER
    )


def _make_socket_folder(cluster: Cluster) -> None:
    """0700, ours. Refuses to use one that somebody else made."""
    folder = cluster.sockets
    owner = os.getuid() if cluster.account.uid is None else cluster.account.uid
    try:
        folder.mkdir(mode=0o700)
        cluster.account.own(folder)
    except FileExistsError:
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != owner:
            raise Refused(
                f"Папка {folder} принадлежит кому-то другому: удалите её и повторите."
            ) from None
    folder.chmod(0o700)


def _initdb(cluster: Cluster, binaries: Binaries, *, fsync: bool) -> None:
    """Beside the place, then renamed: a start that was cut short leaves nothing half-made."""
    making = cluster.home / "data.new"
    shutil.rmtree(making, ignore_errors=True)
    making.mkdir(mode=0o700)
    cluster.account.own(making)
    password = cluster.home / "password.new"
    _write_secret(password, cluster.password(_ADMIN))
    cluster.account.own(password)
    try:
        made = subprocess.run(  # noqa: S603 - the programs found by find_binaries
            [*_initdb_command(binaries, making, password), *([] if fsync else ["--no-sync"])],
            user=cluster.account.uid,
            group=cluster.account.gid,
            extra_groups=None if cluster.account.uid is None else [],
            cwd="/",
            env=server_environment(),
            capture_output=True,
            text=True,
        )
    finally:
        password.unlink()
    if made.returncode != 0:
        reason = " ".join(made.stderr.split())[-300:]
        raise Refused(f"PostgreSQL не смог создать базу в {cluster.home}: {reason}")
    making.rename(cluster.data)


def _initdb_command(binaries: Binaries, data: Path, password: Path) -> list[str]:
    command = [binaries.program("initdb"), "-D", str(data), "--pwfile", str(password)]
    command += ["--username", _ADMIN, "--encoding", "UTF8", "--data-checksums"]
    command += ["--auth", "scram-sha-256", "--locale", "C.UTF-8"]
    if binaries.major >= 17:
        command += ["--locale-provider", "builtin", "--builtin-locale", "C.UTF-8"]
    return command


def server_environment() -> dict[str, str]:
    """Ours without what would turn the server elsewhere."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("PG", "LC_", "LANG"))}
    return environment | {"LC_ALL": "C.UTF-8"}


def _write_secret(path: Path, text: str) -> None:
    making = path.with_name(path.name + ".tmp")
    with os.fdopen(os.open(making, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
    making.rename(path)
