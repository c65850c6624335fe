"""The first load of a region by the tables' owner: sooner, and with every rule in its place."""

from pathlib import Path

import psycopg
import pytest

from registratura.booking import schedules
from registratura.db import Connection, execute, value
from registratura.region import load
from registratura_ground import embedded
from tests.conftest import APPLICATION, OWNER
from tests.given import region
from tests.given.databases import standing
from tests.given.people import NOW

COUNTS = """
    select array[(select count(*) from person), (select count(*) from policy),
                 (select count(*) from attachment), (select count(*) from referral)]
"""


@pytest.mark.parametrize("role", [OWNER, APPLICATION])
async def test_after_the_first_load_and_the_second_an_overlap_is_refused(
    server: embedded.Server, database: str, tmp_path: Path, role: str
) -> None:
    region.write(tmp_path)
    url = server.url(database, role)
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as db:
        before = await standing(db)
        for changes in (True, False):
            assert (await load(db, tmp_path, now=NOW)).changed_anything is changes
            assert await standing(db) == before
            with pytest.raises(psycopg.errors.ExclusionViolation) as refused:
                await attach_once_more(db)
            assert refused.value.diag.constraint_name == "one_attachment_of_a_kind_at_a_time"
        assert await value(db, COUNTS) == [1, 1, 1, 0]


async def attach_once_more(db: Connection) -> None:
    await execute(
        db,
        """
        insert into attachment (person_id, department_id, kind, valid_from)
        select person_id, department_id, kind, valid_from + 1 from attachment
        """,
    )


@pytest.mark.parametrize("role", [OWNER, APPLICATION])
async def test_days_are_opened_alike_by_either_role(
    server: embedded.Server, database: str, role: str
) -> None:
    url = server.url(database, role)
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as db:
        before = await standing(db)
        await region.load_only(db)
        opened = await schedules.open_to_horizon(db, now=NOW, today=region.TODAY)
        assert opened.slots == await value(db, "select count(*) from slot") > 0
        again = await schedules.open_to_horizon(db, now=NOW, today=region.TODAY)
        assert again == schedules.Opened(sessions=0, slots=0)
        assert await standing(db) == before
        with pytest.raises(psycopg.errors.ForeignKeyViolation):
            await execute(db, "update slot set room_id = gen_random_uuid()")
