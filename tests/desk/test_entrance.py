"""To work and back: by a living role only, under a new session id, for ten minutes of idleness."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import httpx
from litestar import Litestar

from registratura.db import Connection, execute, value
from registratura.people import staff_roles
from tests.desk.work import ENTER, at_work
from tests.given import portal, staff
from tests.given.people import MARIA
from tests.given.portal import words_of
from tests.given.provider import Provider
from tests.given.staff import ELENA, OLGA
from tests.sign_on.test_signing_in import come_back, go_to_esia

SESSION = "registratura_session"


async def test_the_first_page_says_who_works_as_what_and_where(olga: httpx.AsyncClient) -> None:
    page = await olga.get("/desk")
    words = words_of(page)
    assert "Регистратова Ольга Ивановна" in words
    assert "Роль Регистратор Где ДГБ, Поликлиника № 1" in words
    assert "через 10 минут без действий" in words
    assert "Подтвердить родство" in words
    assert page.headers["cache-control"] == "no-store"
    assert page.text.count("<h1") == 1


async def test_staff_who_sign_in_choose_between_the_desk_and_their_own_cabinet(
    app: Litestar, db: Connection
) -> None:
    """No consent of a patient is asked for work; for the cabinet it is, as of everybody."""
    provider = Provider()
    provider.serve(app)
    assert MARIA.snils is not None
    await staff.grant(db, MARIA, role="operator")
    async with portal.browser(app) as client:
        back = await come_back(client, await go_to_esia(client))
        assert back.headers["location"] == "/desk"
        assert (await client.get("/desk")).headers["location"] == f"{ENTER}?next=%2Fdesk"
        words = words_of(await client.get(ENTER))
        assert "Оператор горячей линии весь регион" in words
        assert "Личный кабинет" in words
        assert (await client.get("/profile")).headers["location"].startswith("/consent")
        assert "рабочее место" in words_of(await client.get("/consent?next=/profile"))
        provider.codes.add("another-code")
        back = await come_back(client, await go_to_esia(client, "/appointments"), "another-code")
        assert back.headers["location"] == "/consent?next=%2Fappointments"


async def test_going_to_work_and_leaving_it_change_the_sessions_id(
    app: Litestar, olga: httpx.AsyncClient
) -> None:
    at_work = olga.cookies[SESSION]
    answer = await portal.submit(olga, "/desk/leave", {}, seen_on="/desk")
    assert answer.headers["location"] == "/profile"
    assert olga.cookies[SESSION] != at_work
    assert (await olga.get("/desk")).headers["location"].startswith(ENTER)
    assert "Рабочее место" in words_of(await olga.get("/profile"))
    old = portal.with_session(app, at_work)
    assert (await old.get("/desk")).headers["location"].startswith("/signin")


async def test_who_has_no_role_is_told_so_and_gets_no_further(
    app: Litestar, db: Connection, clinic: UUID
) -> None:
    role = await staff.grant(db, OLGA, department_id=clinic)
    async with await portal.signed_in(app, MARIA) as maria:
        assert (await maria.get("/desk")).headers["location"].startswith(ENTER)
        page = await maria.get(ENTER)
        assert page.status_code == 403
        assert "нет действующей роли" in words_of(page)
        assert "Рабочее место" not in words_of(await maria.get("/"))
        for taken in (role, uuid4()):
            form = {"role": str(taken)}
            answer = await portal.submit(maria, ENTER, form, seen_on=ENTER)
            assert answer.headers["location"].startswith(ENTER)
        assert (await portal.submit(maria, ENTER, {"role": "x"}, seen_on=ENTER)).status_code == 400
        assert (await maria.get("/desk/links")).headers["location"].startswith(ENTER)
    async with portal.browser(app) as nobody:
        for path in ("/desk", "/desk/links", "/desk/deletions", ENTER):
            assert (await nobody.get(path)).headers["location"].startswith("/signin?next=%2Fdesk")


async def test_a_revoked_role_acts_no_more_from_the_next_request_on(
    olga: httpx.AsyncClient, db: Connection
) -> None:
    assert (await olga.get("/desk/links")).status_code == 200
    role = await value(db, "select id from staff_role")
    await staff_roles.revoke(db, now=datetime.now(UTC), actor=staff.CHIEF, role_id=role)
    for path in ("/desk", "/desk/links"):
        assert (await olga.get(path)).headers["location"].startswith(ENTER)
    assert (await olga.get(ENTER)).status_code == 403


async def test_ten_minutes_without_a_request_end_the_whole_session_at_work(
    app: Litestar, olga: httpx.AsyncClient, db: Connection
) -> None:
    patient = await portal.signed_in(app, MARIA)
    await execute(db, "update web_session set seen_at = %(at)s", at=_ago(minutes=9))
    assert (await olga.get("/desk")).status_code == 200
    await execute(db, "update web_session set seen_at = %(at)s", at=_ago(minutes=11))
    for path in ("/desk", "/profile"):
        assert (await olga.get(path)).headers["location"].startswith("/signin")
    assert (await patient.get("/profile")).status_code == 200


async def test_a_shift_of_twelve_hours_ends_whatever_happens(
    olga: httpx.AsyncClient, db: Connection
) -> None:
    lasts = await value(db, "select ends_at - created_at from web_session")
    assert lasts == timedelta(hours=12)
    await execute(db, "update web_session set ends_at = %(at)s", at=_ago(minutes=0))
    assert (await olga.get("/desk")).headers["location"].startswith("/signin")


async def test_each_role_opens_its_own_pages_only(
    app: Litestar, db: Connection, clinic: UUID
) -> None:
    pages = ("/desk/links", "/desk/deletions")
    opens = {"registrar": [200, 404], "doctor": [404, 404], "regional_administrator": [404, 200]}
    for role, expected in opens.items():
        place = None if role == "regional_administrator" else clinic
        granted = await staff.grant(db, ELENA, role=role, department_id=place)
        async with at_work(app, ELENA) as client:
            assert [(await client.get(path)).status_code for path in pages] == expected, role
        await staff_roles.revoke(db, now=datetime.now(UTC), actor=staff.CHIEF, role_id=granted)


async def test_the_way_back_leads_nowhere_but_the_desk(
    app: Litestar, olga: httpx.AsyncClient
) -> None:
    role = await value_of_role(olga)
    for odd in ("//evil.example", "/profile", "/desk/enter", "/deskevil"):
        form = {"role": role, "next": odd}
        answer = await portal.submit(olga, ENTER, form, seen_on=ENTER)
        assert answer.headers["location"] == "/desk"


async def value_of_role(client: httpx.AsyncClient) -> str:
    text = (await client.get(ENTER)).text
    return text.split('name="role" value="')[1][:36]


def _ago(minutes: int) -> datetime:
    return datetime.now(UTC) - timedelta(minutes=minutes)
