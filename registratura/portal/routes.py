"""The table of contents of the patients' pages."""

from litestar.types import ControllerRouterHandler

from registratura.portal import (
    appointments,
    clinics,
    confirming,
    consent,
    home,
    patient,
    profile,
    relatives,
    signin,
    times,
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
    confirming.hold,
    confirming.held,
    confirming.prolong,
    confirming.book,
    appointments.appointments,
    appointments.ticket,
    appointments.ask_to_cancel,
    appointments.cancel,
]
