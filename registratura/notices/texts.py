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

_MESSAGES: Mapping[str, str] = {
    "booked": "Запись подтверждена: {patient}, {at}. {doctor}. {place}.",
    "moved": "Запись перенесена: {patient}, теперь {at} вместо {was}. {doctor}. {place}.",
    "moved_away": "Запись перенёс другой представитель: {patient}, {at}. {doctor}. Новое время"
    " подскажут он или регистратура.",
    "cancelled": "Запись отменена: {patient}, {at}. {doctor}.",
    "proposed": "{patient}: клиника отменила приём {was} и предлагает новое время – {at}."
    " {doctor}. {place}. Держим его за вами до {until}.",
    "withdrawn": "{patient}: клиника отменила приём {at}. {doctor}. Нового времени взамен"
    " не нашлось: выберите другой день или другого врача.",
    _LAPSED: "{patient}: клиника отменила приём {was}. {doctor}. Предложенное взамен время уже"
    " не держим. Если новой записи ещё нет, выберите время.",
}
_LETTERS: Mapping[str, str] = {
    "booked": "{patient}: запись на {at} подтверждена. Подробности – в личном кабинете: {address}",
    "moved": "{patient}: запись перенесена с {was} на {at}. Подробности – в личном кабинете:"
    " {address}",
    "moved_away": "{patient}: запись на {at} перенёс другой представитель. Новое время подскажут"
    " он или регистратура. Подробности – в личном кабинете: {address}",
    "cancelled": "{patient}: запись на {at} отменена. Подробности – в личном кабинете: {address}",
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
    that still stands.
    """

    kind: Kind
    subject_id: UUID
    starts_at: datetime
    was_at: datetime | None
    kept_until: datetime | None
    zone: str
    doctor: str | None
    position: str
    place: str

    @property
    def has_lapsed(self) -> bool:
        """Whether it is a proposal that no longer stands."""
        return self.kind == "proposed" and self.kept_until is None


def message(change: Change, patient: str) -> str:
    """The message of the portal's own page: shown after sign-in, so the doctor is named."""
    return _told(_MESSAGES, change, patient, "")


def letter(change: Change, patient: str, address: str) -> str:
    """The whole body of the letter; `address` is where the details are, behind sign-in."""
    return _told(_LETTERS, change, patient, address)


def subject(portal: str) -> str:
    """The letter's subject line: tells nothing."""
    return _SUBJECT.format(portal=portal)


def path(kind: str, subject_id: UUID, person_id: UUID, *, stands: bool) -> str:
    """Where a notice leads: the ticket; the proposed time while it `stands`; a new choice."""
    if kind == "proposed" and stands:
        return f"/holds/{subject_id}?patient={person_id}"
    if kind in ("proposed", "withdrawn"):
        return f"/clinics?patient={person_id}"
    return f"/appointments/{subject_id}"


def _told(texts: Mapping[str, str], change: Change, patient: str, address: str) -> str:
    return texts[_LAPSED if change.has_lapsed else change.kind].format(
        patient=patient,
        at=_moment(change.starts_at, change.zone),
        was=_moment(change.was_at, change.zone),
        until=_moment(change.kept_until, change.zone),
        doctor=", ".join(filter(None, (change.position, change.doctor))),
        place=change.place,
        address=address,
    )


def _moment(moment: datetime | None, zone: str) -> str:
    """«12 января, 10:15», on the clinic's own clock."""
    if moment is None:
        return ""
    return format_datetime(moment.astimezone(ZoneInfo(zone)), "d MMMM, HH:mm", locale=_RUSSIAN)
