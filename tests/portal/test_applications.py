"""«Доступ для приложений»: a token is made for chosen patients, shown once, and closed."""

import asyncio
import re
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import httpx
import pytest
from litestar import Litestar

from registratura.db import Connection, Pool, value
from registratura.people import bearers, deletions, tokens
from registratura.people.bearers import Bearer
from registratura.people.token_refusals import (
    TokenForNobody,
    TokenMadeBefore,
    TokenNameEmpty,
    TokenNameTooLong,
    TokenScopeUnknown,
    TokenTermUnknown,
    TokenUnknown,
    TooManyTokens,
)
from tests.booking.waiting import until_waiting
from tests.given import people, portal
from tests.given.portal import submit, words_of
from tests.given.visits import REGISTRAR
from tests.portal.form import faults_of, send

PAGE = "/profile/applications"


async def own_id(db: Connection) -> UUID:
    """Мария's own card."""
    found: UUID = await value(db, "select person_id from account where oid = 1001")
    return found


async def make(client: httpx.AsyncClient, db: Connection, **otherwise: str) -> httpx.Response:
    """The form, sent: a month of reading for herself, unless said otherwise."""
    return await submit(client, PAGE, await filled(db, **otherwise), seen_on=PAGE)


async def filled(db: Connection, **otherwise: str) -> dict[str, str]:
    """What the form holds: its own key, for which nobody has sent it yet."""
    typed = {"name": "Здоровье", "patient": str(await own_id(db)), "scope": "read", "days": "30"}
    return {"key": str(uuid4())} | typed | otherwise


def token_on(answer: httpx.Response) -> str:
    found = re.search(r"<code>(rgt_[\w-]{43})</code>", answer.text)
    assert found is not None
    return found[1]


def key_on(answer: httpx.Response) -> str:
    found = re.search(r'<input type="hidden" name="key" value="([\w-]{36})">', answer.text)
    assert found is not None
    return found[1]


async def bearer(db: Connection, token: str, now: datetime | None = None) -> Bearer | None:
    now = now or datetime.now(UTC)
    return await bearers.find(db, token, now=now, today=now.date())


async def test_a_token_is_shown_once_listed_with_its_last_use_and_closed_at_once(
    maria: httpx.AsyncClient, db: Connection
) -> None:
    made = await make(maria, db)
    assert made.headers["cache-control"] == "no-store"
    token = token_on(made)
    words = words_of(await maria.get(PAGE))
    assert token not in words
    assert "Здоровье Только видит" in words
    assert "Ещё не обращалось" in words
    assert "Чьи записи: Иванова М.П. Создан" in words
    assert "Доступ есть у 1 приложения" in words_of(await maria.get("/profile"))
    called = await bearer(db, token)
    assert called is not None
    assert [it.is_own for it in called.patients] == [True]
    assert "Последнее обращение" in words_of(await maria.get(PAGE))
    number = await value(db, "select id from token")
    await submit(maria, f"{PAGE}/{number}/revoke", {}, seen_on=PAGE)
    assert await bearer(db, token) is None
    assert "Ни у кого" in words_of(await maria.get(PAGE))
    journal = words_of(await maria.get("/profile/journal"))
    assert "Доступ для приложения создан Вы" in journal
    assert "Доступ для приложения закрыт Вы" in journal


async def test_the_page_of_a_new_token_loaded_again_makes_no_second_one(
    maria: httpx.AsyncClient, db: Connection
) -> None:
    key = key_on(await maria.get(PAGE))
    first = await make(maria, db, key=key)
    again = await make(maria, db, key=key)
    assert again.status_code == 409
    assert TokenMadeBefore().text in words_of(again)
    assert "rgt_" not in again.text
    await db.execute("update token set revoked_at = now()")
    assert (await make(maria, db, key=key)).status_code == 409
    assert await value(db, "select count(*) from token") == 1
    assert key_on(first) != key
    assert (await make(maria, db, key=key_on(again))).status_code == 200


async def test_a_form_sent_twice_at_once_makes_one_token(
    maria: httpx.AsyncClient, db: Connection
) -> None:
    form = await filled(db)
    sent = await asyncio.gather(*(submit(maria, PAGE, form, seen_on=PAGE) for _ in range(5)))
    assert sorted(it.status_code for it in sent) == [200, 409, 409, 409, 409]


async def test_the_key_of_anothers_form_stands_in_nobodys_way(
    maria: httpx.AsyncClient, stranger: httpx.AsyncClient, db: Connection
) -> None:
    key = str(uuid4())
    assert (await make(maria, db, key=key)).status_code == 200
    own = await value(db, "select person_id from account where oid = 1003")
    assert (await make(stranger, db, key=key, patient=str(own))).status_code == 200
    assert (await make(maria, db, key="nonsense")).status_code == 400


async def test_the_database_holds_no_token(maria: httpx.AsyncClient, db: Connection) -> None:
    token = token_on(await make(maria, db))
    kept = await value(db, "select jsonb_agg(to_jsonb(token))::text from token")
    told = await value(db, "select jsonb_agg(to_jsonb(event))::text from event")
    assert token not in kept + told
    assert tokens.digest(token).hex() in kept


@pytest.mark.parametrize(
    ("field", "typed", "refusal"),
    [
        ("name", " ", TokenNameEmpty()),
        ("name", "я" * 61, TokenNameTooLong(limit=60)),
        ("patient", "", TokenForNobody()),
        ("scope", "everything", TokenScopeUnknown()),
        ("days", "31", TokenTermUnknown()),
    ],
    ids=lambda it: it if isinstance(it, str) and len(it) < 20 else "",
)
async def test_what_cannot_be_made_is_told_beside_its_field(
    maria: httpx.AsyncClient, db: Connection, field: str, typed: str, refusal: Exception
) -> None:
    chosen = await filled(db, **{field: typed})
    form = {name: it for name, it in chosen.items() if it}
    answer = await submit(maria, PAGE, form, seen_on=PAGE)
    assert answer.status_code == 422
    assert faults_of(answer) == [(field, str(refusal))]
    assert key_on(answer) == form["key"]
    assert await value(db, "select count(*) from token") == 0


async def test_ten_applications_are_enough(maria: httpx.AsyncClient, db: Connection) -> None:
    for _ in range(tokens.MOST):
        assert (await make(maria, db)).status_code == 200
    answer = await make(maria, db)
    assert faults_of(answer) == [("name", TooManyTokens(limit=tokens.MOST).text)]


async def test_who_makes_tokens_and_closes_them_without_end_is_told_to_wait(
    maria: httpx.AsyncClient, db: Connection
) -> None:
    for _ in range(30):
        assert (await make(maria, db)).status_code == 200
        await db.execute("update token set revoked_at = now()")
    assert (await make(maria, db)).status_code == 429
    assert await value(db, "select count(*) from event where kind = 'token.made'") == 30


async def test_nobody_gives_away_what_he_may_not_do_himself(
    maria: httpx.AsyncClient, stranger: httpx.AsyncClient, db: Connection
) -> None:
    await send(maria)
    petr = await value(db, "select person_id from relative")
    for whom in (petr, uuid4(), "nonsense"):
        assert (await make(stranger, db, patient=str(whom))).status_code == 404
    await make(maria, db)
    number = await value(db, "select id from token")
    for token in (number, uuid4()):
        answer = await submit(stranger, f"{PAGE}/{token}/revoke", {}, seen_on=PAGE)
        assert answer.status_code == 404
    assert await value(db, "select revoked_at from token") is None
    account = await value(db, "select id from account where oid = 1003")
    with pytest.raises(TokenUnknown):
        await tokens.revoke(db, account, number, now=datetime.now(UTC))


async def test_a_token_acts_for_nobody_for_whom_its_owner_may_act_no_longer(
    maria: httpx.AsyncClient, db: Connection
) -> None:
    await send(maria)
    petr = await value(db, "select person_id from relative")
    token = token_on(await make(maria, db, patient=str(petr), scope="book"))
    called = await bearer(db, token)
    assert called is not None
    assert called.may_book
    assert [it.person_id for it in called.patients] == [petr]
    link = await value(db, "select id from relative")
    await submit(maria, f"/profile/relatives/{link}/leave", {}, seen_on=PAGE)
    called = await bearer(db, token)
    assert called is not None
    assert called.patients == ()
    assert "ничьи, ваш доступ к ним закончился" in words_of(await maria.get(PAGE))


async def test_a_token_ends_on_its_day_with_the_consent_and_with_the_account(
    app: Litestar, maria: httpx.AsyncClient, db: Connection
) -> None:
    token, now = token_on(await make(maria, db)), datetime.now(UTC)
    assert await bearer(db, token, now + timedelta(days=29)) is not None
    assert await bearer(db, token, now + timedelta(days=31)) is None
    consent = await value(db, "select id from consent")
    await submit(maria, f"/profile/consents/{consent}/withdraw", {}, seen_on=PAGE)
    assert await bearer(db, token) is None
    async with await portal.signed_in(app, people.MARIA) as again:
        token = token_on(await make(again, db))
        await submit(again, "/profile/deletion", {}, seen_on=PAGE)
    request = await value(db, "select id from deletion_request")
    await deletions.carry_out(db, request, now=datetime.now(UTC), actor=REGISTRAR)
    assert await value(db, "select count(*) from token") == 0
    assert await bearer(db, token) is None


async def test_a_call_that_meets_the_erasure_of_its_token_is_nobodys(
    maria: httpx.AsyncClient, db: Connection, pool: Pool
) -> None:
    token = token_on(await make(maria, db))
    async with pool.connection() as erasing, erasing.transaction():
        await erasing.execute("delete from token")
        call = asyncio.create_task(bearer(db, token))
        await until_waiting(erasing)
    assert await call is None


async def test_who_is_named_twice_is_told_once(maria: httpx.AsyncClient, db: Connection) -> None:
    await send(maria)
    petr = await value(db, "select person_id from relative")
    account = await value(db, "select id from account where oid = 1001")
    wanted = tokens.Wanted("Здоровье", "read", [petr] * 3, 30)
    await tokens.make(db, account, wanted, uuid4(), now=datetime.now(UTC), zone=people.ZONE)
    told = "select count(*) from event where kind = 'person.let_to_application'"
    assert await value(db, told) == 1


async def test_calls_are_counted_by_the_minute_and_the_last_minute_is_told_and_written_down(
    maria: httpx.AsyncClient, db: Connection
) -> None:
    token = token_on(await make(maria, db))
    minute = datetime.now(UTC).replace(second=0, microsecond=0) + timedelta(minutes=5)
    told = [await bearer(db, token, minute + timedelta(seconds=it)) for it in (1, 20, 59, 61)]
    assert [it and it.calls for it in told] == [1, 2, 3, 1]
    assert told[0] is not None
    assert told[0].window_ends_at == minute + timedelta(minutes=1)
    account = await value(db, "select account_id from token")
    for _ in range(2):
        [listed] = await tokens.search(db, account, now=minute)
        assert listed.used_at == minute + timedelta(minutes=1)
        assert await bearers.note_uses(db) == (await value(db, "select count(*) from token_use"))
        await db.execute("delete from token_use")  # as a crash does


async def test_a_process_that_is_a_moment_behind_does_not_begin_the_minute_anew(
    maria: httpx.AsyncClient, db: Connection
) -> None:
    token = token_on(await make(maria, db))
    minute = datetime.now(UTC).replace(second=0, microsecond=0) + timedelta(minutes=5)
    told = [await bearer(db, token, minute + timedelta(seconds=it)) for it in (59, 61, 59, 61)]
    assert [it and it.calls for it in told] == [1, 1, 2, 3]
    behind = await bearer(db, token, minute - timedelta(hours=1))  # a clock that was wrong
    assert behind is not None
    assert behind.calls == 1
