"""4.1 GetPatientInfo and 4.2 GetReferralInfo: who is it, and his referrals. Both open a session."""

from uuid import UUID

from registratura.booking import federal_visits, referrals
from registratura.booking.referrals import Referral
from registratura.federal import referring, sessions
from registratura.federal.calls import Answer, Call
from registratura.federal.identification import identify
from registratura.federal.messages import PatientInfo, ReferralInfo
from registratura.federal.refusals import (
    IssuerNotConnected,
    ReferralExpired,
    ReferralInUse,
    ReferralNotFound,
)
from registratura.federal.sessions import Session
from registratura.federal.wire import fold_code
from registratura.federal.writing import Element, element, needed


async def get_patient_info(call: Call, asked: PatientInfo) -> Answer:
    """The patient's id, with the referrals that have not expired, if they are asked for.

    Refuses with `PatientNotFound`.
    """
    person_id = await identify(call, asked.session_id, asked.patient)
    listed: list[Element] = []
    if asked.with_referrals:
        patient = await call.get_patient(Session(asked.session_id, person_id, None))
        found = await referrals.search_for(call.db, patient)
        current = [it for it in found if it.valid_to >= call.today]
        listed = await referring.describe(call, current)
    return _answer("GetPatientInfoResponse", asked.session_id, person_id, listed)


async def get_referral_info(call: Call, asked: ReferralInfo) -> Answer:
    """The referral of that number, however it is decorated; the session books by it from now on.

    Refuses with `PatientNotFound`, `ReferralNotFound`, `ReferralExpired`, `IssuerNotConnected` or
    `ReferralInUse`.
    """
    person_id = await identify(call, asked.session_id, asked.patient)
    session = Session(asked.session_id, person_id, None)
    patient = await call.get_patient(session)
    found = await referrals.search_for(call.db, patient)
    named = next((it for it in found if _plain(it.number) == _plain(asked.number)), None)
    if named is None:
        raise ReferralNotFound()
    await _check(call, named)
    listed = await referring.describe(call, [named])
    if not listed:
        raise IssuerNotConnected()
    await sessions.remember(call.db, session, named.id)
    for number in listed[0].iter("{*}Referral_Number"):
        number.text = asked.number  # as it was typed (sheet, 4.2)
    return _answer("GetReferralInfoResponse", asked.session_id, person_id, listed)


async def _check(call: Call, named: Referral) -> None:
    if named.valid_to < call.today:
        raise ReferralExpired(day=f"{named.valid_to:%d.%m.%Y}")
    if named.is_used:
        raise ReferralInUse(visit=await _visit_words(call, named))


async def _visit_words(call: Call, named: Referral) -> str:
    if named.appointment_id is None or not call.settings.federal_clash_details:
        return ""
    told = await federal_visits.find_told(call.db, appointment_id=named.appointment_id)
    return f": {told.position}, {told.local_start:%d.%m.%Y %H:%M}" if told else ""


def _plain(number: str) -> str:
    """A number without its decoration: letters and digits, look-alikes folded."""
    return "".join(filter(str.isalnum, fold_code(number)))


def _answer(name: str, session_id: str, person_id: UUID, listed: list[Element]) -> Answer:
    return Answer(
        needed(
            name,
            element("Session_ID", session_id),
            element("Patient_Id", str(person_id)),
            element("Referrals", listed),
        )
    )
