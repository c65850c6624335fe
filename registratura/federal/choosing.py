"""Whom the patient of a session may book through the federal portal, clinics in their order."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from registratura.booking import doctors, referrals
from registratura.booking.doctors import Doctor
from registratura.booking.model import Channel
from registratura.booking.offering import Offered, Offering
from registratura.booking.referrals import Referral
from registratura.directory import national
from registratura.directory.national import Clinic
from registratura.federal.calls import Call
from registratura.federal.messages import Wanted
from registratura.people.patients import Patient

CHANNEL = Channel.EPGU


async def search_open_clinics(call: Call, patient: Patient, wanted: Wanted | None) -> list[Clinic]:
    """Clinics where the patient may book somebody of what is wanted, that of attachment first."""
    found = await _search(call, patient, await _position_ids(call, wanted))
    ids = (await _offering(call, patient, found)).clinics(found)
    return own_first(await national.search_clinics(call.db, list(ids)), patient.department_id)


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
    positions = (
        [referral.position_id] if only_by_it and referral else await _position_ids(call, wanted)
    )
    found = await _search(call, patient, positions, clinics, snils=snils, room_oid=room_oid)
    return (await _offering(call, patient, found, referral, only_by_it=only_by_it)).judge(found)


async def _search(
    call: Call,
    patient: Patient,
    positions: Sequence[int] | None,
    clinics: Sequence[Clinic] | None = None,
    *,
    snils: str | None = None,
    room_oid: str | None = None,
) -> list[Doctor]:
    return await doctors.search_any(
        call.db,
        now=call.now,
        department_ids=None if clinics is None else [it.id for it in clinics],
        position_ids=positions,
        snils=snils,
        room_oid=room_oid,
        room_id=national.room_id_of(room_oid) if room_oid else None,
        born=patient.birth_date,
    )


async def _offering(
    call: Call,
    patient: Patient,
    found: Sequence[Doctor],
    referral: Referral | None = None,
    *,
    only_by_it: bool = False,
) -> Offering:
    """With the patient's own referrals, where somebody found needs one and `referral` is none."""
    usable: Sequence[Referral] = ()
    wanting = (it for it in found if it.needs_referral)
    if not only_by_it and any(
        referral is None or not referral.leads_to(it.position_id, it.department_id)
        for it in wanting
    ):
        own = await referrals.search_for(call.db, patient)
        usable = [it for it in own if it.is_usable(call.today)]
    return Offering(patient, CHANNEL, call.now, referral, only_by_it, usable)


async def _position_ids(call: Call, wanted: Wanted | None) -> Sequence[int] | None:
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
