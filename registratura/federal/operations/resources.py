"""4.5 GetMOResourceInfo: which doctors and rooms, and on which days they have free time."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from registratura.booking import offers, slots
from registratura.booking.offering import Offered
from registratura.booking.offers import DoctorOffer
from registratura.booking.slots import FreeTime
from registratura.directory import national
from registratura.directory.national import Clinic, Post
from registratura.federal import pieces
from registratura.federal.calls import Answer, Call
from registratura.federal.choosing import own_first, search_offered
from registratura.federal.messages import Days, ResourcesInfo
from registratura.federal.refusals import NothingFound
from registratura.federal.writing import Element, element, moment, needed


async def get_mo_resource_info(call: Call, asked: ResourcesInfo) -> Answer:
    """By clinic, that of attachment first: the area's own doctor, his substitute, then others by
    their nearest time. One without free time is listed without days.

    Refuses with `SessionOver` or `NothingFound`.
    """
    patient = await call.get_patient(await call.use_session(asked.session_id))
    named = await _find_named(call, asked.mo_oids)
    offered = await search_offered(call, patient, asked.wanted, clinics=named)
    listed = offers.by_area(await _with_free_days(call, offered, asked.days), patient)
    posts = {
        it.id: it
        for it in await national.search_posts(call.db, [it.doctor.post_id for it in listed])
    }
    clinics = named or await national.search_clinics(
        call.db, list({it.department_id for it in posts.values()})
    )
    available = list(_available(own_first(clinics, patient.department_id), listed, posts))
    if not available:
        raise NothingFound()
    return Answer(
        needed(
            "GetMOResourceInfoResponse",
            element("Session_ID", asked.session_id),
            element("MO_Resource_List", available),
        )
    )


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
