"""Random walks: whatever is asked in whatever order, the engine answers as it owes, and holds.

Each step is asked of the engine and of the registry in memory; then the tables must hold what the
memory holds, and `registratura check` must have nothing to say.
"""

import asyncio
from collections.abc import Iterable, Iterator

import psycopg
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from registratura.db import open_pool
from registratura_ground import embedded
from tests.booking import model_world
from tests.booking.model import Ask, Place, Visit
from tests.booking.model_registry import Registry
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

# The first walk that fails is enough: it is not made shorter.
UNTIL_IT_FAILS = settings(WALKS, phases=[Phase.generate], report_multiple_bugs=False)


@pytest.fixture(scope="module")
def world(server: embedded.Server, template: str) -> Iterator[World]:
    """A database of its own: the quotas are set before the days are opened."""
    with (
        copied(server, TEMPLATE) as name,
        asyncio.Runner() as runner,
        psycopg.connect(server.url(name, OWNER), autocommit=True) as owner,
    ):
        url = server.url(name, APPLICATION)
        pool = runner.run(open_pool(url, most=1))  # its statements are planned once, not each time
        db = runner.run(pool.getconn())
        yield model_world.make(runner, db, owner)
        runner.run(pool.putconn(db))
        runner.run(pool.close())


class SellsASeatTwice(Registry):
    """Counts nobody on a place."""

    def taken(self, place: Place, standing: Iterable[Visit]) -> int:
        return 0


class PutsAPatientIntoTwoPlaces(Registry):
    """Finds no clash of a patient's visits."""

    def _see_clash(self, ask: Ask, name: str, clashes: list[Visit]) -> None:
        return


class KeepsWhatIsOver(Registry):
    """Gives no hold back."""

    def _expire(self, holds: Iterable[Visit]) -> None:
        return


class TellsNobody(Registry):
    """Announces no booking."""

    def _write(self, made: Visit) -> Visit:
        written = super()._write(made)
        self.told.clear()
        return written


@pytest.mark.parametrize(
    "spoilt",
    [
        SellsASeatTwice,
        PutsAPatientIntoTwoPlaces,
        KeepsWhatIsOver,
        TellsNobody,
    ],
)
def test_against_a_memory_that_is_wrong_the_walks_fail(
    world: World, spoilt: type[Registry]
) -> None:
    """The control: each guarantee that the memory forgets, some walk misses."""
    with pytest.raises(AssertionError):
        run_state_machine_as_test(lambda: Walk(world, spoilt), settings=UNTIL_IT_FAILS)


def test_the_engine_answers_as_it_owes_and_nothing_breaks(world: World) -> None:
    run_state_machine_as_test(lambda: Walk(world), settings=WALKS)
