"""Who is at the browser: the account that signed in, and the people it may act for."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from litestar.exceptions import NotFoundException

# Kinship as the owner chose it → the word beside the name, for a man and for a woman.
KINSHIP = {
    "child": ("Сын", "Дочь"),
    "grandchild": ("Внук", "Внучка"),
    "sibling": ("Брат", "Сестра"),
    "ward": ("Подопечный", "Подопечная"),
    "other_child": ("Родственник", "Родственница"),
}


@dataclass(frozen=True)
class Patient:
    """A person for whom the visitor may act. `kinship` is None for the visitor himself."""

    id: UUID
    last_name: str
    first_name: str
    middle_name: str | None
    birth_date: date
    sex: str
    kinship: str | None = None

    @property
    def full_name(self) -> str:
        """«Иванова Мария Петровна»."""
        return " ".join(filter(None, (self.last_name, self.first_name, self.middle_name)))

    @property
    def short_name(self) -> str:
        """«Иванова М.П.»."""
        initials = "".join(f"{name[0]}." for name in (self.first_name, self.middle_name) if name)
        return f"{self.last_name} {initials}".strip()

    @property
    def initials(self) -> str:
        """«ИМ», for the round mark beside the name."""
        return (self.last_name[:1] + self.first_name[:1]).upper()

    @property
    def relation(self) -> str:
        """«Вы», «Сын», «Внучка»."""
        if self.kinship is None:
            return "Вы"
        return KINSHIP[self.kinship][self.sex == "F"]


@dataclass(frozen=True)
class Visitor:
    """A signed-in account. `patients` begins with the owner; `patient` is the default of a new
    booking; `consents` are the documents agreed to, each `name version`; `unread` counts the
    messages that he has not seen; `is_staff`: he has a role at the desk."""

    account_id: UUID
    person_id: UUID
    patients: tuple[Patient, ...]
    patient: Patient
    consents: frozenset[str]
    unread: int = 0
    is_staff: bool = False

    @property
    def owner(self) -> Patient:
        """The account's owner."""
        return self.patients[0]

    def find_patient(self, patient_id: UUID | str | None) -> Patient | None:
        """The patient with that id among those the visitor may act for, or None."""
        wanted = str(patient_id)
        return next((patient for patient in self.patients if str(patient.id) == wanted), None)

    def get_patient(self, patient_id: UUID | str | None) -> Patient:
        """The same, or the 404 that a stranger's person gets in every case."""
        found = self.find_patient(patient_id)
        if found is None:
            raise NotFoundException
        return found
