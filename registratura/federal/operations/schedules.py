"""4.6 GetScheduleInfo: the free times of a doctor or a room."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from registratura.booking import slots
from registratura.booking.offering import Offered
from registratura.booking.referrals import Referral
from registratura.directory import national
from registratura.federal import pieces, referring, sessions
from registratura.federal.calls import Answer, Call
from registratura.federal.choosing import search_offered
from registratura.federal.messages import Days, ScheduleInfo
from registratura.federal.refusals import NothingFound
from registratura.federal.sessions import Session
from registratura.federal.writing import Element, element, moment, needed
from registratura.people.patients import Patient


async def get_schedule_info(call: Call, asked: ScheduleInfo) -> Answer:
    """Times within the days and hours asked about that this patient may book, with their rooms.

    Refuses with `SessionOver`, `ReferralUnknown` or `NothingFound`.
    """
    session = await call.use_session(asked.session_id)
    patient = await call.get_patient(session)
    referral = await _find_referral(call, session, patient, asked)
    clinics = (
        await national.search_clinics_by_oid(call.db, [asked.mo_oid]) if asked.mo_oid else None
    )
    offered = await search_offered(
        call,
        patient,
        asked.wanted,
        clinics=clinics,
        referral=referral,
        only_by_it=asked.referral_id is not None,
        snils=asked.snils,
        room_oid=asked.room_oid,
    )
    times = await _search_times(call, offered, asked.days)
    if not times:
        raise NothingFound()
    return Answer(
        needed(
            "GetScheduleInfoResponse",
            element("Session_ID", asked.session_id),
            element("Schedule", times),
        )
    )


async def _find_referral(
    call: Call, session: Session, patient: Patient, asked: ScheduleInfo
) -> Referral | None:
    """The one that is named, remembered for the booking; else the one that was named before."""
    if asked.referral_id is not None:
        named = await referring.get(call, patient, asked.referral_id)
        if not named.is_usable(call.today):
            raise NothingFound()
        await sessions.remember(call.db, session, named.id)
        return named
    if session.referral_id is None:
        return None
    before = await referring.get(call, patient, str(session.referral_id))
    return before if before.is_usable(call.today) else None


async def _search_times(call: Call, offered: Sequence[Offered], days: Days) -> list[Element]:
    openings = [it.opening(days.first, days.last) for it in offered]
    found = await slots.search_free_in_rooms(call.db, [it for it in openings if it is not None])
    by_post = {it.doctor.post_id: it for it in offered}
    times = []
    for free in found:
        its = by_post[free.post_id]
        local = free.starts_at.astimezone(ZoneInfo(its.doctor.zone))
        if its.may_book_at(local) and days.hold(local):
            times.append(
                needed(
                    "Slots",
                    element("Slot_Id", str(free.slot_id)),
                    element("VisitTime", moment(local, its.doctor.zone)),
                    element("Room", pieces.room_words(free.room)),
                )
            )
    return times
