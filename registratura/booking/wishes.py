"""A wish: who wants which slot for whom; and the transaction in which it is judged."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

import psycopg

from registratura import audit
from registratura.audit import Actor
from registratura.booking import clashes
from registratura.booking.model import Channel, check_moment
from registratura.booking.refusals import BookingRefusal, ClashNotShown
from registratura.db import Connection
from registratura.people.patients import Patient


@dataclass(frozen=True)
class Wish:
    """Who wants which slot for whom: what a booking, a hold and a move are asked with.

    The actor has been allowed to act for the patient by `people.patients.get_for`.
    """

    now: datetime
    actor: Actor
    patient: Patient
    slot_id: UUID
    channel: Channel
    replaces: UUID | None = None  # a coming visit of this patient that gives way to the new one
    referral_id: UUID | None = None  # else a fitting one is found where the position needs it
    waived_by: str | None = None  # why staff give a second visit to one position
    federal_session: str | None = None  # the gateway's conversation in which it is asked

    def __post_init__(self) -> None:
        """Raises `ValueError` for a moment without a zone, for a waiver that is not staff's, and
        for a federal session that is not the federation's."""
        check_moment(self.now)
        if self.waived_by is not None and self.actor.kind != "staff":
            raise ValueError("waived_by: only staff waive a rule")
        if self.federal_session is not None and self.actor.kind != "federation":
            raise ValueError("federal_session: only the federation has one")

    @property
    def account_id(self) -> str | None:
        """The portal account that asks, if it is one."""
        return self.actor.id if self.actor.kind == "account" else None

    @property
    def declaring_account_id(self) -> str | None:
        """The account whose visits for declared patients are counted: locked before them."""
        return self.account_id if self.patient.level == "declared" else None

    @property
    def asked(self) -> clashes.Refused:
        """The wish as the search for its clash needs it."""
        return clashes.Refused(
            now=self.now,
            patient=self.patient,
            slot_id=self.slot_id,
            account_id=self.account_id,
            replaces=self.replaces,
            referral_id=self.referral_id,
            channel=self.channel,
            waived=self.waived_by is not None,
            together=[self.patient.person_id],
        )


@asynccontextmanager
async def judged(db: Connection, *wishes: Wish) -> AsyncIterator[None]:
    """A transaction in which the constraints judge the wishes.

    A broken one becomes its refusal after the rollback; of a visit that the actor may not see he
    is told nothing, and that try is counted in the audit.
    """
    try:
        async with db.transaction():
            yield
    except psycopg.errors.IntegrityError as error:
        wish, refusal = await _name(db, wishes, error.diag.constraint_name)
        if refusal is None:
            raise
        refusal = clashes.veil(refusal, wish.actor, wish.patient)
        await _count_if_veiled(db, wish, refusal)
        raise refusal from error
    except ClashNotShown as refusal:
        whose = refusal.parameters.get("patient_id")
        wish = next((it for it in wishes if it.patient.person_id == whose), wishes[0])
        await _count_if_veiled(db, wish, refusal)
        raise


async def _name(
    db: Connection, wishes: Sequence[Wish], constraint: str | None
) -> tuple[Wish, BookingRefusal | None]:
    """The wish that broke a rule, and which; if none does any more, the rule that was met."""
    if clashes.plain(constraint) is None:
        return wishes[0], None
    for wish in wishes:
        together = [it.patient.person_id for it in wishes]
        found = await clashes.find(db, replace(wish.asked, together=together))
        if found is not None:
            return wish, found
    return wishes[0], clashes.plain(constraint)


async def _count_if_veiled(db: Connection, wish: Wish, refusal: BookingRefusal) -> None:
    if isinstance(refusal, ClashNotShown):
        await audit.record(
            db,
            now=wish.now,
            kind="appointment.clash_not_shown",
            actor=wish.actor,
            person_id=wish.patient.person_id,
        )
