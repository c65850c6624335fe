"""SMS of the stand-in: nothing is sent, the page «Сообщения» shows them."""

from dataclasses import dataclass
from datetime import datetime

from registratura_standins.esia.database import Connection, execute, rows

SHOWN = 50


@dataclass(frozen=True)
class Message:
    """One SMS to `phone` (E.164)."""

    phone: str
    words: str
    sent_at: datetime


async def send(db: Connection, phone: str, words: str, now: datetime) -> None:
    """Put the message where its page shows it."""
    await execute(
        db,
        "insert into message (phone, words, sent_at) values (%(phone)s, %(words)s, %(now)s)",
        phone=phone,
        words=words,
        now=now,
    )


async def search_messages(db: Connection) -> list[Message]:
    """The latest messages, the newest first."""
    return await rows(
        db,
        Message,
        "select phone, words, sent_at from message order by id desc limit %(shown)s",
        shown=SHOWN,
    )
