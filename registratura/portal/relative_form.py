"""The form «Добавление родственника»: its fields, every fault of them at once, and its page."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any, cast

from litestar.response import Template
from multidict import MultiDict
from wtforms import BooleanField, Field, Form, RadioField, SelectField, StringField, ValidationError

from registratura.db import Connection
from registratura.people import children, declarations, names, policies, snils
from registratura.people.children import Child
from registratura.people.declarations import Declaration
from registratura.people.ladder import Kinship
from registratura.people.names import Sex
from registratura.people.refusals import KinshipUnknown, NotAffirmed, SexUnknown
from registratura.refusal import Refusal
from registratura.settings import Settings
from registratura.web import Visitor, page, typed_dates
from registratura.web.dates import digits, region_day

KINSHIP = {
    "child": "Ребёнок",
    "grandchild": "Внук/внучка",
    "sibling": "Брат/сестра",
    "ward": "Подопечный",
    "other_child": "Другой родственник ребёнка",
}
SEXES = {"M": "Мужской", "F": "Женский"}
BOTH = "Уберите отчество или отметку «Нет отчества»"


def _text(check: Callable[[str], object]) -> Any:
    """A text field that the engine's own rule judges; its refusal is the words at the field."""

    def validate(form: Form, field: Field) -> None:
        try:
            check(field.data or "")
        except Refusal as refusal:
            raise ValidationError(refusal.text) from None

    return StringField(validators=[validate])


class RelativeForm(Form):
    """What the owner types of a relative. `today` is the region's date."""

    last_name = _text(lambda typed: names.clean(typed, "фамилию"))
    first_name = _text(lambda typed: names.clean(typed, "имя"))
    middle_name = _text(lambda typed: not typed.strip() or names.clean(typed, "отчество"))
    no_middle_name = BooleanField(false_values=(False, ""))
    kinship = SelectField(choices=list(KINSHIP.items()), validate_choice=False)
    birth_date = StringField()
    sex = RadioField(choices=list(SEXES.items()), validate_choice=False)
    policy_number = StringField()
    snils = _text(lambda typed: not typed.strip() or snils.normalise(typed))
    affirmed = BooleanField(false_values=(False, ""))

    def __init__(
        self, typed: Mapping[str, str], *, today: date, policy_check: policies.Check
    ) -> None:
        self.today = today
        self.policy_check = policy_check
        self.refused: list[tuple[str, str]] = []
        super().__init__(MultiDict(typed))

    def validate_middle_name(self, field: Field) -> None:
        """Both a patronymic and «Нет отчества»: which of them is meant?"""
        if self.no_middle_name.data and field.data and field.data.strip():
            raise ValidationError(BOTH)

    def validate_kinship(self, field: Field) -> None:
        """One of the list."""
        if field.data not in KINSHIP:
            raise ValidationError(KinshipUnknown.words)

    def validate_birth_date(self, field: Field) -> None:
        """A date of the calendar, not in the future, of somebody under 18."""
        try:
            declarations.check_birth_date(typed_dates.read(field.data or ""), self.today)
        except Refusal as refusal:
            raise ValidationError(refusal.text) from None

    def validate_sex(self, _: Field) -> None:
        """Chosen, or told by the patronymic."""
        if self.shown_sex is None:
            raise ValidationError(SexUnknown.words)

    def validate_policy_number(self, field: Field) -> None:
        """Sixteen digits; the check digit by the region's setting."""
        try:
            policies.normalise(field.data or "", self.policy_check)
        except Refusal as refusal:
            raise ValidationError(refusal.text) from None

    def validate_affirmed(self, field: Field) -> None:
        """The owner confirms that he may act for this person."""
        if not field.data:
            raise ValidationError(NotAffirmed.words)

    @property
    def shown_sex(self) -> Sex | None:
        """The sex chosen, else the one that the patronymic tells."""
        if self.sex.data in SEXES:
            return cast(Sex, self.sex.data)
        return names.guess_sex(self.middle_name.data)

    @property
    def faults(self) -> list[tuple[str, str]]:
        """Every fault as (field, words), in the order of the fields, for the summary on top."""
        return self.refused + [
            (field.name, str(words)) for field in self for words in field.errors[:1]
        ]

    def fault(self, name: str) -> str:
        """The words at one field, or nothing."""
        return next((words for field, words in self.faults if field == name), "")

    def refuse(self, field: str, refusal: Refusal) -> None:
        """Show the engine's refusal at `field`; an empty name: on top of the form only."""
        self.refused.append((field, refusal.text))

    @staticmethod
    def typed_of(child: Child) -> dict[str, str]:
        """What ЕСИА says of a child, as if it were typed; the owner affirms it himself."""
        return {
            "last_name": child.last_name,
            "first_name": child.first_name,
            "middle_name": child.middle_name or "",
            "no_middle_name": "" if child.middle_name else "yes",
            "kinship": "child",
            "birth_date": digits(child.birth_date),
            "sex": child.sex,
            "policy_number": child.policy_number or "",
            "snils": snils.formatted(child.snils) if child.snils else "",
        }

    def declaration(self) -> Declaration:
        """What was typed, for the engine. Only after `validate`."""
        middle_name = (self.middle_name.data or "").strip()
        return Declaration(
            kinship=cast(Kinship, self.kinship.data),
            last_name=self.last_name.data,
            first_name=self.first_name.data,
            middle_name=middle_name or None,
            birth_date=typed_dates.read(self.birth_date.data or ""),
            policy_number=self.policy_number.data or "",
            sex=self.shown_sex,
            snils=(self.snils.data or "").strip() or None,
            affirmed=bool(self.affirmed.data),
        )


def form_of(typed: Mapping[str, str], now: datetime, settings: Settings) -> RelativeForm:
    """The form as it was typed, on the region's today."""
    return RelativeForm(
        typed,
        today=region_day(now, settings.region_zone),
        policy_check=cast(policies.Check, settings.policy_check),
    )


async def add_page(
    db: Connection,
    visitor: Visitor,
    form: RelativeForm,
    now: datetime,
    settings: Settings,
    *,
    code: str = "",
    code_fault: str = "",
) -> Template:
    """The page: children of ЕСИА's list, the form, the code of an adult and its fault."""
    offered = await children.search(db, visitor.account_id, now=now, zone=settings.region_zone)
    return page(
        "relatives/add.html",
        visitor=visitor,
        status=422 if form.faults or code_fault else 200,
        form=form,
        children=offered,
        code=code,
        code_fault=code_fault,
        kinds=list(KINSHIP.items()),
        sexes=list(SEXES.items()),
        male_endings=names.MALE_ENDINGS,
        female_endings=names.FEMALE_ENDINGS,
    )
