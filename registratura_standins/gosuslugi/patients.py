"""Who goes to the doctor, and who books for him."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

Sex = Literal["M", "F"]


@dataclass(frozen=True)
class Patient:
    """The data of step 2. `birth_date` as YYYY-MM-DD, numbers as bare digits."""

    last_name: str
    first_name: str
    middle_name: str | None
    birth_date: str
    sex: Sex
    policy_number: str | None
    snils: str | None = None

    @property
    def full_name(self) -> str:
        """«Иванов Петр Иванович»."""
        return " ".join(filter(None, (self.last_name, self.first_name, self.middle_name)))

    @property
    def born(self) -> date:
        """The birth date."""
        return date.fromisoformat(self.birth_date)

    def age(self, today: date) -> int:
        """Full years."""
        return full_years(self.born, today)


@dataclass(frozen=True)
class Applicant:
    """Who books: where the region may reach him."""

    full_name: str
    phone: str | None
    email: str | None


def full_years(born: date, today: date) -> int:
    """Age. Born on 29 February: it is reached on 1 March of a common year."""
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))
