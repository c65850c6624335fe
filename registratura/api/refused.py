"""A booking that was refused: the nearest times beside the reason, searched once."""

from contextlib import suppress

from registratura.api.problems import NotBooked
from registratura.booking import alternatives, referrals
from registratura.booking.alternatives import Alternatives
from registratura.booking.offers import Asking
from registratura.booking.referrals import Referral
from registratura.booking.refusals import BookingRefusal, ReferralUnknown, SlotUnknown
from registratura.booking.wishes import Wish
from registratura.db import Connection
from registratura.web.requests import AnyRequest, lender_of


async def not_booked(
    request: AnyRequest, db: Connection, wish: Wish, refusal: BookingRefusal
) -> NotBooked:
    """The refusal with what may be taken instead, asked after the rollback; in a rush briefly."""
    ways: Alternatives | None = None
    with suppress(SlotUnknown):
        named = await _referral(db, wish)
        asking = Asking(wish.patient, wish.channel, wish.now, named, by_his_own=True)
        ways = await alternatives.search(
            db, wish.slot_id, asking, refusal=refusal, brief=lender_of(request).is_pressed
        )
    return NotBooked(refusal, ways)


async def _referral(db: Connection, wish: Wish) -> Referral | None:
    """The referral by which the patient comes: the one named, else that of the visit moved."""
    if wish.referral_id is not None:
        with suppress(ReferralUnknown):
            return await referrals.get(db, wish.patient, wish.referral_id)
    elif wish.replaces is not None:
        return await referrals.find_of_visit(db, wish.replaces)
    return None
