"""An adult lets another act for him: by a code of his own making, until a day, revoked at once."""

import asyncio
from dataclasses import replace
from datetime import date, timedelta

import psycopg
import pytest

from registratura.db import Connection, value
from registratura.people import holders, invitations, patients, relatives
from registratura.people.accounts import Account
from registratura.people.invitations import Invitation, Terms
from registratura.people.link_refusals import (
    InvitationGivesNothing,
    InvitationUnknown,
    InviterIsMinor,
    TermUnknown,
)
from registratura.people.refusals import (
    AccessClosed,
    KinshipUnknown,
    NotYourPatient,
    NotYourRelative,
    OwnerIsMinor,
)
from tests.given import people as given
from tests.given.cards import join
from tests.given.links import VERA, close, let
from tests.given.people import NOW, OLEG, ZONE

AT = {"now": NOW, "zone": ZONE}
TERMS = Terms(kinship="spouse", acts=True, sees=True, months=12)


@pytest.fixture
async def maria(db: Connection) -> Account:
    """The patient."""
    return await given.account(db, "Мария")


@pytest.fixture
async def oleg(db: Connection) -> Account:
    """Whom she lets act for her."""
    return await given.account(db, "Олег")


async def code_of(db: Connection, patient: Account) -> Invitation:
    return await invitations.invite(db, patient.id, TERMS, **AT)


async def accept(db: Connection, holder: Account, code: str, **otherwise: object) -> object:
    return await invitations.accept(db, holder.id, code, **(AT | otherwise))


async def test_who_enters_the_code_acts_and_sees_until_the_day(
    db: Connection, maria: Account, oleg: Account
) -> None:
    link = await let(db, maria, oleg, kinship="spouse", months=12)
    assert (link.name, link.kinship, link.level) == (
        "Иванова Мария Петровна",
        "spouse",
        "confirmed",
    )
    assert (link.acts, link.sees, link.ends_on) == (True, True, date(2027, 11, 25))
    patient = await patients.get_for(db, oleg.id, maria.person_id, **AT)
    assert (patient.short_name, patient.sees, patient.policy_number) == ("Иванова М.П.", True, None)


@pytest.mark.parametrize(("acts", "sees"), [(True, False), (False, True)])
async def test_each_right_is_given_by_itself(
    db: Connection, maria: Account, oleg: Account, acts: bool, sees: bool
) -> None:
    await let(db, maria, oleg, acts=acts, sees=sees)
    listed = await patients.search(db, oleg.id, **AT)
    assert [it.sees for it in listed[1:]] == ([sees] if acts else [])


async def test_the_code_is_digits_kept_as_a_hash_and_may_be_typed_with_blanks(
    db: Connection, maria: Account, oleg: Account
) -> None:
    made = await code_of(db, maria)
    assert (len(made.code), made.code.isdecimal()) == (10, True)
    assert made.code not in await value(db, "select invitation::text from invitation")
    await accept(db, oleg, f" {made.code[:5]} - {made.code[5:]}")


async def test_a_code_works_once_for_an_hour_and_never_for_its_maker(
    db: Connection, maria: Account, oleg: Account
) -> None:
    stranger = await given.account(db, "Чужой")
    made = await code_of(db, maria)
    late = NOW + timedelta(hours=1)
    for who, code, now in (
        (maria, made.code, NOW),
        (oleg, made.code, late),
        (oleg, "0123456789", NOW),
        (oleg, "", NOW),
    ):
        with pytest.raises(InvitationUnknown):
            await accept(db, who, code, now=now)
    await accept(db, oleg, made.code, now=late - timedelta(seconds=1))
    with pytest.raises(InvitationUnknown):
        await accept(db, stranger, made.code)
    refused = await value(db, "select count(*) from event where kind = 'invitation.refused'")
    assert refused == 5


async def test_two_who_enter_one_code_at_once_make_one_link(
    db: Connection, another_db: Connection, maria: Account, oleg: Account
) -> None:
    stranger = await given.account(db, "Чужой")
    made = await code_of(db, maria)
    entered = (accept(db, oleg, made.code), accept(another_db, stranger, made.code))
    done = await asyncio.gather(*entered, return_exceptions=True)
    assert sorted(type(it).__name__ for it in done) == ["InvitationUnknown", "UUID"]


async def test_a_new_code_takes_the_place_of_the_old_and_a_withdrawn_one_is_worth_nothing(
    db: Connection, maria: Account, oleg: Account
) -> None:
    old, new = await code_of(db, maria), await code_of(db, maria)
    with pytest.raises(InvitationUnknown):
        await accept(db, oleg, old.code)
    assert await invitations.find_open(db, maria.id, now=NOW) == NOW + timedelta(hours=1)
    await invitations.withdraw(db, maria.id, now=NOW)
    with pytest.raises(InvitationUnknown):
        await accept(db, oleg, new.code)
    assert await invitations.find_open(db, maria.id, now=NOW) is None
    await code_of(db, maria)
    assert await invitations.sweep(db, now=NOW + timedelta(hours=1)) == 1


async def test_both_are_adults(db: Connection, maria: Account) -> None:
    vera = await given.account(db, VERA)
    with pytest.raises(InviterIsMinor):
        await code_of(db, vera)
    with pytest.raises(OwnerIsMinor):
        await accept(db, vera, (await code_of(db, maria)).code)


@pytest.mark.parametrize(
    ("otherwise", "refusal"),
    [
        ({"acts": False, "sees": False}, InvitationGivesNothing),
        ({"months": 24}, TermUnknown),
        ({"kinship": "child"}, KinshipUnknown),
    ],
)
async def test_a_consent_says_what_for_how_long_and_to_whom(
    db: Connection, maria: Account, otherwise: dict[str, object], refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        await invitations.invite(db, maria.id, replace(TERMS, **otherwise), **AT)


async def test_the_patient_ends_it_with_one_press_and_nobody_else_can(
    db: Connection, maria: Account, oleg: Account
) -> None:
    link = await let(db, maria, oleg)
    stranger = await given.account(db, "Чужой")
    for who in (stranger, oleg):
        with pytest.raises(NotYourRelative):
            await holders.end(db, who.id, link.id, now=NOW)
    await holders.end(db, maria.id, link.id, now=NOW)
    with pytest.raises(NotYourPatient):
        await patients.get_for(db, oleg.id, maria.person_id, **AT)
    with pytest.raises(NotYourRelative):
        await holders.end(db, maria.id, link.id, now=NOW)
    assert await holders.search_own(db, maria.id, **AT) == []


async def test_both_sides_see_it_and_each_step_is_an_event(
    db: Connection, maria: Account, oleg: Account
) -> None:
    link = await let(db, maria, oleg, sees=False, months=6)
    [holder] = await holders.search_own(db, maria.id, **AT)
    assert (holder.id, holder.name, holder.kinship) == (link.id, "Смирнов Олег Андреевич", "spouse")
    assert (holder.acts, holder.sees, holder.ends_on) == (True, False, date(2027, 5, 25))
    await relatives.leave(db, oleg.id, link.id, now=NOW + timedelta(hours=1))
    kinds = await value(
        db,
        """
        select array_agg(kind order by id) from event
        where person_id = %(person)s and kind !~ '^account'
        """,
        person=maria.person_id,
    )
    assert kinds == ["invitation.made", "relative.added", "relative.left"]


async def test_a_consent_given_again_takes_the_place_of_the_one_before(
    db: Connection, maria: Account, oleg: Account
) -> None:
    await let(db, maria, oleg, months=6)
    later = NOW + timedelta(days=150)
    await let(db, maria, oleg, months=18, now=later)
    [link] = await relatives.search(db, oleg.id, now=later, zone=ZONE)
    assert link.ends_on == date(2028, 10, 24)


async def test_a_grown_child_lets_his_parent_act_again(db: Connection, oleg: Account) -> None:
    link = await given.relative(db, oleg, birth_date=date(2008, 11, 26), policy_number="1" * 16)
    day = NOW + timedelta(days=2)
    assert await relatives.search(db, oleg.id, now=day, zone=ZONE) == []
    petr = replace(OLEG, oid=9, last_name="Иванов", birth_date=date(2008, 11, 26))
    grown = await given.account(db, petr)
    await join(db, grown.person_id, link.person_id)
    await let(db, grown, oleg, kinship="by_proxy", now=day)
    [again] = await relatives.search(db, oleg.id, now=day, zone=ZONE)
    assert (again.kinship, again.person_id) == ("by_proxy", link.person_id)


async def test_an_account_that_the_desk_closed_is_not_let_in_by_a_code(
    db: Connection, maria: Account, oleg: Account
) -> None:
    await close(db, await let(db, maria, oleg))
    with pytest.raises(AccessClosed):
        await accept(db, oleg, (await code_of(db, maria)).code)


async def test_the_database_keeps_no_adults_link_without_his_consent_and_its_day(
    db: Connection, maria: Account, oleg: Account
) -> None:
    link = await let(db, maria, oleg)
    for change in (
        "ends_on = null",
        "confirmed_by = null",
        "level = 'declared', policy_number = '1'",
        "acts = false, sees = false",
    ):
        with pytest.raises(psycopg.errors.CheckViolation):
            await db.execute(f"update relative set {change} where id = %s", (link.id,))
