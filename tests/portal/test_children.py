"""Children of ЕСИА's list on «Добавление родственника»: one press, confirmed or declared."""

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime

import httpx
import pytest
from litestar import Litestar

from registratura.db import Connection, value
from registratura.people import children
from registratura.people.link_refusals import ChildNotVerified
from registratura.web.limits import TriedTooOften
from tests.given import people, portal, region, visits
from tests.given.links import ANNA, DENIS, card_of
from tests.given.people import OLEG
from tests.given.portal import words_of
from tests.portal.form import FORM, faults_of, send


@pytest.fixture
async def oleg(app: Litestar) -> AsyncIterator[httpx.AsyncClient]:
    """Олег's browser, signed in."""
    async with await portal.signed_in(app, OLEG) as client:
        yield client


async def tell(db: Connection, *listed: object) -> None:
    """ЕСИА tells of these children at Олег's sign-in."""
    account = await people.account(db, OLEG, now=datetime.now(UTC))
    await children.keep(db, account.id, listed, now=datetime.now(UTC))  # type: ignore[arg-type]


async def press(client: httpx.AsyncClient, name: str, seen_on: str = FORM) -> httpx.Response:
    """The button beside that child."""
    page = (await client.get(seen_on)).text
    found = re.search(
        r'action="(/profile/relatives/children/[0-9a-f-]+)">(?:(?!</form>).)*' + name, page, re.S
    )
    assert found is not None, f"{name} is not offered"
    return await portal.submit(client, found[1], {}, seen_on=seen_on)


async def test_anna_is_confirmed_with_one_press_denis_is_declared_with_one(
    oleg: httpx.AsyncClient, db: Connection
) -> None:
    await card_of(db, ANNA)
    await tell(db, ANNA, DENIS)
    words = words_of(await oleg.get(FORM))
    assert "Смирнова Анна Олеговна , 14.03.2019 Свидетельство проверено Добавить" in words
    assert "Смирнов Денис Олегович , 02.11.2012 Свидетельство не проверено Добавить" in words
    for name in ("Анна", "Денис"):
        answer = await press(oleg, name)
        assert (answer.status_code, answer.headers["location"]) == (303, "/profile#relatives")
    words = words_of(await oleg.get("/profile"))
    assert "Смирнова Анна Олеговна Ребёнок 14.03.2019 •••• 0126" in words
    levels = "select string_agg(first_name || ' ' || level, ', ' order by first_name) from relative"
    assert await value(db, levels) == "Анна confirmed, Денис declared"
    assert "Ваши дети в ЕСИА" not in words_of(await oleg.get(FORM))


@pytest.mark.parametrize("path", ["/", "/profile", "/appointments"])
async def test_a_child_is_added_with_one_press_where_the_parent_looks_for_her(
    oleg: httpx.AsyncClient, stranger: httpx.AsyncClient, db: Connection, path: str
) -> None:
    await card_of(db, ANNA)
    await tell(db, ANNA, DENIS)
    answer = await press(oleg, "Анна", seen_on=path)
    assert (answer.status_code, answer.headers["location"]) == (303, "/profile#relatives")
    assert await value(db, "select level from relative") == "confirmed"
    words = words_of(await oleg.get(path))
    assert "Добавить : Смирнов Денис Олегович" in words
    assert "Добавить : Смирнова Анна Олеговна" not in words
    assert "Ваши дети в ЕСИА" not in words_of(await stranger.get(path))


async def test_who_adds_a_child_beside_the_visits_is_led_back_to_them(
    oleg: httpx.AsyncClient, db: Connection
) -> None:
    await tell(db, ANNA, DENIS)
    oleg.headers["Referer"] = f"{portal.ADDRESS}/appointments"
    answer = await press(oleg, "Анна", seen_on="/appointments")
    assert answer.headers["location"] == "/appointments"
    oleg.headers["Referer"] = "https://evil.example/appointments"
    answer = await press(oleg, "Денис", seen_on="/appointments")
    assert answer.headers["location"] != "https://evil.example/appointments"


async def test_with_visits_ahead_nothing_stands_between(
    oleg: httpx.AsyncClient, db: Connection
) -> None:
    await tell(db, ANNA, DENIS)
    await region.region(db, datetime.now(UTC))
    owner = await people.account(db, OLEG, now=datetime.now(UTC))
    whom = await visits.patient(db, owner, owner.person_id)
    slot = await region.free_slot(db, "therapist")
    await visits.book(db, owner, whom, slot, now=datetime.now(UTC))
    assert "Ваши дети в ЕСИА" not in words_of(await oleg.get("/appointments"))


async def test_what_esia_does_not_know_is_asked_in_the_form_filled_already(
    oleg: httpx.AsyncClient, db: Connection
) -> None:
    await tell(db, replace(DENIS, policy_number=None))
    answer = await press(oleg, "Денис")
    form = await oleg.get(answer.headers["location"].partition("#")[0])
    for typed in ("Смирнов", "Денис", "Олегович", "02.11.2012", "200-000-022 24"):
        assert f'value="{typed}"' in form.text
    assert '<option value="child" selected>' in form.text
    assert not re.search(r'id="affirmed"[^>]*checked', form.text)
    assert await value(db, "select count(*) from relative") == 0


async def test_a_declared_child_is_confirmed_when_esia_verifies_him(
    oleg: httpx.AsyncClient, db: Connection
) -> None:
    await tell(db, DENIS)
    await press(oleg, "Денис")
    await tell(db, replace(DENIS, verified=True))
    assert "Подтвердить родство : Смирнов Денис Олегович" in words_of(await oleg.get(FORM))
    await press(oleg, "Денис")
    assert await value(db, "select level || ' ' || confirmed_by from relative") == "confirmed esia"


async def test_a_child_without_a_verified_certificate_is_never_confirmed(
    oleg: httpx.AsyncClient, db: Connection
) -> None:
    await tell(db, DENIS)
    await press(oleg, "Денис")
    assert await value(db, "select level from relative") == "declared"
    assert ChildNotVerified.code == "child_not_verified"


async def test_the_limits_of_declared_children_hold_for_the_button_too(
    oleg: httpx.AsyncClient, db: Connection
) -> None:
    for name in ("Анна", "Борис", "Вера"):
        await send(oleg, first_name=name)
    await tell(db, DENIS, ANNA)
    answer = await press(oleg, "Денис")
    assert answer.status_code == 422
    assert "За день можно добавить не больше 3" in words_of(answer)
    assert (await press(oleg, "Анна")).status_code == 303


async def test_a_child_who_left_the_list_is_shown_with_what_to_do(
    oleg: httpx.AsyncClient, db: Connection
) -> None:
    await tell(db, ANNA)
    await press(oleg, "Анна")
    await tell(db)
    words = words_of(await oleg.get("/profile"))
    assert "в ЕСИА больше не подтверждён: покажите свидетельство в регистратуре" in words


async def test_the_button_may_not_be_pressed_for_ever(
    oleg: httpx.AsyncClient, db: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("registratura.portal.relatives.TRIES", 0)
    await tell(db, ANNA)
    answer = await press(oleg, "Анна")
    assert TriedTooOften.words.partition("{")[0] in words_of(answer)
    assert faults_of(answer) == []
