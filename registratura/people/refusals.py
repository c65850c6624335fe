"""Every way in which people are refused something here, with the words that say how to mend it."""

from typing import ClassVar

from registratura.refusal import Refusal


class NotYourPatient(Refusal):
    """This account may not act for this person, or there is no such person: the answer is one."""

    code: ClassVar[str] = "not_your_patient"
    words: ClassVar[str] = "Такой страницы нет"


class NotYourRelative(Refusal):
    """No such link of this account, or it has ended: the answer is one."""

    code: ClassVar[str] = "not_your_relative"
    words: ClassVar[str] = "Такой страницы нет"


class NotTyped(Refusal):
    """What was typed in one field cannot be taken; the words say how to mend it."""


class NameEmpty(NotTyped):
    """Nothing was typed, or blanks only. Parameter: what («фамилию»)."""

    code: ClassVar[str] = "name_empty"
    words: ClassVar[str] = "Введите {what}"


class NameTooLong(NotTyped):
    """Longer than any document allows. Parameter: limit (letters)."""

    code: ClassVar[str] = "name_too_long"
    words: ClassVar[str] = (
        "Слишком длинно: не больше {limit} знаков, как в свидетельстве о рождении"
    )


class NameHasOddSigns(NotTyped):
    """Something that is no letter, hyphen, apostrophe or blank. Parameter: sign."""

    code: ClassVar[str] = "name_has_odd_signs"
    words: ClassVar[str] = (
        "Знака «{sign}» в имени быть не может: оставьте буквы, дефис, апостроф и пробел"
    )


class PolicyEmpty(NotTyped):
    """No policy was typed."""

    code: ClassVar[str] = "policy_empty"
    words: ClassVar[str] = "Введите номер полиса ОМС, 16 цифр"


class PolicyHasOddSigns(NotTyped):
    """A policy number holds digits only; blanks and dashes between them do not matter."""

    code: ClassVar[str] = "policy_has_odd_signs"
    words: ClassVar[str] = "В номере полиса только цифры, их 16. Уберите остальные знаки"


class PolicyNotSixteenDigits(NotTyped):
    """Sixteen digits are a hard rule. Parameter: digits («15 цифр»)."""

    code: ClassVar[str] = "policy_not_sixteen_digits"
    words: ClassVar[str] = "В номере полиса 16 цифр, а здесь {digits}. Сверьте с полисом"


class PolicyCheckDigitWrong(NotTyped):
    """The check digit does not fit, and the region's setting is strict."""

    code: ClassVar[str] = "policy_check_digit_wrong"
    words: ClassVar[str] = "Похоже, опечатка: проверьте номер полиса"


class SnilsNotElevenDigits(NotTyped):
    """A СНИЛС has eleven digits; blanks and dashes do not matter."""

    code: ClassVar[str] = "snils_not_eleven_digits"
    words: ClassVar[str] = "В СНИЛС 11 цифр: проверьте или оставьте поле пустым"


class SnilsCheckDigitsWrong(NotTyped):
    """The last two digits do not fit the number."""

    code: ClassVar[str] = "snils_check_digits_wrong"
    words: ClassVar[str] = "Проверьте СНИЛС: последние две цифры не подходят к номеру"


class BirthDateInFuture(NotTyped):
    """Not born yet on the region's date of today."""

    code: ClassVar[str] = "birth_date_in_future"
    words: ClassVar[str] = "Эта дата ещё не наступила: проверьте год"


class PatientIsAdult(NotTyped):
    """Every kinship that can be declared demands a patient under 18 (region's date of today)."""

    code: ClassVar[str] = "patient_is_adult"
    words: ClassVar[str] = (
        "Взрослый записывается сам. Чтобы записывать его, попросите у него код: он создаст его "
        "в своём личном кабинете"
    )


class SexUnknown(NotTyped):
    """No sex was chosen and the patronymic does not tell."""

    code: ClassVar[str] = "sex_unknown"
    words: ClassVar[str] = "Выберите пол"


class KinshipUnknown(NotTyped):
    """Not one of the kinds of kinship."""

    code: ClassVar[str] = "kinship_unknown"
    words: ClassVar[str] = "Выберите вид родства"


class NotAffirmed(NotTyped):
    """The owner did not confirm that he may act for this person."""

    code: ClassVar[str] = "not_affirmed"
    words: ClassVar[str] = (
        "Отметьте, что вы законный представитель или действуете с его согласия: "
        "без этого записывать нельзя"
    )


class RelativeNotAdded(Refusal):
    """The whole declaration was refused; no single field is to blame."""


class RelativeAddedTwice(RelativeNotAdded):
    """The account already has this relative."""

    code: ClassVar[str] = "relative_added_twice"
    words: ClassVar[str] = "Этот родственник уже есть в вашем списке, добавлять его снова не нужно"


class OwnerIsMinor(RelativeNotAdded):
    """The owner of the account is under 18 and cannot declare anyone."""

    code: ClassVar[str] = "owner_is_minor"
    words: ClassVar[str] = "Добавлять родственников можно с 18 лет"


class TooManyRelativesToday(RelativeNotAdded):
    """Three new declared links a day. Parameter: limit."""

    code: ClassVar[str] = "too_many_relatives_today"
    words: ClassVar[str] = (
        "За день можно добавить не больше {limit} родственников. Добавьте следующего завтра"
    )


class TooManyRelatives(RelativeNotAdded):
    """Ten declared links in all, ended ones counted. Parameter: limit."""

    code: ClassVar[str] = "too_many_relatives"
    words: ClassVar[str] = (
        "Через портал можно добавить не больше {limit} родственников, считая убранных. "
        "Остальных запишет регистратура поликлиники"
    )


class AccessClosed(RelativeNotAdded):
    """The desk closed this account's access to the person whose facts were typed."""

    code: ClassVar[str] = "access_closed"
    words: ClassVar[str] = (
        "Доступ к записям этого родственника закрыла регистратура. "
        "Чтобы открыть его снова, обратитесь туда с документами"
    )


class RelativeUnknown(Refusal):
    """No such link of any account, or it has ended."""

    code: ClassVar[str] = "relative_unknown"
    words: ClassVar[str] = "Такой связи нет, или она уже закончилась"


class NotConfirmable(Refusal):
    """Only a parent or a guardian is confirmed (ст. 64 СК РФ, ст. 15 48-ФЗ)."""

    code: ClassVar[str] = "not_confirmable"
    words: ClassVar[str] = (
        "Подтвердить можно только родителя или опекуна: связь с видом родства «Ребёнок» "
        "или «Подопечный»"
    )


class OwnLink(Refusal):
    """Nobody confirms a link of his own account."""

    code: ClassVar[str] = "own_link"
    words: ClassVar[str] = "Свою связь с ребёнком подтверждает другой сотрудник"


class CardUnknown(Refusal):
    """No such card of a person."""

    code: ClassVar[str] = "card_unknown"
    words: ClassVar[str] = "Такой карты нет"


class SameCard(Refusal):
    """A card cannot be joined into itself."""

    code: ClassVar[str] = "same_card"
    words: ClassVar[str] = "Это одна и та же карта"


class CardsDiffer(Refusal):
    """Two cards disagree about the person, and nobody says why. Parameter: in_what."""

    code: ClassVar[str] = "cards_differ"
    words: ClassVar[str] = (
        "Карты расходятся: {in_what}. Если это всё же один человек, объясните, откуда разница"
    )


class CardNotJoined(Refusal):
    """The card stands by itself: there is nothing to part it from."""

    code: ClassVar[str] = "card_not_joined"
    words: ClassVar[str] = "Эта карта ни к какой не присоединена"


class CardJoined(Refusal):
    """One of the two cards has been joined into another before. Parameters: card, into."""

    code: ClassVar[str] = "card_joined"
    words: ClassVar[str] = "Карта {card} уже присоединена к карте {into}"


class ConsentUnknown(Refusal):
    """No such consent of this account."""

    code: ClassVar[str] = "consent_unknown"
    words: ClassVar[str] = "Такого согласия нет"


class DeletionUnknown(Refusal):
    """No request of that number waits."""

    code: ClassVar[str] = "deletion_unknown"
    words: ClassVar[str] = "Такой заявки нет, или её уже закрыли"


class DeletionAskedTwice(Refusal):
    """An earlier request of the same account still waits."""

    code: ClassVar[str] = "deletion_asked_twice"
    words: ClassVar[str] = "Заявка на удаление уже подана, второй не нужно"


class RoleUnknown(Refusal):
    """No such staff role, or it was revoked before."""

    code: ClassVar[str] = "role_unknown"
    words: ClassVar[str] = "Такой роли нет, или её уже сняли"


class RoleHeldAlready(Refusal):
    """The same person has this role in this place in these days already."""

    code: ClassVar[str] = "role_held_already"
    words: ClassVar[str] = "Такая роль у этого сотрудника в эти дни уже есть"


class RolePlaceWrong(Refusal):
    """A registrar, doctor or head is of one organisation or clinic, the others of the region."""

    code: ClassVar[str] = "role_place_wrong"
    words: ClassVar[str] = (
        "Регистратору, врачу и заведующему нужна одна организация или одна клиника; "
        "администратору региона и оператору – ни одной"
    )


class RolePeriodWrong(Refusal):
    """The role would end before it begins."""

    code: ClassVar[str] = "role_period_wrong"
    words: ClassVar[str] = "Последний день роли раньше первого"
