"""«Кто смотрел мои данные»: the page, its words, and who may open it."""

import re
from datetime import UTC, datetime
from pathlib import Path

import httpx
from litestar import Litestar

import registratura
from registratura import audit
from registratura.db import Connection, value
from registratura.people import confirmations
from registratura.portal.journal_words import CHANGE, WHAT
from tests.given import links, people, portal
from tests.given.links import ANDREY, IRINA, VERA, VERA_ON_THE_LIST
from tests.given.people import MARIA, ZONE
from tests.given.portal import words_of
from tests.given.visits import REGISTRAR
from tests.portal.form import send

PAGE = "/profile/journal"
# Events that name no person, and holds, which the journal leaves out.
OF_NOBODY = {
    "absence.recorded",
    "appointment.expired",
    "appointment.held",
    "federation.reconciled",
    "job.retried",
    "region.loaded",
    "relative.refused",
    "staff_role.changed",
    "staff_role.granted",
    "staff_role.revoked",
}


def test_every_kind_of_event_about_a_person_has_words() -> None:
    house = Path(registratura.__file__).parent
    code = "\n".join(it.read_text(encoding="utf-8") for it in house.rglob("*.py"))
    written = set(re.findall(r'\b(?:kind|event)="([a-z_]+\.[a-z_]+)"', code))
    written |= set(re.findall(r"'([a-z_]+\.[a-z_]+)', %\(actor_kind\)s", code))
    assert len(written) > 15
    assert written - OF_NOBODY - set(WHAT) == set()


async def test_how_a_relative_came_to_the_list_is_told_exactly(
    app: Litestar, db: Connection
) -> None:
    mother, father = await people.account(db, IRINA), await people.account(db, ANDREY)
    await links.card_of(db, VERA_ON_THE_LIST)
    await links.proven(db, mother, VERA_ON_THE_LIST)
    await people.relative(
        db,
        father,
        last_name=VERA.last_name,
        first_name=VERA.first_name,
        middle_name=VERA.middle_name,
        birth_date=VERA.birth_date,
        policy_number=VERA_ON_THE_LIST.policy_number,
    )
    await links.proven(db, father, VERA_ON_THE_LIST)
    maria = await people.account(db, "Мария")
    await links.let(db, maria, father)
    async with await portal.signed_in(app, VERA) as client:
        words = words_of(await client.get(PAGE))
    assert "Добавлен в список родственников: родство подтверждено в ЕСИА Ваш представитель" in words
    assert "Родство подтверждено в ЕСИА Ваш представитель" in words
    assert CHANGE not in words
    async with await portal.signed_in(app, MARIA) as client:
        words = words_of(await client.get(PAGE))
    assert "Добавлен в список родственников по коду самого пациента Ваш представитель" in words


async def look_up(db: Connection, kind: str = "person.read") -> None:
    """A registrar looks at every card."""
    persons = await value(db, "select array_agg(id) from person")
    for person in persons:
        await audit.record(db, now=datetime.now(UTC), kind=kind, actor=REGISTRAR, person_id=person)


async def test_the_owner_reads_who_looked_and_what_was_done(
    maria: httpx.AsyncClient, db: Connection
) -> None:
    await look_up(db)
    await look_up(db, "something.new")
    words = words_of(await maria.get(PAGE))
    assert "Просмотр карты Регистратор" in words
    assert f"{CHANGE} Регистратор" in words
    assert "Первый вход на портал Вы" in words
    assert "Просмотр карты Регистратор" in words_of(await maria.get("/profile"))


async def test_earlier_lines_are_a_page_further(maria: httpx.AsyncClient, db: Connection) -> None:
    for _ in range(40):
        await look_up(db)
    page = await maria.get(PAGE)
    assert page.text.count("<td") == 60
    earlier = re.search(r'href="([^"]*before=\d+)">Раньше', page.text)
    assert earlier is not None
    older = await maria.get(earlier[1].replace("&amp;", "&"))
    assert older.text.count("<td") >= 20
    assert "Первый вход на портал" in words_of(older)
    for odd in ("0", "-1", "x", str(2**63)):
        assert (await maria.get(f"{PAGE}?before={odd}")).status_code == 400


async def test_a_childs_journal_opens_once_the_link_is_confirmed_and_to_no_stranger(
    app: Litestar, maria: httpx.AsyncClient, stranger: httpx.AsyncClient, db: Connection
) -> None:
    await send(maria)
    child = await value(db, "select person_id from relative")
    page = f"{PAGE}?patient={child}"
    assert (await maria.get(page)).status_code == 404
    await confirmations.confirm_link(
        db,
        now=datetime.now(UTC),
        actor=REGISTRAR,
        zone=ZONE,
        relative_id=await value(db, "select id from relative"),
        document="свидетельство",
    )
    assert "Иванов П.И." in words_of(await maria.get(PAGE))
    words = words_of(await maria.get(page))
    assert "Родство подтверждено документом Регистратор" in words
    assert "Просмотр этого журнала Вы" in words
    assert (await stranger.get(page)).status_code == 404
