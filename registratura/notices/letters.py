"""Letters: a notice by e-mail is sent until the server takes it, or refuses it for good."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import structlog

from registratura import db as database
from registratura.db import Pool
from registratura.notices.audience import MAILBOX, STILL_KNOWS
from registratura.notices.post import LetterRefused, Post, PostDown

log = structlog.get_logger()


@dataclass(frozen=True)
class _Waiting:
    """A letter that is not sent yet; to nobody once its account may not know of the visit, has
    withdrawn its consent, or wants no such letters."""

    email: str | None
    text: str
    created_at: datetime


async def deliver(
    pool: Pool, post: Post, notice_id: UUID, *, now: datetime, zone: str, last: bool = False
) -> None:
    """Send the letter, unless it was sent. `zone` is the region's.

    Refuses with `PostDown` where another try is worth it; the letter stays `waiting`, after the
    `last` try `failed`. No connection is kept while the server is waited for. A process that dies
    between the server's yes and ours sends the letter again, under the same Message-ID.
    """
    waiting = await _find(pool, notice_id, now.astimezone(ZoneInfo(zone)).date())
    if waiting is None:
        return
    try:
        letter = post.write(notice_id, waiting.email or "", waiting.text, waiting.created_at)
        await post.send(letter)
    except LetterRefused as refusal:
        log.warning("letter refused", notice=str(notice_id), reason=str(refusal))
        await _mark(pool, notice_id, "failed")
    except PostDown as fault:
        log.warning("letter not sent", notice=str(notice_id), reason=str(fault), last=last)
        if last:
            await _mark(pool, notice_id, "failed")
        raise
    else:
        await _mark(pool, notice_id, "sent", now)


async def _find(pool: Pool, notice_id: UUID, today: date) -> _Waiting | None:
    async with pool.connection() as db:
        return await database.find(
            db,
            _Waiting,
            """
            select case when
            """
            + STILL_KNOWS
            + "then"
            + MAILBOX.format(account="notice.account_id", notice_kind="notice.kind")
            + """
                   end as email, notice.text, notice.created_at
            from notice
            where notice.id = %(notice)s and notice.channel = 'email' and notice.state <> 'sent'
            """,
            notice=notice_id,
            today=today,
        )


async def _mark(pool: Pool, notice_id: UUID, state: str, sent_at: datetime | None = None) -> None:
    async with pool.connection() as db:
        await database.execute(
            db,
            """
            update notice set state = %(state)s, sent_at = %(sent_at)s
            where id = %(notice)s and state <> 'sent'
            """,
            notice=notice_id,
            state=state,
            sent_at=sent_at,
        )
