"""Of a visit booked at the federal portal and hidden since, nothing more is told there."""

from datetime import timedelta
from uuid import uuid4

import pytest

from registratura.audit import Actor
from registratura.booking import appointments, marks
from registratura.booking.model import Channel, Receipt, State
from registratura.booking.slots import FreeTime
from registratura.booking.wishes import Wish
from registratura.db import Connection
from registratura.people import cards
from registratura.people.accounts import Account
from tests.federal_push.pushing import DESK, Registry
from tests.given import links, region, visits
from tests.given.federation import Federation
from tests.given.people import NOW, ZONE

SKIN = 24


@pytest.fixture
async def vera(db: Connection) -> Account:
    """Вера, sixteen; both her parents are confirmed."""
    return (await links.family(db))[0]


async def by_epgu(db: Connection, vera: Account, slot: FreeTime) -> Receipt:
    """Somebody books her at the federal portal."""
    whom = await cards.get_vouched(db, vera.person_id, now=NOW, zone=ZONE)
    who = Actor("federation", "a session")
    wish = Wish(NOW, who, whom, slot.slot_id, Channel.EPGU, federal_session="a session")
    return await appointments.book(db, wish, uuid4())


async def by_herself(db: Connection, vera: Account, slot: FreeTime) -> Receipt:
    """She books at the region's portal, where no parent can see it."""
    return await visits.book(db, vera, await visits.patient(db, vera), slot.slot_id)


async def test_what_becomes_of_it_is_told_of_other_channels_only(
    db: Connection, registry: Registry, federation: Federation, vera: Account
) -> None:
    slot = (await region.free(db, "dermatologist"))[0]
    visit = await by_epgu(db, vera, slot)
    await registry.push()
    assert federation.briefs == [(visit.number, "RECORDED")]
    await links.hide(db, vera, [SKIN])
    await registry.cancel(visit)
    hers = await by_herself(db, vera, slot)
    for mark in (State.ARRIVED, State.VISITED):
        await marks.mark(
            db,
            now=slot.starts_at + timedelta(minutes=5),
            actor=DESK,
            appointment_id=hers.appointment_id,
            state=mark,
        )
    await registry.push()
    assert federation.briefs[1:] == [(hers.number, "RECORDED"), (hers.number, "SUCCESS")]


async def test_what_waits_when_it_is_hidden_is_not_sent_and_not_counted(
    db: Connection, registry: Registry, federation: Federation, vera: Account
) -> None:
    federation.always = (503, b"")
    visit = await by_epgu(db, vera, (await region.free(db, "dermatologist"))[0])
    await registry.push()
    await registry.cancel(visit)
    await registry.push()
    await links.hide(db, vera, [SKIN])
    federation.always = None
    told = len(federation.told)
    for _ in range(2):
        await registry.push_again()
    assert len(federation.told) == told
    assert [it.code for it in await registry.rows()] == ["KEPT_BACK", "KEPT_BACK"]
    assert "Ни одного статуса" in (await registry.ask("status"))[1]


async def test_it_is_no_difference_until_it_is_shown_again(
    db: Connection, registry: Registry, federation: Federation, vera: Account
) -> None:
    visit = await by_epgu(db, vera, (await region.free(db, "dermatologist"))[0])
    await registry.push()
    await links.hide(db, vera, [SKIN])
    await registry.cancel(visit)
    await registry.push()
    compared = ("reconcile", "--days-back", "0")
    assert (await registry.ask(*compared))[0] == 0
    await links.hide(db, vera, [])
    status, told = await registry.ask(*compared)
    assert (status, "передаются снова: 1" in told) == (1, True)
    await registry.push()
    assert federation.briefs[-1] == (visit.number, "CANCELED")
