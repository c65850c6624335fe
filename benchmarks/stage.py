"""The measured server: PostgreSQL with durable settings, and a region that databases copy."""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from demo.sizes import SIZES
from registratura.stand.databases import APPLICATION, OWNER, migrate_registry
from registratura.stand.programs import module, registry
from registratura_ground import embedded
from registratura_ground.binaries import find_binaries

MEASURED = tuple(size for size in SIZES if size != "tiny")  # small, region, megacity
DURABLE = ("fsync", "synchronous_commit", "full_page_writes")
# What an operator sets for two cores and as many gigabytes; the launcher's own are the demo's.
_OPERATOR = "shared_buffers = 1GB\nmax_wal_size = 4GB\ncheckpoint_timeout = 15min\n"


@dataclass(frozen=True)
class Database:
    """One database of the stage: its addresses hold passwords."""

    name: str
    server: embedded.Server

    @property
    def url(self) -> str:
        """As the application connects."""
        return self.server.url(self.name, APPLICATION)

    @property
    def owner_url(self) -> str:
        """As its owner connects."""
        return self.server.url(self.name, OWNER)

    @property
    def admin_url(self) -> str:
        """As the superuser connects."""
        return self.server.url(self.name, "postgres")


@dataclass(frozen=True)
class Stage:
    """A running server and the folder of everything that a run writes."""

    server: embedded.Server
    var: Path

    def settings(self) -> dict[str, str]:
        """What makes a commit durable, as the server itself says."""
        with psycopg.connect(self.server.admin_url) as db:
            return {name: str(_shown(db, name)) for name in (*DURABLE, "server_version")}

    def template(self, size: str) -> Database:
        """The region of that size, built at the first call: by `demo`, by COPY, days opened."""
        database = Database(f"region_{size}", self.server)
        with psycopg.connect(self.server.admin_url, autocommit=True) as db:
            known = db.execute("select 1 from pg_database where datname = %s", [database.name])
            if known.fetchone():
                return database
        began = time.monotonic()
        self.server.ensure_database(database.name, OWNER, guests=(APPLICATION,))
        migrate_registry(database.owner_url)
        self._fill(database, size)
        with psycopg.connect(database.admin_url, autocommit=True) as db:
            db.execute("vacuum analyze")
            db.execute("checkpoint")
        print(f"region {size}: built in {time.monotonic() - began:.0f} s", flush=True)
        return database

    def copy(self, template: Database, name: str) -> Database:
        """A database like the template, in place of the last one of that name."""
        drop = sql.SQL("drop database if exists {} with (force)")
        make = sql.SQL("create database {} template {} owner {} strategy file_copy")
        with psycopg.connect(self.server.admin_url, autocommit=True) as db:
            db.execute(drop.format(sql.Identifier(name)))
            db.execute(make.format(*map(sql.Identifier, (name, template.name, OWNER))))
            for guest in (APPLICATION,):
                grant = sql.SQL("grant connect, temporary on database {} to {}")
                db.execute(grant.format(sql.Identifier(name), sql.Identifier(guest)))
        return Database(name, self.server)

    def _fill(self, database: Database, size: str) -> None:
        folder = self.var / f"region-{size}"
        # Empty tables are filled by their owner: in half the time.
        environment = {**os.environ, "DATABASE_URL": database.owner_url}
        for command in (
            [*module("demo"), "write", str(folder), "--size", size],
            registry("load-region", str(folder)),
            registry("open-days"),
        ):
            subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - our own programs
        shutil.rmtree(folder)


@contextmanager
def opened(var: Path, *, keep: bool = False, conf: str = "") -> Iterator[Stage]:
    """A clean server whose data belong to `var`; erased afterwards unless it is to be kept."""
    var.mkdir(parents=True, exist_ok=True)
    server = embedded.start(var / "postgres")
    operator = server.home / "data" / "operator.conf"
    operator.write_text(_OPERATOR + conf, encoding="utf-8")
    operator.chmod(0o644)
    server.stop()  # the settings of memory are read at a start only
    server = embedded.start(var / "postgres")
    try:
        for role in (OWNER, APPLICATION):
            server.ensure_role(role)
        yield Stage(server, var)
    finally:
        if keep:
            server.stop()
        else:
            server.erase()


def pgbench() -> str:
    """Full path of the program that comes with the server."""
    return find_binaries().program("pgbench")


def _shown(db: psycopg.Connection[tuple[object, ...]], name: str) -> object:
    found = db.execute("select current_setting(%s)", [name]).fetchone()
    return found[0] if found else None
