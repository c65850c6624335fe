"""4.9 ReferralAppointmentInformation: our referral was used in another system."""

from uuid import UUID
from zoneinfo import ZoneInfo

from registratura.booking import referral_uses
from registratura.booking.referral_uses import Use, UseState
from registratura.booking.refusals import ReferralUnknown
from registratura.federal import codes
from registratura.federal.calls import Answer, Call, Ids, answer_status
from registratura.federal.deeds import ReferralUse, Status
from registratura.federal.identification import actor_of
from registratura.federal.reading import guid_text

_STATES: dict[Status, UseState] = {
    Status.RECORDED: "recorded",
    Status.CANCELED: "canceled",
    Status.SUCCESS: "success",
    Status.PATIENT_NOT_ARRIVED: "patient_not_arrived",
}


async def referral_appointment_information(call: Call, asked: ReferralUse, ids: Ids) -> Answer:
    """Note it. Refuses with `ReferralUnknown`."""
    known = guid_text(asked.referral_id)
    if known is None:
        raise ReferralUnknown()
    at = asked.visit_time
    use = Use(
        asked.book_id,
        _STATES[asked.status],
        asked.mo_oid,
        asked.mo_name,
        asked.resource_name,
        at if at.tzinfo else at.replace(tzinfo=ZoneInfo(call.settings.region_zone)),
    )
    await referral_uses.note(call.db, UUID(known), use, now=call.now, actor=actor_of())
    return answer_status("ReferralAppointmentInformationResponse", ids, codes.SUCCESS)
