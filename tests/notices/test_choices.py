"""Of what people want letters, and what becomes of it when they say so late."""

from datetime import timedelta
from typing import get_args

from registratura.booking import cancellation
from registratura.booking.model import Receipt
from registratura.db import Connection, Pool, value
from registratura.notices import choices, texts
from registratura.people import consents
from registratura.people.accounts import Account
from registratura.people.patients import Patient
from registratura.settings import Settings
from tests.given import region
from tests.given.people import NOW, ZONE
from tests.given.visits import actor, book
from tests.notices.mailbox import Mailbox
from tests.notices.working import agree, make_due, told, work

ALL = frozenset(choices.KINDS)


async def booked(db: Connection, maria: Account, petr: Patient) -> Receipt:
    return await book(db, maria, petr, (await region.free(db))[0].slot_id)


async def cancel(db: Connection, maria: Account, receipt: Receipt) -> None:
    await cancellation.cancel(
        db, now=NOW, actor=actor(maria), zone=ZONE, appointment_id=receipt.appointment_id
    )


def test_every_kind_of_notice_can_be_chosen() -> None:
    assert set(choices.KINDS) == {*get_args(texts.Kind), choices.LINKS}


async def test_no_letter_of_a_kind_that_is_not_wanted_but_the_portal_tells_it(
    db: Connection,
    pool: Pool,
    with_mail: Settings,
    mailbox: Mailbox,
    maria: Account,
    petr: Patient,
) -> None:
    mailbox.start()
    await agree(db, maria)
    await choices.choose(db, maria.id, ALL - {"booked", "nonsense"}, now=NOW)
    receipt = await booked(db, maria, petr)
    await work(pool, with_mail)
    assert ([it.kind for it in await told(db)], mailbox.letters) == (["booked"], [])
    await cancel(db, maria, receipt)
    await work(pool, with_mail)
    assert [it.kind for it in await told(db, "email")] == ["cancelled"]
    assert len(mailbox.letters) == 1


async def test_a_letter_that_waits_is_not_sent_once_it_is_not_wanted(
    db: Connection,
    pool: Pool,
    with_mail: Settings,
    mailbox: Mailbox,
    maria: Account,
    petr: Patient,
) -> None:
    await agree(db, maria)
    await booked(db, maria, petr)
    await work(pool, with_mail)
    assert [it.state for it in await told(db, "email")] == ["waiting"]
    await choices.choose(db, maria.id, [], now=NOW)
    mailbox.start()
    await make_due(db)
    await work(pool, with_mail)
    assert mailbox.letters == []


async def test_who_withdrew_his_consent_is_told_nothing_until_he_gives_it_again(
    db: Connection, pool: Pool, settings: Settings, maria: Account, petr: Patient
) -> None:
    await agree(db, maria)
    receipt = await booked(db, maria, petr)
    [given] = await consents.search(db, maria.id)
    await consents.withdraw(db, maria.id, given.id, now=NOW)
    await work(pool, settings)
    assert await told(db) == []
    await agree(db, maria, NOW + timedelta(days=1))
    await cancel(db, maria, receipt)
    await work(pool, settings)
    assert [it.kind for it in await told(db)] == ["cancelled"]


async def test_a_choice_is_kept_and_written_down_when_it_changes_only(
    db: Connection, maria: Account
) -> None:
    assert await choices.search_wanted(db, maria.id) == ALL
    for wanted in (ALL, {"moved"}, ["moved"], {"moved", "booked"}):
        await choices.choose(db, maria.id, wanted, now=NOW)
    assert await choices.search_wanted(db, maria.id) == {"moved", "booked"}
    changed = "select count(*) from event where kind = 'letters.chosen'"
    assert await value(db, changed) == 2
