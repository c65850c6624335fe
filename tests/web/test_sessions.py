"""Sessions: under a new id at sign-in, ended by idleness, by the day, and by their owner."""

from datetime import UTC, date, datetime, timedelta

from litestar import Litestar

from registratura.db import Connection, value
from registratura.people import patients
from registratura.web import sessions
from registratura.web.visitor import relation
from tests.given import people as given
from tests.given import portal
from tests.given.cards import join, mistyped
from tests.given.people import MARIA, NOW, STRANGER, ZONE

TODAY = date(2026, 11, 25)


async def begin(db: Connection, replaces: str | None = None) -> str:
    maria = await given.account(db, "Мария")
    return await sessions.begin(
        db, account_id=maria.id, patient_id=maria.person_id, replaces=replaces, now=NOW
    )


async def is_alive(db: Connection, session_id: str, now: datetime) -> bool:
    return await sessions.find_visitor(db, session_id, now=now, today=TODAY) is not None


async def test_an_id_that_the_browser_brings_begins_nothing(db: Connection) -> None:
    planted = "planted-by-somebody-else"
    session_id = await begin(db, replaces=planted)
    assert session_id != planted
    assert not await is_alive(db, planted, NOW)
    assert await is_alive(db, session_id, NOW)


async def test_a_new_sign_in_ends_the_session_of_the_same_browser(db: Connection) -> None:
    first = await begin(db)
    second = await begin(db, replaces=first)
    assert not await is_alive(db, first, NOW)
    assert await is_alive(db, second, NOW)


async def test_the_database_never_sees_the_id_itself(db: Connection) -> None:
    session_id = await begin(db)
    stored = await value(db, "select encode(id_sha256, 'escape') from web_session")
    assert session_id not in stored


async def test_a_session_ends_after_half_an_hour_without_a_request(db: Connection) -> None:
    session_id = await begin(db)
    assert await is_alive(db, session_id, NOW + timedelta(minutes=29))
    assert await is_alive(db, session_id, NOW + timedelta(minutes=58))
    assert not await is_alive(db, session_id, NOW + timedelta(minutes=89))


async def test_a_session_ends_after_twelve_hours_whatever_happens(db: Connection) -> None:
    session_id = await begin(db)
    for minutes in range(20, 720, 20):
        assert await is_alive(db, session_id, NOW + timedelta(minutes=minutes))
    assert not await is_alive(db, session_id, NOW + timedelta(hours=12))


async def test_a_look_at_a_page_is_written_at_most_once_a_minute(db: Connection) -> None:
    session_id = await begin(db)
    seen = []
    for seconds in (10, 59, 60, 70, 121):
        await is_alive(db, session_id, NOW + timedelta(seconds=seconds))
        moment = await value(db, "select seen_at from web_session")
        seen.append(round((moment - NOW).total_seconds()))
    assert seen == [0, 0, 60, 60, 121]


async def test_an_ended_session_is_not_revived_by_a_late_request(db: Connection) -> None:
    session_id = await begin(db)
    await sessions.end(db, session_id)
    await sessions.choose_patient(db, session_id, (await given.account(db, "Мария")).person_id)
    await sessions.renew(db, session_id)
    assert await value(db, "select count(*) from web_session") == 0


async def test_sweeping_takes_ended_sessions_only(db: Connection) -> None:
    old = await begin(db)
    alive = await begin(db)
    await is_alive(db, alive, NOW + timedelta(minutes=20))
    assert await sessions.sweep(db, now=NOW + timedelta(minutes=40)) == 1
    assert not await is_alive(db, old, NOW + timedelta(minutes=40))
    assert await is_alive(db, alive, NOW + timedelta(minutes=40))


async def test_the_drop_down_lists_whom_the_engine_lets_one_book(db: Connection) -> None:
    maria = await given.account(db, "Мария")
    await given.relative(db, maria)
    session_id = await begin(db)
    visitor = await sessions.find_visitor(db, session_id, now=NOW, today=TODAY)
    assert visitor is not None
    allowed = await patients.search(db, maria.id, now=NOW, zone=ZONE)
    assert [it.person_id for it in visitor.patients] == [it.person_id for it in allowed]
    assert [it.short_name for it in visitor.patients] == ["Иванова М.П.", "Иванов П.И."]
    assert [relation(it) for it in visitor.patients] == ["Вы", "Сын"]


async def test_a_card_reached_twice_stands_once_in_the_drop_down(db: Connection) -> None:
    maria = await given.account(db, "Мария")
    first = await given.relative(db, maria)
    second = await mistyped(db, maria)
    session_id = await begin(db)
    await sessions.choose_patient(db, session_id, second.person_id)
    await join(db, second, first.person_id)
    await join(db, maria.person_id, await given.card(db))
    visitor = await sessions.find_visitor(db, session_id, now=NOW, today=TODAY)
    assert visitor is not None
    allowed = await patients.search(db, maria.id, now=NOW, zone=ZONE)
    assert [it.person_id for it in visitor.patients] == [it.person_id for it in allowed]
    assert visitor.patient.person_id == first.person_id


async def test_signing_out_ends_the_session_and_goes_on_to_esia(app: Litestar) -> None:
    session_id = await portal.session_of(app, MARIA)
    client = portal.with_session(app, session_id)
    assert (await client.get("/appointments")).status_code == 200
    answer = await portal.submit(client, "/signout", {})
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("http://127.0.0.1:8001/idp/ext/Logout?")
    assert "registratura_session" not in client.cookies
    assert (await portal.with_session(app, session_id).get("/appointments")).status_code == 303


async def test_the_default_patient_is_changed_by_the_drop_down(app: Litestar) -> None:
    client = await portal.signed_in(app, MARIA)
    async with app.state.pool.connection() as db:
        maria = await given.account(db, MARIA)
        petr = await given.relative(db, maria)
    answer = await portal.submit(client, "/patient", {"patient": str(petr.person_id)})
    assert (answer.status_code, answer.headers["location"]) == (303, "/clinics")
    assert '<b>Иванов П.И.</b></span><span class="vh">, сменить' in (await client.get("/")).text


async def test_a_strangers_person_cannot_be_chosen(app: Litestar) -> None:
    async with app.state.pool.connection() as db:
        stranger = await given.account(db, STRANGER)
    client = await portal.signed_in(app, MARIA)
    for patient in (str(stranger.person_id), "not-an-id", ""):
        answer = await portal.submit(client, "/patient", {"patient": patient})
        assert answer.status_code == 404


async def test_a_session_that_idled_too_long_leads_to_the_sign_in_page(app: Litestar) -> None:
    long_ago = datetime.now(UTC) - timedelta(minutes=31)
    session_id = await portal.session_of(app, MARIA, now=long_ago)
    answer = await portal.with_session(app, session_id).get("/appointments?x=1")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/signin?next=%2Fappointments%3Fx%3D1"
