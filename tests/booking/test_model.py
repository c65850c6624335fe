"""Random walks: whatever is asked in whatever order, the engine answers as it owes, and holds.

Each step is asked of the engine and of the registry in memory; then the tables must hold what the
memory holds, and `registratura check` must have nothing to say.
"""

import asyncio
import itertools
import os
from collections.abc import Iterator

import psycopg
import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test
from psycopg import sql

from registratura_ground import embedded
from tests.booking import model_world
from tests.booking.model_walk import Walk
from tests.booking.model_world import World
from tests.conftest import APPLICATION, OWNER, TEMPLATE

_numbers = itertools.count(1)

WALKS = settings(
    max_examples=40,
    stateful_step_count=30,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture
def world(server: embedded.Server, template: str) -> Iterator[World]:
    """A database of its own: the quotas are set before the days are opened."""
    name = f"walks_{os.getpid()}_{next(_numbers)}"
    with psycopg.connect(server.admin_url, autocommit=True) as admin:
        copy = sql.SQL("create database {} template {} owner {}")
        admin.execute(copy.format(*map(sql.Identifier, (name, TEMPLATE, OWNER))))
        with (
            asyncio.Runner() as runner,
            psycopg.connect(server.url(name, OWNER), autocommit=True) as owner,
        ):
            url = server.url(name, APPLICATION)
            db = runner.run(psycopg.AsyncConnection.connect(url, autocommit=True))
            yield model_world.make(runner, db, owner)
            runner.run(db.close())
        admin.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


def test_the_engine_answers_as_it_owes_and_nothing_breaks(world: World) -> None:
    run_state_machine_as_test(lambda: Walk(world), settings=WALKS)
