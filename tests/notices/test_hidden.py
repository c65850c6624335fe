"""Of a visit that the patient hides her parents are told nothing: no message, no letter."""

from uuid import UUID

from registratura import notices
from registratura.db import Connection, Pool
from registratura.notices import audience, inbox
from registratura.people.accounts import Account
from registratura.settings import Settings
from tests.given import people, region
from tests.given.links import IRINA, family, hide
from tests.given.people import NOW, ZONE
from tests.given.visits import book, patient
from tests.notices.mailbox import Mailbox
from tests.notices.working import agree, told

ENT = 53
TODAY = NOW.date()


async def at_home(db: Connection) -> tuple[Account, Account]:
    """Вера and her mother; nothing of the links is left to be told."""
    vera, *_ = await family(db)
    await db.execute("delete from outbox")
    return vera, await people.account(db, IRINA)


async def visit_of(db: Connection, vera: Account) -> UUID:
    """She books herself to the ENT doctor."""
    slot = (await region.free(db, "ent"))[0]
    return (await book(db, vera, await patient(db, vera), slot.slot_id)).appointment_id


async def tell(db: Connection, visit: UUID, settings: Settings) -> list[notices.Letter]:
    return await notices.tell(db, "appointment.booked", visit, now=NOW, settings=settings)


async def test_what_is_hidden_when_it_is_booked_is_told_to_the_patient_alone(
    db: Connection, settings: Settings
) -> None:
    vera, _ = await at_home(db)
    await hide(db, vera, {ENT})
    await tell(db, await visit_of(db, vera), settings)
    assert [it.account_id for it in await told(db)] == [vera.id]


async def test_what_is_hidden_later_vanishes_from_the_page_and_its_count(
    db: Connection, settings: Settings
) -> None:
    vera, irina = await at_home(db)
    visit = await visit_of(db, vera)
    await tell(db, visit, settings)
    assert irina.id in {it.account_id for it in await audience.search(db, visit, today=TODAY)}
    await hide(db, vera, {ENT})
    assert [it.account_id for it in await audience.search(db, visit, today=TODAY)] == [vera.id]
    assert await inbox.read(db, irina.id, now=NOW, today=TODAY) == []
    assert len(await inbox.read(db, vera.id, now=NOW, today=TODAY)) == 1


async def test_a_letter_that_waits_is_not_sent_when_its_visit_is_hidden(
    db: Connection, pool: Pool, with_mail: Settings, mailbox: Mailbox
) -> None:
    vera, irina = await at_home(db)
    await agree(db, irina)
    [letter] = await tell(db, await visit_of(db, vera), with_mail)
    await hide(db, vera, {ENT})
    mailbox.start()
    await notices.deliver(pool, notices.Post.of(with_mail), letter.id, now=NOW, zone=ZONE)
    assert mailbox.letters == []
    assert [it.state for it in await told(db, "email")] == ["failed"]
