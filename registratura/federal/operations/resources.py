"""4.5 GetMOResourceInfo: which doctors and rooms, and on which days they have free time."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from registratura.booking import offers, slots
from registratura.booking.offering import Offered
from registratura.booking.offers import DoctorOffer
from registratura.booking.referrals import Referral
from registratura.booking.slots import FreeTime
from registratura.directory import national
from registratura.directory.national import Clinic, Post
from registratura.federal import pieces, referring, sessions
from registratura.federal.calls import Answer, Call
from registratura.federal.choosing import own_first, search_offered
from registratura.federal.identification import identify
from registratura.federal.messages import Days, ResourcesInfo
from registratura.federal.refusals import NothingFound
from registratura.federal.sessions import Session
from registratura.federal.writing import Element, element, moment, needed
from registratura.people.patients import Patient


async def get_mo_resource_info(call: Call, asked: ResourcesInfo) -> Answer:
    """By clinic, that of attachment first: the area's own doctor, his substitute, then others by
    their nearest time. One without free time is listed without days.

    Refuses with `SessionOver`, `PatientNotFound`, `ReferralUnknown` or `NothingFound`.
    """
    session, patient = await _find_patient(call, asked)
    referral = await _find_referral(call, patient, asked)
    await sessions.remember(call.db, session, referral.id if referral else None)
    named = await _find_named(call, asked.mo_oids)
    offered = await search_offered(
        call,
        patient,
        asked.wanted,
        clinics=named,
        referral=referral,
        only_by_it=referral is not None,
    )
    listed = offers.by_area(await _with_free_days(call, offered, asked.days), patient)
    available = await _describe(call, patient, listed, named)
    if not available:
        raise NothingFound()
    return Answer(
        needed(
            "GetMOResourceInfoResponse",
            element("Session_ID", asked.session_id),
            element("MO_Resource_List", available),
        )
    )


async def _find_patient(call: Call, asked: ResourcesInfo) -> tuple[Session, Patient]:
    """With the patient's own facts the call may be the first of its session (sheet, 4.5)."""
    if asked.patient is None:
        session = await call.use_session(asked.session_id)
    else:
        person_id = await identify(call, asked.session_id, asked.patient)
        session = Session(asked.session_id, person_id, None)
    return session, await call.get_patient(session)


async def _find_referral(call: Call, patient: Patient, asked: ResourcesInfo) -> Referral | None:
    """The referral to book by; refuses one that is used or over as if nobody received by it."""
    if asked.referral is not None:
        found = await referring.write_down(call, patient, asked.session_id, asked.referral)
    elif asked.referral_id is not None:
        found = await referring.get(call, patient, asked.referral_id)
    else:
        return None
    if not found.is_usable(call.today):
        raise NothingFound()
    return found


async def _find_named(call: Call, oids: Sequence[str]) -> list[Clinic] | None:
    if not oids:
        return None
    found = await national.search_clinics_by_oid(call.db, oids)
    if not found:
        raise NothingFound()
    return found


async def _with_free_days(
    call: Call, offered: Sequence[Offered], days: Days
) -> Iterable[DoctorOffer]:
    """Each doctor with the first free time of each of his days."""
    openings = [it.opening(days.first, days.last) for it in offered]
    found = await slots.search_free_days(call.db, [it for it in openings if it is not None])
    free: dict[UUID, list[FreeTime]] = defaultdict(list)
    allowed = {it.doctor.post_id: it for it in offered}
    for day in found:
        if allowed[day.post_id].may_book_at(day.starts_at):
            free[day.post_id].append(FreeTime(day.slot_id, day.starts_at, day.ends_at))
    return [
        DoctorOffer(it.doctor, None, len(times), times)
        for it in offered
        for times in [free[it.doctor.post_id]]
    ]


async def _describe(
    call: Call, patient: Patient, listed: Sequence[DoctorOffer], named: Sequence[Clinic] | None
) -> list[Element]:
    """`MO_Available` of each clinic in its order, as the directory knows it."""
    found = await national.search_posts(call.db, [it.doctor.post_id for it in listed])
    posts = {it.id: it for it in found}
    clinics = named or await national.search_clinics(
        call.db, list({it.department_id for it in found})
    )
    return list(_available(own_first(clinics, patient.department_id), listed, posts))


def _available(
    clinics: Sequence[Clinic], listed: Sequence[DoctorOffer], posts: Mapping[UUID, Post]
) -> Iterable[Element]:
    """A clinic with its resources; one that has none is left out."""
    for clinic in clinics:
        here = [it for it in listed if it.doctor.department_id == clinic.id]
        if here:
            resources = [_resource(it, posts[it.doctor.post_id]) for it in here]
            yield needed(
                "MO_Available", pieces.clinic(clinic), element("Resource_Available", resources)
            )


def _resource(offer: DoctorOffer, post: Post) -> Element:
    zone = offer.doctor.zone
    dates = [needed("Available_Date", moment(it.starts_at, zone)) for it in offer.times]
    return needed(
        "Resource",
        pieces.resource(post),
        element("Available_Dates", dates),
        pieces.age_group(post.age_from, post.age_to),
    )
