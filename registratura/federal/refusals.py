"""What only this face refuses: a person, a session, a referral that cannot be told of."""

from typing import ClassVar

from registratura.refusal import Refusal


class FederalRefusal(Refusal):
    """A business refusal that no rule of booking knows."""


class PatientNotFound(FederalRefusal):
    """Nobody, or more than one, fits every fact."""

    code: ClassVar[str] = "patient_not_found"
    words: ClassVar[str] = "Пациент не найден. Проверьте фамилию, имя, дату рождения и номер полиса"


class SessionOver(FederalRefusal):
    """The session is unknown, or nobody has used it for too long."""

    code: ClassVar[str] = "session_over"
    words: ClassVar[str] = "Время сеанса истекло. Начните запись заново"


class NothingFound(FederalRefusal):
    """Nothing that this patient may book fits."""

    code: ClassVar[str] = "nothing_found"
    words: ClassVar[str] = "Записаться сейчас не к кому: подходящего врача или времени нет"


class ReferralNotFound(FederalRefusal):
    """The patient has no such referral."""

    code: ClassVar[str] = "referral_not_found"
    words: ClassVar[str] = "Направления с таким номером нет. Проверьте номер на бланке"


class ReferralExpired(FederalRefusal):
    """Its last day is over. Parameter: day."""

    code: ClassVar[str] = "referral_expired"
    words: ClassVar[str] = "Срок направления истёк {day}. Попросите врача выдать новое"


class IssuerNotConnected(FederalRefusal):
    """Who issued the referral is not known: it came on paper."""

    code: ClassVar[str] = "issuer_not_connected"
    words: ClassVar[str] = (
        "Направление выдано на бумаге, по нему записывает регистратура поликлиники"
    )


class ReferralInUse(FederalRefusal):
    """A visit is booked by this referral. Parameter: visit."""

    code: ClassVar[str] = "referral_in_use"
    words: ClassVar[str] = "По этому направлению уже есть запись{visit}"


class VisitNotFound(FederalRefusal):
    """No visit of this number was booked through this gateway."""

    code: ClassVar[str] = "visit_not_found"
    words: ClassVar[str] = "Записи с таким номером нет"


class VisitKept(FederalRefusal):
    """The patient hides this position since: neither cancelled here nor told of, whatever became of
    it."""

    code: ClassVar[str] = "visit_kept"
    words: ClassVar[str] = "Эту запись отменяет регистратура поликлиники"


class VisitMoved(FederalRefusal):
    """The visit was moved to another time on the region's portal."""

    code: ClassVar[str] = "visit_moved"
    words: ClassVar[str] = (
        "Эта запись перенесена на другое время на портале региона. Отмените её там"
    )
