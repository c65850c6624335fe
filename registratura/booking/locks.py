"""What stands before a visit is written: slots and quotas are locked, the way is cleared.

One order for all: idempotency key, patients, slots, quota counters, and only then appointments,
at last what the right to act stands on (`booking.rights`); several of a kind in id order. Whoever
touches an appointment holds every lock he will need, so nobody who waits for his row can be in his
way.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, LiteralString
from uuid import UUID

from registratura import db as database
from registratura.booking import keys
from registratura.booking.freeing import ENDED_HOLDS, GIVEN_BACK
from registratura.booking.offer import Offer
from registratura.booking.refusals import CannotBeReplaced, SlotTaken
from registratura.booking.sight import SEEN, sight
from registratura.booking.wishes import Wish
from registratura.db import Connection


@dataclass(frozen=True)
class _Begun:
    claimed: bool
    given: bool


async def begin(
    db: Connection, wish: Wish, key: UUID | None, body: keys.Body
) -> Mapping[str, Any] | None:
    """Claim the key, then lock the account that declared the patient, then him: one statement.

    Gives the key's stored answer if it has one. A twin under way is waited for; if it fails, the
    key is ours. Refuses with `KeyReused` where the key stands with another body, and with
    `SlotTaken` whoever finds the slot given to others: no lock and no fact is needed for that.
    """
    owner = keys.owner(wish.actor)
    begun = await database.one(
        db,
        _Begun,
        _BEGIN,
        owner=owner,
        key=key,
        fingerprint=body.fingerprint,
        now=wish.now,
        patient=wish.patient.person_id,
        account=wish.declaring_account_id,
        slot=wish.slot_id,
        replaces=wish.replaces,
    )
    if key is not None and not begun.claimed:
        return await keys.get_answer(db, owner, key, body)
    if begun.given:
        raise SlotTaken()
    return None


_BEGIN: LiteralString = """
    with claimed as (
        insert into idempotency_key (actor, key, fingerprint, created_at)
        select %(owner)s, %(key)s::uuid, %(fingerprint)s, %(now)s where %(key)s::uuid is not null
        on conflict do nothing
        returning true
    )
    select counted.claimed, exists (
        select from slot
        where slot.id = %(slot)s and taken >= seats and seats <= (
            select count(*) from appointment
            where slot_id = slot.id and live and id is distinct from %(replaces)s::uuid
              -- a hold past its end, or of this patient, may end before the visit is written
              and not (state = 'held' and (held_until <= %(now)s or patient_id = %(patient)s)))
    ) as given
    from (select count(*) = 1 or %(key)s::uuid is null as claimed from claimed) as counted,
         -- the references make the key come before the account, that before the patient
         lateral (select (select 1 from account
                          where account.id = %(account)s::uuid and counted.claimed is not null
                          for no key update)) as account(locked),
         lateral (select from person
                  where person.id = %(patient)s and coalesce(account.locked, 1) = 1
                  for no key update) as locked
"""


async def lock_patients(
    db: Connection, patient_ids: Sequence[UUID], account_id: str | None = None
) -> None:
    """One booking of a patient at a time, in id order; before them the account that declared them.

    Without a key to claim first: `begin` does both in one statement.
    """
    await database.execute(
        db,
        """
        select from (select (select 1 from account where id = %(account)s::uuid
                             for no key update)) as account(locked),
             lateral (select from person
                      where id = any(%(patients)s) and coalesce(account.locked, 1) = 1
                      order by id
                      for no key update) as locked
        """,
        patients=patient_ids,
        account=account_id,
    )


async def lock_slots(db: Connection, slot_ids: list[UUID]) -> None:
    """The slots in id order, then every quota of their sessions."""
    await database.execute(
        db,
        """
        with locked as (
            select session_id from slot where id = any(%(slots)s) order by id for no key update
        )
        select from (select array_agg(session_id) as ids from locked) as sessions
        left join lateral (
            select from quota where session_id = any(sessions.ids)
            order by session_id, channel
            for no key update
        ) as quotas on true
        """,
        slots=slot_ids,
    )


async def clear_the_way(db: Connection, wish: Wish, offer: Offer) -> None:
    """End the holds in the way and move the replaced visit out of it: one statement, or none.

    Their slots and quotas are locked. Refuses with `CannotBeReplaced` where the named visit is
    not a coming one of this patient that the actor may cancel.
    """
    if not offer.in_the_way and wish.replaces is None:
        return
    moved = await database.value(
        db,
        _CLEAR,
        holds=offer.in_the_way,
        living_too=True,
        replaces=wish.replaces,
        patient=wish.patient.person_id,
        **sight(wish.patient, wish.account_id),
        actor_kind=wish.actor.kind,
        actor_id=wish.actor.id,
        now=wish.now,
    )
    if wish.replaces is not None and not moved:
        raise CannotBeReplaced()


_CLEAR: LiteralString = (
    "with"
    + ENDED_HOLDS
    + """
    , before as (
        select * from appointment where id = %(replaces)s::uuid
    ), moved as (
        update appointment
        set state = 'moved', cancelled_by = 'patient', cancelled_at = %(now)s
        where id = %(replaces)s::uuid and state = 'booked' and starts_at > %(now)s
          and patient_id = %(patient)s and """
    + SEEN
    + """
        returning *
    ), gone as (
        select slot_id, channel from ended union all select slot_id, channel from moved
    ),
    """
    + GIVEN_BACK
    + """
    , recorded as (
        insert into event (at, kind, actor_kind, actor_id, person_id, subject_id, before, after)
        select %(now)s, 'appointment.moved', %(actor_kind)s, %(actor_id)s, moved.patient_id,
               moved.id, to_jsonb(before), to_jsonb(moved)
        from moved, before
    ), announced as (
        insert into outbox (event, subject_id, created_at)
        select 'appointment.moved', id, %(now)s from moved
    )
    select count(*) from moved
    """
)
