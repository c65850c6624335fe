"""What is offered to a patient: positions with their nearest times, doctors in their order."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from uuid import UUID

from registratura.booking import counts, doctors, referrals, refusals, rules
from registratura.booking.doctors import Doctor
from registratura.booking.model import Channel
from registratura.booking.referrals import Referral
from registratura.booking.slots import ChosenTime, FreeTime
from registratura.booking.windows import Window
from registratura.db import Connection
from registratura.people.patients import Patient


@dataclass(frozen=True)
class Asking:
    """Who looks around, through which door, when. Nobody yet: `patient` is None.

    By the `referral` named where it leads; if none is, `by_his_own`: where a position needs one,
    by any `usable` one of the patient's, as the booking itself would find it.
    """

    patient: Patient | None
    channel: Channel
    now: datetime
    referral: Referral | None = None
    by_his_own: bool = False
    usable: Sequence[Referral] = ()
    instead_of: datetime | None = None  # the clinic looks for a time to propose in place of that
    lost: ChosenTime | None = None  # it was refused: of its doctor the times nearest to it are told

    def window(self, doctor: Doctor) -> Window:
        """When this doctor may be booked: by a referral on its days; a proposed time begins later
        than what one takes."""
        window = doctor.window(self.channel, now=self.now)
        if leading := self._leading(doctor):
            first = min(it.valid_from for it in leading)
            last = max(it.valid_to for it in leading)
            window = window.on_days(first, last, doctor.zone)
        if self.instead_of is None:
            return window
        return replace(window, after=max(window.after, self.now + doctor.rules.proposal_lead))

    def near(self, doctor: Doctor) -> datetime | None:
        """To what moment his times shall be near; None: the first are the nearest."""
        if self.lost is not None and self.lost.post_id == doctor.post_id:
            return self.lost.starts_at
        return self.instead_of

    def see(self, doctor: Doctor) -> Doctor:
        """The doctor with the referral by which the patient comes to him, if one leads there."""
        leading = self._leading(doctor)
        return replace(doctor, referral_id=leading[0].id) if leading else doctor

    def _leading(self, doctor: Doctor) -> Sequence[Referral]:
        """The referrals by which he would be booked."""
        here, today = (doctor.position_id, doctor.department_id), doctor.day_of(self.now)
        if self.referral and self.referral.leads_to(*here):
            return [self.referral]
        mine = self.usable if doctor.needs_referral else ()
        return [it for it in mine if it.leads_to(*here) and it.is_usable(today)]


@dataclass(frozen=True)
class DoctorOffer:
    """A doctor, why the patient may not book him, how much is free, and the nearest times."""

    doctor: Doctor
    refusal: refusals.BookingRefusal | None
    free: int
    times: list[FreeTime]

    @property
    def nearest(self) -> datetime | None:
        """When the first free time begins."""
        return self.times[0].starts_at if self.times else None


@dataclass(frozen=True)
class PositionOffer:
    """A position of a clinic: whether this patient may book it, how much is free, and when."""

    doctors: Sequence[DoctorOffer]

    @property
    def any_doctor(self) -> Doctor:
        """One of its doctors: what the position says of itself, each of them says."""
        return self.doctors[0].doctor

    @property
    def refusal(self) -> refusals.BookingRefusal | None:
        """Why none of its doctors may be booked; None where one may."""
        found = [it.refusal for it in self.doctors]
        return None if None in found else found[0]

    @property
    def suits(self) -> bool:
        """Whether some doctor of it receives this age and sex."""
        unsuited = refusals.WrongAge | refusals.WrongSex
        return any(not isinstance(it.refusal, unsuited) for it in self.doctors)

    @property
    def free(self) -> int:
        """How many times are free."""
        return sum(it.free for it in self.doctors)

    @property
    def nearest(self) -> datetime | None:
        """When the first of them begins."""
        return min((it.nearest for it in self.doctors if it.nearest), default=None)

    @property
    def ages(self) -> str:
        """Whom its doctors receive, in words."""
        return rules.ages_in_words(
            min(it.doctor.age_from for it in self.doctors),
            max(it.doctor.age_to for it in self.doctors),
        )


async def search_positions(
    db: Connection, department_id: UUID, asking: Asking
) -> list[PositionOffer]:
    """Every position of the clinic, none hidden; area doctors first, then by name."""
    found = await doctors.search(db, now=asking.now, department_id=department_id)
    found.sort(key=lambda it: (it.area_kind is None, it.position.casefold(), it.position_id))
    offered = await _offer(db, found, asking)
    by_position = groupby(offered, key=lambda it: it.doctor.position_id)
    return [PositionOffer(list(these)) for _, these in by_position]


async def search_doctors(
    db: Connection, department_id: UUID, position_id: int, asking: Asking
) -> list[DoctorOffer]:
    """The clinic's doctors in one position: the area's own, his substitute, then by time."""
    found = await doctors.search(
        db, now=asking.now, department_id=department_id, position_id=position_id
    )
    return by_area(await _offer(db, found, asking), asking.patient)


async def search_elsewhere(
    db: Connection, department_id: UUID, position_id: int, asking: Asking, limit: int = 5
) -> list[DoctorOffer]:
    """In other clinics, the doctor with the nearest time of this position: one of each clinic."""
    found = await doctors.search(db, now=asking.now, position_id=position_id)
    others = [it for it in found if it.department_id != department_id]
    return nearest_of_each_clinic(await _offer(db, others, asking), limit)


async def search_speciality(
    db: Connection, speciality_id: int, asking: Asking, department_id: UUID | None = None
) -> list[DoctorOffer]:
    """Doctors of one speciality with free time, the nearest first: of one clinic, or of the region.

    `speciality_id` is of НСИ 1.2.643.5.1.13.13.11.1066. Only whom this patient may book.
    """
    found = await doctors.search(
        db, now=asking.now, speciality_id=speciality_id, department_id=department_id
    )
    return _by_nearest(it for it in await _offer(db, found, asking) if it.times)


async def search_alike(
    db: Connection, asking: Asking, *, alone: bool, each: int = counts.EACH
) -> list[DoctorOffer]:
    """Who may be booked without more ado, of the speciality of the time that was lost, the nearest
    first, with `each` of them so many times; `alone`: its doctor only.

    Raises `ValueError` where none was lost.
    """
    if (lost := asking.lost) is None:
        raise ValueError("lost: no time was lost")
    if alone:
        found = [await doctors.get(db, lost.post_id, now=asking.now)]
    else:
        found = await doctors.search(db, now=asking.now, alike=lost.post_id)
    offered = await _offer(db, found, asking, each)
    return _by_nearest(it for it in offered if it.times and it.refusal is None)


def by_area(offered: Iterable[DoctorOffer], patient: Patient | None) -> list[DoctorOffer]:
    """The patient's own area doctor, who stands in for him, the others by nearest time."""
    own = patient.area_post_id if patient else None

    def place(offer: DoctorOffer) -> int:
        if own is None:
            return 2
        return 0 if offer.doctor.post_id == own else 1 if own in offer.doctor.stands_in_for else 2

    return sorted(_by_nearest(offered), key=place)


def nearest_of_each_clinic(offered: Iterable[DoctorOffer], limit: int) -> list[DoctorOffer]:
    """Of each clinic the doctor with the nearest time; clinics by that time, `limit` at most."""
    first: dict[UUID, DoctorOffer] = {}
    for offer in _by_nearest(it for it in offered if it.times):
        first.setdefault(offer.doctor.department_id, offer)
    return list(first.values())[:limit]


def _by_nearest(offered: Iterable[DoctorOffer]) -> list[DoctorOffer]:
    def place(offer: DoctorOffer) -> tuple[bool, float, str]:
        begins = offer.nearest.timestamp() if offer.nearest else 0.0
        return offer.nearest is None, begins, offer.doctor.name.casefold()

    return sorted(offered, key=place)


async def _offer(
    db: Connection, found: Sequence[Doctor], asking: Asking, each: int = counts.EACH
) -> list[DoctorOffer]:
    """The rules judge each doctor; of those who may be booked the free times are counted."""
    asking = await _with_his_own(db, found, asking)
    judged = [(doctor, find_refusal(doctor, asking)) for doctor in map(asking.see, found)]
    countable = (type(None), refusals.ReferralNeeded)
    bookable = [
        counts.Bookable(it.post_id, asking.window(it), asking.near(it))
        for it, no in judged
        if isinstance(no, countable)
    ]
    free = await counts.search(db, bookable, channel=asking.channel, now=asking.now, each=each)
    return [
        DoctorOffer(doctor, no, mine.count, mine.times)
        for doctor, no in judged
        for mine in [free.get(doctor.post_id, counts.NONE)]
    ]


async def search_refusal(
    db: Connection, doctor: Doctor, asking: Asking
) -> refusals.BookingRefusal | None:
    """As `find_refusal`, with the patient's own referrals if he comes by them."""
    asking = await _with_his_own(db, [doctor], asking)
    return find_refusal(asking.see(doctor), asking)


async def _with_his_own(db: Connection, found: Sequence[Doctor], asking: Asking) -> Asking:
    """His referrals are read only where somebody of these is booked by one."""
    own = asking.by_his_own and asking.referral is None
    if own and asking.patient and any(it.needs_referral for it in found):
        return replace(asking, usable=await referrals.search_for(db, asking.patient))
    return asking


def find_refusal(doctor: Doctor, asking: Asking) -> refusals.BookingRefusal | None:
    """Why this doctor would not be given, told before a time is chosen; nobody asks: None."""
    if asking.patient is None:
        return None
    day = doctor.day_of(asking.now)
    return rules.find_refusal(
        doctor, rules.Request(asking.patient, asking.channel, asking.now, day)
    )
