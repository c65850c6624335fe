"""Random walks: whatever is asked in whatever order, the engine answers as it owes, and holds.

Each step is asked of the engine and of the registry in memory; then the tables must hold what the
memory holds, and `registratura check` must have nothing to say.
"""

import asyncio
from collections.abc import Iterator

import psycopg
import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from registratura_ground import embedded
from tests.booking import model_world
from tests.booking.model_walk import Walk
from tests.booking.model_world import World
from tests.conftest import TEMPLATE
from tests.given.databases import APPLICATION, OWNER, copied

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
    with (
        copied(server, TEMPLATE) as name,
        asyncio.Runner() as runner,
        psycopg.connect(server.url(name, OWNER), autocommit=True) as owner,
    ):
        url = server.url(name, APPLICATION)
        db = runner.run(psycopg.AsyncConnection.connect(url, autocommit=True))
        yield model_world.make(runner, db, owner)
        runner.run(db.close())


def test_the_engine_answers_as_it_owes_and_nothing_breaks(world: World) -> None:
    run_state_machine_as_test(lambda: Walk(world), settings=WALKS)
