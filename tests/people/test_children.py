"""Children of ЕСИА's list: Анна's birth certificate is verified there, Денис's is not."""

import asyncio
from dataclasses import replace
from datetime import date, timedelta
from uuid import uuid4

import pytest

from registratura.db import Connection, execute, value
from registratura.people import (
    children,
    consents,
    deletions,
    erasure,
    invitations,
    patients,
    proving,
    relatives,
)
from registratura.people.accounts import Account
from registratura.people.declarations import Declaration
from registratura.people.invitations import Terms
from registratura.people.link_refusals import ChildNotVerified, ChildUnknown
from registratura.people.refusals import AccessClosed, OwnerIsMinor, RelativeAddedTwice
from tests.given import links
from tests.given import people as given
from tests.given.links import ANNA, DENIS, card_of, close, proven, told
from tests.given.people import NOW, OLEG, ZONE

VERIFIED = replace(DENIS, verified=True)
AT = {"now": NOW, "zone": ZONE}


@pytest.fixture
async def oleg(db: Connection) -> Account:
    return await given.account(db, "Олег")


def typed(child: object = DENIS, **otherwise: object) -> Declaration:
    """What a parent types of that child, or the portal for him."""
    facts = {it: getattr(child, it) for it in ("last_name", "first_name", "middle_name")}
    facts |= {it: getattr(child, it) for it in ("birth_date", "sex", "policy_number")}
    return Declaration(**({"kinship": "child", "affirmed": True} | facts | otherwise))


async def prove(db: Connection, owner: Account, child: children.Child) -> object:
    return await proving.prove(db, owner.id, child.id, now=NOW, zone=ZONE)


async def kinds(db: Connection) -> list[str]:
    found: list[str] = await value(db, "select array_agg(kind order by id) from event")
    return [kind for kind in found if kind.startswith("relative")]


async def test_anna_is_verified_and_becomes_confirmed_denis_is_not(
    db: Connection, oleg: Account
) -> None:
    denis, anna = await told(db, oleg, ANNA, DENIS)
    assert [(it.name, it.verified) for it in (anna, denis)] == [
        ("Смирнова Анна Олеговна", True),
        ("Смирнов Денис Олегович", False),
    ]
    await prove(db, oleg, anna)
    with pytest.raises(ChildNotVerified):
        await prove(db, oleg, denis)
    await given.relative(db, oleg, typed())
    levels = {it.first_name: it.level for it in await relatives.search(db, oleg.id, **AT)}
    assert levels == {"Анна": "confirmed", "Денис": "declared"}
    assert await children.search(db, oleg.id, **AT) == []
    assert await kinds(db) == ["relative.added", "relative.declared"]


@pytest.mark.parametrize(
    ("on_the_card", "meets"),
    [
        ({}, True),
        ({"policy_number": "1111111111111111"}, True),  # the СНИЛС alone
        ({"snils": None}, True),  # the policy alone
        ({"snils": "20000009999", "policy_number": "1111111111111111"}, False),
    ],
)
async def test_a_confirmed_child_meets_the_card_of_his_snils_or_his_policy(
    db: Connection, oleg: Account, on_the_card: dict[str, str | None], meets: bool
) -> None:
    known = await card_of(db, ANNA, **on_the_card)
    link = await proven(db, oleg, ANNA)
    assert (link.person_id == known) is meets


async def test_two_cards_that_fit_are_none(db: Connection, oleg: Account) -> None:
    by_snils = await card_of(db, ANNA, policy_number="1111111111111111")
    by_policy = await card_of(db, ANNA, snils=None)
    link = await proven(db, oleg, ANNA)
    assert link.person_id not in (by_snils, by_policy)


async def test_a_namesake_with_the_same_birthday_is_not_met(db: Connection, oleg: Account) -> None:
    other = replace(ANNA, snils="20000009999", policy_number="1111111111111111")
    assert (await proven(db, oleg, ANNA)).person_id != await card_of(db, other)


async def test_verified_children_count_in_no_limit_of_declared_ones(
    db: Connection, oleg: Account
) -> None:
    for name in ("Борис", "Глеб", "Егор"):
        await given.relative(db, oleg, first_name=name)
    link = await proven(db, oleg, ANNA)
    assert (link.level, link.confirmed_by) == ("confirmed", "esia")


async def test_a_declared_child_who_is_verified_now_is_confirmed_with_one_press(
    db: Connection, oleg: Account
) -> None:
    await given.relative(db, oleg, typed(DENIS, kinship="other_child"))
    assert await told(db, oleg, DENIS) == []
    [denis] = await told(db, oleg, VERIFIED)
    [declared] = await relatives.search(db, oleg.id, **AT)
    assert denis.relative_id == declared.id
    await prove(db, oleg, denis)
    [confirmed] = await relatives.search(db, oleg.id, **AT)
    assert (confirmed.id, confirmed.level, confirmed.kinship) == (declared.id, "confirmed", "child")
    assert await kinds(db) == ["relative.declared", "relative.confirmed"]
    assert await told(db, oleg, VERIFIED) == []


async def test_a_link_typed_otherwise_that_led_to_the_same_card_is_confirmed_too(
    db: Connection, oleg: Account
) -> None:
    known = await card_of(db, VERIFIED)
    link = await given.relative(db, oleg, typed(DENIS))
    assert link.person_id == known
    renamed = replace(VERIFIED, last_name="Петров")
    await execute(db, "update person set last_name = 'Петров' where id = %(it)s", it=known)
    assert (await proven(db, oleg, renamed)).id == link.id
    assert await children.search(db, oleg.id, **AT) == []


async def test_a_link_to_a_namesake_of_another_snils_is_left_alone(
    db: Connection, oleg: Account
) -> None:
    namesake = await card_of(db, DENIS, snils="20000009999", policy_number="1111111111111111")
    link = await given.relative(db, oleg, typed(DENIS, policy_number="1111111111111111"))
    assert link.person_id == namesake
    mine = await proven(db, oleg, VERIFIED)
    assert mine.person_id != namesake
    levels = {it.person_id: it.level for it in await relatives.search(db, oleg.id, **AT)}
    assert levels == {namesake: "declared", mine.person_id: "confirmed"}


async def test_a_name_and_a_birth_date_alone_confirm_nothing(db: Connection, oleg: Account) -> None:
    namesake = await card_of(db, DENIS, snils=None, policy_number="1111111111111111")
    await given.relative(db, oleg, typed(DENIS, policy_number="1111111111111111"))
    mine = await proven(db, oleg, VERIFIED)
    levels = {it.person_id: it.level for it in await relatives.search(db, oleg.id, **AT)}
    assert levels == {namesake: "declared", mine.person_id: "confirmed"}


async def test_a_child_who_is_gone_from_the_list_stays_confirmed_and_is_marked(
    db: Connection, oleg: Account
) -> None:
    await proven(db, oleg, ANNA)
    marks = []
    for listed in ((), (replace(ANNA, verified=False),), (ANNA,)):
        await told(db, oleg, *listed, now=NOW + timedelta(days=1))
        [link] = await relatives.search(db, oleg.id, **AT)
        marks.append((link.level, link.off_list_since is not None))
    assert marks == [("confirmed", True), ("confirmed", True), ("confirmed", False)]
    assert await kinds(db) == ["relative.added", "relative.off_list", "relative.on_list"]


async def test_a_closed_child_is_not_offered_and_not_added(db: Connection, oleg: Account) -> None:
    await card_of(db, ANNA)
    [anna] = await told(db, oleg, ANNA)
    await close(db, await proven(db, oleg, ANNA))
    assert await told(db, oleg, ANNA) == []
    with pytest.raises(ChildUnknown):
        await prove(db, oleg, anna)
    renamed = replace(ANNA, id="77", first_name="Аня", policy_number="1111111111111111")
    await execute(db, "update person set first_name = 'Аня' where last_name = 'Смирнова'")
    [again] = await told(db, oleg, renamed)
    with pytest.raises(AccessClosed):
        await prove(db, oleg, again)


async def test_nobody_adds_anothers_child_nor_one_under_18_anybody(
    db: Connection, oleg: Account
) -> None:
    [anna] = await told(db, oleg, ANNA)
    stranger = await given.account(db, "Чужой")
    young = await given.account(db, replace(OLEG, oid=7, birth_date=date(2010, 1, 1)))
    [youngs] = await told(db, young, ANNA)
    for owner, child_id, refusal in (
        (stranger, anna.id, ChildUnknown),
        (oleg, uuid4(), ChildUnknown),
        (young, youngs.id, OwnerIsMinor),
    ):
        with pytest.raises(refusal):
            await proving.prove(db, owner.id, child_id, now=NOW, zone=ZONE)


async def test_one_press_twice_makes_one_link(
    db: Connection, another_db: Connection, oleg: Account
) -> None:
    [anna] = await told(db, oleg, ANNA)
    pressed = [prove(it, oleg, anna) for it in (db, another_db)]
    done = await asyncio.gather(*pressed, return_exceptions=True)
    assert sorted(type(it).__name__ for it in done) == ["ChildUnknown", "UUID"]
    assert len(await relatives.search(db, oleg.id, **AT)) == 1


async def test_a_grown_child_is_not_offered(db: Connection, oleg: Account) -> None:
    born_18_years_ago = NOW.date().replace(year=NOW.year - 18)
    day_younger = born_18_years_ago + timedelta(days=1)
    offered = await told(
        db,
        oleg,
        replace(ANNA, birth_date=born_18_years_ago),
        replace(DENIS, birth_date=day_younger),
    )
    assert [it.first_name for it in offered] == ["Денис"]


async def test_a_desk_confirmed_link_is_not_added_again(db: Connection, oleg: Account) -> None:
    known = await card_of(db, VERIFIED)
    link = await given.relative(db, oleg, typed(DENIS))
    await links.confirm(db, link)
    assert await told(db, oleg, VERIFIED) == []
    await execute(db, "update person set first_name = 'Дэн' where id = %(it)s", it=known)
    [renamed] = await told(db, oleg, replace(VERIFIED, first_name="Дэн"))
    with pytest.raises(RelativeAddedTwice):
        await prove(db, oleg, renamed)


async def test_the_list_is_replaced_at_each_sign_in_and_erased_with_the_consent(
    db: Connection, oleg: Account
) -> None:
    assert len(await told(db, oleg, ANNA, DENIS)) == 2
    [denis] = await told(db, oleg, DENIS)
    assert denis.first_name == "Денис"
    assert await erasure.sweep(db, now=NOW + timedelta(hours=23)) == 0
    await consents.record(
        db, oleg.id, document="portal", version="1", text_sha256="0" * 64, now=NOW
    )
    assert await erasure.sweep(db, now=NOW + timedelta(days=30)) == 0
    [consent] = await consents.search(db, oleg.id)
    await consents.withdraw(db, oleg.id, consent.id, now=NOW)
    assert await value(db, "select count(*) from esia_child") == 0
    await told(db, oleg, DENIS)  # he signs in and does not agree anew
    assert await erasure.sweep(db, now=NOW + timedelta(days=30)) == 1


async def test_a_deleted_account_leaves_neither_the_list_nor_a_code(
    db: Connection, oleg: Account
) -> None:
    await told(db, oleg, ANNA)
    terms = Terms(kinship="spouse", acts=True, sees=True, months=6)
    await invitations.invite(db, oleg.id, terms, now=NOW, zone=ZONE)
    await deletions.ask(db, oleg.id, now=NOW)
    [asked] = await deletions.search_new(db, now=NOW, actor=links.REGISTRAR, zone=ZONE)
    await deletions.carry_out(db, asked.id, now=NOW, actor=links.REGISTRAR)
    kept = "select (select count(*) from esia_child) + (select count(*) from invitation)"
    assert await value(db, kept) == 0


async def test_a_proven_child_is_a_patient_whose_visits_are_seen(
    db: Connection, oleg: Account
) -> None:
    link = await proven(db, oleg, ANNA)
    anna = await patients.get_for(db, oleg.id, link.person_id, now=NOW, zone=ZONE)
    assert (anna.level, anna.sees, anna.short_name) == ("confirmed", True, "Смирнова А.О.")
