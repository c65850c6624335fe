"""Every way in which the engine says no. The database's constraint → the refusal it stands for."""

from collections.abc import Mapping
from typing import ClassVar

from registratura.refusal import Refusal


class BookingRefusal(Refusal):
    """A visit was not given. Nothing was written; the caller may show other times."""


class SlotTaken(BookingRefusal):
    """The seat went to somebody else, or the clinic withdrew the time."""

    code: ClassVar[str] = "slot_taken"
    words: ClassVar[str] = "Это время только что заняли"


class SlotPast(BookingRefusal):
    """The visit has begun, or begins too soon for self-booking."""

    code: ClassVar[str] = "slot_past"
    words: ClassVar[str] = "Это время уже прошло или начинается слишком скоро"


class SlotUnknown(BookingRefusal):
    """No such slot was ever issued."""

    code: ClassVar[str] = "slot_unknown"
    words: ClassVar[str] = "Такого времени в расписании нет"


class NotOpenYet(BookingRefusal):
    """The day is beyond the horizon of this channel, or opens later. Parameters: opens_at, when."""

    code: ClassVar[str] = "not_open_yet"
    words: ClassVar[str] = "Запись на этот день откроется {when}"


class DayClosed(BookingRefusal):
    """Self-booking for this day has ended: the clinic's cut-off for today or tomorrow."""

    code: ClassVar[str] = "day_closed"
    words: ClassVar[str] = (
        "Через интернет на этот день уже не записывают. Позвоните в поликлинику: {phone}"
    )


class WrongChannel(BookingRefusal):
    """This time is not given through this channel."""

    code: ClassVar[str] = "wrong_channel"
    words: ClassVar[str] = "На это время записывает только регистратура: {phone}"


class WrongAge(BookingRefusal):
    """The doctor does not receive this age. Parameters: min_age, max_age (full years), ages."""

    code: ClassVar[str] = "wrong_age"
    words: ClassVar[str] = "Этот врач принимает в возрасте {ages}"


class WrongSex(BookingRefusal):
    """The doctor receives patients of the other sex only."""

    code: ClassVar[str] = "wrong_sex"
    words: ClassVar[str] = "Этот врач принимает только {sex}"


class ReferralNeeded(BookingRefusal):
    """The position is given by referral only."""

    code: ClassVar[str] = "referral_needed"
    words: ClassVar[str] = "Сюда записывают по направлению, его даёт участковый врач"


class NotSelfBooked(BookingRefusal):
    """The position is not open to self-booking."""

    code: ClassVar[str] = "not_self_booked"
    words: ClassVar[str] = "Сюда записывает регистратура: {phone}"


class NotAttached(BookingRefusal):
    """The clinic receives its own attached patients. Parameter: phone."""

    code: ClassVar[str] = "not_attached"
    words: ClassVar[str] = (
        "Здесь принимают тех, кто прикреплён к этой поликлинике. "
        "Запишитесь в своей или позвоните: {phone}"
    )


class NotYourArea(BookingRefusal):
    """The area doctor receives the patients of his own area."""

    code: ClassVar[str] = "not_your_area"
    words: ClassVar[str] = "Этот врач принимает свой участок. Выберите своего участкового"


class CardClosed(BookingRefusal):
    """The patient's card is closed: he has died, or the desk joined it into another."""

    code: ClassVar[str] = "card_closed"
    words: ClassVar[str] = "Карточка пациента закрыта. Позвоните в поликлинику: {phone}"


class NoShowPause(BookingRefusal):
    """Too many visits missed: self-booking rests. Parameters: missed, until (date), day, phone."""

    code: ClassVar[str] = "no_show_pause"
    words: ClassVar[str] = (
        "Пропущено приёмов: {missed}. Через интернет можно записаться с {day}, "
        "а раньше — по телефону: {phone}"
    )


class NeedsConfirmedLink(BookingRefusal):
    """Not a position to which this relative is booked here: sensitive, and the link is declared;
    or the patient hides it. The words and parameters are the same, so that they tell neither."""

    code: ClassVar[str] = "needs_confirmed_link"
    words: ClassVar[str] = (
        "К этому врачу родственника записывает регистратура: {phone}. "
        "Возьмите с собой документ о родстве"
    )


class PatientBusy(BookingRefusal):
    """The patient has another visit at this time."""

    code: ClassVar[str] = "patient_busy"
    words: ClassVar[str] = "На это время уже есть запись: {visit}"


class AlreadyBookedToPosition(BookingRefusal):
    """The patient already has a coming visit to this position. Parameter: appointment_id."""

    code: ClassVar[str] = "already_booked_to_position"
    words: ClassVar[str] = "К врачу этой специальности уже есть запись: {visit}. Её можно перенести"


class ClashNotShown(BookingRefusal):
    """A clash with a visit this account may not see: no rule, doctor, time or channel."""

    code: ClassVar[str] = "clash_not_shown"
    words: ClassVar[str] = "На это время записать не получилось. Позвоните в поликлинику: {phone}"


class PausedUntilTomorrow(BookingRefusal):
    """Too many hidden clashes today: this declared link books nothing until tomorrow."""

    code: ClassVar[str] = "paused_until_tomorrow"
    words: ClassVar[str] = (
        "Сегодня записать этого родственника больше не получится. "
        "Попробуйте завтра или позвоните в поликлинику: {phone}"
    )


class TooManyComing(BookingRefusal):
    """The patient has as many coming visits as the rules allow. Parameter: limit."""

    code: ClassVar[str] = "too_many_coming"
    words: ClassVar[str] = "Предстоящих записей уже {limit}, больше нельзя. Отмените ненужную"


class ReferralUnknown(BookingRefusal):
    """No such referral of this patient."""

    code: ClassVar[str] = "referral_unknown"
    words: ClassVar[str] = "Такого направления нет. Проверьте номер на бланке"


class ReferralElsewhere(BookingRefusal):
    """The referral leads to another position or another clinic."""

    code: ClassVar[str] = "referral_elsewhere"
    words: ClassVar[str] = "Направление выдано к другому врачу или в другую клинику"


class ReferralOver(BookingRefusal):
    """The visit's day is outside the dates of the referral. Parameters: valid_from, valid_to."""

    code: ClassVar[str] = "referral_over"
    words: ClassVar[str] = "На этот день направление не действует. Возьмите другой день"


class ReferralUsed(BookingRefusal):
    """The referral has already been used."""

    code: ClassVar[str] = "referral_used"
    words: ClassVar[str] = "По этому направлению уже есть запись"


class QuotaExhausted(BookingRefusal):
    """The channel's share of this session is taken; it is released later. Parameter: phone."""

    code: ClassVar[str] = "quota_exhausted"
    words: ClassVar[str] = (
        "Места для этой записи на этот приём закончились. "
        "Возьмите другое время или позвоните: {phone}"
    )


class NotNeighbours(BookingRefusal):
    """Two patients together get two neighbouring times of one doctor; these are not."""

    code: ClassVar[str] = "not_neighbours"
    words: ClassVar[str] = "Двоих записывают подряд к одному врачу. Выберите соседние времена"


class KeyReused(Refusal):
    """The idempotency key was used for another request."""

    code: ClassVar[str] = "key_reused"
    words: ClassVar[str] = "Эта форма уже отправлялась с другими данными. Начните запись заново"


class AppointmentUnknown(Refusal):
    """No such appointment, or not one that this account may see."""

    code: ClassVar[str] = "appointment_unknown"
    words: ClassVar[str] = "Такой записи нет"


class CannotBeCancelled(Refusal):
    """The visit has begun, or took place."""

    code: ClassVar[str] = "cannot_be_cancelled"
    words: ClassVar[str] = "Эту запись уже нельзя отменить"


class CannotBeMarked(Refusal):
    """No way leads from the visit's state to the mark (`model.TRANSITIONS`)."""

    code: ClassVar[str] = "cannot_be_marked"
    words: ClassVar[str] = "Эту запись уже нельзя так отметить"


class TooEarlyToMark(CannotBeMarked):
    """Arrival is marked from the visit's day on, the rest once it has begun. Parameter: when."""

    code: ClassVar[str] = "too_early_to_mark"
    words: ClassVar[str] = "Отметить это можно будет с {when}"


class CardsClash(Refusal):
    """Coming visits of two cards stand in each other's way. Parameter: clashes (both of each)."""

    code: ClassVar[str] = "cards_clash"
    words: ClassVar[str] = (
        "Ничего не изменено: записи двух карт мешают друг другу. "
        "Отмените одну из двух и объедините карты снова. {clashes}"
    )


class CannotBeReplaced(BookingRefusal):
    """The visit that was to be moved has begun, is cancelled, or is not this account's to move."""

    code: ClassVar[str] = "cannot_be_replaced"
    words: ClassVar[str] = "Прежнюю запись уже нельзя перенести"


class MovedElsewhere(BookingRefusal):
    """Another holder of the link keeps a time to move this very visit."""

    code: ClassVar[str] = "moved_elsewhere"
    words: ClassVar[str] = (
        "Эту запись сейчас переносит другой представитель. Попробуйте через несколько минут"
    )


class HoldOver(Refusal):
    """The hold is over, given back, ended by the account's next one, or somebody else's."""

    code: ClassVar[str] = "hold_over"
    words: ClassVar[str] = "Это время мы больше не держим. Если оно свободно, выберите его снова"


class HoldProlonged(HoldOver):
    """The hold stands, and was prolonged before."""

    code: ClassVar[str] = "hold_prolonged"
    words: ClassVar[str] = "Это время уже продлевали: продлить можно один раз"


CONSTRAINTS: Mapping[str, type[BookingRefusal]] = {
    "a_seat_is_given_once": SlotTaken,
    "a_slot_has_no_more_visits_than_seats": SlotTaken,
    "a_patient_is_in_one_place_at_a_time": PatientBusy,
    "one_coming_visit_per_position": AlreadyBookedToPosition,
    "a_referral_is_used_once": ReferralUsed,
    "a_channel_takes_no_more_than_its_quota": QuotaExhausted,
    "a_visit_is_replaced_by_one_hold": MovedElsewhere,
}
"""In the order in which a refusal is named when several rules are broken."""
