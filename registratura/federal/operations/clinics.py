"""4.3 GetMOInfoExtended and 4.4 GetServicePostSpecsInfo: where, and what kinds of doctor there."""

from collections.abc import Iterable

from registratura.directory import national
from registratura.directory.national import Post
from registratura.federal import pieces
from registratura.federal.calls import Answer, Call
from registratura.federal.choosing import search_offered, search_open_clinics
from registratura.federal.messages import ClinicsInfo, PositionsInfo
from registratura.federal.refusals import NothingFound
from registratura.federal.writing import Element, element, needed


async def get_mo_info_extended(call: Call, asked: ClinicsInfo) -> Answer:
    """Clinics where the patient may book somebody of what is wanted; that of attachment first.

    Refuses with `SessionOver` or `NothingFound`.
    """
    patient = await call.get_patient(await call.use_session(asked.session_id))
    clinics = await search_open_clinics(call, patient, asked.wanted)
    if not clinics:
        raise NothingFound()
    return Answer(
        needed(
            "GetMOInfoExtendedResponse",
            element("Session_ID", asked.session_id),
            element("MO_List", map(pieces.clinic, clinics)),
        )
    )


async def get_service_post_specs_info(call: Call, asked: PositionsInfo) -> Answer:
    """Positions of the clinic that the patient may book, each once; area doctors first.

    Refuses with `SessionOver` or `NothingFound`.
    """
    patient = await call.get_patient(await call.use_session(asked.session_id))
    clinic = await national.find_clinic(call.db, asked.mo_id)
    if clinic is None:
        raise NothingFound()
    offered = await search_offered(call, patient, None, clinics=[clinic])
    offered.sort(key=lambda it: (it.doctor.area_kind is None, it.doctor.position.casefold()))
    ids = [it.doctor.post_id for it in offered]
    posts = {it.id: it for it in await national.search_posts(call.db, ids)}
    kinds = list(_kinds(posts[it] for it in ids))
    if not kinds:
        raise NothingFound()
    return Answer(
        needed(
            "GetServicePostSpecsInfoResponse",
            element("Session_ID", asked.session_id),
            element("Service_Post_Specs", kinds),
        )
    )


def _kinds(posts: Iterable[Post]) -> Iterable[Element]:
    """One entry for a position; rooms without a doctor by their speciality, if its service has a
    name: the schema demands one there."""
    by_position: dict[int, list[Post]] = {}
    for post in posts:
        by_position.setdefault(post.position_id, []).append(post)
    for alike in by_position.values():
        first = alike[0]
        of_rooms = all(it.snils is None for it in alike) and first.service_code is not None
        yield pieces.service_speciality(first) if of_rooms else pieces.service_post(first)
