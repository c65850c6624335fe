"""Families, one after another: cards, policies, attachments. Written as fast as Python can."""

from bisect import bisect
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate
from random import Random

from demo.cast import CAST, Member
from demo.clinics import Staffed
from demo.names import FEMALE, MALE, SURNAMES
from demo.numbers import ADULT_DAYS, DAYS, ISO_DAYS, day_number, policy, snils
from demo.places import PLACES

YEAR = 365
_FIRST_SNILS = 20_000_000
_FIRST_SERIAL = 20_000  # of policies; the cast's are below
_ATTACHED = 0.96
_ATTACHED_FROM = ISO_DAYS.index("2019-03-01")


@dataclass(frozen=True)
class Lines:
    """What one person is in the three files; empty text where there is nothing."""

    person: str
    policy: str
    attachment: str


@dataclass(frozen=True)
class Home:
    """Where the families of a place are attached: «clinic,area» for adults and for children."""

    adult: list[str]
    child: list[str]


class Population:
    """Invents people for the clinics of a region."""

    def __init__(self, clinics: list[Staffed], random: Random) -> None:
        self._homes, self._weights = _homes(clinics)
        self._random = random.random
        self._serials = {sex: [_FIRST_SERIAL] * (DAYS + 1) for sex in "MF"}
        self._number = 0

    def people(self, many: int) -> Iterator[Lines]:
        """So many people, whole families while there is room."""
        while self._number < many:
            for lines in self._family():
                yield lines
                if self._number >= many:
                    return

    def _family(self) -> Iterator[Lines]:
        """Parents between 22 and 90, their children at home: each 20 years younger at least."""
        random = self._random
        home = self._homes[bisect(self._weights, random() * self._weights[-1])]
        surname = SURNAMES[int(random() * len(SURNAMES))]
        mother = int((22 + 68 * random() ** 1.5) * YEAR + random() * YEAR)
        father_name = MALE[int(random() * len(MALE))]
        yield self._woman(surname[1], mother, home)
        if random() < 0.7:
            father = min(mother + int(random() * 5 * YEAR), 95 * YEAR)
            patronymic = MALE[int(random() * len(MALE))].son
            yield self._person(surname[0], father_name.name, patronymic, "M", father, home)
        for _ in range(int(random() * 3.2)):
            age = mother - int((20 + 20 * random()) * YEAR)
            if not 0 < age < 30 * YEAR:
                continue
            if random() < 0.51:
                name = MALE[int(random() * len(MALE))].name
                yield self._person(surname[0], name, father_name.son, "M", age, home)
            else:
                name = FEMALE[int(random() * len(FEMALE))]
                yield self._person(surname[1], name, father_name.daughter, "F", age, home)

    def _woman(self, surname: str, age: int, home: Home) -> Lines:
        random = self._random
        name = FEMALE[int(random() * len(FEMALE))]
        patronymic = MALE[int(random() * len(MALE))].daughter
        return self._person(surname, name, patronymic, "F", age, home)

    def _person(self, last: str, first: str, middle: str, sex: str, age: int, home: Home) -> Lines:
        """`age` in days. A few have no СНИЛС, no policy, no attachment; a few of the old died."""
        random = self._random
        self._number += 1
        code = f"k{self._number:08}"
        born = DAYS - age
        luck = random()
        own = "" if luck < 0.02 else snils(_FIRST_SNILS + self._number)
        died = (
            ISO_DAYS[DAYS - 1 - int((1 - luck) * 10_000)] if age > 75 * YEAR and luck > 0.97 else ""
        )
        person = f"{code},{last},{first},{middle},{ISO_DAYS[born]},{sex},{own},{died}\n"
        insured = "" if 0.02 <= luck < 0.03 else f"{code},,{self._policy(born, sex)},,\n"
        if luck >= _ATTACHED and not died:
            return Lines(person, insured, "")
        if age >= ADULT_DAYS:
            since, places = born + ADULT_DAYS, home.adult
        else:
            since, places = born, home.child
        where = places[int(random() * len(places))]
        since = max(since, _ATTACHED_FROM)
        return Lines(person, insured, f"{code},{where},main,{ISO_DAYS[since]},{died}\n")

    def _policy(self, born: int, sex: str) -> str:
        serials = self._serials[sex]
        serials[born] = serial = serials[born] + 1
        return policy(born, sex, serial)


def cast_lines(clinics: list[Staffed]) -> Iterator[Lines]:
    """The people of the printed instructions."""
    areas = {it.clinic.code: it.areas for it in clinics}
    for it in CAST:
        area = areas[it.clinic][it.area % len(areas[it.clinic])]
        born = it.birth_date.isoformat()
        names = f"{it.last_name},{it.first_name},{it.middle_name}"
        yield Lines(
            f"{it.code},{names},{born},{it.sex},{it.snils},\n",
            f"{it.code},,{it.policy},,\n",
            f"{it.code},{it.clinic},{area.code},main,{ISO_DAYS[_attached_from(it)]},\n",
        )


def _attached_from(member: Member) -> int:
    born = day_number(member.birth_date)
    adult = DAYS - born >= ADULT_DAYS
    return max(_ATTACHED_FROM, born + ADULT_DAYS if adult else born)


def _homes(clinics: list[Staffed]) -> tuple[list[Home], list[float]]:
    """The places that have clinics for all ages, and their weights, added up."""
    homes, weights = [], []
    for place in PLACES:
        here = [it for it in clinics if it.clinic.place == place.code]
        adult, child = (
            [f"{it.clinic.code},{area.code}" for it in here for area in it.areas_for(child=child)]
            for child in (False, True)
        )
        if adult and child:
            homes.append(Home(adult, child))
            weights.append(place.weight)
    return homes, list(accumulate(weights))
