"""Who is at the browser: the account that signed in, and the people it may act for."""

from dataclasses import dataclass
from uuid import UUID

from litestar.exceptions import NotFoundException

from registratura.audit import Actor
from registratura.people.patients import Patient

# Kinship as the link has it → the word beside the name, for a man and for a woman.
KINSHIP = {
    "child": ("Сын", "Дочь"),
    "grandchild": ("Внук", "Внучка"),
    "sibling": ("Брат", "Сестра"),
    "ward": ("Подопечный", "Подопечная"),
    "other_child": ("Родственник", "Родственница"),
    "spouse": ("Муж", "Жена"),
    "parent": ("Отец", "Мать"),
    "by_proxy": ("По доверенности", "По доверенности"),
}


def relation(patient: Patient) -> str:
    """«Вы», «Сын», «Внучка»."""
    return "Вы" if patient.kinship is None else KINSHIP[patient.kinship][patient.sex == "F"]


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
    def actor(self) -> Actor:
        """The account as the one who acts."""
        return Actor("account", str(self.account_id))

    @property
    def owner(self) -> Patient:
        """The account's owner."""
        return self.patients[0]

    def find_patient(self, patient_id: UUID | str | None) -> Patient | None:
        """The patient with that id among those the visitor may act for, or None."""
        wanted = str(patient_id)
        return next((it for it in self.patients if str(it.person_id) == wanted), None)

    def get_patient(self, patient_id: UUID | str | None) -> Patient:
        """The same, or the 404 that a stranger's person gets in every case."""
        found = self.find_patient(patient_id)
        if found is None:
            raise NotFoundException
        return found
