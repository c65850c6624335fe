"""Referrals on the wire: ours as the profile shows them, another system's written down here."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from registratura.booking import referral_uses, referrals
from registratura.booking.referral_uses import Foreign
from registratura.booking.referrals import Referral
from registratura.booking.refusals import ReferralUnknown
from registratura.directory import national
from registratura.directory.national import Clinic, Position, Post
from registratura.federal import pieces
from registratura.federal.calls import Call
from registratura.federal.identification import actor_of
from registratura.federal.messages import ForeignReferral
from registratura.federal.reading import guid_text
from registratura.federal.writing import Element, day, element, needed
from registratura.people.patients import Patient

_INSURANCE = 1  # Payment_Source_Id: ОМС
_TO_A_ROOM, _TO_A_DOCTOR = 4, 6  # Referral_Type
_ENDLESS = timedelta(days=365)  # another system's referral without a last day


async def get(call: Call, patient: Patient, referral_id: str) -> Referral:
    """The patient's referral of that id. Refuses with `ReferralUnknown`."""
    known = guid_text(referral_id)
    if known is None:
        raise ReferralUnknown()
    return await referrals.get(call.db, patient, UUID(known))


async def write_down(
    call: Call, patient: Patient, session_id: str, told: ForeignReferral
) -> Referral:
    """Another system's referral, ours to book by. Refuses with `ReferralUnknown` where we have no
    such position or clinic, or it was told of another patient."""
    positions = await national.search_position_ids(
        call.db,
        national_ids=[it.national_id for it in told.wanted.posts],
        speciality_id=told.wanted.speciality_id,
    )
    to = [told.to_mo_oid] if told.to_mo_oid else []
    clinics = await national.search_clinics_by_oid(call.db, to) if to else []
    last = told.valid_to or told.valid_from + _ENDLESS
    if not positions or (to and not clinics) or last < told.valid_from:
        raise ReferralUnknown()
    foreign = Foreign(
        told.number,
        told.from_mo_oid,
        positions[0],
        [it.id for it in clinics],
        told.valid_from,
        last,
    )
    written = await referral_uses.write_down(
        call.db, foreign, now=call.now, actor=actor_of(session_id), patient_id=patient.person_id
    )
    return await referrals.get(call.db, patient, written)


@dataclass(frozen=True)
class _Known:
    """What the directory knows of some referrals."""

    posts: Mapping[UUID, Post]
    clinics: Mapping[UUID, Clinic]
    positions: Mapping[int, Position]


async def describe(call: Call, found: Sequence[Referral]) -> list[Element]:
    """`Referral` of each that a doctor of ours has issued; the profile demands the issuer."""
    issued = [it for it in found if it.issued_by_id is not None]
    if not issued:
        return []
    known = await _look_up(call, issued)
    made = (_referral(it, known) for it in issued)
    return [it for it in made if it is not None]


async def _look_up(call: Call, issued: Iterable[Referral]) -> _Known:
    posts = await national.search_posts(
        call.db, [it.issued_by_id for it in issued if it.issued_by_id]
    )
    departments = {it.department_id for it in posts} | {
        id_ for it in issued for id_ in it.department_ids
    }
    clinics = await national.search_clinics(call.db, list(departments))
    positions = await national.search_positions(call.db, [it.position_id for it in issued])
    return _Known(
        {it.id: it for it in posts},
        {it.id: it for it in clinics},
        {it.position_id: it for it in positions},
    )


def _referral(it: Referral, known: _Known) -> Element | None:
    """None where the issuer is a room, or his clinic has no national OID."""
    issuer = known.posts.get(it.issued_by_id) if it.issued_by_id else None
    home = known.clinics.get(issuer.department_id) if issuer else None
    if issuer is None or issuer.snils is None or home is None:
        return None
    target = known.positions[it.position_id]
    to_a_room = target.of_rooms and target.service_code is not None
    record, reason = _availability(it, target)
    return needed(
        "Referral",
        element("Referral_Id", str(it.id)),
        element("Referral_Number", it.number),
        element("Referral_Type", _TO_A_ROOM if target.of_rooms else _TO_A_DOCTOR),
        element("Referral_Start_Date", day(it.valid_from)),
        element("Referral_End_Date", day(it.valid_to)),
        element("Payment_Source_Id", _INSURANCE),
        element("To_MO_OID", _only_clinic(it, known)),
        pieces.service_speciality(target, "To_Service_Specialty")
        if to_a_room
        else pieces.service_post(target, "To_Service_Post"),
        element("Desease", it.diagnosis),
        element("From_MO_OID", home.oid),
        pieces.post(issuer, "From_Post"),
        element("From_Resource_Name", it.issued_by),
        element("From_Resource_Snils", issuer.snils),
        element("Available_Record", record),
        element("Reason_Not_Available", reason),
    )


def _only_clinic(it: Referral, known: _Known) -> str | None:
    """The OID of the clinic that the referral leads to, if it is one."""
    only = known.clinics.get(it.department_ids[0]) if len(it.department_ids) == 1 else None
    return only.oid if only else None


def _availability(it: Referral, target: Position) -> tuple[str, str | None]:
    if it.is_used:
        return "UNAVAILABLE", "По этому направлению уже есть запись"
    if not target.self_booking:
        return "AVAILABLE_ONLY_RECEPTION", "По этому направлению записывает регистратура"
    return "AVAILABLE", None
