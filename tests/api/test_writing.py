"""Writes of the API: once for a key, by whom it may be, with the ways on where it is refused."""

import asyncio
import re
from uuid import UUID, uuid4

import httpx
import pytest
from litestar import Litestar

from registratura.db import Connection, execute, value
from registratura.people import tokens
from tests.api.conftest import API, Application, application
from tests.given import people, portal, region
from tests.given.people import MARIA, NOW

MEDIA_TYPE = "application/problem+json"


def code_of(answer: httpx.Response) -> tuple[int, str]:
    assert answer.headers["content-type"].startswith(MEDIA_TYPE), answer.text
    told = answer.json()
    assert told["status"] == answer.status_code
    assert told["detail"]
    return answer.status_code, told["code"]


async def booked(db: Connection) -> int:
    return int(await value(db, "select count(*) from appointment where state = 'booked'"))


async def test_the_whole_way_of_a_visit(robot: Application, db: Connection) -> None:
    first, second = await region.free_slot(db, "ent"), await region.free_slot(db, "ent", 3)
    hold = await robot.write("/holds", {"patient": robot.petr, "slot": first})
    assert hold.status_code == 201
    longer = await robot.write(f"/holds/{hold.json()['id']}/prolong")
    assert (
        longer.json()["prolonged"],
        longer.json()["held_until"] > hold.json()["held_until"],
    ) == (
        True,
        True,
    )
    visit = (await robot.book(first)).json()
    assert visit["slot"] == str(first)
    moved = await robot.write(f"/appointments/{visit['id']}/move", {"slot": second})
    assert (moved.status_code, moved.json()["slot"]) == (201, str(second))
    assert await booked(db) == 1
    gone = await robot.write(f"/appointments/{moved.json()['id']}/cancel")
    assert gone.status_code == 204
    assert await booked(db) == 0
    assert await value(db, "select sum(taken) from slot") == 0


async def test_a_hold_is_given_back_and_over(robot: Application, db: Connection) -> None:
    slot = await region.free_slot(db, "ent")
    hold = (await robot.write("/holds", {"patient": robot.petr, "slot": slot})).json()["id"]
    key = uuid4()
    for _ in range(2):  # the repeat with its key is the same deed
        answer = await robot.write(f"/holds/{hold}", method="DELETE", key=key)
        assert answer.status_code == 204
    assert code_of(await robot.get(f"/holds/{hold}")) == (409, "hold_over")
    assert await value(db, "select sum(taken) from slot") == 0


async def test_a_hold_that_is_no_more_says_why(robot: Application, db: Connection) -> None:
    first, second = await region.free_slot(db, "ent"), await region.free_slot(db, "ent", 3)
    hold = (await robot.write("/holds", {"patient": robot.petr, "slot": first})).json()["id"]
    assert (await robot.write(f"/holds/{hold}/prolong")).status_code == 200
    assert code_of(await robot.write(f"/holds/{hold}/prolong")) == (409, "hold_prolonged")
    other = (await robot.write("/holds", {"patient": robot.petr, "slot": second})).json()["id"]
    assert code_of(await robot.get(f"/holds/{hold}")) == (409, "hold_over")
    assert (await robot.book(second)).status_code == 201
    assert code_of(await robot.get(f"/holds/{other}")) == (409, "hold_booked")
    assert code_of(await robot.write(f"/holds/{other}", method="DELETE")) == (409, "hold_booked")
    assert code_of(await robot.get(f"/holds/{hold}")) == (409, "hold_over")


async def test_who_has_a_visit_there_may_move_it_and_is_offered_nothing_else(
    robot: Application, db: Connection
) -> None:
    first, second = await region.free_slot(db, "ent"), await region.free_slot(db, "ent", 3)
    visit = (await robot.book(first)).json()["id"]
    refused = await robot.book(second)
    assert code_of(refused) == (409, "already_booked_to_position")
    told = refused.json()
    assert told["alternatives"] == {"same_doctor": [], "same_clinic": [], "elsewhere": []}
    assert "перенести" in told["detail"]
    assert told["parameters"]["appointment_id"] == visit
    assert (await robot.write(f"/appointments/{visit}/move", {"slot": second})).status_code == 201


async def test_a_key_is_one_visit_however_often_it_is_sent(
    robot: Application, db: Connection
) -> None:
    slot, key = await region.free_slot(db, "ent"), uuid4()
    answers = await asyncio.gather(*(robot.book(slot, key=key) for _ in range(6)))
    assert {it.status_code for it in answers} == {201}
    assert len({it.json()["id"] for it in answers}) == 1
    other = await robot.book(await region.free_slot(db, "ent", 2), key=key)
    assert code_of(other) == (422, "key_reused")
    assert "Idempotency-Key" in other.json()["detail"]
    assert await booked(db) == 1


@pytest.mark.parametrize("key", [None, "", "x", "1"])
async def test_a_write_without_a_key_is_refused(
    robot: Application, db: Connection, key: str | None
) -> None:
    body = {"patient": str(robot.petr), "slot": str(await region.free_slot(db, "ent"))}
    headers = {} if key is None else {"Idempotency-Key": key}
    answer = await robot.client.post(f"{API}/appointments", json=body, headers=headers)
    assert code_of(answer)[0] == 400
    hint = "нужен этот заголовок: UUID" if key is None else "нужен UUID"
    assert answer.json()["parameters"] == {"Idempotency-Key": hint}
    assert answer.json()["detail"].endswith(f". Idempotency-Key: {hint}")
    assert await booked(db) == 0


async def test_a_refusal_is_not_kept_and_its_key_may_be_sent_again(
    robot: Application, db: Connection
) -> None:
    slot, key = await region.free_slot(db, "ent"), uuid4()
    await execute(db, "update slot set blocked = 'Ремонт' where id = %(it)s", it=slot)
    assert code_of(await robot.book(slot, key=key)) == (409, "slot_taken")
    await execute(db, "update slot set blocked = null where id = %(it)s", it=slot)
    assert (await robot.book(slot, key=key)).status_code == 201


async def test_a_refusal_tells_its_reason_and_the_nearest_times(
    app: Litestar, robot: Application, db: Connection
) -> None:
    slot = await region.free_slot(db, "ent")
    await execute(db, "update slot set blocked = 'Ремонт' where id = %(it)s", it=slot)
    answer = await robot.book(slot)
    assert answer.status_code == 409
    ways = answer.json()["alternatives"]
    assert 1 <= len(ways["same_doctor"]) <= 3
    assert (await robot.book(UUID(ways["same_doctor"][0]["slot"]))).status_code == 201


async def test_a_token_that_only_reads_books_nothing(
    app: Litestar, robot: Application, db: Connection
) -> None:
    slot = await region.free_slot(db, "ent")
    async with await application(app, db, robot.owner, [robot.petr], "read") as reader:
        answer = await reader.post(
            f"{API}/appointments",
            json={"patient": str(robot.petr), "slot": str(slot)},
            headers={"Idempotency-Key": str(uuid4())},
        )
    assert code_of(answer) == (403, "only_reads")
    assert await booked(db) == 0


async def test_a_token_is_no_more_at_once(robot: Application, db: Connection) -> None:
    assert (await robot.get("/patients")).status_code == 200
    await tokens.revoke_all(db, robot.owner.id, now=NOW)
    answer = await robot.book(await region.free_slot(db, "ent"))
    assert code_of(answer) == (401, "not_known")
    assert await booked(db) == 0


async def test_a_stranger_books_for_nobody_and_changes_nothing(
    app: Litestar, robot: Application, db: Connection
) -> None:
    visit = (await robot.book(await region.free_slot(db, "ent"))).json()["id"]
    await portal.session_of(app, people.OLEG)
    oleg = await people.account(db, "Олег")
    slot = await region.free_slot(db, "ent", 4)
    async with await application(app, db, oleg, [oleg.person_id]) as his:
        key = {"Idempotency-Key": str(uuid4())}
        wanted = {"patient": str(robot.petr), "slot": str(slot)}
        for path in ("/appointments", "/holds"):
            assert (await his.post(API + path, json=wanted, headers=key)).status_code == 404
        for path in (f"/appointments/{visit}/cancel", f"/appointments/{visit}/move"):
            body = {"slot": str(slot)} if path.endswith("move") else None
            assert (await his.post(API + path, json=body, headers=key)).status_code == 404
        assert (await his.get(f"{API}/appointments/{visit}")).status_code == 404
    assert await booked(db) == 1


async def test_a_session_books_with_its_forms_token_only(
    app: Litestar, robot: Application, db: Connection
) -> None:
    async with await portal.signed_in(app, MARIA) as maria:
        token = re.search(r'name="_csrf_token" value="(\w+)"', (await maria.get("/profile")).text)
        assert token is not None
        wanted = {
            "patient": str(robot.petr),
            "slot": str(await region.free_slot(db, "ent")),
        }
        key = {"Idempotency-Key": str(uuid4())}
        bare = await maria.post(f"{API}/appointments", json=wanted, headers=key)
        assert code_of(bare)[0] == 403
        wrong = await maria.post(
            f"{API}/appointments", json=wanted, headers=key | {"Authorization": "Bearer rgt_no"}
        )
        assert code_of(wrong) == (401, "not_known")  # a bearer decides alone, the cookie or not
        foreign = await maria.post(
            f"{API}/appointments",
            json=wanted,
            headers=key | {"X-CSRFToken": token[1], "Origin": "https://elsewhere.example"},
        )
        assert code_of(foreign)[0] == 403
        assert await booked(db) == 0
        right = await maria.post(
            f"{API}/appointments", json=wanted, headers=key | {"X-CSRFToken": token[1]}
        )
        assert right.status_code == 201


async def test_the_limit_of_a_token_is_told_and_kept(
    database_url: str, robot: Application, db: Connection
) -> None:
    configured = portal.settings(database_url, api_calls_a_minute=3)
    async with portal.running(configured) as tight, portal.browser(tight) as client:
        client.headers["Authorization"] = f"Bearer {robot.token}"
        answers = [await client.get(f"{API}/patients") for _ in range(8)]
    codes = [it.status_code for it in answers]
    assert codes.count(429) >= 1  # a minute may end meanwhile, no two
    told = answers[codes.index(429)]
    assert code_of(told) == (429, "too_many_calls")
    assert int(told.headers["retry-after"]) == int(told.headers["ratelimit-reset"]) > 0
    assert told.headers["ratelimit-remaining"] == "0"
    assert answers[0].headers["ratelimit-limit"] == "3"
    assert answers[0].headers["ratelimit-remaining"] in {"0", "1", "2"}
