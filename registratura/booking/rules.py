"""The rules that cannot race: pure functions, one for each, judged in the order of `ORDER`.

What can race (a seat, the patient's time, a position, a referral, a quota) is not here: the
database's constraints judge it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol
from uuid import UUID
from zoneinfo import ZoneInfo

from registratura.booking import no_shows, refusals
from registratura.booking.model import Channel
from registratura.booking.offer import Offer
from registratura.booking.rulebook import Rules
from registratura.booking.windows import Window, opens_at
from registratura.people.ages import full_years
from registratura.people.patients import Patient


class Terms(Protocol):
    """Whom a doctor receives: what a page can judge before a slot is asked for."""

    @property
    def post_id(self) -> UUID: ...
    @property
    def department_id(self) -> UUID: ...
    @property
    def position_id(self) -> int: ...
    @property
    def phone(self) -> str | None: ...
    @property
    def age_from(self) -> int: ...
    @property
    def age_to(self) -> int: ...
    @property
    def sex(self) -> str | None: ...
    @property
    def area_kind(self) -> str | None: ...
    @property
    def stands_in_for(self) -> Sequence[UUID]: ...
    @property
    def self_booking(self) -> bool: ...
    @property
    def needs_referral(self) -> bool: ...
    @property
    def referral_id(self) -> UUID | None: ...
    @property
    def sensitive(self) -> bool: ...
    @property
    def rules(self) -> Rules: ...


@dataclass(frozen=True)
class Request:
    """Who asks, for whom, through which door, when, and for which day (the clinic's)."""

    patient: Patient
    channel: Channel
    now: datetime
    day: date
    by_clinic: bool = False  # the clinic gives a time in place of the one it took


def _makes_up_for_a_visit(offer: Offer, request: Request) -> bool:
    """Whether the clinic owes the time: what would keep a new visit away does not count."""
    return request.by_clinic or offer.proposed_channel is not None


def _is_not_blocked(offer: Offer, request: Request) -> None:
    if offer.blocked is not None:
        raise refusals.SlotTaken()


def _is_in_the_future(offer: Offer, request: Request) -> None:
    lead = offer.rules.lead if request.channel.is_self_booking else timedelta(0)
    if request.by_clinic:
        lead = offer.rules.proposal_lead
    if offer.starts_at <= request.now + lead:
        raise refusals.SlotPast()


def _is_open(offer: Offer, request: Request) -> None:
    if offer.proposed_channel is not None:
        return
    window = Window.open_to(
        request.channel,
        now=request.now,
        zone=offer.zone,
        rules=offer.rules,
        department_id=offer.department_id,
    )
    if offer.starts_at <= window.after:
        raise refusals.DayClosed(phone=offer.phone)
    if offer.starts_at >= window.until or offer.opens_at > window.opened_by:
        first = opens_at(
            request.day,
            request.channel,
            zone=offer.zone,
            rules=offer.rules,
            department_id=offer.department_id,
        )
        opening = max(first, offer.opens_at).astimezone(ZoneInfo(offer.zone))
        raise refusals.NotOpenYet(opens_at=opening, when=f"{opening:%d.%m.%Y в %H:%M}")


def _has_an_open_card(offer: Offer, request: Request) -> None:
    if offer.card_closed:
        raise refusals.CardClosed(phone=offer.phone)


def _is_given_through_the_channel(offer: Offer, request: Request) -> None:
    if request.channel not in offer.channels and offer.proposed_channel is None:
        raise refusals.WrongChannel(phone=offer.phone)


def _is_open_to_self_booking(offer: Terms, request: Request) -> None:
    if request.channel.is_self_booking and not offer.self_booking:
        raise refusals.NotSelfBooked(phone=offer.phone)


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


def _has_a_referral_where_needed(offer: Terms, request: Request) -> None:
    by_himself = request.channel.is_self_booking
    if by_himself and offer.needs_referral and offer.referral_id is None:
        raise refusals.ReferralNeeded()


def _is_attached_where_needed(offer: Terms, request: Request) -> None:
    rules, own = offer.rules, request.patient.department_id
    if not request.channel.is_self_booking or offer.referral_id is not None:
        return
    if rules.attachment == "anywhere" or own == offer.department_id:
        return
    if rules.attachment == "open_list" and offer.position_id in rules.open_positions:
        return
    if own is not None or not rules.unattached:
        raise refusals.NotAttached(phone=offer.phone)


def _is_of_the_area(offer: Terms, request: Request) -> None:
    if not request.channel.is_self_booking or offer.area_kind is None:
        return
    own = request.patient.area_post_id
    if offer.rules.area == "anyone" or own in (None, offer.post_id):
        return
    if own not in offer.stands_in_for:
        raise refusals.NotYourArea()


def _is_open_to_this_relative(offer: Terms, request: Request) -> None:
    hidden = offer.position_id in request.patient.hidden
    if hidden or (offer.sensitive and request.patient.level == "declared"):
        raise refusals.NeedsConfirmedLink(phone=offer.phone)


def _has_a_referral_that_fits(offer: Offer, request: Request) -> None:
    match offer.referral_fits:
        case "unknown":
            raise refusals.ReferralUnknown()
        case "elsewhere":
            raise refusals.ReferralElsewhere()
        case "over":
            raise refusals.ReferralOver()
        case "used":  # in another system: no constraint of ours knows
            raise refusals.ReferralUsed()


def _replaces_what_may_be_replaced(offer: Offer, request: Request) -> None:
    if not offer.replaceable:
        raise refusals.CannotBeReplaced()


def _is_not_paused(offer: Offer, request: Request) -> None:
    if offer.hidden_clashes >= offer.rules.hidden_clashes_a_day:
        raise refusals.PausedUntilTomorrow(phone=offer.phone)


def _keeps_what_he_books(offer: Offer, request: Request) -> None:
    if _makes_up_for_a_visit(offer, request):
        return
    standing = no_shows.judge(offer.missed, offer.rules, request.now)
    if request.channel.is_self_booking and standing.paused_until is not None:
        day = standing.paused_until.astimezone(ZoneInfo(offer.zone)).date()
        raise refusals.NoShowPause(
            missed=standing.missed, until=day, day=f"{day:%d.%m.%Y}", phone=offer.phone
        )


def _is_within_the_limit(offer: Offer, request: Request) -> None:
    if _makes_up_for_a_visit(offer, request):
        return
    declared = request.patient.level == "declared"
    if offer.coming >= offer.rules.max_coming:
        if offer.coming_seen < offer.rules.max_coming:
            whom = request.patient.person_id
            raise refusals.ClashNotShown(phone=offer.phone, patient_id=whom)
        raise refusals.TooManyComing(limit=offer.rules.max_coming)
    if declared and offer.coming_declared >= offer.rules.max_coming_declared:
        raise refusals.TooManyComing(limit=offer.rules.max_coming_declared)


OF_THE_DOCTOR: Sequence[Callable[[Terms, Request], None]] = (
    _is_open_to_self_booking,
    _is_of_the_age,
    _is_of_the_sex,
    _has_a_referral_where_needed,
    _is_attached_where_needed,
    _is_of_the_area,
    _is_open_to_this_relative,
)

ORDER: Sequence[Callable[[Offer, Request], None]] = (
    _has_an_open_card,
    _is_not_blocked,
    _is_in_the_future,
    _is_open,
    _has_a_referral_that_fits,
    *OF_THE_DOCTOR,
    _is_given_through_the_channel,
    _replaces_what_may_be_replaced,
    _is_not_paused,
    _keeps_what_he_books,
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
