"""One job tells of many visits: what fails in it keeps nobody else waiting."""

import procrastinate

from registratura import worker
from registratura.db import Connection, Pool, records
from registratura.outbox import relay
from registratura.people.accounts import Account
from registratura.people.patients import Patient
from registratura.settings import Settings
from tests.given import region
from tests.given.visits import book
from tests.notices.working import told

_TELLING = """
    select task_name, lock, args ->> 'event' as event from procrastinate_jobs
    where task_name like 'notices.%%' order by id
"""


async def _run(jobs: procrastinate.App) -> None:
    await jobs.run_worker_async(
        queues=["telling", "notices"],
        wait=False,
        install_signal_handlers=False,
        delete_jobs="successful",
        listen_notify=False,
    )


async def test_visits_of_one_relay_are_told_by_one_job(
    db: Connection, pool: Pool, settings: Settings, maria: Account, petr: Patient
) -> None:
    for number, post in enumerate(("paediatrician", "ent")):
        await book(db, maria, petr, (await region.free(db, post))[number].slot_id)
    jobs = worker.make_jobs(pool, settings)
    async with jobs.open_async():
        async with pool.connection() as mine:
            await relay(mine, worker.reactions(jobs))
        assert len(await records(db, _TELLING)) == 1
        await _run(jobs)
    assert len(await told(db)) == 2


async def test_what_cannot_be_told_is_put_aside_and_tried_again_by_itself(
    db: Connection, pool: Pool, settings: Settings, maria: Account, petr: Patient
) -> None:
    receipt = await book(db, maria, petr, (await region.free(db))[0].slot_id)
    visit, stranger = str(receipt.appointment_id), str(maria.id)
    jobs = worker.make_jobs(pool, settings)
    async with jobs.open_async():
        telling = jobs.configure_task("notices.tell_all", lock="telling")
        await telling.defer_async(
            events=[["of.this.nobody.tells", stranger], ["appointment.booked", visit]]
        )
        await _run(jobs)
    assert [str(it.subject_id) for it in await told(db)] == [visit]
    left = await records(db, _TELLING)
    assert left == [
        {"task_name": "notices.tell", "lock": stranger, "event": "of.this.nobody.tells"}
    ]
