"""Clinics with their areas, doctors, rooms and hours, as many as a size asks for."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from math import ceil
from random import Random

from demo.cast import AREA_DOCTOR, BY_CODE, PETRS_CLINIC
from demo.names import FEMALE, MALE, SURNAMES
from demo.numbers import snils
from demo.places import ORGANISATIONS, PLACES, Clinic, Organisation, invented
from demo.positions import ECG, PAEDIATRICIAN, POSITIONS, SPECIALISTS, THERAPIST, Position
from demo.sizes import Size

ADULT_SHARE = 0.79
_FIRST_DOCTORS_SNILS = 150_000_000


@dataclass(frozen=True)
class Doctor:
    """A practitioner."""

    code: str
    snils: str
    last_name: str
    first_name: str
    middle_name: str


@dataclass(frozen=True)
class Post:
    """A doctor, or a room alone, in a position; `number` is its place in the clinic, from 0."""

    code: str
    doctor: Doctor | None
    position: Position
    number: int
    age_from: int
    age_to: int


@dataclass(frozen=True)
class Area:
    """An area with its own doctor; `place_number` counts the areas of its kind in the place."""

    code: str
    number: int
    kind: str
    post: Post
    place_number: int


@dataclass
class Staffed:
    """A clinic at work."""

    clinic: Clinic
    organisation: str
    posts: list[Post] = field(default_factory=list)
    areas: list[Area] = field(default_factory=list)

    def areas_for(self, *, child: bool) -> list[Area]:
        """The areas that attach children, or adults."""
        return [it for it in self.areas if (it.kind == "paediatric") == child]


def organisations(size: Size) -> list[Organisation]:
    """The real ones, then invented ones up to the size's number."""
    if size.only_clinics:
        return [it for it in ORGANISATIONS if any(_is_wanted(size, one) for one in it.clinics)]
    more = range(1, size.organisations - len(ORGANISATIONS) + 1)
    return [*ORGANISATIONS, *map(invented, more)]


def staff(size: Size, random: Random) -> list[Staffed]:
    """Every clinic with its posts and areas."""
    clinics = [
        Staffed(clinic, organisation.code)
        for organisation in organisations(size)
        for clinic in organisation.clinics
        if _is_wanted(size, clinic)
    ]
    doctors = _invent_doctors(random)
    numbers = {(place.code, kind): count() for place in PLACES for kind in _AREA_DOCTORS}
    for staffed in clinics:
        for kind, many in _area_numbers(size, staffed.clinic, clinics).items():
            for _ in range(many):
                _add_area(staffed, kind, doctors, next(numbers[staffed.clinic.place, kind]))
        for position in _specialists(size, staffed.clinic):
            _add_post(staffed, position, next(doctors))
        if staffed.clinic.town and staffed.clinic.areas and not size.only_clinics:
            _add_post(staffed, ECG, None)
    return clinics


_AREA_DOCTORS = {"paediatric": PAEDIATRICIAN, "therapeutic": THERAPIST}


def _is_wanted(size: Size, clinic: Clinic) -> bool:
    return not size.only_clinics or clinic.code in size.only_clinics


def _area_numbers(size: Size, clinic: Clinic, clinics: list[Staffed]) -> dict[str, int]:
    """How many areas of each kind: by the people of the place, shared by its clinics."""
    if not clinic.areas:
        return {}
    least = size.town_areas if clinic.town else 1
    weights = {place.code: place.weight for place in PLACES}
    people = size.persons * weights[clinic.place] / sum(weights.values())
    wanted = {}
    for kind, ages, share, people_of_area in (
        ("paediatric", "child", 1 - ADULT_SHARE, size.children_of_area),
        ("therapeutic", "adult", ADULT_SHARE, size.adults_of_area),
    ):
        if clinic.ages in (ages, "all"):
            beside = [it.clinic for it in clinics if it.clinic.place == clinic.place]
            same = sum(it.areas and it.ages in (ages, "all") for it in beside)
            wanted[kind] = max(least, ceil(people * share / same / people_of_area))
    return wanted


def _specialists(size: Size, clinic: Clinic) -> list[int]:
    if clinic.staff:
        return list(SPECIALISTS[clinic.staff]) * size.copies
    many = size.specialists if clinic.town else size.district_specialists
    return list(SPECIALISTS[clinic.ages][:many]) * size.copies


def _add_area(staffed: Staffed, kind: str, doctors: Iterator[Doctor], place_number: int) -> None:
    number = len(staffed.areas) + 1
    doctor = next(doctors)
    if staffed.clinic.code == PETRS_CLINIC and number == 1:
        member = BY_CODE[AREA_DOCTOR]
        names = (member.last_name, member.first_name, member.middle_name)
        doctor = Doctor(AREA_DOCTOR, member.snils, *names)
    post = _add_post(staffed, _AREA_DOCTORS[kind], doctor)
    code = f"{staffed.clinic.code}-{number}"
    staffed.areas.append(Area(code, number, kind, post, place_number))


def _add_post(staffed: Staffed, position_code: int, doctor: Doctor | None) -> Post:
    position = POSITIONS[position_code]
    number = len(staffed.posts)
    ages = "child" if position.area_kind == "paediatric" else staffed.clinic.ages
    if position.area_kind == "therapeutic":
        ages = "adult"
    low, high = {"child": (0, 17), "adult": (18, 150), "all": (0, 150)}[ages]
    post = Post(
        f"{staffed.clinic.code}-p{number + 1}", doctor, position, number, age_from=low, age_to=high
    )
    staffed.posts.append(post)
    return post


def _invent_doctors(random: Random) -> Iterator[Doctor]:
    for number in count(1):
        man, woman = random.choice(SURNAMES)
        father = random.choice(MALE)
        code, own = f"d{number:05}", snils(_FIRST_DOCTORS_SNILS + number)
        if random.random() < 0.25:
            yield Doctor(code, own, man, random.choice(MALE).name, father.son)
        else:
            yield Doctor(code, own, woman, random.choice(FEMALE), father.daughter)
