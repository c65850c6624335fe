"""The words of notices. A letter names no doctor, speciality or clinic: others see mailboxes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_datetime

Kind = Literal["booked", "moved", "moved_away", "cancelled", "proposed", "withdrawn"]
_RUSSIAN = Locale.parse("ru")
_LAPSED = "lapsed"  # a proposal that was over before anybody could be told of it
_BY_CLINIC = "cancelled_by_clinic"  # one visit, without a day that is withdrawn

_MESSAGES: Mapping[str, str] = {
    "booked": "Запись подтверждена: {patient}, {at}. {doctor}. {place}.",
    "moved": "Запись перенесена: {patient}, теперь {at} вместо {was}. {doctor}. {place}.",
    "moved_away": "Запись перенёс другой представитель: {patient}, {at}. {doctor}. Новое время"
    " подскажут он или регистратура.",
    "cancelled": "Запись отменена: {patient}, {at}. {doctor}.",
    _BY_CLINIC: "{patient}: клиника отменила приём {at}. {doctor}.{because}",
    "proposed": "{patient}: клиника отменила приём {was} и предлагает новое время – {at}."
    " {doctor}. {place}.{because} Держим новое время за вами до {until}.",
    "withdrawn": "{patient}: клиника отменила приём {at}. {doctor}.{because} Нового времени взамен"
    " не нашлось: выберите другой день или другого врача.",
    _LAPSED: "{patient}: клиника отменила приём {was}. {doctor}.{because} Предложенное взамен"
    " время уже не держим. Если новой записи ещё нет, выберите время.",
}
_LETTERS: Mapping[str, str] = {
    "booked": "{patient}: запись на {at} подтверждена. Подробности – в личном кабинете: {address}",
    "moved": "{patient}: запись перенесена с {was} на {at}. Подробности – в личном кабинете:"
    " {address}",
    "moved_away": "{patient}: запись на {at} перенёс другой представитель. Новое время подскажут"
    " он или регистратура. Подробности – в личном кабинете: {address}",
    "cancelled": "{patient}: запись на {at} отменена. Подробности – в личном кабинете: {address}",
    _BY_CLINIC: "{patient}: клиника отменила приём {at}. Подробности – в личном кабинете:"
    " {address}",
    "proposed": "{patient}: клиника отменила приём {was} и предлагает новое время – {at}. Держим"
    " его за вами до {until}. Подтвердить – в личном кабинете: {address}",
    "withdrawn": "{patient}: клиника отменила приём {at}. Нового времени взамен не нашлось."
    " Выбрать другое – в личном кабинете: {address}",
    _LAPSED: "{patient}: клиника отменила приём {was}. Предложенное взамен время уже не держим."
    " Если новой записи ещё нет, выберите время в личном кабинете: {address}",
}
_SUBJECT = "{portal}: новое сообщение"


@dataclass(frozen=True)
class Change:
    """What became of a visit, as far as it is told. Moments are shown in the clinic's `zone`.

    `was_at` is the time that a move or a proposal replaces; `kept_until` the end of a proposal
    that still stands. `because` is the clinic's reason for patients, where it cancelled: a
    message tells it, a letter does not.
    """

    kind: Kind
    subject_id: UUID
    starts_at: datetime
    visit_id: UUID  # itself, or the cancelled one in whose place it is proposed
    was_at: datetime | None
    by_clinic: bool
    because: str | None
    kept_until: datetime | None
    zone: str
    doctor: str | None
    position: str
    place: str

    @property
    def has_lapsed(self) -> bool:
        """Whether it is a proposal that no longer stands."""
        return self.kind == "proposed" and self.kept_until is None

    @property
    def wording(self) -> str:
        """Under which name its words stand."""
        if self.has_lapsed:
            return _LAPSED
        return _BY_CLINIC if self.kind == "cancelled" and self.by_clinic else self.kind


def message(change: Change, patient: str) -> str:
    """The message of the portal's own page: shown after sign-in, so the doctor is named."""
    return _told(_MESSAGES, change, patient, "")


def letter(change: Change, patient: str, address: str) -> str:
    """The whole body of the letter; `address` is where the details are, behind sign-in."""
    return _told(_LETTERS, change, patient, address)


def subject(portal: str) -> str:
    """The letter's subject line: tells nothing."""
    return _SUBJECT.format(portal=portal)


def path(visit_id: UUID) -> str:
    """Where a notice leads: the ticket of the visit.

    That of a cancelled one tells why, and has the time that is proposed and the way to another.
    """
    return f"/appointments/{visit_id}"


def _told(texts: Mapping[str, str], change: Change, patient: str, address: str) -> str:
    because = (change.because or "").strip()
    end = "" if because.endswith((".", "!", "?")) else "."
    return texts[change.wording].format(
        patient=patient,
        at=_moment(change.starts_at, change.zone),
        was=_moment(change.was_at, change.zone),
        until=_moment(change.kept_until, change.zone),
        doctor=", ".join(filter(None, (change.position, change.doctor))),
        place=change.place,
        because=f" Причина: {because}{end}" if because else "",
        address=address,
    )


def _moment(moment: datetime | None, zone: str) -> str:
    """«12 января, 10:15», on the clinic's own clock."""
    if moment is None:
        return ""
    return format_datetime(moment.astimezone(ZoneInfo(zone)), "d MMMM, HH:mm", locale=_RUSSIAN)
