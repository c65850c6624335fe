"""One PostgreSQL for the whole run; a test that wants a database gets a fresh one of its own."""

import asyncio
import gc
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from registratura.db import Connection, Pool, open_pool
from registratura.db.migrate import ROLES, migrate
from registratura_ground import cluster, embedded
from tests import shares
from tests.given import databases

OWNER, APPLICATION = ROLES
TEMPLATE = "registratura_template"
MEMORY, ROOM = Path("/dev/shm"), 4 * 2**30  # a copied database is written ten times faster there


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """One more than cores: a test waits for programs and browsers a third of its time."""
    return (os.cpu_count() or 1) + 1


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> shares.Shares | None:
    """By shares, in the order of the collection."""
    if config.getvalue("dist") != "loadscope":
        return None
    config.option.loadscopereorder = False
    return shares.Shares(config, log)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest begins first."""
    items[:] = shares.in_order(items)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """What is imported and collected stays to the end: no search for garbage walks it again."""
    gc.disable()
    yield
    gc.freeze()
    gc.enable()


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[embedded.Server]:
    """A server without fsync, erased after the run; in memory where there is enough of it."""
    folder = tmp_path_factory.mktemp("postgres")
    with pytest.MonkeyPatch.context() as here:
        if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ROOM:
            folder = Path(tempfile.mkdtemp(prefix="registratura-", dir=MEMORY))
            folder.chmod(0o755)  # as root another account runs the server
            here.setattr(cluster, "SERVER_HOMES", folder)
        server = embedded.start(folder, fsync=False)
    # Connections of a test are many: 4,096 rounds of hashing for each are half of its cost.
    databases.administrator(server).execute("alter role postgres set scram_iterations = 1")
    yield server
    databases.leave(server)
    server.erase()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def template(server: embedded.Server) -> str:
    """Name of a migrated database that tests copy."""
    for role in ROLES:
        server.ensure_role(role)
    server.ensure_database(TEMPLATE, OWNER, guests=(APPLICATION,))
    asyncio.run(migrate(server.url(TEMPLATE, OWNER)))
    # Whoever comes first after a change of the schema writes down what a connection must know.
    psycopg.connect(server.url(TEMPLATE, OWNER)).close()
    return TEMPLATE


@pytest.fixture
def database(server: embedded.Server, template: str) -> Iterator[str]:
    """Name of a fresh, empty, migrated database; dropped after the test."""
    with databases.copied(server, template) as name:
        yield name


@pytest.fixture
def database_url(server: embedded.Server, database: str) -> str:
    """Address of the test's database for the application's role."""
    return server.url(database, APPLICATION)


@pytest.fixture
def owner_url(server: embedded.Server, database: str) -> str:
    """Address of the test's database for its owner."""
    return server.url(database, OWNER)


@pytest.fixture
async def db(database_url: str) -> AsyncIterator[Connection]:
    """A connection as the application opens them."""
    connection: Connection = await psycopg.AsyncConnection.connect(database_url, autocommit=True)
    async with connection:
        yield connection


@pytest.fixture
async def pool(database_url: str) -> AsyncIterator[Pool]:
    """A pool as the application opens it."""
    pool = await open_pool(database_url)
    yield pool
    await pool.close()


@pytest.fixture(scope="session")
def checkout() -> Path:
    """The root of the checkout under test."""
    return Path(__file__).resolve().parent.parent
