"""What to offer in place of a time that was refused: asked once, after the rollback."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from registratura.booking import offers, refusals, slots
from registratura.booking.offers import Asking, DoctorOffer
from registratura.booking.slots import FreeTime
from registratura.db import Connection


@dataclass(frozen=True)
class Alternatives:
    """The nearest times of the same doctor, of the same speciality here, and in other clinics."""

    same_doctor: Sequence[FreeTime]
    same_clinic: Sequence[DoctorOffer]
    elsewhere: Sequence[DoctorOffer]


NONE = Alternatives((), (), ())
_SPREAD = 12  # times of a doctor over which those are spread who were refused in a rush

_OF_THE_PATIENT = (
    refusals.AlreadyBookedToPosition,  # the visit that stands may be moved
    refusals.CardClosed,
    refusals.ClashNotShown,
    refusals.NoShowPause,
    refusals.PausedUntilTomorrow,
    refusals.TooManyComing,
)
"""What any other time would meet too: none is offered."""

_OF_THE_REFERRAL = (
    refusals.ReferralElsewhere,
    refusals.ReferralUnknown,
    refusals.ReferralUsed,
)
"""The one that was named opens no other time either: what is offered goes without it."""


async def search(
    db: Connection,
    slot_id: UUID,
    asking: Asking,
    *,
    refusal: refusals.BookingRefusal | None = None,
    limit: int = 3,
    brief: bool = False,
) -> Alternatives:
    """Up to `limit` of each, nearest to the time that was refused; what the patient may book.

    In a rush the search is `brief`: of others only if the same doctor has nothing, and of him any
    of the nearest: all who were refused would meet again at the very nearest. Refuses with
    `SlotUnknown` where there never was such a time.
    """
    if isinstance(refusal, _OF_THE_PATIENT):
        return NONE
    if isinstance(refusal, _OF_THE_REFERRAL):
        asking = replace(asking, referral=None)
    lost = await slots.get(db, slot_id, now=asking.now)
    asking = replace(asking, lost=lost)
    found = await offers.search_alike(db, asking, alone=brief, each=_SPREAD if brief else limit)
    if brief and not found:
        found = await offers.search_alike(db, asking, alone=False)
    same = [it for it in found if it.doctor.post_id == lost.post_id]
    others = [it for it in found if it.doctor.post_id != lost.post_id]
    here = [it for it in others if it.doctor.department_id == lost.department_id]
    away = [it for it in others if it.doctor.department_id != lost.department_id]
    return Alternatives(
        same_doctor=sorted((free for it in same for free in _some(it.times, limit)), key=_begins),
        same_clinic=here[:limit],
        elsewhere=offers.nearest_of_each_clinic(away, limit),
    )


def _some(times: Sequence[FreeTime], limit: int) -> Sequence[FreeTime]:
    return random.sample(times, limit) if len(times) > limit else times


def _begins(free: FreeTime) -> datetime:
    return free.starts_at
