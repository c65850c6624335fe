"""Why a token for an application is not made, or is not there."""

from typing import ClassVar

from registratura.people.refusals import NotTyped
from registratura.refusal import Refusal


class TokenUnknown(Refusal):
    """No such token of this account: the answer is one for a stranger's and for none."""

    code: ClassVar[str] = "token_unknown"
    words: ClassVar[str] = "Такого доступа нет"


class TokenMadeBefore(Refusal):
    """This form has made its token already, and nobody knows that token now but who copied it."""

    code: ClassVar[str] = "token_made_before"
    words: ClassVar[str] = "Ключ уже создан и больше не показывается"


class TokenNameEmpty(NotTyped):
    """The application was given no name."""

    code: ClassVar[str] = "token_name_empty"
    words: ClassVar[str] = "Назовите приложение, чтобы потом узнать его в списке"


class TokenNameTooLong(NotTyped):
    """Parameter: limit (letters)."""

    code: ClassVar[str] = "token_name_too_long"
    words: ClassVar[str] = "Слишком длинно: не больше {limit} знаков"


class TokenForNobody(NotTyped):
    """No patient was chosen."""

    code: ClassVar[str] = "token_for_nobody"
    words: ClassVar[str] = "Отметьте, чьи записи приложению можно видеть"


class TokenTermUnknown(NotTyped):
    """Not one of the terms offered."""

    code: ClassVar[str] = "token_term_unknown"
    words: ClassVar[str] = "Выберите, на какой срок дать доступ"


class TokenScopeUnknown(NotTyped):
    """Neither reading nor booking was chosen."""

    code: ClassVar[str] = "token_scope_unknown"
    words: ClassVar[str] = "Выберите, что приложению можно делать"


class TooManyTokens(NotTyped):
    """Parameter: limit (living tokens of an account)."""

    code: ClassVar[str] = "too_many_tokens"
    words: ClassVar[str] = "Доступ уже есть у {limit} приложений. Закройте ненужный"
