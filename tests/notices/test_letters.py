"""A letter arrives once, tells no more than it may, and waits while the mail server is away."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from registratura.booking.model import Receipt
from registratura.db import Connection, Pool, execute, value
from registratura.notices import Post, deliver
from registratura.notices.post import PostDown
from registratura.people import relatives
from registratura.people.accounts import Account
from registratura.people.patients import Patient
from registratura.settings import Settings
from tests.given import region
from tests.given.people import NOW, ZONE
from tests.given.visits import book
from tests.notices.mailbox import Mailbox
from tests.notices.working import agree, make_due, told, work


@pytest.fixture
async def receipt(db: Connection, maria: Account, petr: Patient) -> Receipt:
    """Мария agreed to the portal's consent and booked for Пётр."""
    await agree(db, maria)
    return await book(db, maria, petr, (await region.free(db))[0].slot_id)


async def state(db: Connection) -> str:
    [letter] = await told(db, "email")
    return letter.state


async def letter_id(db: Connection) -> UUID:
    found: UUID = await value(db, "select id from notice where channel = 'email'")
    return found


async def test_a_letter_arrives_and_names_no_doctor_speciality_or_clinic(
    db: Connection, pool: Pool, with_mail: Settings, mailbox: Mailbox, receipt: Receipt
) -> None:
    mailbox.start()
    await work(pool, with_mail)
    [letter] = mailbox.letters
    assert mailbox.envelopes == [("registratura@localhost", ["maria@example.org"])]
    assert letter["To"] == "maria@example.org"
    assert letter["From"] == "Регистратура40 <registratura@localhost>"
    assert letter["Subject"] == "Регистратура40: новое сообщение"
    assert letter["Message-ID"] == f"<{await letter_id(db)}@localhost>"
    assert letter["Auto-Submitted"] == "auto-generated"
    at = receipt.starts_at + timedelta(hours=3)  # Moscow time
    assert letter.get_content().strip() == (
        f"Иванов П.И.: запись на {at.day} ноября, {at:%H:%M} подтверждена. Подробности – в личном"
        f" кабинете: http://127.0.0.1:8000/appointments/{receipt.appointment_id}"
    )
    assert await state(db) == "sent"


async def test_without_a_mail_server_people_are_told_on_the_portal_only(
    db: Connection, pool: Pool, settings: Settings, receipt: Receipt
) -> None:
    await work(pool, settings)
    assert len(await told(db)) == 1
    assert await told(db, "email") == []


async def test_no_letter_to_one_who_withdrew_his_consent(
    db: Connection, pool: Pool, with_mail: Settings, mailbox: Mailbox, receipt: Receipt
) -> None:
    await execute(db, "update consent set withdrawn_at = %(now)s", now=NOW)
    mailbox.start()
    await work(pool, with_mail)
    assert (await told(db, "email"), mailbox.letters) == ([], [])


async def test_while_the_server_is_away_the_letter_waits_and_is_sent_later_once(
    db: Connection, pool: Pool, with_mail: Settings, mailbox: Mailbox, receipt: Receipt
) -> None:
    await work(pool, with_mail)
    assert await state(db) == "waiting"
    assert [it.state for it in await told(db)] == ["new"]  # the portal's message is not kept back
    again = await value(
        db, "select scheduled_at from procrastinate_jobs where task_name = 'notices.deliver'"
    )
    assert again > datetime.now(UTC)
    mailbox.start()
    await work(pool, with_mail)
    assert mailbox.letters == []  # its time has not come
    for _ in range(2):
        await make_due(db)
        await work(pool, with_mail)
    assert len(mailbox.letters) == 1
    assert await state(db) == "sent"


async def test_a_server_that_says_later_is_asked_later(
    db: Connection, pool: Pool, with_mail: Settings, mailbox: Mailbox, receipt: Receipt
) -> None:
    mailbox.answer = "451 try again later"
    mailbox.start()
    await work(pool, with_mail)
    assert await state(db) == "waiting"
    mailbox.answer = ""
    await make_due(db)
    await work(pool, with_mail)
    assert (await state(db), len(mailbox.letters)) == ("sent", 1)


async def test_a_mailbox_that_does_not_exist_is_not_asked_again(
    db: Connection, pool: Pool, with_mail: Settings, mailbox: Mailbox, receipt: Receipt
) -> None:
    mailbox.answer = "550 no such user"
    mailbox.start()
    await work(pool, with_mail)
    assert await state(db) == "failed"
    jobs = "select status::text from procrastinate_jobs where task_name = 'notices.deliver'"
    assert await value(db, jobs) == "succeeded"


async def test_after_the_last_try_the_letter_has_failed_and_the_job_with_it(
    db: Connection, pool: Pool, with_mail: Settings, mailbox: Mailbox, receipt: Receipt
) -> None:
    await work(pool, with_mail)
    await execute(db, "update procrastinate_jobs set attempts = 7 where status = 'todo'")
    await make_due(db)
    await work(pool, with_mail)
    assert await state(db) == "failed"
    dead = "select task_name from procrastinate_jobs where status = 'failed'"
    assert await value(db, dead) == "notices.deliver"
    # the operator mends the server and has the dead letter sent
    mailbox.start()
    post = Post.of(with_mail)
    for _ in range(2):
        await deliver(pool, post, await letter_id(db), now=NOW, zone=ZONE)
    assert (await state(db), len(mailbox.letters)) == ("sent", 1)


async def test_a_letter_written_again_has_the_same_message_id(with_mail: Settings) -> None:
    post, it = Post.of(with_mail), UUID(int=7)
    one, other = (post.write(it, "maria@example.org", "Текст", NOW) for _ in range(2))
    assert one["Message-ID"] == other["Message-ID"]
    assert one.as_bytes() == other.as_bytes()


async def test_a_link_that_ended_while_the_letter_waited_ends_the_letter(
    db: Connection,
    pool: Pool,
    with_mail: Settings,
    mailbox: Mailbox,
    maria: Account,
    petr: Patient,
    receipt: Receipt,
) -> None:
    await work(pool, with_mail)
    assert petr.relative_id is not None
    await relatives.leave(db, maria.id, petr.relative_id, now=NOW)
    mailbox.start()
    await make_due(db)
    await work(pool, with_mail)
    assert (await state(db), mailbox.letters) == ("failed", [])


@pytest.mark.parametrize(
    "address",
    [
        "maria@example.org\r\nBcc: all@example.org",
        "maria@example.org\nSubject: другая тема",
        "maria@example.org, all@example.org",
        '"Мария" <maria@example.org>',
        "maria@example.org>\r\nRCPT TO:<all@example.org",
        "maria",
        "@example.org",
        "maria@[127.0.0.1]",
        "maria..@.",
        " ",
    ],
)
async def test_an_address_cannot_add_a_header_or_a_recipient(
    db: Connection,
    pool: Pool,
    with_mail: Settings,
    mailbox: Mailbox,
    receipt: Receipt,
    address: str,
) -> None:
    await execute(db, "update account set email = %(it)s", it=address)
    mailbox.start()
    await work(pool, with_mail)
    assert (await state(db), mailbox.letters) == ("failed", [])


async def test_a_server_that_cannot_encrypt_gets_nothing_in_the_open(
    db: Connection, pool: Pool, with_mail: Settings, mailbox: Mailbox, receipt: Receipt
) -> None:
    mailbox.start()
    await work(pool, replace(with_mail, smtp_tls="starttls"))
    assert (await state(db), mailbox.letters) == ("waiting", [])


async def test_a_broken_sign_in_at_the_server_keeps_the_letter(
    db: Connection, pool: Pool, with_mail: Settings, mailbox: Mailbox, receipt: Receipt
) -> None:
    mailbox.start()
    signing_in = replace(with_mail, smtp_user="registratura", smtp_password="wrong")
    await work(pool, signing_in)
    assert (await state(db), mailbox.letters) == ("waiting", [])
    assert "wrong" not in repr(Post.of(signing_in)) + repr(signing_in)


async def test_what_is_no_tls_at_all_is_the_post_being_down(
    with_mail: Settings, mailbox: Mailbox
) -> None:
    mailbox.start()
    post = Post.of(replace(with_mail, smtp_tls="tls"))
    with pytest.raises(PostDown):
        await post.send(post.write(UUID(int=7), "maria@example.org", "Текст", NOW))
    assert mailbox.letters == []
