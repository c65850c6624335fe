"""The region's refusals of a booking, for people: from its parameters, else its own comment."""

from dataclasses import dataclass

from registratura_standins.gosuslugi.bookings import Booking

SOURCES = {
    "EPGU": "через Госуслуги",
    "REG": "в регистратуре поликлиники",
    "INFOMAT": "через инфомат",
    "RPGU": "на портале региона",
    "CC": "по телефону",
    "MED_ARM": "врачом",
    "OTHER_WEB": "через другой сайт",
}
_LABELS = {
    "Specialist": "Врач",
    "Post": "Специальность",
    "Service": "Услуга",
    "Room": "Где",
    "Visit_Time": "Когда",
    "Create_Date": "Записали",
    "Source_Record": "Как записали",
}
_HEADINGS = {
    "APPOINT_TIME_IS_BUSY": "Это время только что заняли",
    "APPOINT_VISIT_TIME_HAS_PASSED": "Это время уже прошло",
    "APPOINT_PATIENT_REGISTERED_SPECIALIST": "К врачу этой специальности уже есть запись",
    "APPOINT_PATIENT_REGISTERED_OTHER_SPECIALIST": "На это время уже есть запись к другому врачу",
    "APPOINT_TIME_AVAILABLE_PATIENT_OTHER_AGE": "Этот врач принимает пациентов другого возраста",
    "SESSION_TIMED_OUT": "Время на запись вышло",
}
_ADVICE = {
    "APPOINT_TIME_IS_BUSY": "Выберите другое: всё остальное сохранено.",
    "APPOINT_VISIT_TIME_HAS_PASSED": "Выберите другое: всё остальное сохранено.",
    "APPOINT_PATIENT_REGISTERED_SPECIALIST": "Оставьте прежнюю запись или сначала отмените её.",
    "APPOINT_PATIENT_REGISTERED_OTHER_SPECIALIST": "Выберите другое время: остальное сохранено.",
    "SESSION_TIMED_OUT": "Попробуйте ещё раз: всё, что вы выбрали, сохранено.",
}


@dataclass(frozen=True)
class Explained:
    """What to show: a heading, one sentence, and what is known of the visit in the way;
    `clash`: there is one."""

    heading: str
    words: str
    facts: tuple[tuple[str, str], ...]
    clash: bool = False


def explain(booking: Booking) -> Explained:
    """The refusal that this booking got."""
    code, told = booking.code or "", booking.parameters
    heading = _HEADINGS.get(code, "Записать не удалось")
    if code == "APPOINT_TIME_AVAILABLE_PATIENT_OTHER_AGE":
        words = _ages(told) or booking.comment or ""
        return Explained(heading, words, ())
    facts = tuple(
        (label, SOURCES.get(told[name], told[name]) if name == "Source_Record" else told[name])
        for name, label in _LABELS.items()
        if name in told
    )
    words = _ADVICE.get(code) or booking.comment or "Регистратура не объяснила почему."
    if booking.comment and code.startswith("APPOINT_PATIENT_REGISTERED") and not facts:
        words = f"{booking.comment}. {words}"  # the region tells of the visit in words only
    return Explained(heading, words, facts, code.startswith("APPOINT_PATIENT_REGISTERED"))


def _ages(told: dict[str, str]) -> str:
    low, high = told.get("Min_Age", "0"), told.get("Max_Age", "150")
    if low == "0" and high == "150":
        return ""
    if high == "150":
        return f"Он принимает с {low} лет."
    return f"Он принимает до {high} лет." if low == "0" else f"Он принимает с {low} до {high} лет."
