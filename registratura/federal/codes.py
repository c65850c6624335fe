"""Refusals as the profile's codes (sheet, sections 4 and 7); the architecture tests see to all."""

from collections.abc import Mapping

from registratura.booking import refusals as booking
from registratura.booking.model import Channel
from registratura.federal import refusals as federal
from registratura.refusal import Refusal

SUCCESS = "SUCCESS"
INTERNAL_ERROR = "INTERNAL_ERROR"
SESSION_TIMED_OUT = "SESSION_TIMED_OUT"
FAILURE_OPERATION = "FAILURE_OPERATION"
BUSY = "APPOINT_TIME_IS_BUSY"
PAST = "APPOINT_VISIT_TIME_HAS_PASSED"
SAME_POSITION = "APPOINT_PATIENT_REGISTERED_SPECIALIST"
SAME_TIME = "APPOINT_PATIENT_REGISTERED_OTHER_SPECIALIST"
OTHER_AGE = "APPOINT_TIME_AVAILABLE_PATIENT_OTHER_AGE"
CANNOT_CANCEL = "RECORD_CANNOT_CANCELED"

FAILURE_WORDS = "Сбой на стороне региона. Попробуйте ещё раз через несколько минут"
BUSY_WORDS = "Сейчас записываются очень многие. Попробуйте ещё раз через несколько секунд"

BOOKING: Mapping[type[Refusal], str] = {
    booking.SlotTaken: BUSY,
    booking.SlotPast: PAST,
    booking.PatientBusy: SAME_TIME,
    booking.AlreadyBookedToPosition: SAME_POSITION,
    booking.ReferralUsed: SAME_POSITION,
    booking.WrongAge: OTHER_AGE,
    **dict.fromkeys(
        (
            booking.SlotUnknown,
            booking.NotOpenYet,
            booking.DayClosed,
            booking.WrongChannel,
            booking.WrongSex,
            booking.ReferralNeeded,
            booking.NotSelfBooked,
            booking.NotAttached,
            booking.NotYourArea,
            booking.CardClosed,
            booking.NoShowPause,
            booking.NeedsConfirmedLink,
            booking.ClashNotShown,
            booking.PausedUntilTomorrow,
            booking.TooManyComing,
            booking.ReferralUnknown,
            booking.ReferralElsewhere,
            booking.ReferralOver,
            booking.QuotaExhausted,
            booking.NotNeighbours,
            booking.CannotBeReplaced,
            booking.MovedElsewhere,
            booking.KeyReused,
        ),
        INTERNAL_ERROR,
    ),
    federal.SessionOver: SESSION_TIMED_OUT,
}
"""4.7. The profile has no code for most rules: their words go into `Comment`."""

READING: Mapping[type[Refusal], str] = {
    federal.PatientNotFound: "PATIENT_NOT_FOUND",
    federal.SessionOver: SESSION_TIMED_OUT,
    federal.NothingFound: "NO_DATA_FOUND",
    federal.ReferralNotFound: "REFERRAL_NOT_FOUND",
    federal.ReferralExpired: "REFERRAL_PERIOD_HAS_EXPIRED",
    federal.IssuerNotConnected: "MO_NOT_CONNECTED_REFERRAL",
    federal.ReferralInUse: SAME_POSITION,
    booking.ReferralUnknown: "NO_DATA_FOUND",
}
"""4.1 to 4.6."""

CANCELLING: Mapping[type[Refusal], str] = {
    federal.VisitNotFound: "RECORD_NOT_FOUND",
    federal.VisitKept: CANNOT_CANCEL,
    federal.VisitMoved: CANNOT_CANCEL,
    booking.CannotBeCancelled: CANNOT_CANCEL,
}
"""4.8."""

USING: Mapping[type[Refusal], str] = {booking.ReferralUnknown: FAILURE_OPERATION}
"""4.9."""

SOURCES: Mapping[Channel, str] = {
    Channel.EPGU: "EPGU",
    Channel.PORTAL: "RPGU",
    Channel.KIOSK: "INFOMAT",
    Channel.DESK: "REG",
    Channel.CALL_CENTRE: "CC",
    Channel.DOCTOR: "MED_ARM",
    Channel.OTHER_CLINIC: "OTHER_WEB",
}
"""Our channels as the federation calls them (4.10)."""


def code_of(refusal: Refusal, table: Mapping[type[Refusal], str]) -> str:
    """The refusal's code, or that of the class it belongs to; what has none is a fault of ours."""
    found = (table[it] for it in type(refusal).__mro__ if it in table)
    return next(found, INTERNAL_ERROR)
