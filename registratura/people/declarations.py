"""Declarations: what an owner typed of a relative, checked before it becomes a link."""

from dataclasses import dataclass, replace
from datetime import date

from registratura.people import ages, names, policies, snils
from registratura.people.ladder import DECLARED, Kinship
from registratura.people.names import Sex
from registratura.people.persons import Identity
from registratura.people.refusals import (
    BirthDateInFuture,
    KinshipUnknown,
    NotAffirmed,
    PatientIsAdult,
    SexUnknown,
)


@dataclass(frozen=True)
class Declaration:
    """A relative as the owner typed him. `sex` None: let the patronymic tell."""

    kinship: Kinship
    last_name: str
    first_name: str
    middle_name: str | None
    birth_date: date
    policy_number: str
    sex: Sex | None = None
    snils: str | None = None
    affirmed: bool = False

    @property
    def identity(self) -> Identity:
        """What a card is looked for by."""
        return Identity(self.last_name, self.first_name, self.middle_name, self.birth_date)


def check_birth_date(born: date, today: date) -> None:
    """Refuses with `BirthDateInFuture` or `PatientIsAdult`; `today` is the region's."""
    if born > today:
        raise BirthDateInFuture()
    if ages.is_adult(born, today):
        raise PatientIsAdult()


def checked(typed: Declaration, today: date, policy_check: policies.Check) -> Declaration:
    """The declaration with everything normalised and the sex known. Refuses with a `NotTyped`."""
    if typed.kinship not in DECLARED:
        raise KinshipUnknown()
    if not typed.affirmed:
        raise NotAffirmed()
    check_birth_date(typed.birth_date, today)
    middle_name = names.clean(typed.middle_name, "отчество") if typed.middle_name else None
    sex = typed.sex or names.guess_sex(middle_name)
    if sex is None:
        raise SexUnknown()
    return replace(
        typed,
        last_name=names.clean(typed.last_name, "фамилию"),
        first_name=names.clean(typed.first_name, "имя"),
        middle_name=middle_name,
        sex=sex,
        policy_number=policies.normalise(typed.policy_number, policy_check),
        snils=snils.normalise(typed.snils) if typed.snils else None,
    )
