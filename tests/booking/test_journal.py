"""The journal of one person: every change and every reading by another, to those who may see it."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from registratura import audit
from registratura.audit import readings
from registratura.booking import journal, visits
from registratura.booking.journal import Entry
from registratura.booking.model import Receipt
from registratura.db import Connection, value
from registratura.notices import inbox
from registratura.people import confirmations
from registratura.people.accounts import Account
from registratura.people.patients import Patient
from registratura.people.refusals import NotYourPatient
from tests.given import people, region
from tests.given.cards import join
from tests.given.people import MARIA, NOW, ZONE
from tests.given.visits import REGISTRAR, book, patient


async def confirm(db: Connection, account: Account, link_id: UUID | None) -> Patient:
    """The desk confirms the link; the patient as the account may see him from here on."""
    assert link_id is not None
    await confirmations.confirm_link(
        db, now=NOW, actor=REGISTRAR, zone=ZONE, relative_id=link_id, document="свидетельство"
    )
    whose = await value(db, "select person_id from relative where id = %(it)s", it=link_id)
    return await patient(db, account, whose)


async def booked(db: Connection, who: Account, whom: Patient, offset: int = 0) -> Receipt:
    return await book(db, who, whom, (await region.free(db))[offset].slot_id)


async def lines(db: Connection, who: Account, whom: Patient, **otherwise: Any) -> list[Entry]:
    return await journal.search(db, who.id, whom, now=NOW, zone=ZONE, **otherwise)


async def told(db: Connection, kind: str) -> int:
    counted: int = await value(db, "select count(*) from event where kind = %(kind)s", kind=kind)
    return counted


async def test_seeing_a_childs_visits_is_told_once_a_day(
    db: Connection, maria: Account, petr: Patient
) -> None:
    visit = await booked(db, maria, petr)
    for now in (NOW, NOW + timedelta(hours=3), NOW + timedelta(days=1)):
        await visits.search_for(db, maria.id, now=now, region_zone=ZONE)
        await visits.get_for(db, maria.id, visit.appointment_id, now=now, region_zone=ZONE)
        await inbox.read(db, maria.id, now=now, today=now.date())
    assert await told(db, "visits.read") == 2
    whose = "select array_agg(distinct person_id) from event where kind = 'visits.read'"
    assert await value(db, whose) == [petr.person_id]


async def test_the_day_of_a_reading_is_the_regions(
    db: Connection, maria: Account, petr: Patient
) -> None:
    await booked(db, maria, petr)
    for hour in (20, 21):  # UTC: 23:00 of one day and midnight of the next in Kaluga
        now = NOW.replace(hour=hour)
        await visits.search_for(db, maria.id, now=now, region_zone=ZONE)
    assert await told(db, "visits.read") == 2


async def test_nobody_is_told_that_he_looked_at_his_own_visits(
    db: Connection, maria: Account
) -> None:
    slot = (await region.free(db, "therapist"))[0]
    visit = await book(db, maria, await patient(db, maria), slot.slot_id)
    assert await visits.search_for(db, maria.id, now=NOW, region_zone=ZONE) != []
    await visits.get_for(db, maria.id, visit.appointment_id, now=NOW, region_zone=ZONE)
    assert await told(db, "visits.read") == 0


async def test_who_sees_nothing_has_read_nothing(
    db: Connection, maria: Account, petr: Patient
) -> None:
    await booked(db, maria, petr)
    stranger = await people.account(db, "Чужой")
    await people.relative(db, stranger, kinship="other_child")
    assert await visits.search_for(db, stranger.id, now=NOW, region_zone=ZONE) == []
    assert await told(db, "visits.read") == 0


async def test_what_was_told_is_forgotten_after_two_days_and_the_journal_is_not(
    db: Connection, maria: Account, petr: Patient
) -> None:
    await booked(db, maria, petr)
    await visits.search_for(db, maria.id, now=NOW, region_zone=ZONE)
    assert await readings.sweep(db, now=NOW + timedelta(days=2)) == 0
    assert await readings.sweep(db, now=NOW + timedelta(days=3)) == 1
    assert await told(db, "visits.read") == 1


async def test_a_childs_journal_is_for_a_confirmed_parent_only(
    db: Connection, maria: Account, petr: Patient
) -> None:
    with pytest.raises(NotYourPatient):
        await lines(db, maria, petr)
    await booked(db, maria, petr)
    hers = await confirm(db, maria, petr.relative_id)
    assert [it.kind for it in await lines(db, maria, hers)] == [
        "journal.read",
        "relative.confirmed",
        "appointment.booked",
        "relative.declared",
    ]


async def test_each_line_says_who_in_words_that_name_no_other_family(
    db: Connection, maria: Account, petr: Patient
) -> None:
    await booked(db, maria, petr)
    oleg = await people.account(db, "Олег")
    link = await people.relative(db, oleg)
    his = await confirm(db, oleg, link.id)
    await booked_by_the_federation(db, his.person_id)
    found = await lines(db, oleg, his)
    assert [(it.kind, it.who, it.staff) for it in found] == [
        ("journal.read", "you", None),
        ("person.read", "federation", None),
        ("relative.confirmed", "staff", "Регистратор"),
        ("relative.declared", "you", None),
        ("appointment.booked", "representative", None),
        ("relative.declared", "representative", None),
    ]


async def booked_by_the_federation(db: Connection, person_id: UUID) -> None:
    await audit.record(
        db,
        now=NOW,
        kind="person.read",
        actor=audit.Actor("federation", "session-1"),
        person_id=person_id,
    )


async def test_what_a_young_person_does_with_his_own_account_is_his(
    db: Connection, maria: Account, petr: Patient
) -> None:
    """A card that an account of its own has met: its sign-ins are no line for the parent."""
    hers = await confirm(db, maria, petr.relative_id)
    young = people.Profile(**{**vars(MARIA), "oid": 77, "snils": None, "last_name": "Иванов"})
    account = await people.account(db, young)
    await join(db, account.person_id, petr.person_id)
    mine = await patient(db, account, petr.person_id)
    assert "account.created" in {it.kind for it in await lines(db, account, mine)}
    assert {it.kind.split(".")[0] for it in await lines(db, maria, hers)} <= {
        "journal",
        "person",
        "relative",
    }


async def test_pages_follow_one_another_without_gap_or_repeat(
    db: Connection, maria: Account, petr: Patient
) -> None:
    own = await patient(db, maria)
    for _ in range(7):
        await people.account(db)
    whole = [it.id for it in await lines(db, maria, own, most=None)]
    assert len(whole) == 8
    paged: list[int] = []
    while found := await lines(db, maria, own, most=3, before=paged[-1] if paged else None):
        paged += [it.id for it in found]
        await people.account(db)  # what happens meanwhile stands before, and shifts nothing
    assert paged == whole


async def test_holds_that_came_and_went_are_no_lines(db: Connection, maria: Account) -> None:
    own = await patient(db, maria)
    for kind in ("appointment.held", "appointment.expired"):
        actor = audit.Actor("account", str(maria.id))
        await audit.record(db, now=NOW, kind=kind, actor=actor, person_id=own.person_id)
    assert [it.kind for it in await lines(db, maria, own)] == ["account.created"]
