"""Forms that people fill in: every fault at once, each at its field, what was typed is kept."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from multidict import MultiDict
from wtforms import Field, Form, PasswordField, StringField, ValidationError

from registratura_standins.esia import fields
from registratura_standins.esia.children import GROWN
from registratura_standins.esia.fields import Mistyped

SEXES = {"F": "Женский", "M": "Мужской"}
METHODS = {"": "Ничего", "sms": "Код из СМС", "totp": "Код из приложения"}


class ChoiceField(StringField):
    """One of several; the template draws them."""


class TypedForm(Form):
    """What a person typed; after `validate`, `values` holds it read. `today` judges dates."""

    def __init__(self, typed: Mapping[str, str] | None, today: date) -> None:
        self.today = today
        self.values: dict[str, Any] = {}
        self.refused: dict[str, str] = {}
        super().__init__(MultiDict(typed) if typed is not None else None)

    @property
    def faults(self) -> list[tuple[str, str]]:
        """Field and words of every fault, in the order of the fields."""
        own = [(field.name, str(field.errors[0])) for field in self if field.errors]
        return own + list(self.refused.items())

    @property
    def summary(self) -> list[tuple[str, str]]:
        """The same for the top of the form, each with the name of its field, if it has one."""
        return [
            (name, f"{self[name].label.text}: {_lower(words)}" if name else words)
            for name, words in self.faults
        ]

    def fault(self, name: str) -> str:
        """The words at one field, or nothing."""
        return dict(self.faults).get(name, "")

    def refuse(self, name: str, words: str) -> None:
        """Show a refusal that came after the fields were read; an empty name: on top only."""
        self.refused[name] = words


def _lower(words: str) -> str:
    return words[:1].lower() + words[1:]


def _text(label: str, read: Callable[[str], Any], kind: type[StringField] = StringField) -> Any:
    def validate(form: TypedForm, field: Field) -> None:
        _take(form, field, read)

    return kind(label, validators=[validate])


def _day(label: str) -> Any:
    def validate(form: TypedForm, field: Field) -> None:
        _take(form, field, lambda typed: fields.read_date(typed, form.today))

    return StringField(label, validators=[validate])


def _choice(label: str, choices: Mapping[str, str]) -> Any:
    def validate(form: TypedForm, field: Field) -> None:
        if field.data not in choices:
            raise ValidationError("Выберите одно из двух")
        form.values[field.name] = field.data

    return ChoiceField(label, validators=[validate])


def _take(form: TypedForm, field: Field, read: Callable[[str], Any]) -> None:
    try:
        form.values[field.name] = read(field.data or "")
    except Mistyped as fault:
        raise ValidationError(fault.words) from None


def _age(born: date, today: date) -> int:
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def _check_again(form: TypedForm, field: Field) -> None:
    if field.data != form["password"].data:
        raise ValidationError("Пароли не совпали")


class RegistrationForm(TypedForm):
    """A new account: a name and a telephone."""

    last_name = _text("Фамилия", fields.read_name)
    first_name = _text("Имя", fields.read_name)
    phone = _text("Мобильный телефон", fields.read_phone)


class PasswordForm(TypedForm):
    """A new password, twice."""

    password = _text("Пароль", fields.read_new_password, PasswordField)
    again = PasswordField("Пароль ещё раз", validators=[_check_again])


class RecoveredForm(PasswordForm):
    """A new password of an account that has a СНИЛС."""

    snils = _text("СНИЛС", fields.read_snils)


class ChangedPasswordForm(PasswordForm):
    """A new password in place of the present one."""

    present = PasswordField("Нынешний пароль")


class ContactForm(TypedForm):
    """A new telephone or e-mail; the present password is asked before the change."""

    target = _text(
        "Новый телефон или почта",
        lambda typed: (fields.read_email if "@" in typed else fields.read_phone)(typed),
    )
    present = PasswordField("Пароль")


class PapersForm(TypedForm):
    """Passport and СНИЛС."""

    last_name = _text("Фамилия", fields.read_name)
    first_name = _text("Имя", fields.read_name)
    middle_name = _text("Отчество", fields.read_optional_name)
    birth_date = _day("Дата рождения")
    birth_place = _text("Место рождения", fields.read_words)
    gender = _choice("Пол", SEXES)
    snils = _text("СНИЛС", fields.read_snils)
    passport = _text("Серия и номер паспорта", fields.read_passport)
    issue_date = _day("Дата выдачи")
    issue_id = _text("Код подразделения", fields.read_issue_id)
    issued_by = _text("Кем выдан", fields.read_words)


class PolicyForm(TypedForm):
    """A policy of ОМС."""

    policy = _text("Номер полиса", fields.read_policy)


class ChildForm(TypedForm):
    """A child with its birth certificate."""

    last_name = _text("Фамилия", fields.read_name)
    first_name = _text("Имя", fields.read_name)
    middle_name = _text("Отчество", fields.read_optional_name)
    birth_date = _day("Дата рождения")
    gender = _choice("Пол", SEXES)
    snils = _text("СНИЛС", fields.read_optional_snils)
    certificate = _text("Серия и номер свидетельства", fields.read_birth_certificate)
    issue_date = _day("Дата выдачи")
    issued_by = _text("Кем выдано", fields.read_words)
    policy = _text("Полис ОМС", fields.read_optional_policy)

    def validate_birth_date(self, field: Field) -> None:
        """A child is under eighteen; the day itself was judged before."""
        born: date | None = self.values.get("birth_date")
        if born and _age(born, self.today) >= GROWN:
            raise ValidationError("Ребёнку должно быть меньше 18 лет")


class ChildPhoneForm(TypedForm):
    """The telephone by which a child signs in."""

    phone = _text("Телефон ребёнка", fields.read_phone)


class SecondStepForm(TypedForm):
    """What is asked after the password; the present one is asked before the change."""

    method = _choice("Что спрашивать", METHODS)
    present = PasswordField("Пароль")
