"""What to offer in place of a time that was refused: asked once, after the rollback."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
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

    In a rush the search is `brief`: of others only if the same doctor has nothing, and people are
    spread over what he has near. Refuses with `SlotUnknown` where there never was such a time.
    """
    if isinstance(refusal, _OF_THE_PATIENT):
        return NONE
    if isinstance(refusal, _OF_THE_REFERRAL):
        asking = replace(asking, referral=None)
    lost = await slots.get(db, slot_id, now=asking.now)
    asking = replace(asking, lost=lost)
    each = slots.SPREAD if brief else limit
    found = await offers.search_alike(db, asking, alone=brief, each=each)
    if brief and not found:
        found = await offers.search_alike(db, asking, alone=False)
    same = [free for it in found if it.doctor.post_id == lost.post_id for free in it.times]
    others = [it for it in found if it.doctor.post_id != lost.post_id]
    here = [it for it in others if it.doctor.department_id == lost.department_id]
    away = [it for it in others if it.doctor.department_id != lost.department_id]
    return Alternatives(
        same_doctor=slots.nearest(same, lost.starts_at, limit, spread=brief),
        same_clinic=here[:limit],
        elsewhere=offers.nearest_of_each_clinic(away, limit),
    )
