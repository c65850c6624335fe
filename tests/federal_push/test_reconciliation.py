"""Both sides compared: differences named both ways, what is owed sent again.

The commands look so many days back from the real today: so the visits are of these days.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from registratura.booking.model import Receipt
from registratura.db import Connection, Pool, value
from registratura.federal import jobs, their_list
from registratura.federal.their_list import ListUnreadable
from registratura.people.accounts import Account
from registratura.people.patients import Patient
from registratura_ground import embedded
from tests.conftest import TEMPLATE
from tests.federal_push.pushing import Registry
from tests.given import databases, federal, region
from tests.given.federation import Federation
from tests.given.visits import book

FOREIGN = {"Book_Id_Mis": "999999", "Status": "RECORDED", "Visit_Time": "2027-01-11T08:00:00+03:00"}


TODAY = datetime.now(UTC)


@pytest.fixture(scope="session")
def template(server: embedded.Server, template: str) -> str:
    """The migrated database with the region in it, its days opened from today."""
    name = f"{template}_compared"
    return databases.with_a_region(server, TEMPLATE, name, TODAY, federal.enrich)


async def booked(
    db: Connection, maria: Account, petr: Patient, post: str = "area-doctor", offset: int = 0
) -> Receipt:
    slot = await region.free_slot(db, post, offset)
    return await book(db, maria, petr, slot, now=TODAY)


@pytest.fixture
async def visit(db: Connection, registry: Registry, maria: Account, petr: Patient) -> Receipt:
    """A visit that the federation was told of."""
    visit = await booked(db, maria, petr)
    await registry.push()
    return visit


def line(visit: Receipt, **other: str) -> Mapping[str, str]:
    """What the federation's list says of that visit."""
    at = visit.starts_at.isoformat()
    return {"Book_Id_Mis": visit.number, "Status": "RECORDED", "Visit_Time": at, **other}


async def test_two_sides_that_agree(
    registry: Registry, federation: Federation, visit: Receipt
) -> None:
    status, told = await registry.ask("reconcile")
    assert status == 0
    assert "Различий: 0" in told
    (asked,) = federation.asked
    assert asked["rmis"] == ["conc-00040-rmis"]
    assert set(asked) == {"rmis", "from", "to"}


async def test_what_they_have_not_is_sent_again_from_its_beginning(
    registry: Registry, federation: Federation, visit: Receipt
) -> None:
    await registry.cancel(visit, TODAY)
    await registry.push()
    federation.told.clear()
    status, told = await registry.ask("reconcile")
    assert status == 1
    assert f"запись {visit.number} · есть у нас, нет у федерации · у нас CANCELED" in told
    assert "передаются снова: 1" in told
    await registry.push()
    assert federation.briefs == [(visit.number, "RECORDED"), (visit.number, "CANCELED")]
    assert (await registry.ask("reconcile"))[0] == 0


async def test_what_is_in_the_queue_is_not_sent_twice(
    registry: Registry, federation: Federation, visit: Receipt
) -> None:
    federation.told.clear()
    await registry.ask("reconcile")
    status, told = await registry.ask("reconcile")
    assert status == 1
    assert "уже в очереди" in told
    assert "передаются снова: 0" in told
    await registry.push()
    assert federation.briefs == [(visit.number, "RECORDED")]


async def test_what_only_they_have_is_named(
    registry: Registry, federation: Federation, visit: Receipt
) -> None:
    federation.lines = [dict(line(visit)), FOREIGN]
    status, told = await registry.ask("reconcile")
    assert status == 1
    assert "запись 999999 · есть у федерации, нет у нас · у федерации RECORDED" in told
    assert "решает сотрудник" in told


async def test_another_status_and_another_time_are_named_and_told_anew(
    db: Connection, registry: Registry, federation: Federation, visit: Receipt, maria: Account,
    petr: Patient,
) -> None:  # fmt: skip
    other = await booked(db, maria, petr, "ent", 20)
    await registry.cancel(visit, TODAY)
    await registry.push()
    federation.lines = [
        dict(line(visit)),
        dict(line(other, Visit_Time="2026-11-30T23:00:00+03:00")),
    ]
    federation.told.clear()
    status, told = await registry.ask("reconcile")
    assert status == 1
    assert f"запись {visit.number} · другой статус · у нас CANCELED" in told
    assert f"запись {other.number} · другое время · у нас RECORDED" in told
    await registry.push()
    assert sorted(federation.briefs) == sorted(
        [(visit.number, "CANCELED"), (other.number, "RECORDED")]
    )


async def test_what_they_have_ended_and_we_have_not_is_for_people(
    registry: Registry, federation: Federation, visit: Receipt
) -> None:
    federation.lines = [dict(line(visit, Status="SUCCESS"))]
    status, told = await registry.ask("reconcile")
    assert status == 1
    assert "решает сотрудник" in told
    assert "передаются снова: 0" in told


async def test_a_visit_from_before_the_push_was_turned_on_is_owed_too(
    db: Connection, registry: Registry, federation: Federation, maria: Account, petr: Patient
) -> None:
    visit = await booked(db, maria, petr)
    gone = await booked(db, maria, petr, "ent", 20)
    await registry.cancel(gone, TODAY)
    await db.execute("delete from outbox")
    status, told = await registry.ask("reconcile")
    assert status == 1
    assert gone.number not in told  # it was over before the federation was told of anything
    await registry.push()
    assert federation.briefs == [(visit.number, "RECORDED")]


async def test_from_a_file_and_only_to_compare(
    registry: Registry, federation: Federation, visit: Receipt, tmp_path: Path
) -> None:
    file = tmp_path / "list.jsonl"
    old = FOREIGN | {"Visit_Time": "2020-01-01T08:00:00+03:00"}
    file.write_text("".join(json.dumps(it) + "\n" for it in (old, line(visit))))
    assert (await registry.ask("reconcile", "--file", str(file)))[0] == 0
    file.write_text("\n")
    status, told = await registry.ask("reconcile", "--file", str(file), "--only-compare")
    assert status == 1
    assert "передаются снова: 0" in told
    assert not federation.asked


@pytest.mark.parametrize(
    "text",
    ["{", "[]", '{"Book_Id_Mis": "1"}', json.dumps(FOREIGN | {"Status": "GONE"}), '"' * 9000],
)
def test_a_list_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ListUnreadable, match="строка 2"):
        their_list.read([json.dumps(FOREIGN).encode(), text.encode()])


async def test_the_last_reconciliation_and_what_waits_are_shown(
    db: Connection, registry: Registry, federation: Federation, visit: Receipt
) -> None:
    federation.lines = [FOREIGN]
    await registry.ask("reconcile", "--only-compare")
    status, told = await registry.ask("status")
    assert status == 0
    assert "переданы: 1" in told
    assert "различий: 2" in told
    after: Any = await value(db, "select after from event where kind = 'federation.reconciled'")
    assert (after["only_here"], after["only_there"]) == (1, 1)


async def test_what_was_told_while_the_list_was_on_its_way_is_no_difference(
    registry: Registry, pool: Pool, visit: Receipt
) -> None:
    asked_at = datetime.now(UTC) - timedelta(minutes=1)
    asked = jobs.make_range(asked_at, registry.settings.region_zone)
    report = await jobs.reconcile(pool, {}, asked, None, now=asked_at)
    assert (report.ours, report.differences) == (1, [])
    now = datetime.now(UTC)
    report = await jobs.reconcile(pool, {}, asked, None, now=now)
    assert report.counts == {"only_here": 1, "only_there": 0, "other_status": 0, "other_time": 0}


async def test_the_worker_compares_by_itself(
    db: Connection, registry: Registry, federation: Federation, visit: Receipt
) -> None:
    federation.told.clear()
    await db.execute(
        """
        insert into procrastinate_jobs (queue_name, task_name, args)
        values ('federal', 'federal.reconcile', '{"timestamp": 0}')
        """
    )
    await registry.push()
    assert federation.briefs == [(visit.number, "RECORDED")]
    found = await value(db, "select differences from federal_reconciliation")
    assert found["only_here"] == 1
