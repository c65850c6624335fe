"""What only staff may do, by the commands themselves: their words, their refusals, their traces."""

import asyncio
import re
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import procrastinate
import pytest

from registratura.booking import doctors
from registratura.booking.model import Channel
from registratura.booking.slots import FreeTime, search_free
from registratura.db import Connection, execute, value
from registratura.people import patients
from registratura.people.accounts import Account
from registratura.people.patients import Patient
from registratura_ground import embedded
from tests.given import databases, people, region
from tests.given.people import PETR, ZONE
from tests.given.visits import book
from tests.running.terminal import BEFORE, BY, NOW, Desk


@pytest.fixture(scope="session")
def template(server: embedded.Server, template: str) -> str:
    """The small region, its days open from three days ago."""
    return databases.with_a_region(server, template, f"{template}_now", BEFORE)


@pytest.fixture
def desk(database_url: str) -> Desk:
    return Desk(database_url)


@pytest.fixture
async def maria(db: Connection) -> Account:
    return await people.account(db, now=BEFORE)


@pytest.fixture
async def petr(db: Connection, maria: Account) -> Patient:
    return await child(db, maria)


async def child(db: Connection, owner: Account, **otherwise: str) -> Patient:
    link = await people.relative(db, owner, now=BEFORE, **otherwise)
    return await patients.get_for(db, owner.id, link.person_id, now=NOW, zone=ZONE)


async def free(db: Connection, code: str = "area-doctor", at: datetime = NOW) -> list[FreeTime]:
    doctor = await doctors.get(db, await region.post(db, code), now=at)
    return await search_free(db, doctor.post_id, doctor.window(Channel.PORTAL, now=at))


def day_of(slot: FreeTime) -> str:
    return f"{slot.starts_at.astimezone(ZoneInfo(ZONE)):%Y-%m-%d}"


async def state(db: Connection, appointment_id: UUID) -> str:
    found: str = await value(
        db, "select state from appointment where id = %(it)s", it=appointment_id
    )
    return found


async def test_a_link_is_found_confirmed_and_closed(
    db: Connection, desk: Desk, maria: Account, petr: Patient
) -> None:
    visit = await book(db, maria, petr, (await free(db))[-1].slot_id, now=NOW)
    found = await desk.does("find", "--policy", "1234 5678 9123 4567")
    link = str(petr.relative_id)
    for fact in (
        str(petr.person_id),
        "код petr",
        f"связь {link}: заявлена, Иванова М.П., по 31.12.2032",
        f"запись {visit.number}",
        "Педиатр участковый",
    ):
        assert fact in found
    named = ("find", "--last-name", "иванов", "--birth-date", "2015-01-01")
    program = await asyncio.to_thread(desk.ask_program, *named)
    assert (program.returncode, program.stdout, program.stderr) == (0, found, "")
    read = "select array_agg(distinct actor_id) from event where kind = 'person.read'"
    assert await value(db, read) == [BY]

    await desk.does("confirm-link", link, "--document", "свидетельство о рождении")
    assert "подтверждена" in await desk.does("find", "--policy", PETR.policy_number)
    await desk.does("close-access", link, "--document", "решение суда", "--reason", "лишение прав")
    assert "связь" not in await desk.does("find", "--policy", PETR.policy_number)
    who = "select array_agg(kind || ': ' || actor_id order by id) from event where subject_id = "
    assert (await value(db, who + "%(link)s", link=petr.relative_id))[1:] == [
        f"relative.confirmed: {BY}",
        f"relative.closed: {BY}",
    ]
    assert "закончилась" in await desk.is_refused("confirm-link", link, "--document", "паспорт")


async def test_cards_that_clash_are_joined_after_one_visit_is_cancelled(
    db: Connection, desk: Desk, maria: Account, petr: Patient
) -> None:
    twin = await child(db, maria, first_name="Петя", policy_number="1234567891234563")
    times = await free(db)
    kept = await book(db, maria, petr, times[-1].slot_id, now=NOW)
    spare = await book(db, maria, twin, times[-2].slot_id, now=NOW)
    asked = ["join-cards", str(twin.person_id), "petr"]
    differ = await desk.is_refused(*asked)
    assert "имя – Иванов Петя Иванович и Иванов Пётр Иванович" in differ
    assert "--despite" in differ
    asked += ["--despite", "опечатка в имени"]
    refused = await desk.is_refused(*asked)
    assert kept.number in refused
    assert spare.number in refused
    await desk.does("cancel", spare.number, "--reason", "записали дважды")
    assert "объединены" in await desk.does(*asked)
    found = await desk.does("find", "--policy", "1234567891234563")
    assert f"присоединена к {petr.person_id}" in found
    # who reaches the card by the one that was joined is seen at it, too
    card = found[found.index("код petr") :]
    assert card.count("связь") >= 2
    assert "карты нет" in await desk.is_refused("join-cards", "nobody", "petr")
    apart = ["part-cards", str(twin.person_id), "--reason", "это брат"]
    assert "записей: 0, направлений: 0" in await desk.does(*apart)
    assert "не присоединена" in await desk.is_refused(*apart)


async def test_a_referral_is_written_down_and_leads_to_its_doctor(
    db: Connection, desk: Desk, maria: Account, petr: Patient
) -> None:
    days = ["--from", f"{NOW.date()}", "--to", f"{NOW.date() + timedelta(days=30)}"]
    asked = ["add-referral", "Н-7", "--card", "petr", "--position", "45", *days]
    assert "Н-7" in await desk.does(*asked, "--clinic", "child")
    assert "уже" in await desk.is_refused(*asked)
    referral = await value(db, "select id from referral where number = 'Н-7'")
    slot = (await free(db, "neurologist"))[-1]
    await book(db, maria, petr, slot.slot_id, now=NOW, referral_id=referral)
    assert "77" in await desk.is_refused(
        "add-referral", "Н-8", "--card", "petr", "--position", "77", *days
    )
    backwards = ["--from", "2026-12-02", "--to", "2026-12-01"]
    assert "раньше" in await desk.is_refused(*asked[:6], *backwards)


async def test_a_visit_is_marked_by_its_number(
    db: Connection, desk: Desk, maria: Account, petr: Patient
) -> None:
    yesterday = next(it for it in await free(db, at=BEFORE) if it.starts_at < NOW)
    over = await book(db, maria, petr, yesterday.slot_id, now=BEFORE)
    coming = await book(db, maria, petr, (await free(db, "ent"))[-1].slot_id, now=NOW)
    assert "приём состоялся" in await desk.does("mark", over.number, "visited")
    assert await state(db, over.appointment_id) == "visited"
    assert "уже нельзя" in await desk.is_refused("mark", over.number, "not_arrived")
    assert "будет с" in await desk.is_refused("mark", str(coming.appointment_id), "arrived")
    assert "Такой записи нет" in await desk.is_refused("mark", "999999", "arrived")


async def test_a_doctor_is_away_and_his_patients_are_offered_other_times(
    db: Connection, desk: Desk, maria: Account, petr: Patient
) -> None:
    slot = next(it for it in await free(db) if it.starts_at > NOW + timedelta(days=1))
    day = day_of(slot)
    visit = await book(db, maria, petr, slot.slot_id, now=NOW)
    asked = ["absence", "area-doctor", "--from", day, "--to", day, "--reason", "болезнь"]
    await desk.does(*asked, "--substitute", "paediatrician")
    assert "уже" in await desk.is_refused(*asked)
    told = await desk.does("cancel-doctor-day", "area-doctor", day, "--reason", "болезнь")
    assert visit.number in told
    assert "предложено" in told
    assert "записей: 1" in told
    assert await state(db, visit.appointment_id) == "cancelled"
    assert day not in {day_of(it) for it in await free(db)}
    again = await desk.does("cancel-doctor-day", "area-doctor", day, "--reason", "болезнь")
    assert "записей: 0" in again
    assert "Снова свободно времён: 0." in await desk.does("open-doctor-day", "area-doctor", day)
    told = await desk.does("absence-end", "area-doctor", day)
    assert f"Педиатр участковый · {date.fromisoformat(day):%d.%m.%Y} · 08:00 08:15" in told
    assert "Снова свободно времён: 16." in told
    assert day in {day_of(it) for it in await free(db)}
    assert "не записано" in await desk.is_refused("absence-end", "area-doctor", day)
    assert "врача" in await desk.is_refused("cancel-doctor-day", "nobody", day, "--reason", "нет")
    absurd = ["--from", "1900-01-01", "--to", "2999-12-31", "--reason", "отпуск"]
    assert "проверьте даты" in await desk.is_refused("absence", "area-doctor", *absurd)
    itself = ["--from", day, "--to", day, "--reason", "отпуск"]
    assert "сам себя" in await desk.is_refused(
        "absence", "area-doctor", *itself, "--substitute", "area-doctor"
    )


async def test_a_clinic_closes_a_day(
    db: Connection, desk: Desk, maria: Account, petr: Patient
) -> None:
    slot = next(it for it in await free(db, "ent") if it.starts_at > NOW + timedelta(days=1))
    visit = await book(db, maria, petr, slot.slot_id, now=NOW)
    day = day_of(slot)
    told = await desk.does("close-day", "child", day, "--reason", "авария")
    assert visit.number in told
    assert day not in {day_of(it) for it in await free(db, "ent")}
    told = await desk.does("open-day", "child", day)
    assert f"Снова свободно времён: {16 * 6}." in told
    assert day in {day_of(it) for it in await free(db, "ent")}
    assert "не закрыт" in await desk.is_refused("open-day", "child", day)
    past = ["close-day", "child", "2020-01-01", "--reason", "авария"]
    assert "уже прошёл" in await desk.is_refused(*past)
    assert "клиники нет" in await desk.is_refused("close-day", "moon", day, "--reason", "нет")


async def test_a_job_that_was_given_up_is_shown_and_tried_again(
    db: Connection, desk: Desk, database_url: str
) -> None:
    jobs = procrastinate.App(connector=procrastinate.PsycopgConnector(conninfo=database_url))

    @jobs.task(name="notices.tell")
    async def tell(subject_id: str) -> None:
        raise OSError(subject_id)

    async with jobs.open_async():
        for number in range(2):
            await tell.defer_async(subject_id=f"запись-{number}")
        await jobs.run_worker_async(wait=False, install_signal_handlers=False)
    shown = (await desk.does("dead-letters")).splitlines()
    assert "notices.tell" in shown[0]
    assert "запись-0" in shown[0]
    assert re.search(r"\d\d\.\d\d\.\d{4} \d\d:\d\d$", shown[0])
    assert shown[-1] == "Неудавшихся заданий: 2."
    first = shown[0].split(" ")[0]
    await desk.does("dead-letters", "--retry", first)
    waiting = "select count(*) from procrastinate_jobs where status = 'todo'"
    assert await value(db, waiting) == 1
    assert "нет" in await desk.is_refused("dead-letters", "--retry", first)
    await desk.does("dead-letters", "--retry", "all")
    assert await value(db, waiting) == 2
    assert "заданий: 0" in await desk.does("dead-letters")


async def test_of_two_jobs_that_may_wait_only_once_one_is_put_back(
    db: Connection, desk: Desk
) -> None:
    await execute(
        db,
        """
        insert into procrastinate_jobs (queue_name, task_name, queueing_lock, status, attempts)
        select 'default', 'sweep', 'sweep', 'failed', 3 from generate_series(1, 2)
        """,
    )
    assert "попыток 3 · когда, неизвестно" in await desk.does("dead-letters")
    told = await desk.does("dead-letters", "--retry", "all")
    assert "уже стоит в очереди" in told
    assert "Снова в очереди: 1." in told


async def test_nobody_works_without_a_name(desk: Desk) -> None:
    for by in (None, " "):
        told = await asyncio.to_thread(desk.ask_program, "dead-letters", by=by)
        assert told.returncode == 2
        assert "--by" in told.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("find",),
        ("find", "--last-name", "Иванов"),
        ("find", "--policy", "1234567891234567", "--last-name", "Иванов"),
        ("find", "--policy", "12345"),
    ],
)
async def test_what_cannot_be_looked_for_is_refused(desk: Desk, arguments: tuple[str, ...]) -> None:
    await desk.is_refused(*arguments)
