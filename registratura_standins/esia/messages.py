"""SMS and letters of the stand-in: nothing is sent, the page «Сообщения» shows them."""

from dataclasses import dataclass
from datetime import datetime

from registratura_standins.esia.database import Connection, execute, rows

SHOWN = 50


@dataclass(frozen=True)
class Message:
    """One SMS or letter; `target` is a telephone (E.164) or an e-mail."""

    target: str
    words: str
    sent_at: datetime


async def send(db: Connection, target: str, words: str, now: datetime) -> None:
    """Put the message where its page shows it; one without words is not, and takes as long."""
    await execute(
        db,
        """
        insert into message (target, words, sent_at)
        select %(target)s, %(words)s, %(now)s where %(words)s <> ''
        """,
        target=target,
        words=words,
        now=now,
    )


async def search_messages(db: Connection) -> list[Message]:
    """The latest messages, the newest first."""
    return await rows(
        db,
        Message,
        "select target, words, sent_at from message order by id desc limit %(shown)s",
        shown=SHOWN,
    )
