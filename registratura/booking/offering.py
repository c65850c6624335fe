"""What a trusted caller is offered for a patient: every doctor whom the rules let him book, and
on which days. Whole regions and several clinics at once, unlike the pages' `booking.offers`."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from registratura.booking import rules
from registratura.booking.doctors import Doctor
from registratura.booking.model import Channel
from registratura.booking.referrals import Referral
from registratura.booking.slots import Opening
from registratura.booking.windows import Window
from registratura.people.ages import full_years
from registratura.people.patients import Patient


@dataclass(frozen=True)
class Offering:
    """Who books through which channel at what moment.

    By the referral `named` where it leads, `only_by_it` or elsewhere without; where a position
    needs one, by any of `usable`, as the booking itself would find it.
    """

    patient: Patient
    channel: Channel
    now: datetime
    named: Referral | None = None
    only_by_it: bool = False
    usable: Sequence[Referral] = ()

    def judge(self, found: Sequence[Doctor]) -> "list[Offered]":
        """Those who may be booked on some day that is open, in the order given."""
        judged = (self._judge(doctor) for doctor in found)
        return [it for it in judged if it is not None]

    def clinics(self, found: Sequence[Doctor]) -> set[UUID]:
        """Where somebody of them may be booked: one of a clinic is enough."""
        open_to_him: set[UUID] = set()
        for doctor in found:
            if doctor.department_id not in open_to_him and self._judge(doctor):
                open_to_him.add(doctor.department_id)
        return open_to_him

    def _judge(self, doctor: Doctor) -> "Offered | None":
        window = doctor.window(self.channel, now=self.now)
        days = frozenset(self._days(doctor, _range(*_bounds(window, doctor))))
        return Offered(doctor, window, days) if days else None

    def _days(self, doctor: Doctor, days: Sequence[date]) -> Iterable[date]:
        """The days on which no rule is in the way."""
        leading = self._leading(doctor)
        if self.only_by_it and not leading:
            return ()
        if leading or self._grows_older(days):
            return [day for day in days if self._may_book(doctor, day, leading)]
        return days if days and self._may_book(doctor, days[0], ()) else ()

    def _leading(self, doctor: Doctor) -> Sequence[Referral]:
        """The referrals by which he would be booked."""
        if self.named is not None and _leads(self.named, doctor):
            return [self.named]
        return [it for it in self.usable if doctor.needs_referral and _leads(it, doctor)]

    def _may_book(self, doctor: Doctor, day: date, leading: Sequence[Referral]) -> bool:
        referral = next((it for it in leading if it.valid_from <= day <= it.valid_to), None)
        if self.named in leading and referral is None:
            return False
        seen = replace(doctor, referral_id=referral.id) if referral else doctor
        asked = rules.Request(self.patient, self.channel, self.now, day)
        return rules.find_refusal(seen, asked) is None

    def _grows_older(self, days: Sequence[date]) -> bool:
        born = self.patient.birth_date
        return bool(days) and full_years(born, days[0]) != full_years(born, days[-1])


@dataclass(frozen=True)
class Offered:
    """A doctor and the days on which he may be booked."""

    doctor: Doctor
    window: Window
    days: frozenset[date]

    def may_book_at(self, moment: datetime) -> bool:
        """Whether the moment's day, by the clinic's clock, is one of them."""
        return self.doctor.day_of(moment) in self.days

    def opening(self, first: date | None = None, last: date | None = None) -> Opening | None:
        """When he may be booked within these days of the clinic; None: on none of them."""
        begin, end = max(first or date.min, min(self.days)), min(last or date.max, max(self.days))
        if begin > end:
            return None
        window = self.window.on_days(begin, end, self.doctor.zone)
        return Opening(self.doctor.post_id, self.doctor.zone, window)


def _leads(referral: Referral, doctor: Doctor) -> bool:
    return referral.leads_to(doctor.position_id, doctor.department_id)


def _bounds(window: Window, doctor: Doctor) -> tuple[date, date]:
    first = doctor.day_of(window.after)
    farthest = min(window.until, window.now + timedelta(days=366))
    return first, doctor.day_of(farthest.astimezone(UTC) - timedelta(microseconds=1))


def _range(first: date, last: date) -> Sequence[date]:
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]
