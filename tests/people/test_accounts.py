"""Signing in: whose card an account meets, and what is remembered of it."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import psycopg

from registratura.db import Connection, value
from registratura.people import accounts, consents, persons
from registratura.people.persons import Identity
from tests.given import people as given
from tests.given.people import MARIA, NOW

MARIA_IN_THE_REGION = Identity("Иванова", "Мария", "Петровна", MARIA.birth_date)


async def test_the_owner_meets_her_own_card_by_snils_name_and_birth_date(db: Connection) -> None:
    known = await given.card(db, MARIA_IN_THE_REGION, sex="F", snils=MARIA.snils)
    assert (await given.account(db, "Мария")).person_id == known


async def test_the_right_snils_with_another_name_meets_nobody(db: Connection) -> None:
    other = replace(MARIA_IN_THE_REGION, first_name="Марина")
    known = await given.card(db, other, sex="F", snils=MARIA.snils)
    maria = await given.account(db, "Мария")
    own = await persons.find_card(db, maria.person_id)
    assert own is not None
    assert (own.id, own.code) != (known, None)
    assert (own.last_name, own.snils, own.code) == ("Иванова", MARIA.snils, None)


async def test_two_cards_that_fit_are_as_good_as_none(db: Connection) -> None:
    twins = [
        await given.card(db, MARIA_IN_THE_REGION, sex="F", snils=MARIA.snils) for _ in range(2)
    ]
    assert (await given.account(db, "Мария")).person_id not in twins


async def test_an_owner_without_snils_gets_a_card_of_her_own(db: Connection) -> None:
    known = await given.card(db, MARIA_IN_THE_REGION, sex="F", snils=MARIA.snils)
    maria = await given.account(db, replace(MARIA, snils=None))
    assert maria.person_id != known


async def test_the_second_sign_in_brings_the_account_up_to_date(db: Connection) -> None:
    first = await given.account(db, "Мария")
    later = NOW + timedelta(days=30)
    second = await given.account(
        db, replace(MARIA, last_name="Петрова", policy_number=None), now=later
    )
    assert (second.id, second.person_id) == (first.id, first.person_id)
    assert (second.last_name, second.signed_in_at) == ("Петрова", later)
    assert second.policy_number == MARIA.policy_number


async def test_the_same_number_of_another_issuer_is_another_account(db: Connection) -> None:
    first = await given.account(db, "Мария")
    second = await given.account(db, replace(MARIA, issuer="https://gateway.example/"))
    assert second.id != first.id


async def test_two_windows_signing_in_at_once_make_one_account(
    db: Connection, another_db: Connection
) -> None:
    both = await asyncio.gather(
        accounts.sign_in(db, MARIA, now=NOW), accounts.sign_in(another_db, MARIA, now=NOW)
    )
    assert both[0].id == both[1].id
    assert await value(db, "select count(*) from account") == 1
    assert await value(db, "select count(*) from person") == 1


async def test_an_event_cannot_be_changed_or_removed(db: Connection) -> None:
    await given.account(db, "Мария")
    for attempt in ("update event set kind = 'nothing'", "delete from event"):
        try:
            await db.execute(attempt)
        except psycopg.errors.InsufficientPrivilege:
            continue
        raise AssertionError(attempt)
    assert await value(db, "select count(*) from event where kind = 'account.created'") == 1


async def test_a_consent_given_twice_stands_once(db: Connection, another_db: Connection) -> None:
    maria = await given.account(db, "Мария")
    words = {"document": "portal", "version": "1", "text_sha256": "ab" * 32}
    await asyncio.gather(
        consents.record(db, maria.id, **words, now=NOW),
        consents.record(another_db, maria.id, **words, now=NOW),
    )
    given_once = await consents.search(db, maria.id)
    assert [(it.document, it.version, it.given_at) for it in given_once] == [("portal", "1", NOW)]
    assert await value(db, "select count(*) from event where kind = 'consent.given'") == 1


async def test_a_new_version_of_the_text_asks_for_a_new_consent(db: Connection) -> None:
    maria = await given.account(db, "Мария")
    await consents.record(
        db, maria.id, document="portal", version="1", text_sha256="ab" * 32, now=NOW
    )
    assert await consents.find_given(db, maria.id, document="portal", version="1")
    assert await consents.find_given(db, maria.id, document="portal", version="2") is None
