"""Everything that the portal shows, read by an application."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import httpx
from litestar import Litestar

from registratura.db import Connection, value
from tests.api.conftest import API, Application, application
from tests.given import links, people, portal, region, visits
from tests.given.people import OLEG


async def everything(robot: Application, path: str, limit: int) -> list[Any]:
    """A list, page by page."""
    found, cursor = [], None
    for _ in range(200):
        page = (await robot.get(path, limit=limit, **({"cursor": cursor} if cursor else {}))).json()
        assert len(page["items"]) <= limit
        found += page["items"]
        cursor = page["next"]
        if cursor is None:
            return found
    raise AssertionError("the list has no end")


async def test_the_whole_way_to_a_time_is_open_to_everybody(app: Litestar) -> None:
    async with portal.browser(app) as nobody:
        clinics = (await nobody.get(f"{API}/clinics", params={"q": "№ 1"})).json()
        [clinic] = clinics["items"]
        assert clinic["name"] == "Поликлиника № 1"
        assert (await nobody.get(f"{API}/clinics/{clinic['id']}")).json() == clinic
        positions = (await nobody.get(f"{API}/clinics/{clinic['id']}/positions")).json()["items"]
        assert positions[0]["name"] == "Педиатр участковый"
        where = f"{API}/clinics/{clinic['id']}/positions/{positions[0]['id']}/doctors"
        doctors = (await nobody.get(where)).json()["items"]
        assert len(doctors) == positions[0]["doctors"] == 2
        doctor = doctors[0]["doctor"]
        assert (await nobody.get(f"{API}/doctors/{doctor['id']}")).json() == doctor
        days = (await nobody.get(f"{API}/doctors/{doctor['id']}/days")).json()["items"]
        assert sum(it["free"] for it in days) == doctors[0]["free"] > 0
        one = {"day": days[0]["date"], "limit": 200}
        times = (await nobody.get(f"{API}/doctors/{doctor['id']}/times", params=one)).json()
        assert len(times["items"]) == days[0]["free"]
        assert times["items"][0] == doctors[0]["times"][0]
        assert times["items"][0]["starts_at"].endswith("Z")
        assert times["zone"] == "Europe/Moscow"


async def test_a_position_that_the_clinic_has_not_is_not_found(
    robot: Application, db: Connection
) -> None:
    clinic = (await region.departments(db))["adult"]
    for position in (59, 9999):
        answer = await robot.get(f"/clinics/{clinic}/positions/{position}/doctors")
        assert (answer.status_code, answer.json()["code"]) == (404, "clinic_position_unknown")


async def test_lists_come_by_pages_that_leave_nothing_out(
    robot: Application, db: Connection
) -> None:
    names = [it["name"] for it in await everything(robot, "/clinics", 1)]
    assert len(names) == len(set(names)) == 3
    post = await region.post(db, "therapist")
    whole = await everything(robot, f"/doctors/{post}/times", 200)
    assert await everything(robot, f"/doctors/{post}/times", 50) == whole
    for odd in ("-", "яя", "////"):
        assert (await robot.get("/clinics", cursor=odd)).status_code in (200, 400)


async def test_a_page_goes_on_though_its_last_time_was_taken(
    robot: Application, db: Connection
) -> None:
    post = await region.post(db, "ent")
    first = (await robot.get(f"/doctors/{post}/times", limit=5)).json()
    whole = (await robot.get(f"/doctors/{post}/times", limit=200)).json()["items"]
    assert (await robot.book(first["items"][-1]["slot"])).status_code == 201
    second = (await robot.get(f"/doctors/{post}/times", limit=5, cursor=first["next"])).json()
    assert second["items"] == whole[5:10]


async def test_a_public_list_is_sent_again_only_when_it_has_changed(
    robot: Application, db: Connection
) -> None:
    path = f"/doctors/{await region.post(db, 'ent')}/times"
    first = await robot.get(path)
    assert first.headers["cache-control"] == "public, max-age=5, stale-if-error=10"
    tag = {"If-None-Match": first.headers["etag"]}
    again = await robot.client.get(API + path, headers=tag)
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    assert (await robot.book(first.json()["items"][3]["slot"])).status_code == 201
    assert (await robot.client.get(API + path, headers=tag)).status_code == 200


async def test_who_looks_for_a_patient_learns_what_he_may_not_book_and_why(
    robot: Application, db: Connection
) -> None:
    clinics = await region.departments(db)
    listed = await robot.get(f"/clinics/{clinics['child']}/positions", patient=robot.petr)
    assert listed.headers["cache-control"] == "no-store"
    refused = {it["name"]: it["refused"] for it in listed.json()["items"]}
    assert refused["Оториноларинголог"] is None
    assert refused["Невролог"]["code"] == "referral_needed"
    assert refused["УЗИ"]["code"] == "not_self_booked"
    post = await region.post(db, "therapist")
    doctor = (await robot.get(f"/doctors/{post}", patient=robot.petr)).json()
    assert doctor["refused"]["code"] == "wrong_age"
    assert (await robot.get(f"/doctors/{post}", patient=robot.maria)).json()["refused"] is None


async def test_patients_are_the_tokens_own_and_the_journals_say_who_read(
    app: Litestar, robot: Application, db: Connection
) -> None:
    both = (await robot.get("/patients")).json()["items"]
    assert [(it["first_name"], it["relation"]) for it in both] == [("Мария", "Вы"), ("Петр", "Сын")]
    async with await application(app, db, robot.owner, [robot.petr], "read") as narrow:
        alone = (await narrow.get(f"{API}/patients")).json()["items"]
        assert [it["id"] for it in alone] == [str(robot.petr)]
        where = f"{API}/appointments"
        assert (await narrow.get(where, params={"patient": robot.maria})).status_code == 404
    read = "select array_agg(person_id) from event where kind = 'person.read_by_application'"
    assert set(await value(db, read)) == {robot.maria, robot.petr}


async def test_visits_are_listed_read_one_by_one_and_told_in_the_journal(
    robot: Application, db: Connection
) -> None:
    booked = [
        (await robot.book(await region.free_slot(db, post, offset))).json()
        for post, offset in (("ent", 0), ("area-doctor", 30))
    ]
    listed = await everything(robot, "/appointments", 1)
    assert {it["id"] for it in listed} == {it["id"] for it in booked}
    assert [it["starts_at"] for it in listed] == sorted(it["starts_at"] for it in listed)
    one = (await robot.get(f"/appointments/{booked[0]['id']}")).json()
    assert one in listed
    assert (one["state"], one["may_change"], one["position"]) == (
        "booked",
        True,
        "Оториноларинголог",
    )
    told = "select count(*) from event where kind = 'visits.read_by_application'"
    assert await value(db, told) == 1


async def test_a_hold_that_is_read_is_told_too(robot: Application, db: Connection) -> None:
    slot = await region.free_slot(db, "ent")
    hold = (await robot.write("/holds", {"patient": robot.petr, "slot": slot})).json()
    assert (await robot.get(f"/holds/{hold['id']}")).json() == hold
    told = "select person_id from event where kind = 'visits.read_by_application'"
    assert await value(db, told) == robot.petr


async def test_a_token_reads_no_visit_of_a_patient_who_was_not_chosen(
    app: Litestar, robot: Application, db: Connection
) -> None:
    mine = await robot.book(await region.free_slot(db, "therapist"), patient=robot.maria)
    his = await robot.book(await region.free_slot(db, "ent"))
    async with await application(app, db, robot.owner, [robot.petr]) as narrow:
        listed = (await narrow.get(f"{API}/appointments")).json()["items"]
        assert [it["id"] for it in listed] == [his.json()["id"]]
        other = await narrow.get(f"{API}/appointments/{mine.json()['id']}")
        nobodys = await narrow.get(f"{API}/appointments/{uuid4()}")
        assert alike(other) == alike(nobodys)
        key = {"Idempotency-Key": str(uuid4())}
        cancel = f"{API}/appointments/{mine.json()['id']}/cancel"
        assert (await narrow.post(cancel, headers=key)).status_code == 404


async def test_a_hidden_visit_is_hidden_from_an_application_too(
    app: Litestar, robot: Application, db: Connection
) -> None:
    now = datetime.now(UTC)
    oleg = await people.account(db, OLEG, now=now)
    await portal.session_of(app, OLEG)
    await links.let(db, robot.owner, oleg, now=now)
    slot = await region.free_slot(db, "therapist")
    assert (await robot.book(slot, patient=robot.maria)).status_code == 201
    async with await application(app, db, oleg, [robot.maria], "read") as his:
        assert len((await his.get(f"{API}/appointments")).json()["items"]) == 1
        owner = await visits.patient(db, robot.owner)
        await db.execute(
            "insert into hidden_position (person_id, position_id, hidden_at) values (%s, 110, %s)",
            (owner.person_id, now),
        )
        assert (await his.get(f"{API}/appointments")).json()["items"] == []


def alike(answer: httpx.Response) -> tuple[int, dict[str, Any]]:
    """The answer without its number."""
    return answer.status_code, {**answer.json(), "request_id": ""}
