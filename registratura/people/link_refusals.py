"""What is refused around links: children of ЕСИА's list, codes, holders, orders, consents."""

from typing import ClassVar

from registratura.people.refusals import NotTyped, RelativeNotAdded
from registratura.refusal import Refusal


class ChildUnknown(Refusal):
    """No such child on ЕСИА's list of this account, or he is linked already: the answer is one."""

    code: ClassVar[str] = "child_unknown"
    words: ClassVar[str] = "Такой страницы нет"


class ChildNotVerified(RelativeNotAdded):
    """ЕСИА has not verified the child's birth certificate: he may be declared only."""

    code: ClassVar[str] = "child_not_verified"
    words: ClassVar[str] = (
        "В ЕСИА свидетельство о рождении ещё не проверено. Добавьте ребёнка как обычно"
    )


class InviterIsMinor(Refusal):
    """Whoever lets another act for himself is 18 (ст. 21 ГК РФ)."""

    code: ClassVar[str] = "inviter_is_minor"
    words: ClassVar[str] = (
        "Разрешить записывать себя можно с 18 лет. До этого записывают родители или опекун"
    )


class InvitationGivesNothing(NotTyped):
    """Neither to book nor to see."""

    code: ClassVar[str] = "invitation_gives_nothing"
    words: ClassVar[str] = "Отметьте, что вы разрешаете: записывать, видеть записи или то и другое"


class TermUnknown(NotTyped):
    """Not one of the terms of a consent."""

    code: ClassVar[str] = "term_unknown"
    words: ClassVar[str] = "Выберите, на какой срок"


class InvitationUnknown(NotTyped):
    """No such code, or it was used, is late, or is one's own: the answer is one."""

    code: ClassVar[str] = "invitation_code_wrong"
    words: ClassVar[str] = (
        "Код не подошёл: он действует час и только один раз. "
        "Проверьте цифры или попросите новый код"
    )


class HoldersNotShown(Refusal):
    """Under 15 the parents decide, and see who may act (ст. 54 ч. 2 323-ФЗ). Parameter: age."""

    code: ClassVar[str] = "holders_not_shown"
    words: ClassVar[str] = "Кто может вас записывать, здесь видно с {age} лет"


class HidingNotYet(Refusal):
    """Under 15 nothing is hidden from parents (ст. 22, 54 323-ФЗ). Parameter: age."""

    code: ClassVar[str] = "hiding_not_yet"
    words: ClassVar[str] = "Скрывать записи к врачам можно с {age} лет"


class PositionUnknown(Refusal):
    """No such position, or not one that may be hidden at this age."""

    code: ClassVar[str] = "position_unknown"
    words: ClassVar[str] = "Такой специальности в списке нет"


class OrderNeeded(Refusal):
    """A guardian is confirmed by the order that made him one, with its end (ст. 11, 15 48-ФЗ)."""

    code: ClassVar[str] = "order_needed"
    words: ClassVar[str] = (
        "Опекуна подтверждают актом об опеке: укажите номер акта и последний день его срока"
    )


class OrderIsForWards(Refusal):
    """A parent needs no order and has no end of his own."""

    code: ClassVar[str] = "order_is_for_wards"
    words: ClassVar[str] = "Акт и срок указывают только для связи с видом родства «Подопечный»"


class OrderOver(Refusal):
    """The order's last day is past."""

    code: ClassVar[str] = "order_over"
    words: ClassVar[str] = "Срок акта об опеке уже прошёл"


class ConsentTakenBack(Refusal):
    """The account took back every consent that it gave: nothing is written for it any more."""

    code: ClassVar[str] = "consent_taken_back"
    words: ClassVar[str] = (
        "Вы отозвали согласие, поэтому портал больше ничего не записывает. "
        "Записи, сделанные раньше, остались"
    )
