"""«Удалить мои данные с портала»: asked once, taken back, carried out; what stays is said."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import uuid4

import httpx
import pytest
from litestar import Litestar

from registratura.audit import Actor
from registratura.db import Connection, value
from registratura.people import deletions
from registratura.people.refusals import DeletionAskedTwice, DeletionUnknown
from tests.given import portal
from tests.given.people import MARIA, ZONE
from tests.given.portal import words_of
from tests.portal.form import send

PAGE = "/profile/deletion"
ADMINISTRATOR = Actor("staff", "Админова Е.Ю., администратор региона")


async def ask(client: httpx.AsyncClient) -> httpx.Response:
    return await portal.submit(client, PAGE, {}, seen_on=PAGE)


async def test_the_page_says_what_goes_and_what_stays_before_anything_is_asked(
    maria: httpx.AsyncClient, db: Connection
) -> None:
    words = words_of(await maria.get(PAGE))
    assert "Что удалим" in words
    assert "карта и записи к врачу: их хранит клиника" in words
    assert await value(db, "select count(*) from deletion_request") == 0


async def test_a_request_waits_may_be_taken_back_and_asked_anew(
    maria: httpx.AsyncClient, db: Connection
) -> None:
    assert (await ask(maria)).headers["location"] == PAGE
    assert "Заявка подана" in words_of(await maria.get(PAGE))
    assert "Заявка подана" in words_of(await maria.get("/profile"))
    assert DeletionAskedTwice.words in words_of(await ask(maria))
    await portal.submit(maria, f"{PAGE}/take-back", {}, seen_on=PAGE)
    assert "Ничего не удалено" in words_of(await maria.get(PAGE))
    assert "Заявка подана" not in words_of(await maria.get(PAGE))
    again = await portal.submit(maria, f"{PAGE}/take-back", {}, seen_on=PAGE)
    assert again.status_code == 404
    await ask(maria)
    told = "select array_agg(kind order by id) from event where kind like 'deletion.%%'"
    assert await value(db, told, it=1) == [
        "deletion.requested",
        "deletion.taken_back",
        "deletion.requested",
    ]


async def test_what_is_carried_out_is_gone_and_what_the_law_keeps_is_there(
    app: Litestar, maria: httpx.AsyncClient, db: Connection
) -> None:
    await send(maria)
    await ask(maria)
    now = datetime.now(UTC)
    [asked] = await deletions.search_new(db, now=now, actor=ADMINISTRATOR, zone=ZONE)
    assert (asked.name, asked.links) == ("Иванова М.П.", 1)
    await deletions.carry_out(db, asked.id, now=now, actor=ADMINISTRATOR)
    assert (await maria.get("/profile")).status_code == 303
    left = await value(
        db,
        """
        select jsonb_build_array(
            num_nonnulls(email, phone, policy_number),
            (select count(*) from relative where ended_at is null),
            (select count(*) from consent where withdrawn_at is null),
            (select count(*) from web_session), (select count(*) from person))
        from account
        """,
    )
    assert left == [0, 0, 0, 0, 2]
    who = "select array_agg(actor_id) from event where kind = any(%(kinds)s)"
    kinds = ["deletion.carried_out", "relative.left"]
    assert await value(db, who, kinds=kinds) == [ADMINISTRATOR.id] * 2
    again = await portal.signed_in(app, MARIA)
    assert "Прошлая заявка выполнена" in words_of(await again.get(PAGE))


async def test_only_a_request_that_waits_is_carried_out(
    maria: httpx.AsyncClient, db: Connection
) -> None:
    await ask(maria)
    now = datetime.now(UTC)
    [asked] = await deletions.search_new(db, now=now, actor=ADMINISTRATOR, zone=ZONE)
    await deletions.carry_out(db, asked.id, now=now, actor=ADMINISTRATOR)
    for number in (asked.id, uuid4()):
        with pytest.raises(DeletionUnknown):
            await deletions.carry_out(db, number, now=now, actor=ADMINISTRATOR)


async def test_a_stranger_neither_sees_nor_takes_back_the_request(
    app: Litestar, maria: httpx.AsyncClient
) -> None:
    await ask(maria)
    other = replace(MARIA, oid=2002, snils=None)
    async with await portal.signed_in(app, other) as stranger:
        assert "Заявка подана" not in words_of(await stranger.get(PAGE))
        answer = await portal.submit(stranger, f"{PAGE}/take-back", {}, seen_on=PAGE)
        assert answer.status_code == 404
    assert "Заявка подана" in words_of(await maria.get(PAGE))
