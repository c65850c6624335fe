"""The form of step 2: the patient's data, and every fault of them at once."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from multidict import MultiDict
from wtforms import BooleanField, Field, Form, StringField, ValidationError

from registratura_standins.gosuslugi.patients import Patient, Sex, full_years

SEXES = {"M": "Мужской", "F": "Женский"}
_NAME = re.compile(r"[А-Яа-яЁё]+(?:[ '’.-]+[А-Яа-яЁё]+)*\.?")
_DATE = re.compile(
    r"([0-9]{1,2})[.,/\s-]+([0-9]{1,2})[.,/\s-]+([0-9]{4})|([0-9]{2})([0-9]{2})([0-9]{4})"
)
_ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_OLDEST = 130  # years
_LONGEST_NAME = 60


def _name(what: str, *, may_be_empty: bool = False) -> Any:
    def validate(_: Form, field: Field) -> None:
        typed = _clean(field.data)
        if not typed and not may_be_empty:
            raise ValidationError(f"Введите {what}")
        if typed and (len(typed) > _LONGEST_NAME or not _NAME.fullmatch(typed)):
            raise ValidationError(f"Введите {what} русскими буквами, как в документе")

    return StringField(validators=[validate])


class PatientForm(Form):
    """What is typed of a patient. `child`: he must be under 18."""

    last_name = _name("фамилию")
    first_name = _name("имя")
    middle_name = _name("отчество", may_be_empty=True)
    no_middle_name = BooleanField(false_values=(False, ""))
    birth_date = StringField()
    sex = StringField()
    policy_number = StringField()

    def __init__(self, typed: Mapping[str, str], *, today: date, child: bool) -> None:
        self.today = today
        self.child = child
        super().__init__(MultiDict(typed))

    def validate_middle_name(self, field: Field) -> None:
        """A patronymic, or a mark that there is none; not both."""
        typed = _clean(field.data)
        if typed and self.no_middle_name.data:
            raise ValidationError("Уберите отчество или отметку «Нет отчества»")
        if not typed and not self.no_middle_name.data:
            raise ValidationError("Введите отчество или отметьте, что его нет")

    def validate_birth_date(self, field: Field) -> None:
        """A date of the calendar, not in the future."""
        if not _clean(field.data):
            raise ValidationError("Введите дату рождения")
        born = read_date(field.data)
        if born is None:
            raise ValidationError("Введите дату цифрами: день, месяц и год, например 07.03.2016")
        if born > self.today:
            raise ValidationError("Эта дата ещё не наступила")
        age = full_years(born, self.today)
        if age > _OLDEST:
            raise ValidationError("Проверьте год рождения")
        if self.child and age >= 18:
            raise ValidationError("Этому человеку уже 18: вернитесь и выберите «Другой человек»")

    def validate_sex(self, field: Field) -> None:
        """Chosen."""
        if field.data not in SEXES:
            raise ValidationError("Выберите пол")

    def validate_policy_number(self, field: Field) -> None:
        """Sixteen digits; blanks and dashes do not matter."""
        number = read_policy(field.data)
        if not number:
            raise ValidationError("Введите номер полиса ОМС")
        if not re.fullmatch(r"[0-9]{16}", number):
            raise ValidationError("В номере полиса 16 цифр: проверьте, все ли на месте")

    @property
    def faults(self) -> list[tuple[str, str]]:
        """Every fault as (field, words), in the order of the fields."""
        return [(field.name, str(words)) for field in self for words in field.errors[:1]]

    def fault(self, name: str) -> str:
        """The words at one field, or nothing."""
        return next((words for field, words in self.faults if field == name), "")

    def patient(self) -> Patient:
        """What was typed. Only after `validate`."""
        born = read_date(self.birth_date.data)
        sex: Sex = "M" if self.sex.data == "M" else "F"
        assert born is not None
        return Patient(
            last_name=_clean(self.last_name.data),
            first_name=_clean(self.first_name.data),
            middle_name=_clean(self.middle_name.data) or None,
            birth_date=born.isoformat(),
            sex=sex,
            policy_number=read_policy(self.policy_number.data),
        )


def typed_of(patient: Patient | None) -> dict[str, str]:
    """The form's fields as this patient would be typed."""
    if patient is None:
        return {}
    filled = {
        "last_name": patient.last_name,
        "first_name": patient.first_name,
        "middle_name": patient.middle_name or "",
        "birth_date": f"{patient.born:%d.%m.%Y}",
        "sex": patient.sex,
        "policy_number": patient.policy_number or "",
    }
    return filled if patient.middle_name else {**filled, "no_middle_name": "yes"}


def read_date(typed: str | None) -> date | None:
    """`7.3.2016`, `07032016`, `2016-03-07` → the date; None for anything else."""
    text = _clean(typed)
    if iso := _ISO.fullmatch(text):
        year, month, day = iso.groups()
    elif found := _DATE.fullmatch(text):
        day, month, year = (it for it in found.groups() if it is not None)
    else:
        return None
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def read_policy(typed: str | None) -> str:
    """The number without blanks and dashes, whatever is left."""
    return re.sub(r"[\s‐‑‒–—−-]", "", typed or "")[:40]


def _clean(typed: str | None) -> str:
    return " ".join((typed or "").split())
