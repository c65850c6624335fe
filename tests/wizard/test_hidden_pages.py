"""Вера, sixteen, hides a speciality on her page; her mother's open session knows of it no more."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import httpx
from litestar import Litestar

from registratura.booking.refusals import ClashNotShown, NeedsConfirmedLink
from registratura.db import Connection, value
from registratura.people import patients
from tests.given import links, people, portal, region, visits
from tests.given.links import IRINA, VERA, VERA_ON_THE_LIST
from tests.given.people import ZONE
from tests.given.portal import submit, words_of

BORN = date.today() - timedelta(days=6000)
YOUNG = replace(VERA, birth_date=BORN)
ENT = 53


async def test_what_vera_hides_is_gone_from_her_mothers_pages_at_once(
    app: Litestar, db: Connection
) -> None:
    now = datetime.now(UTC)
    child = replace(VERA_ON_THE_LIST, birth_date=BORN)
    await links.card_of(db, child)
    account = await people.account(db, YOUNG, now=now)
    mother = await people.account(db, IRINA, now=now)
    link = await links.proven(db, mother, child, now)
    own = await patients.get_for(db, account.id, account.person_id, now=now, zone=ZONE)
    slot = await region.free_slot(db, "ent")
    visit = (await visits.book(db, account, own, slot, now=now)).appointment_id
    async with (
        await portal.signed_in(app, YOUNG) as vera,
        await portal.signed_in(app, IRINA) as irina,
    ):
        words = words_of(await irina.get("/appointments"))
        assert "Оториноларинголог" in words
        assert "Записался сам пациент" in words
        assert "Записался сам" in words_of(await irina.get(f"/appointments/{visit}"))
        await hide(vera, ENT)
        assert "Предстоящих записей нет" in words_of(await irina.get("/appointments"))
        assert (await irina.get(f"/appointments/{visit}")).status_code == 404
        form = {"patient": str(link.person_id), "slot": await same_time(db, slot)}
        refused = words_of(await submit(irina, "/holds", form))
        assert ClashNotShown.words.partition(":")[0] in refused
        assert "Оториноларинголог" not in refused
        form = {"patient": str(link.person_id), "slot": str(await region.free_slot(db, "ent"))}
        refused = words_of(await submit(irina, "/holds", form))
        assert NeedsConfirmedLink.words.partition("{")[0] in refused
        assert "Оториноларинголог" in words_of(await vera.get("/appointments"))
        await hide(vera, ENT, 45)
        await hide(vera)
        assert "Оториноларинголог" in words_of(await irina.get("/appointments"))


async def test_a_hidden_speciality_is_by_the_desk_in_the_agreed_words_and_never_no_places(
    app: Litestar, db: Connection
) -> None:
    now = datetime.now(UTC)
    child = replace(VERA_ON_THE_LIST, birth_date=BORN)
    await links.card_of(db, child)
    await people.account(db, YOUNG, now=now)
    mother = await people.account(db, IRINA, now=now)
    link = await links.proven(db, mother, child, now)
    clinic = (await region.departments(db))["child"]
    whose = f"patient={link.person_id}"
    agreed = "К этому врачу родственника записывает регистратура: +7 484 000-00-01"
    async with (
        await portal.signed_in(app, YOUNG) as vera,
        await portal.signed_in(app, IRINA) as irina,
    ):
        assert agreed not in words_of(await irina.get(f"/clinics/{clinic}/{ENT}?{whose}"))
        assert "Сейчас ничего не скрыто." in words_of(await vera.get("/profile/holders"))
        await hide(vera, ENT)
        words = words_of(await vera.get("/profile/holders"))
        assert "Сейчас скрыты: Оториноларинголог." in words
        assert "Записывать и видеть все записи, кроме скрытых" in words
        positions = words_of(await irina.get(f"/clinics/{clinic}?{whose}"))
        of_ent = positions[positions.index("Оториноларинголог") :][:160]
        assert f"Оториноларинголог {agreed}" in of_ent
        assert "Через регистратуру" in of_ent
        doctor = await region.post(db, "ent")
        for path in (f"/clinics/{clinic}/{ENT}?{whose}", f"/doctors/{doctor}?{whose}"):
            words = words_of(await irina.get(path))
            assert agreed in words
            for false in ("Мест нет", "Новые дни открываются", "Продолжить", "сейчас нет"):
                assert false not in words


async def hide(vera: httpx.AsyncClient, *positions: int) -> None:
    """Tick exactly these on her page."""
    form = {"position": [str(it) for it in positions]} if positions else {}
    answer = await submit(vera, "/profile/holders/hidden", form, seen_on="/profile/holders")  # type: ignore[arg-type]
    assert answer.headers["location"] == "/profile/holders#hidden"
    page = (await vera.get("/profile/holders")).text
    for number in (ENT, 45):
        assert (f'value="{number}" checked' in page) is (number in positions)


async def same_time(db: Connection, slot: object) -> str:
    """Another doctor's time at the same moment."""
    found = await value(
        db,
        """
        select other.id from slot join slot as other using (starts_at)
        join post on post.id = other.post_id
        where slot.id = %(slot)s and post.code = 'area-doctor'
        """,
        slot=slot,
    )
    return str(found)
