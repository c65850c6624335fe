"""Who lives in the region of the run, and which doctors they go to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import psycopg

from registratura.db import Connection
from registratura.people import accounts, consents
from registratura.people.accounts import Profile
from registratura.portal.consent_text import CURRENT
from registratura.web import sessions

_ISSUER = "http://esia.gosuslugi.ru/"
_HOT_POSTS, _HOT_TIMES = 3, 2


@dataclass(frozen=True)
class Post:
    """A doctor, and the clinic where he is."""

    id: str
    position: int
    snils: str
    clinic_oid: str


@dataclass(frozen=True)
class Resident:
    """Somebody who has signed in and agreed."""

    patient: str
    session: str
    born: date


@dataclass(frozen=True)
class Town:
    """Doctors of adults, the few slots that everybody wants, and the residents."""

    posts: Sequence[Post]
    hot: Sequence[tuple[str, Post]]
    residents: Sequence[Resident]

    @property
    def positions(self) -> int:
        """How many coming visits a patient can have: one to a position."""
        return len({it.position for it in self.posts})


async def settle(url: str, residents: int) -> Town:
    """Make the residents by calls of the engine, and look round for doctors."""
    db: Connection = await psycopg.AsyncConnection.connect(url, autocommit=True)
    async with db:
        posts = await _posts(db)
        hot = await _hot(db, posts[:: max(1, len(posts) // _HOT_POSTS)][:_HOT_POSTS])
        if not hot:
            raise LookupError("the region has no free times for adults")
        return Town(posts, hot, [await _resident(db, number) for number in range(residents)])


async def _posts(db: Connection) -> list[Post]:
    found = await db.execute("""
        select post.id::text, post.position_id, practitioner.snils, department.oid
        from post
        join position on position.id = position_id
        join practitioner on practitioner.id = practitioner_id
        join department on department.id = department_id
        where post.age_from <= 30 and post.age_to >= 60 and post.sex is null
          and self_booking and not needs_referral
        order by post.code
        """)
    return [Post(*columns) for columns in await found.fetchall()]


async def _hot(db: Connection, posts: Sequence[Post]) -> list[tuple[str, Post]]:
    """The first times after tomorrow: nobody is too late for them while the run lasts."""
    found = []
    for post in posts:
        slots = await db.execute(
            """
            select id::text from slot
            where post_id = %(post)s and starts_at > %(from)s and kind = 'ordinary'
            order by starts_at limit %(times)s
            """,
            {"post": post.id, "from": _now() + timedelta(days=2), "times": _HOT_TIMES},
        )
        found += [(id, post) for (id,) in await slots.fetchall()]
    return found


async def _resident(db: Connection, number: int) -> Resident:
    profile = Profile(
        issuer=_ISSUER,
        oid=700_000 + number,
        last_name="Проверкин",
        first_name="Иван",
        middle_name="Львович",
        birth_date=date(1970, 1, 1) + timedelta(days=97 * number),
        sex="M",
    )
    account = await accounts.sign_in(db, profile, now=_now())
    await consents.record(
        db,
        account.id,
        document=CURRENT.document,
        version=CURRENT.version,
        text_sha256=CURRENT.sha256,
        now=_now(),
    )
    session = await sessions.begin(
        db, account_id=account.id, patient_id=account.person_id, replaces=None, now=_now()
    )
    return Resident(str(UUID(str(account.person_id))), session, profile.birth_date)


def _now() -> datetime:
    return datetime.now(UTC)
