"""Invitations: an adult lets another act for him, by a code that he gives and that works once.

He learns nothing of others, nor they of him: who has the code had it from him.
"""

import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from registratura import audit
from registratura.audit import Actor
from registratura.db import Connection, execute, find, retried, rows, value
from registratura.people import accounts, adding, ages, closures
from registratura.people.acting import today_of
from registratura.people.adding import NewLink
from registratura.people.ladder import CONSENTED, CONSENTS_FROM, TERMS, Kinship
from registratura.people.link_refusals import (
    InvitationGivesNothing,
    InvitationUnknown,
    InviterIsMinor,
    TermUnknown,
)
from registratura.people.refusals import AccessClosed, KinshipUnknown, NotTyped

LASTS = timedelta(hours=1)
DIGITS = 10


@dataclass(frozen=True)
class Terms:
    """What the patient consents to. `kinship`: whom he is to the other, of `CONSENTED`; `months`:
    for how long, of `TERMS`."""

    kinship: str
    acts: bool
    sees: bool
    months: int


@dataclass(frozen=True)
class Invitation:
    """A new code, shown once: nobody can read it again."""

    code: str
    expires_at: datetime


async def invite(
    db: Connection, account_id: UUID, terms: Terms, *, now: datetime, zone: str
) -> Invitation:
    """A code by which one other account may link the owner; an earlier one is worth nothing now.

    Refuses with `InviterIsMinor`, `KinshipUnknown`, `InvitationGivesNothing` or `TermUnknown`.
    """
    for _, refusal in faults_of(terms):
        raise refusal
    owner = await accounts.get(db, account_id)
    if ages.full_years(owner.birth_date, today_of(now, zone)) < CONSENTS_FROM:
        raise InviterIsMinor()
    code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"
    async with db.transaction():
        await value(
            db,
            """
            insert into invitation (account_id, code_sha256, kinship, acts, sees, months, made_at,
                                    expires_at)
            values (%(account)s, %(code)s, %(kinship)s, %(acts)s, %(sees)s, %(months)s, %(now)s,
                    %(expires_at)s)
            on conflict (account_id) do update
            set code_sha256 = excluded.code_sha256, kinship = excluded.kinship,
                acts = excluded.acts, sees = excluded.sees, months = excluded.months,
                made_at = excluded.made_at, expires_at = excluded.expires_at
            returning true
            """,
            **vars(terms),
            account=account_id,
            code=_digest(code),
            now=now,
            expires_at=now + LASTS,
        )
        await audit.record(
            db,
            now=now,
            kind="invitation.made",
            actor=Actor("account", str(account_id)),
            person_id=owner.person_id,
            after=vars(terms),
        )
    return Invitation(code, now + LASTS)


async def find_open(db: Connection, account_id: UUID, *, now: datetime) -> datetime | None:
    """Until when the account's code works; None: it has none, or somebody has used it."""
    found: datetime | None = await value(
        db,
        "select expires_at from invitation where account_id = %(account)s and expires_at > %(now)s",
        account=account_id,
        now=now,
    )
    return found


async def accept(db: Connection, account_id: UUID, typed: str, *, now: datetime, zone: str) -> UUID:
    """Link the patient who gave this code; the link's id. An earlier link to him ends here.

    Refuses with `InvitationUnknown` (wrong, used, late, one's own: the answer is one),
    `OwnerIsMinor` or `AccessClosed`. A refused try is an event.
    """
    code = re.sub(r"[\s‐‑‒–—−-]", "", typed)
    try:
        return await _accept(db, account_id, code, now, zone)
    except InvitationUnknown:
        async with db.transaction():
            await audit.record(
                db,
                now=now,
                kind="invitation.refused",
                actor=Actor("account", str(account_id)),
            )
        raise


async def withdraw(
    db: Connection, account_id: UUID, *, now: datetime, actor: Actor | None = None
) -> None:
    """The account's code is worth nothing from here on; if there is none, quietly.

    `actor`: who did it, where it was not the account itself.
    """
    async with db.transaction():
        gone = await value(
            db,
            "delete from invitation where account_id = %(account)s returning true",
            account=account_id,
        )
        if gone:
            await audit.record(
                db,
                now=now,
                kind="invitation.withdrawn",
                actor=actor or Actor("account", str(account_id)),
            )


async def sweep(db: Connection, *, now: datetime) -> int:
    """Erase codes that are late; how many."""
    return await execute(db, "delete from invitation where expires_at <= %(now)s", now=now)


@dataclass(frozen=True)
class _Taken:
    account_id: UUID
    kinship: Kinship
    acts: bool
    sees: bool
    ends_on: date


@retried
async def _accept(db: Connection, account_id: UUID, code: str, now: datetime, zone: str) -> UUID:
    async with db.transaction():
        await adding.lock_holder(db, account_id, now=now, zone=zone)
        taken = await _take(db, account_id, code, now, zone)
        patient = await accounts.get(db, taken.account_id)
        card_id = await value(
            db,
            "select coalesce(joined_into, id) from person where id = %(person)s",
            person=patient.person_id,
        )
        if await closures.is_closed_to(db, account_id, card_id):
            raise AccessClosed()
        await _end_earlier(db, account_id, card_id, now)
        link = NewLink(
            account_id=account_id,
            person_id=patient.person_id,
            kinship=taken.kinship,
            level="confirmed",
            last_name=patient.last_name,
            first_name=patient.first_name,
            middle_name=patient.middle_name,
            birth_date=patient.birth_date,
            sex=patient.sex,
            acts=taken.acts,
            sees=taken.sees,
            ends_on=taken.ends_on,
            confirmed_by="consent",
        )
        return await adding.add(db, link, event="relative.added", now=now)


async def _take(db: Connection, account_id: UUID, code: str, now: datetime, zone: str) -> _Taken:
    """The invitation, used up by this transaction alone."""
    taken = await find(
        db,
        _Taken,
        """
        delete from invitation
        where code_sha256 = %(code)s and expires_at > %(now)s and account_id <> %(account)s
        returning account_id, kinship, acts, sees,
                  (%(today)s::date + make_interval(months => months))::date as ends_on
        """,
        code=_digest(code),
        account=account_id,
        now=now,
        today=today_of(now, zone),
    )
    if taken is None:
        raise InvitationUnknown()
    return taken


@dataclass(frozen=True)
class _Ended:
    id: UUID
    person_id: UUID


async def _end_earlier(db: Connection, account_id: UUID, card_id: UUID, now: datetime) -> None:
    """A link that the new one takes the place of: of a consent before, or of childhood."""
    ended = await rows(
        db,
        _Ended,
        """
        update relative set ended_at = %(now)s
        from person
        where person.id = relative.person_id and %(card)s in (person.id, person.joined_into)
          and account_id = %(account)s and ended_at is null
        returning relative.id, person_id
        """,
        account=account_id,
        card=card_id,
        now=now,
    )
    for link in ended:
        await audit.record(
            db,
            now=now,
            kind="relative.replaced",
            actor=Actor("account", str(account_id)),
            person_id=link.person_id,
            subject_id=link.id,
        )


def faults_of(terms: Terms) -> list[tuple[str, NotTyped]]:
    """Everything that was not chosen, by the field where it is said."""
    judged = (
        ("kinship", terms.kinship in CONSENTED, KinshipUnknown),
        ("acts", terms.acts or terms.sees, InvitationGivesNothing),
        ("months", terms.months in TERMS, TermUnknown),
    )
    return [(field, refusal()) for field, chosen, refusal in judged if not chosen]


def _digest(code: str) -> bytes:
    return hashlib.sha256(code.encode()).digest()
