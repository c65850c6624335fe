"""The desk confirms a parent by a document, and closes an access by one."""

import asyncio
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from registratura.audit import Actor
from registratura.db import Connection, execute, value
from registratura.people import closures, confirmations, patients, relatives
from registratura.people.accounts import Account
from registratura.people.confirmations import Order
from registratura.people.link_refusals import OrderIsForWards, OrderNeeded, OrderOver
from registratura.people.refusals import (
    AccessClosed,
    NotConfirmable,
    NotYourPatient,
    RelativeUnknown,
)
from tests.given import people as given
from tests.given.people import NOW, ZONE

REGISTRAR = Actor("staff", "Регистратор Котова")


async def confirm(db: Connection, link_id: UUID, **otherwise: Any) -> None:
    facts: dict[str, Any] = {"document": "свидетельство о рождении I-АА № 000001", "now": NOW}
    await confirmations.confirm_link(
        db, actor=REGISTRAR, zone=ZONE, relative_id=link_id, **(facts | otherwise)
    )


async def close(db: Connection, link_id: UUID, **otherwise: Any) -> None:
    facts: dict[str, Any] = {"document": "решение суда № 1", "reason": "лишение прав", "now": NOW}
    await closures.close_access(db, actor=REGISTRAR, relative_id=link_id, **(facts | otherwise))


async def level(db: Connection, owner: Account, person_id: UUID) -> str:
    return (await patients.get_for(db, owner.id, person_id, now=NOW, zone=ZONE)).level


async def told(db: Connection, kind: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] | None = await value(
        db, "select array_agg(after order by id) from event where kind = %(kind)s", kind=kind
    )
    return found or []


# confirming


ORDER = Order("Приказ № 7", NOW.date() + timedelta(days=400))


@pytest.mark.parametrize(("kinship", "order"), [("child", None), ("ward", ORDER)])
async def test_a_parent_or_guardian_is_confirmed_by_a_document(
    db: Connection, kinship: str, order: Order | None
) -> None:
    maria = await given.account(db)
    link = await given.relative(db, maria, kinship=kinship)
    await confirm(db, link.id, order=order)
    assert await level(db, maria, link.person_id) == "confirmed"
    [event] = await told(db, "relative.confirmed")
    assert event["document"] == "свидетельство о рождении I-АА № 000001"
    assert event.get("order_number") == (order and order.number)
    assert await value(db, "select confirmed_by_document from relative") == event["document"]
    announced = await value(db, "select array_agg(event order by id) from outbox")
    assert announced == ["relative.declared", "relative.confirmed"]


async def test_a_guardian_is_confirmed_by_an_order_that_has_not_ended(db: Connection) -> None:
    maria = await given.account(db)
    ward = await given.relative(db, maria, kinship="ward")
    child = await given.relative(db, maria, first_name="Павел")
    with pytest.raises(OrderNeeded):
        await confirm(db, ward.id)
    with pytest.raises(OrderOver):
        await confirm(db, ward.id, order=Order("Приказ № 7", NOW.date() - timedelta(days=1)))
    with pytest.raises(OrderIsForWards):
        await confirm(db, child.id, order=ORDER)
    with pytest.raises(ValueError, match="order"):
        await confirm(db, ward.id, order=Order(" ", ORDER.until))
    assert await told(db, "relative.confirmed") == []


async def test_a_new_order_takes_the_place_of_the_old_one(db: Connection) -> None:
    maria = await given.account(db)
    ward = await given.relative(db, maria, kinship="ward")
    longer = Order("Приказ № 8", ORDER.until + timedelta(days=90))
    for order in (ORDER, ORDER, longer):
        await confirm(db, ward.id, order=order)
    [link] = await relatives.search(db, maria.id, now=NOW, zone=ZONE)
    assert link.ends_on == longer.until + timedelta(days=1)
    told_of = [it["order_number"] for it in await told(db, "relative.confirmed")]
    assert told_of == [ORDER.number, longer.number]


@pytest.mark.parametrize("kinship", ["grandchild", "sibling", "other_child"])
async def test_no_other_relative_is_confirmed(db: Connection, kinship: str) -> None:
    maria = await given.account(db)
    link = await given.relative(db, maria, kinship=kinship)
    with pytest.raises(NotConfirmable):
        await confirm(db, link.id)
    assert await level(db, maria, link.person_id) == "declared"


async def test_a_link_that_is_not_there_has_ended_or_is_of_an_adult_is_not_confirmed(
    db: Connection,
) -> None:
    maria = await given.account(db)
    left, living = (
        await given.relative(db, maria),
        await given.relative(db, maria, first_name="Павел"),
    )
    await relatives.leave(db, maria.id, left.id, now=NOW)
    on_his_18th_birthday = NOW.replace(year=2033, month=1, day=1)
    for link_id, now in ((uuid4(), NOW), (left.id, NOW), (living.id, on_his_18th_birthday)):
        with pytest.raises(RelativeUnknown):
            await confirm(db, link_id, now=now)
    with pytest.raises(ValueError, match="document"):
        await confirm(db, living.id, document=" ")


async def test_a_link_that_its_owner_leaves_meanwhile_is_not_confirmed(
    db: Connection, another_db: Connection
) -> None:
    maria = await given.account(db)
    link = await given.relative(db, maria)
    async with another_db.transaction():
        await relatives.leave(another_db, maria.id, link.id, now=NOW)
        confirming = asyncio.create_task(confirm(db, link.id))
        await asyncio.sleep(0.3)
        assert not confirming.done()
    with pytest.raises(RelativeUnknown):
        await confirming
    assert await value(db, "select level from relative") == "declared"


async def test_confirming_again_changes_nothing(db: Connection) -> None:
    maria = await given.account(db)
    link = await given.relative(db, maria)
    await confirm(db, link.id)
    await confirm(db, link.id, document="другой")
    assert len(await told(db, "relative.confirmed")) == 1


# closing


@pytest.mark.parametrize("confirmed", [False, True])
async def test_a_closed_access_ends_at_once(db: Connection, confirmed: bool) -> None:
    await given.card(db)
    maria = await given.account(db)
    link = await given.relative(db, maria)
    if confirmed:
        await confirm(db, link.id)
    await close(db, link.id)
    with pytest.raises(NotYourPatient):
        await level(db, maria, link.person_id)
    assert await relatives.search(db, maria.id, now=NOW, zone=ZONE) == []
    assert await told(db, "relative.closed") == [
        {"document": "решение суда № 1", "reason": "лишение прав"}
    ]


@pytest.mark.parametrize(
    "otherwise",
    [
        {},
        {"first_name": "ПЁТР"},
        {"policy_number": "1234567891234563"},  # the same child, another policy
        {"last_name": "Петров", "birth_date": date(2015, 1, 2)},  # the same policy
    ],
)
async def test_a_closed_account_does_not_declare_the_same_person_again(
    db: Connection, otherwise: dict[str, Any]
) -> None:
    await given.card(db)
    maria = await given.account(db)
    await close(db, (await given.relative(db, maria)).id)
    with pytest.raises(AccessClosed):
        await given.relative(db, maria, now=NOW + timedelta(days=400), **otherwise)
    assert await value(db, "select count(*) from relative") == 1
    assert (await told(db, "relative.refused"))[0]["refusal"] == "access_closed"


async def test_the_refusal_tells_nothing_that_the_owner_did_not_type_himself(
    db: Connection,
) -> None:
    """What the desk knows of the child, and he does not, gets the answer of an unknown child."""
    card = await given.card(db)
    stranger = await given.account(db, "Чужой")
    guess = await given.relative(
        db, stranger, first_name="Пит", policy_number="1234567891234563", kinship="other_child"
    )
    await execute(
        db,
        "update person set joined_into = %(card)s where id = %(guess)s",
        card=card,
        guess=guess.person_id,
    )
    await close(db, guess.id)
    right = await given.relative(db, stranger, kinship="other_child")
    assert right.person_id != card
    with pytest.raises(NotYourPatient):
        await level(db, stranger, card)


async def test_others_keep_their_access_and_may_declare(db: Connection) -> None:
    maria, oleg = await given.account(db, "Мария"), await given.account(db, "Олег")
    mothers, fathers = await given.relative(db, maria), await given.relative(db, oleg)
    await close(db, fathers.id)
    assert await level(db, maria, mothers.person_id) == "declared"
    stranger = await given.account(db, "Чужой")
    assert (await given.relative(db, stranger)).person_id == mothers.person_id
    brother = await given.relative(db, oleg, first_name="Павел", policy_number="1234567891234563")
    assert await level(db, oleg, brother.person_id) == "declared"


async def test_every_link_of_the_account_to_a_joined_card_is_closed(db: Connection) -> None:
    card = await given.card(db)
    maria = await given.account(db)
    links = [
        await given.relative(db, maria),
        await given.relative(db, maria, first_name="Петя", policy_number="1234567891234563"),
    ]
    await execute(
        db,
        "update person set joined_into = %(card)s where id = %(second)s",
        card=card,
        second=links[1].person_id,
    )
    await close(db, links[1].id)
    with pytest.raises(NotYourPatient):
        await level(db, maria, card)
    assert len(await told(db, "relative.closed")) == 2


async def test_a_link_that_its_owner_left_is_closed_too(db: Connection) -> None:
    maria = await given.account(db)
    link = await given.relative(db, maria)
    await relatives.leave(db, maria.id, link.id, now=NOW)
    await close(db, link.id, now=NOW + timedelta(days=1))
    assert await value(db, "select ended_at from relative") == NOW
    with pytest.raises(AccessClosed):
        await given.relative(db, maria)
    await close(db, link.id, document="ещё раз")  # quietly
    assert len(await told(db, "relative.closed")) == 1


async def test_closing_needs_a_link_a_document_and_a_reason(db: Connection) -> None:
    link = await given.relative(db, await given.account(db))
    with pytest.raises(RelativeUnknown):
        await close(db, uuid4())
    for blank in ("document", "reason"):
        with pytest.raises(ValueError, match=blank):
            await close(db, link.id, **{blank: " "})
    for act in (close, confirm):
        with pytest.raises(ValueError, match="now"):
            await act(db, link.id, now=NOW.replace(tzinfo=None))
    assert await told(db, "relative.closed") == []


async def test_a_link_declared_while_the_desk_closes_is_closed_with_the_rest(
    db: Connection, another_db: Connection
) -> None:
    await given.card(db)
    maria = await given.account(db)
    link = await given.relative(db, maria)
    async with another_db.transaction():
        await relatives.leave(another_db, maria.id, link.id, now=NOW)
        await given.relative(another_db, maria)
        closing = asyncio.create_task(close(db, link.id, now=NOW + timedelta(minutes=1)))
        await asyncio.sleep(0.3)
        assert not closing.done()
    await closing
    assert await value(db, "select count(*) from relative where ended_at is null") == 0
    assert await value(db, "select count(*) from relative where closed_at is not null") == 2
