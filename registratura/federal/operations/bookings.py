"""4.7 CreateAppointment: the slot for the session's patient, once however often it is asked."""

from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from registratura.booking import appointments, federal_visits, referrals, refusals
from registratura.booking.federal_visits import AskedSlot, Three, Told
from registratura.booking.model import Channel, Receipt
from registratura.booking.wishes import Wish
from registratura.federal import codes, pieces
from registratura.federal.calls import Answer, Call, Ids, No, refuse_booking
from registratura.federal.choosing import CHANNEL
from registratura.federal.deeds import Booking
from registratura.federal.identification import actor_of
from registratura.federal.pieces import Parameters
from registratura.federal.sessions import Session
from registratura.federal.writing import element, moment, needed
from registratura.people.patients import Patient
from registratura.refusal import Refusal

_KEYS = UUID("6a0c6f5e-6f0c-5d6e-9a3c-0f2b7f1d4c21")  # the namespace of this face's keys
_MOST_LATE = 3  # times that a call is judged anew
_UNTOLD = {
    codes.SAME_TIME: "На это время у пациента уже есть запись",
    codes.SAME_POSITION: "К врачу этой специальности у пациента уже есть запись",
}
"""Words where the existing visit is not told of."""


async def create_appointment(call: Call, asked: Booking, ids: Ids) -> Answer:
    """Book; the repeat of a standing booking gets the same answer. A refusal is an answer too."""
    slot = await federal_visits.find_slot(call.db, asked.slot_id)
    at, zone = (slot.starts_at, slot.zone) if slot else (call.now, call.settings.region_zone)
    session: Session | None = None
    try:
        session = await call.use_session(asked.session_id)
        if slot is None:
            raise refusals.SlotUnknown()
        receipt = await _book_once(call, session, slot)
    except Refusal as refusal:
        no, parameters = await _tell(call, refusal, session)
        return refuse_booking(ids, no, at=at, zone=zone, parameters=parameters)
    content = needed(
        "CreateAppointmentResponse",
        element("Session_ID", ids.session_id),
        element("Book_Id_Mis", receipt.number),
        pieces.status(codes.SUCCESS, "Запись создана"),
        element("Slot_Id", ids.slot_id),
        element("Visit_Time", moment(at, zone)),
        element("Room", pieces.room_words(receipt.room)),
    )
    return Answer(content, codes.SUCCESS)


async def _book_once(call: Call, session: Session, slot: AskedSlot) -> Receipt:
    """The booking that stands, else a new one.

    Its key counts the bookings of the same three ids that have ended: of two equal calls at once
    the second waits for the first's answer, and once that booking is over the call is judged anew;
    also if it ended while this call waited for its turn: only then the answer is a key's.
    """
    for late in range(_MOST_LATE):
        receipt = await _try_to_book(call, session, slot, late)
        if not receipt.repeated or not await federal_visits.is_over(
            call.db, receipt.appointment_id
        ):
            return receipt
    raise refusals.SlotTaken()


async def _try_to_book(call: Call, session: Session, slot: AskedSlot, late: int) -> Receipt:
    """`late`: how many answers of equal calls were over when they were read."""
    patient = await call.get_patient(session)
    asked = Three(session.id, patient.person_id, slot.id)
    standing = await federal_visits.find_standing(call.db, asked)
    if standing.receipt is not None:
        return standing.receipt
    wish = Wish(
        now=call.now,
        actor=actor_of(session.id),
        patient=patient,
        slot_id=slot.id,
        channel=CHANNEL,
        referral_id=await _find_referral(call, session, patient, slot),
        federal_session=session.id,
    )
    key = uuid5(_KEYS, "\n".join(map(str, (*vars(asked).values(), standing.ended + late))))
    try:
        return await appointments.book(call.db, wish, key)
    except (refusals.BookingRefusal, refusals.KeyReused) as refusal:
        # an equal call that asked by another referral, or came between, may have booked it
        again = await federal_visits.find_standing(call.db, asked)
        if again.receipt is not None:
            return again.receipt
        if isinstance(refusal, refusals.SlotTaken | refusals.PatientBusy):
            await _refuse_what_he_has(call, asked, _uuid(refusal.parameters.get("appointment_id")))
        raise


async def _refuse_what_he_has(call: Call, asked: Three, met: UUID | None) -> None:
    """Refuses with `AlreadyBookedToPosition` if the patient has this very time: by another session,
    another channel. «Занято» would send him to look for another."""
    own = await federal_visits.find_own(call.db, asked.patient_id, asked.slot_id, met)
    told = await federal_visits.find_told(call.db, appointment_id=own) if own else None
    if told is not None:
        visit = f"{told.position}, {told.local_start:%d.%m.%Y %H:%M}"
        raise refusals.AlreadyBookedToPosition(visit=visit, appointment_id=own)


async def _find_referral(
    call: Call, session: Session, patient: Patient, slot: AskedSlot
) -> UUID | None:
    """The referral that the session has named, if it leads to this slot."""
    if session.referral_id is None:
        return None
    try:
        named = await referrals.get(call.db, patient, session.referral_id)
    except refusals.ReferralUnknown:
        return None
    return named.id if named.leads_to(slot.position_id, slot.department_id) else None


async def _tell(call: Call, refusal: Refusal, session: Session | None) -> tuple[No, Parameters]:
    """The refusal's code with its parameters, if the setting lets the existing visit be told of."""
    if isinstance(refusal, refusals.NeedsConfirmedLink):
        # here only of what is hidden: it is said as of any position that is not booked here
        refusal = refusals.NotSelfBooked(phone=refusal.parameters["phone"])
    no = No.of(refusal, codes.BOOKING)
    if isinstance(refusal, refusals.WrongAge):
        ages = (("Min_Age", "min_age"), ("Max_Age", "max_age"))
        return no, [(name, str(refusal.parameters[key])) for name, key in ages]
    if no.code not in _UNTOLD:
        return no, ()
    if not call.settings.federal_clash_details:
        return No(no.code, _UNTOLD[no.code]), ()
    told = await federal_visits.find_told(
        call.db,
        appointment_id=_uuid(refusal.parameters.get("appointment_id")),
        referral_id=session.referral_id if session and _is_of_a_referral(refusal) else None,
    )
    return no, _parameters(told, with_post=no.code == codes.SAME_TIME) if told else ()


def _is_of_a_referral(refusal: Refusal) -> bool:
    return isinstance(refusal, refusals.ReferralUsed)


def _uuid(it: object) -> UUID | None:
    return it if isinstance(it, UUID) else None


def _parameters(told: Told, *, with_post: bool) -> Parameters:
    """Of the existing visit, in the order of the profile (4.7)."""
    return [
        ("Specialist", told.doctor),
        *([("Post", told.position)] if with_post else []),
        ("Room", pieces.room_words(told.room)),
        ("Service", told.service),
        ("Visit_Time", f"{told.local_start:%d.%m.%Y %H:%M}"),
        ("Create_Date", f"{told.booked_at.astimezone(ZoneInfo(told.zone)):%d.%m.%Y}"),
        ("Source_Record", codes.SOURCES[Channel(told.channel)]),
    ]
