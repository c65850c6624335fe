"""Why a clinic cancelled is told on the portal; a letter keeps it to itself."""

from registratura.booking import cancellation
from registratura.db import Connection, Pool
from registratura.people.accounts import Account
from registratura.people.patients import Patient
from registratura.settings import Settings
from tests.given import region
from tests.given.people import NOW
from tests.given.visits import REGISTRAR, book
from tests.notices.mailbox import Mailbox
from tests.notices.working import agree, told, work


async def test_a_visit_that_the_clinic_cancelled_is_told_with_its_reason(
    db: Connection,
    pool: Pool,
    with_mail: Settings,
    mailbox: Mailbox,
    maria: Account,
    petr: Patient,
) -> None:
    mailbox.start()
    await agree(db, maria)
    visit = await book(db, maria, petr, (await region.free(db))[0].slot_id)
    await cancellation.cancel(
        db,
        now=NOW,
        actor=REGISTRAR,
        appointment_id=visit.appointment_id,
        by="clinic",
        because="записали дважды",
    )
    await work(pool, with_mail)
    message, letter = [
        next(it.text for it in await told(db, channel) if it.kind == "cancelled")
        for channel in ("portal", "email")
    ]
    for words in (message, letter):
        assert "клиника отменила приём 26 ноября, 08:00" in words
    assert message.endswith("Причина: записали дважды.")
    assert "записали" not in letter
