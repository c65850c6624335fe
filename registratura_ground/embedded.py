"""PostgreSQL without an administrator: for the demo, the tests and a single small clinic."""

import atexit
from pathlib import Path

import psycopg
from psycopg import sql

from registratura_ground.binaries import find_binaries, reachable
from registratura_ground.cluster import Cluster, look_at_cluster, open_cluster, prepare
from registratura_ground.postmaster import Postmaster
from registratura_ground.refused import Refused

__all__ = ["Refused", "Server", "find_url", "start"]


class Server:
    """A running server of our own; it is started again when it is killed, until `stop`."""

    def __init__(self, cluster: Cluster, postmaster: Postmaster) -> None:
        self._cluster = cluster
        self._postmaster = postmaster
        self._stopped = False

    @property
    def admin_url(self) -> str:
        """The superuser's address. Contains the password."""
        return self._cluster.url("postgres")

    @property
    def pid(self) -> int | None:
        """Process number of the server; None while it is being started again."""
        return self._postmaster.pid

    @property
    def home(self) -> Path:
        """Where the data, the passwords and the server's log lie."""
        return self._cluster.home

    def url(self, database: str, role: str) -> str:
        """A role's address of a database. Contains the role's password."""
        return self._cluster.url(database, role)

    def password(self, role: str) -> str:
        """The role's password: made once, kept in a 0600 file."""
        return self._cluster.password(role)

    def ensure_role(self, name: str) -> None:
        """Make the role with its password, unless it is there."""
        with psycopg.connect(self.admin_url, autocommit=True) as db:
            if not _exists(db, "select 1 from pg_roles where rolname = %s", name):
                db.execute(sql.SQL("create role {} login").format(sql.Identifier(name)))
            password = sql.SQL("alter role {} password {}")
            db.execute(password.format(sql.Identifier(name), sql.Literal(self.password(name))))

    def ensure_database(self, name: str, owner: str, guests: tuple[str, ...] = ()) -> None:
        """Make the database, unless it is there; only the owner and the guests may connect."""
        with psycopg.connect(self.admin_url, autocommit=True) as db:
            if not _exists(db, "select 1 from pg_database where datname = %s", name):
                db.execute(
                    sql.SQL("create database {} owner {}").format(
                        sql.Identifier(name), sql.Identifier(owner)
                    )
                )
            for closed in (name, "postgres", "template1"):
                db.execute(
                    sql.SQL("revoke all on database {} from public").format(sql.Identifier(closed))
                )
            for guest in guests:
                db.execute(
                    sql.SQL("grant connect, temporary on database {} to {}").format(
                        sql.Identifier(name), sql.Identifier(guest)
                    )
                )

    def wait_ready(self) -> None:
        """Return when the server takes connections; it may have been killed just now."""
        self._postmaster.wait_ready()

    def stop(self) -> None:
        """Fast shutdown; the folder is free for another launcher. The second time, nothing."""
        if self._stopped:
            return
        self._stopped = True
        atexit.unregister(self.stop)
        self._postmaster.stop()
        self._cluster.release()

    def erase(self) -> None:
        """Stop, and remove the data; for tests."""
        self.stop()
        self._cluster.erase()


def start(folder: Path, *, fsync: bool = True) -> Server:
    """Start the server whose data belong to `folder`; made on first use.

    As root the data lie under /var/lib/registratura instead, and an unprivileged account runs
    it. `fsync=False` is for tests: fast, and lost with the machine. Refuses in one sentence
    where the folder is in use, the programs are missing, or the server does not start.
    """
    binaries = find_binaries()
    cluster = open_cluster(folder)
    try:
        if cluster.account.uid is not None:
            binaries = reachable(binaries, cluster.home)
        prepare(cluster, binaries, fsync=fsync)
        postmaster = Postmaster(cluster, binaries)
        postmaster.start()
    except BaseException:
        cluster.release()
        raise
    server = Server(cluster, postmaster)
    atexit.register(server.stop)
    return server


def find_url(folder: Path, database: str, role: str) -> str | None:
    """A role's address on the server that another command started; None where none runs."""
    cluster = look_at_cluster(folder)
    if role not in cluster.passwords or not (cluster.sockets / ".s.PGSQL.5432").exists():
        return None
    return cluster.url(database, role)


def _exists(db: psycopg.Connection[tuple[object, ...]], query: str, name: str) -> bool:
    return db.execute(query.encode(), (name,)).fetchone() is not None
