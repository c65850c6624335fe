"""A real standby of the tests' server: its base backup, streaming."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from registratura_ground import embedded
from registratura_ground.binaries import find_binaries, reachable
from registratura_ground.cluster import server_environment
from tests.given.databases import APPLICATION


class Replica:
    """The standby; it can be stopped and started, and held back from showing what it was sent."""

    def __init__(self, server: embedded.Server) -> None:
        self.server = server
        self.folder = server.home / "standby"
        self._data = str(self.folder / "data")
        self._account = server._cluster.account

    def make(self) -> None:
        """Copy the server as it stands."""
        self.folder.mkdir(mode=0o700)
        self._account.own(self.folder)
        rules = self.server.home / "data" / "pg_hba.conf"
        rules.write_text(f"{rules.read_text()}local replication all scram-sha-256\n")
        with psycopg.connect(self.server.admin_url, autocommit=True) as admin:
            admin.execute("select pg_reload_conf()")
        self._run(
            "pg_basebackup", "-d", self.server.admin_url, "-D", self._data, "-R", "-c", "fast"
        )

    def start(self) -> None:
        """Returns when it answers."""
        where = f"-c unix_socket_directories={self.folder} -c hot_standby_feedback=on"
        log = str(self.folder / "log")
        self._run("pg_ctl", "-D", self._data, "-o", where, "-l", log, "-w", "start")

    def stop(self) -> None:
        """As if its machine had died."""
        self._run("pg_ctl", "-D", self._data, "-m", "immediate", "-w", "stop")

    def address(self, database: str, role: str = APPLICATION) -> str:
        """A role's address of a database there."""
        own = self.server.url(database, role)
        return psycopg.conninfo.make_conninfo(own, host=str(self.folder))

    def ask(self, database: str, query: str) -> object:
        """One value, asked by its administrator."""
        own = psycopg.conninfo.make_conninfo(
            self.server.admin_url, host=str(self.folder), dbname=database
        )
        with psycopg.connect(own, autocommit=True) as db:
            row = db.execute(query.encode()).fetchone()
        return row and row[0]

    def _run(self, *command: str) -> None:
        programs = find_binaries()
        if self._account.uid is not None:
            programs = reachable(programs, self.server.home)
        subprocess.run(
            [programs.program(command[0]), *command[1:]],
            user=self._account.uid,
            group=self._account.gid,
            extra_groups=None if self._account.uid is None else [],
            cwd="/",
            env=server_environment(),
            check=True,
            timeout=60,
            stdout=subprocess.DEVNULL,
        )


@contextmanager
def standing_by(server: embedded.Server) -> Iterator[Replica]:
    """A running standby, removed afterwards."""
    replica = Replica(server)
    replica.make()
    replica.start()
    try:
        yield replica
    finally:
        if (replica.folder / "data" / "postmaster.pid").exists():
            replica.stop()
        shutil.rmtree(replica.folder, ignore_errors=True)
