"""Booking and moving: one transaction, its locks in one order, its guarantees the constraints'.

Locks stand in the order of `booking.locks`. No appointment row is touched before its slot is
locked; otherwise the exclusion constraints deadlock.
"""

from datetime import datetime
from typing import LiteralString
from uuid import UUID

from registratura import db as database
from registratura.booking import asking, keys, locks, rights
from registratura.booking.model import Receipt, State
from registratura.booking.offer import Offer
from registratura.booking.wishes import Wish, judged
from registratura.db import Connection, retried
from registratura.people.refusals import NotYourPatient


@retried
async def book(db: Connection, wish: Wish, key: UUID) -> Receipt:
    """Give the slot to the patient; the answer is on disk when this returns.

    A wish that `replaces` a visit moves it: the old place is given back only if the new one is
    taken. A hold of the same account for the same patient ends here, whichever slot it holds. The
    same key of the same actor with the same wish gives the same receipt again, for 30 days.
    Refuses with a `BookingRefusal`, `CannotBeReplaced` or `KeyReused`, and as `write` does; then
    nothing is written but, for a clash that the account may not see, the audit's row of it.
    """
    async with judged(db, wish):
        asked = (wish.slot_id, wish.replaces, wish.referral_id, wish.channel, wish.waived_by)
        body = keys.Body("book", (wish.patient.person_id,), asked)
        answer = await locks.begin(db, wish, key, body)
        if answer is not None:
            return Receipt.from_json(answer)
        offer = await asking.get_fitting(db, wish)
        await locks.clear_the_way(db, wish, offer)
        return await write(db, wish, offer, State.BOOKED, key=key)


async def write(
    db: Connection,
    wish: Wish,
    offer: Offer,
    state: State,
    *,
    key: UUID | None = None,
    held_until: datetime | None = None,
    proposed_for: UUID | None = None,
) -> Receipt:
    """The visit or hold, its counts, event, outbox row and key's answer: one statement.

    The same statement judges once more whether the account may act: it may have waited for the
    slot. A hold that the clinic proposes for a visit it cancelled belongs to the visit's account.
    Refuses with `NotYourPatient` or `ConsentTakenBack`.
    """
    about = {
        **_parameters(wish, state, key),
        "channel": offer.proposed_channel or wish.channel,
        "referral": offer.referral_id,
        "waived_by": wish.waived_by or offer.proposed_waiver,
        "held_until": held_until,
        "proposed_for": proposed_for,
    }
    receipt = await database.find(db, Receipt, _WRITE, **about)
    if receipt is None:
        await rights.check(db, [wish])  # or another link has taken the place of the ended one
        receipt = await database.find(db, Receipt, _WRITE, **about)
    if receipt is None:
        raise NotYourPatient()
    return receipt


async def rehearse(db: Connection, wish: Wish, key: UUID) -> None:
    """Run the statement of `write`, so that it is planned, about a slot that is not there."""
    nothing = {"held_until": None, "proposed_for": None, "referral": None, "waived_by": None}
    about = _parameters(wish, State.BOOKED, key) | nothing | {"channel": wish.channel}
    await database.find(db, Receipt, _WRITE, **about)


def _parameters(wish: Wish, state: State, key: UUID | None) -> dict[str, object]:
    booked = state == State.BOOKED
    return {
        **rights.asked(wish),
        "slot": wish.slot_id,
        "patient": wish.patient.person_id,
        "account": wish.account_id,
        "now": wish.now,
        "state": state,
        "replaces": None if booked else wish.replaces,
        "moved_from": wish.replaces if booked else None,
        "federal_session": wish.federal_session,
        "actor_kind": wish.actor.kind,
        "actor_id": wish.actor.id,
        "key": key,
        "key_actor": keys.owner(wish.actor),
    }


_WRITE: LiteralString = f"""
    with {rights.RIGHT}, visit as (
        insert into appointment (slot_id, seat, patient_id, post_id, department_id, position_id,
            room_id, starts_at, ends_at, state, channel, account_id, booked_at, held_until,
            replaces, moved_from, referral_id, proposed_for,
            waived_by, federal_session)
        select slot.id,
               coalesce((select min(place.number)
                         from generate_series(1, slot.seats) as place(number)
                         where not exists (select from appointment as other
                             where other.slot_id = slot.id and other.seat = place.number
                               and other.live)), 1),
               %(patient)s, slot.post_id, slot.department_id, slot.position_id, slot.room_id,
               slot.starts_at, slot.ends_at, %(state)s, %(channel)s,
               coalesce(%(account)s::uuid, cancelled.account_id), %(now)s,
               %(held_until)s, %(replaces)s, %(moved_from)s, %(referral)s, cancelled.id,
               %(waived_by)s, %(federal_session)s
        from slot
        left join appointment as cancelled on cancelled.id = %(proposed_for)s::uuid
        where slot.id = %(slot)s and {rights.STANDS}
        returning *
    ), counted as (
        update slot set taken = taken + 1 from visit where slot.id = visit.slot_id
        returning slot.session_id
    ), quoted as (
        -- a quota past its release limits no more
        update quota set taken = taken + 1,
                         quota = case when released_at > %(now)s then quota end
        from counted
        where quota.session_id = counted.session_id and channel = %(channel)s
    ), receipt as (
        select visit.id as appointment_id, visit.slot_id, visit.starts_at,
               to_char(visit.number, 'FM9999999999000000') as number, room.number as room
        from visit join room on room.id = visit.room_id
    ), recorded as (
        insert into event (at, kind, actor_kind, actor_id, person_id, subject_id, after)
        select %(now)s, 'appointment.' || visit.state, %(actor_kind)s, %(actor_id)s,
               visit.patient_id, visit.id, to_jsonb(visit)
        from visit
    ), announced as (
        insert into outbox (event, subject_id, created_at)
        select case state when 'booked' then 'appointment.booked'
                          else 'appointment.proposed' end, visit.id, %(now)s
        from visit where state = 'booked' or proposed_for is not null
    ), answered as (
        update idempotency_key set answer = (select to_jsonb(receipt) from receipt)
        where actor = %(key_actor)s and key = %(key)s::uuid
    )
    select * from receipt
"""
