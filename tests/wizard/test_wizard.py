"""The pages of booking, through the whole application, over the small region."""

import re
from datetime import datetime, timedelta
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import httpx
import pytest
from litestar import Litestar

from registratura.db import Connection, execute, value
from tests.given import people, portal, region

NOBODY = UUID(int=1)  # an id that nobody has


async def own_id(db: Connection) -> UUID:
    return UUID(str(await value(db, "select person_id from account")))


async def form_of(client: httpx.AsyncClient, db: Connection, slot: UUID) -> dict[str, str]:
    """The form «Проверьте запись» as the page holds it."""
    shown = await client.get(f"/check?slot={slot}")
    assert shown.status_code == 200
    key = re.search(r'name="key" value="([^"]+)"', shown.text)
    assert key is not None
    return {"slot": str(slot), "patient": str(await own_id(db)), "key": key[1]}


async def test_everybody_may_look_at_clinics_doctors_and_times(
    app: Litestar, db: Connection
) -> None:
    clinic = (await region.departments(db))["adult"]
    post = await region.post(db, "therapist")
    async with portal.browser(app) as client:
        for path in (
            "/clinics",
            f"/clinics/{clinic}",
            f"/clinics/{clinic}/110",
            f"/doctors/{post}",
        ):
            assert (await client.get(path)).status_code == 200, path
        chosen = f"/check?slot={await region.free_slot(db)}"
        answer = await client.get(chosen)
        assert answer.headers["location"] == f"/signin?next=%2Fcheck%3Fslot%3D{chosen[12:]}"


@pytest.mark.parametrize(
    "path",
    [
        f"/clinics/{NOBODY}",  # DepartmentUnknown
        f"/doctors/{NOBODY}",  # PostUnknown
        f"/check?slot={NOBODY}",
        f"/appointments/{NOBODY}",
        f"/holds/{NOBODY}",
        f"/clinics?patient={NOBODY}",
    ],
)
async def test_what_is_not_there_is_a_calm_404(maria: httpx.AsyncClient, path: str) -> None:
    answer = await maria.get(path)
    assert answer.status_code == 404, answer.text
    assert "Traceback" not in answer.text


@pytest.mark.parametrize(
    "path", ["/clinics/x", "/doctors/1", "/check", "/check?slot=x", "/clinics?patient=x"]
)
async def test_a_broken_address_is_refused_calmly(maria: httpx.AsyncClient, path: str) -> None:
    assert (await maria.get(path)).status_code in (400, 404)


@pytest.mark.parametrize("day", ["2026-13-45", "вчера", "0001-01-01", "9999-12-31"])
async def test_an_absurd_day_shows_the_first_that_has_time(
    app: Litestar, db: Connection, day: str
) -> None:
    post = await region.post(db, "therapist")
    async with portal.browser(app) as client:
        answer = await client.get(f"/doctors/{post}", params={"day": day})
        assert answer.status_code == 200
        assert 'aria-current="date"' in answer.text


async def test_the_same_form_sent_twice_is_one_visit(
    maria: httpx.AsyncClient, db: Connection
) -> None:
    form = await form_of(maria, db, await region.free_slot(db))
    answers = [await portal.submit(maria, "/appointments", form) for _ in range(2)]
    assert {it.status_code for it in answers} == {303}
    assert len({it.headers["location"] for it in answers}) == 1
    assert await value(db, "select count(*) from appointment where live") == 1


async def test_a_taken_time_keeps_the_page_and_offers_three(
    maria: httpx.AsyncClient, db: Connection
) -> None:
    slot = await region.free_slot(db)
    form = await form_of(maria, db, slot)
    await execute(db, "update slot set blocked = 'x' where id = %(slot)s", slot=slot)
    answer = await portal.submit(maria, "/appointments", form)
    assert answer.status_code == 409
    assert "Это время только что заняли" in answer.text
    summary = answer.text.split('class="sum"')[1].split("</div>")[0]
    assert summary.count("/check?slot=") == 3


async def test_a_held_time_tells_its_end_and_is_prolonged_once(
    maria: httpx.AsyncClient, db: Connection
) -> None:
    form = {"slot": str(await region.free_slot(db)), "patient": str(await own_id(db))}
    held = await portal.submit(maria, "/holds", form)
    page = await maria.get(held.headers["location"])
    assert "Держим это время за вами" in page.text
    assert "продлить" in page.text
    path = held.headers["location"].split("?")[0] + "/prolong"
    assert (await portal.submit(maria, path, form)).status_code == 303
    assert "продлить" not in (await maria.get(held.headers["location"])).text
    until, begun = await value(db, "select array[held_until, booked_at] from appointment")
    assert until - begun == timedelta(minutes=20)  # pressed at once, nothing of the first is lost
    again = await portal.submit(maria, path, form)  # from a second tab
    assert again.headers["location"] == held.headers["location"]
    assert await value(db, "select held_until from appointment") == until


async def test_after_its_hold_the_time_is_still_the_holders_to_take(
    maria: httpx.AsyncClient, db: Connection
) -> None:
    form = {"slot": str(await region.free_slot(db)), "patient": str(await own_id(db))}
    held = await portal.submit(maria, "/holds", form)
    await execute(db, "update appointment set held_until = held_until - interval '1 hour'")
    over = await maria.get(held.headers["location"])
    page = await maria.get(over.headers["location"])
    assert page.status_code == 200
    assert "только что заняли" not in page.text


async def test_back_from_the_ticket_leads_to_the_ticket_and_says_of_nobody_else(
    maria: httpx.AsyncClient, db: Connection
) -> None:
    form = await form_of(maria, db, slot := await region.free_slot(db))
    held = await portal.submit(maria, "/holds", form)
    booked = await portal.submit(maria, "/appointments", form)
    back = await maria.get(held.headers["location"])
    again = await maria.get(back.headers["location"])
    assert again.headers["location"] == booked.headers["location"]
    await portal.submit(maria, f"{booked.headers['location']}/cancel", {})
    assert (await maria.get(f"/check?slot={slot}")).status_code == 200


@pytest.mark.parametrize("path", ["/holds", "/together"])
async def test_the_address_of_a_refusal_opened_again_leads_to_the_choice(
    app: Litestar, maria: httpx.AsyncClient, path: str
) -> None:
    answer = await maria.get(path)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/clinics?patient=")
    async with portal.browser(app) as client:
        assert "/signin" in (await client.get(path)).headers["location"]


async def test_a_clash_shows_both_visits_and_the_new_one_can_replace_the_old(
    maria: httpx.AsyncClient, db: Connection
) -> None:
    first = await portal.submit(
        maria, "/appointments", await form_of(maria, db, await region.free_slot(db))
    )
    slot = await region.free_slot(db, offset=3)
    wanted = {"slot": str(slot), "patient": str(await own_id(db))}
    clash = await portal.submit(maria, "/holds", wanted)
    assert clash.status_code == 409
    assert "Оставить прежнюю" in clash.text
    replaces = first.headers["location"].rsplit("/", 1)[1]
    held = await portal.submit(maria, "/holds", {**wanted, "replaces": replaces})
    check = await maria.get(held.headers["location"])
    assert "Переносим запись" in check.text
    assert '<button class="btn big">Перенести</button>' in check.text
    form = await form_of(maria, db, await region.free_slot(db, offset=5))
    booked = await portal.submit(
        maria, "/appointments", {**form, "slot": str(slot), "replaces": replaces}
    )
    assert booked.status_code == 303
    states = await value(
        db, "select array_agg(state order by state) from appointment where state <> 'expired'"
    )
    assert states == ["booked", "moved"]


@pytest.mark.parametrize(
    "spoiled", [{"slot": "x"}, {"patient": ""}, {"key": "1"}, {"replaces": "x"}]
)
async def test_a_form_that_no_page_wrote_is_refused(
    maria: httpx.AsyncClient, db: Connection, spoiled: dict[str, str]
) -> None:
    form = await form_of(maria, db, await region.free_slot(db))
    answer = await portal.submit(maria, "/appointments", {**form, **spoiled})
    assert answer.status_code == 400
    assert await value(db, "select count(*) from appointment") == 0


async def test_what_cannot_be_booked_is_shown_with_its_reason(
    app: Litestar, db: Connection
) -> None:
    clinic = (await region.departments(db))["child"]
    async with portal.browser(app) as client:
        page = (await client.get(f"/clinics/{clinic}")).text
    assert "Нужно направление" in page
    assert "Записывает регистратура" in page


async def test_clinics_are_found_by_any_spelling(app: Litestar) -> None:
    async with portal.browser(app) as client:
        found = (await client.get("/clinics", params={"q": "ВЗРОСЛАЯ поликлиника"})).text
        nothing = (await client.get("/clinics", params={"q": "<b>нет</b> такой"})).text
    assert "Взрослая поликлиника" in found
    assert "Поликлиника № 1" not in found
    assert "ничего не нашлось" in nothing
    assert "<b>нет</b>" not in nothing


@pytest.mark.parametrize(
    "words",
    [
        "\x00",
        "а" * 5000,
        "%' or 1=1 --",
        "\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16"),
    ],
)
async def test_odd_words_in_the_search_are_answered_calmly(app: Litestar, words: str) -> None:
    async with portal.browser(app) as client:
        answer = await client.get("/clinics", params={"q": words})
    assert answer.status_code in (200, 400)


async def test_odd_bytes_in_a_form_are_refused_calmly(
    maria: httpx.AsyncClient, db: Connection
) -> None:
    form = await form_of(maria, db, await region.free_slot(db))
    for name in ("slot", "patient", "key"):
        answer = await portal.submit(maria, "/appointments", {**form, name: "\x00" * 9})
        assert answer.status_code == 400


async def test_anothers_visit_is_neither_replaced_nor_held(
    app: Litestar, maria: httpx.AsyncClient, db: Connection
) -> None:
    booked = await portal.submit(
        maria, "/appointments", await form_of(maria, db, await region.free_slot(db))
    )
    hers = booked.headers["location"].rsplit("/", 1)[1]
    herself = str(await own_id(db))
    async with await portal.signed_in(app, people.STRANGER) as stranger:
        his = await value(db, "select person_id from account where oid = 1003")
        for path in ("/holds", "/appointments"):
            form = {
                "slot": str(await region.free_slot(db, offset=4)),
                "patient": str(his),
                "key": str(uuid4()),
                "replaces": hers,
            }
            assert (await portal.submit(stranger, path, form)).status_code == 404
            form = {**form, "patient": herself, "replaces": ""}
            assert (await portal.submit(stranger, path, form)).status_code == 404
        held = await portal.submit(
            maria,
            "/holds",
            {
                "slot": str(await region.free_slot(db, "gynaecologist", offset=8)),
                "patient": herself,
            },
        )
        path = held.headers["location"].split("?")[0]
        assert (await stranger.get(path)).status_code == 404


async def test_the_clinics_pages_obey_the_regions_horizon(app: Litestar, db: Connection) -> None:
    clinic = (await region.departments(db))["adult"]
    await execute(db, "update region set rules = '{\"horizon_days\": 3}'")
    post = await region.post(db, "therapist")
    async with portal.browser(app) as client:
        pages = [
            (await client.get(path)).text
            for path in (f"/clinics/{clinic}", f"/clinics/{clinic}/110")
        ]
        week = (await client.get(f"/doctors/{post}")).text
    told = {int(re.findall(r"(\d+)\s(?:место|места|мест)\b", page)[0]) for page in pages}
    assert len(told) == 1
    assert 0 < told.pop() <= 16 * 4
    last = datetime.now(ZoneInfo(people.ZONE)).date() + timedelta(days=3)
    # the horizon's last day may be the week's own Sunday: then there is nothing more to tell
    assert last.isoweekday() == 7 or "Не открыт" in week or "Следующая неделя" in week
