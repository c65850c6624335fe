"""The table of contents of the patients' pages."""

from litestar.types import ControllerRouterHandler

from registratura.portal import (
    appointments,
    clinics,
    confirming,
    consent,
    home,
    messages,
    patient,
    profile,
    referrals,
    relatives,
    signin,
    times,
    together,
)
from registratura.web.vision import choose_vision

ROUTES: list[ControllerRouterHandler] = [
    home.home,
    home.accessibility,
    home.personal_data,
    signin.sign_in_page,
    signin.start,
    signin.finish,
    signin.sign_out,
    consent.ask,
    consent.give,
    patient.choose,
    profile.profile,
    relatives.ask,
    relatives.add,
    relatives.ask_to_leave,
    relatives.leave,
    choose_vision,
    clinics.clinics,
    clinics.positions,
    clinics.doctors,
    times.times,
    confirming.check,
    confirming.choose_again,
    confirming.hold,
    confirming.held,
    confirming.prolong,
    confirming.decline,
    confirming.book,
    referrals.ask,
    referrals.find,
    referrals.doctors,
    together.choose,
    together.choose_again,
    together.check,
    together.book,
    appointments.appointments,
    appointments.ticket,
    appointments.ask_to_cancel,
    appointments.cancel,
    messages.messages,
]

DEMO: list[ControllerRouterHandler] = [messages.everybodys]
"""Pages that a production does not have."""
