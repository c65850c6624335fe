"""The rules that cannot race: pure functions, one for each, judged in the order of `ORDER`.

What can race (a seat, the patient's time, a position, a referral, a quota) is not here: the
database's constraints judge it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Protocol
from uuid import UUID
from zoneinfo import ZoneInfo

from registratura.booking import refusals
from registratura.booking.model import Channel, Rules
from registratura.people.ages import full_years
from registratura.people.patients import Patient


@dataclass(frozen=True)
class Offer:
    """A slot with everything that the rules ask, read under the patient's and its own lock."""

    slot_id: UUID
    post_id: UUID
    department_id: UUID
    position_id: int
    starts_at: datetime
    ends_at: datetime
    opens_at: datetime
    channels: Sequence[str]
    blocked: str | None
    zone: str
    phone: str
    age_from: int
    age_to: int
    sex: str | None
    self_booking: bool
    needs_referral: bool
    sensitive: bool
    merged_rules: dict[str, Any]
    coming: int  # visits the patient has ahead, counted under his lock
    coming_seen: int  # of them, those this account booked itself
    coming_declared: int  # visits ahead that this account booked for declared patients
    hidden_clashes: int  # today, of this account with this patient
    referral_id: UUID | None  # the one named, else one that fits and is not used
    replaceable: bool  # no visit is to be replaced, or the named one may be
    in_the_way: Sequence[UUID]  # holds that end before this visit is written

    @property
    def rules(self) -> Rules:
        """The settings in force for this slot."""
        return Rules.resolve(self.merged_rules)

    @property
    def day(self) -> date:
        """The day of the visit in the clinic's own zone."""
        return self.starts_at.astimezone(ZoneInfo(self.zone)).date()


class Terms(Protocol):
    """Whom a doctor receives: what a page can judge before a slot is asked for."""

    @property
    def phone(self) -> str | None: ...
    @property
    def age_from(self) -> int: ...
    @property
    def age_to(self) -> int: ...
    @property
    def sex(self) -> str | None: ...
    @property
    def self_booking(self) -> bool: ...
    @property
    def needs_referral(self) -> bool: ...
    @property
    def referral_id(self) -> UUID | None: ...
    @property
    def sensitive(self) -> bool: ...


@dataclass(frozen=True)
class Request:
    """Who asks, for whom, through which door, when, and for which day (the clinic's)."""

    patient: Patient
    channel: Channel
    now: datetime
    day: date


def _is_not_blocked(offer: Offer, request: Request) -> None:
    if offer.blocked is not None:
        raise refusals.SlotTaken()


def _is_in_the_future(offer: Offer, request: Request) -> None:
    lead = offer.rules.lead if request.channel.is_self_booking else timedelta(0)
    if offer.starts_at <= request.now + lead:
        raise refusals.SlotPast()


def _is_open(offer: Offer, request: Request) -> None:
    if not request.channel.is_self_booking:
        return
    today = request.now.astimezone(ZoneInfo(offer.zone)).date()
    beyond = request.day > today + timedelta(days=offer.rules.horizon_days)
    if beyond or offer.opens_at > request.now:
        raise refusals.NotOpenYet()


def _is_given_through_the_channel(offer: Offer, request: Request) -> None:
    if request.channel not in offer.channels:
        raise refusals.WrongChannel(phone=offer.phone)


def _is_open_to_self_booking(offer: Terms, request: Request) -> None:
    if request.channel.is_self_booking and not offer.self_booking:
        raise refusals.NotSelfBooked(phone=offer.phone)


def _has_a_referral_where_needed(offer: Terms, request: Request) -> None:
    by_himself = request.channel.is_self_booking
    if by_himself and offer.needs_referral and offer.referral_id is None:
        raise refusals.ReferralNeeded()


def _is_of_the_age(offer: Terms, request: Request) -> None:
    age = full_years(request.patient.birth_date, request.day)
    if not offer.age_from <= age <= offer.age_to:
        raise refusals.WrongAge(
            min_age=offer.age_from,
            max_age=offer.age_to,
            ages=ages_in_words(offer.age_from, offer.age_to),
        )


def _is_of_the_sex(offer: Terms, request: Request) -> None:
    if offer.sex is not None and request.patient.sex != offer.sex:
        raise refusals.WrongSex(sex="женщин" if offer.sex == "F" else "мужчин")


def _may_see_a_sensitive_doctor(offer: Terms, request: Request) -> None:
    if offer.sensitive and request.patient.level == "declared":
        raise refusals.NeedsConfirmedLink(phone=offer.phone)


def _replaces_what_may_be_replaced(offer: Offer, request: Request) -> None:
    if not offer.replaceable:
        raise refusals.CannotBeReplaced()


def _is_not_paused(offer: Offer, request: Request) -> None:
    if offer.hidden_clashes >= offer.rules.hidden_clashes_a_day:
        raise refusals.PausedUntilTomorrow(phone=offer.phone)


def _is_within_the_limit(offer: Offer, request: Request) -> None:
    declared = request.patient.level == "declared"
    if offer.coming >= offer.rules.max_coming:
        if declared and offer.coming_seen < offer.rules.max_coming:
            raise refusals.ClashNotShown(phone=offer.phone)
        raise refusals.TooManyComing(limit=offer.rules.max_coming)
    if declared and offer.coming_declared >= offer.rules.max_coming_declared:
        raise refusals.TooManyComing(limit=offer.rules.max_coming_declared)


OF_THE_DOCTOR: Sequence[Callable[[Terms, Request], None]] = (
    _is_open_to_self_booking,
    _is_of_the_age,
    _is_of_the_sex,
    _has_a_referral_where_needed,
    _may_see_a_sensitive_doctor,
)

ORDER: Sequence[Callable[[Offer, Request], None]] = (
    _is_not_blocked,
    _is_in_the_future,
    _is_open,
    *OF_THE_DOCTOR,
    _is_given_through_the_channel,
    _replaces_what_may_be_replaced,
    _is_not_paused,
    _is_within_the_limit,
)


def check(offer: Offer, request: Request) -> None:
    """Raise the refusal of the first rule, in `ORDER`, that the request breaks."""
    for rule in ORDER:
        rule(offer, request)


def find_refusal(doctor: Terms, request: Request) -> refusals.BookingRefusal | None:
    """Why this doctor would not be given to the patient, before any time is asked for, or None."""
    try:
        for rule in OF_THE_DOCTOR:
            rule(doctor, request)
    except refusals.BookingRefusal as refusal:
        return refusal
    return None


def ages_in_words(age_from: int, age_to: int) -> str:
    """Whom a doctor receives, for people: «до 17 лет включительно», «от 18 лет»."""
    if age_from == 0:
        return f"до {age_to} лет включительно"
    if age_to >= 150:
        return f"от {age_from} лет"
    return f"от {age_from} до {age_to} лет включительно"
