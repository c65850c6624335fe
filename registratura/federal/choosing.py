"""Whom the patient of a session may book through the federal portal, clinics in their order."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from registratura.booking import doctors, referrals
from registratura.booking.model import Channel
from registratura.booking.offering import Offered, Offering
from registratura.booking.referrals import Referral
from registratura.directory import national
from registratura.directory.national import Clinic
from registratura.federal.calls import Call
from registratura.federal.messages import Wanted
from registratura.people.patients import Patient

CHANNEL = Channel.EPGU


async def search_offered(
    call: Call,
    patient: Patient,
    wanted: Wanted | None,
    *,
    clinics: Sequence[Clinic] | None = None,
    referral: Referral | None = None,
    only_by_it: bool = False,
    snils: str | None = None,
    room_oid: str | None = None,
) -> list[Offered]:
    """Doctors and rooms that this patient may book, of what is wanted; None does not narrow.

    `only_by_it`: those to whom the referral leads, whatever else is wanted.
    """
    found = await doctors.search_any(
        call.db,
        now=call.now,
        department_ids=None if clinics is None else [it.id for it in clinics],
        position_ids=await _position_ids(call, wanted, referral if only_by_it else None),
        snils=snils,
        room_oid=room_oid,
        room_id=national.room_id_of(room_oid) if room_oid else None,
        born=patient.birth_date,
    )
    usable: Sequence[Referral] = ()
    if not only_by_it and any(it.needs_referral for it in found):
        own = await referrals.search_for(call.db, patient)
        usable = [it for it in own if it.is_usable(call.today)]
    return Offering(patient, CHANNEL, call.now, referral, only_by_it, usable).judge(found)


async def _position_ids(
    call: Call, wanted: Wanted | None, referral: Referral | None
) -> Sequence[int] | None:
    if referral is not None:
        return [referral.position_id]
    if wanted is None:
        return None
    return await national.search_position_ids(
        call.db,
        national_ids=[it.national_id for it in wanted.posts if it.own_id is None],
        own_ids=[it.own_id for it in wanted.posts if it.own_id is not None],
        speciality_id=wanted.speciality_id,
    )


def own_first(clinics: Iterable[Clinic], department_id: UUID | None) -> list[Clinic]:
    """The clinic of attachment, the rest of its organisation, then the others as they stand."""
    listed = list(clinics)
    own = next((it for it in listed if it.id == department_id), None)
    if own is None:
        return listed
    return sorted(
        listed,
        key=lambda it: (it.id != own.id, it.organisation_oid != own.organisation_oid),
    )
