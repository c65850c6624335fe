"""The database meets constraints in an order of its own; a refusal is named by ours."""

import subprocess
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import psycopg
import pytest
from psycopg import sql

from registratura.booking.refusals import Refusal
from registratura.db import Connection, execute, value
from registratura.people.accounts import Account
from registratura.people.patients import Patient
from registratura_ground import embedded
from registratura_ground.binaries import find_binaries
from tests.conftest import APPLICATION, OWNER
from tests.given import region
from tests.given.visits import book, refer


@pytest.fixture
def restored(server: embedded.Server, database: str, tmp_path: Path) -> Iterator[str]:
    """The name of a database that the test's own will be restored into."""
    name = f"{database}_restored"
    with psycopg.connect(server.admin_url, autocommit=True) as admin:
        admin.execute(
            sql.SQL("create database {} owner {}").format(*map(sql.Identifier, (name, OWNER)))
        )
        yield name
        admin.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


def restore(server: embedded.Server, database: str, into: str, dump: Path) -> None:
    programs = find_binaries()
    for command in (
        ["pg_dump", "--format=custom", f"--file={dump}", server.url(database, OWNER)],
        ["pg_restore", "--exit-on-error", f"--dbname={_admin_of(server, into)}", str(dump)],
    ):
        subprocess.run([programs.program(command[0]), *command[1:]], check=True, timeout=60)


def _admin_of(server: embedded.Server, database: str) -> str:
    return psycopg.conninfo.make_conninfo(server.admin_url, dbname=database)


async def wishes(
    db: Connection, maria: Account, petr: Patient
) -> dict[str, tuple[UUID, UUID | None]]:
    """What breaks several rules at once: the refusal that is owed, the slot, the referral."""
    referral = await refer(db, petr)
    first, second = (await region.free(db, "neurologist"))[:2]
    await book(db, maria, petr, first.slot_id, referral_id=referral)
    far = next(
        it for it in await region.free(db, "far-paediatrician") if it.starts_at > second.starts_at
    )
    await book(db, maria, petr, far.slot_id)
    beside = next(it for it in await region.free(db) if it.starts_at == far.starts_at)
    await execute(
        db,
        """
        insert into quota (session_id, channel, quota, released_at)
        select session_id, 'portal', 0, starts_at from slot where id = any(%(slots)s)
        on conflict do nothing
        """,
        slots=[second.slot_id, beside.slot_id],
    )
    return {
        "SlotTaken": (first.slot_id, referral),  # busy, the position and the referral as well
        "PatientBusy": (beside.slot_id, None),  # the position and the quota as well
        "AlreadyBookedToPosition": (second.slot_id, referral),  # the referral and the quota as well
    }


async def met_first(db: Connection) -> str | None:
    """Which constraint the database itself names for a visit that breaks all of its table."""
    columns = """slot_id, seat, patient_id, post_id, department_id, position_id, room_id, starts_at,
                 ends_at, state, channel, booked_at, referral_id"""
    with pytest.raises(psycopg.errors.IntegrityError) as broken:
        await execute(
            db,
            f"""
            insert into appointment ({columns})
            select {columns} from appointment where referral_id is not null
            """,  # type: ignore[arg-type]
        )
    return broken.value.diag.constraint_name


async def test_of_several_rules_the_first_of_the_table_is_named_after_a_restore_too(
    db: Connection,
    server: embedded.Server,
    database: str,
    restored: str,
    tmp_path: Path,
    maria: Account,
    petr: Patient,
) -> None:
    owed = await wishes(db, maria, petr)
    restore(server, database, restored, tmp_path / "registry.dump")
    url = server.url(restored, APPLICATION)
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as other:
        for connection in (db, other):
            for name, (slot, referral) in owed.items():
                with pytest.raises(Refusal) as refused:
                    await book(connection, maria, petr, slot, referral_id=referral)
                assert type(refused.value).__name__ == name
            assert await value(connection, "select count(*) from appointment") == 2
            # else nothing would be shown: the database itself names another rule first
            assert await met_first(connection) != "a_seat_is_given_once"
