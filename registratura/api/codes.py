"""Every code that the API may answer, with its words: where the `type` of a problem leads."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from registratura.booking import doctors, keeping, refusals
from registratura.directory import departments
from registratura.people.link_refusals import ConsentTakenBack
from registratura.people.refusals import NotYourPatient
from registratura.refusal import Refusal

OF_CALLS: Sequence[tuple[int, str, str]] = (
    (400, "bad_request", "Запрос составлен неверно; что именно, говорит `parameters`"),
    (401, "not_known", "Никто не вошёл, или ключ доступа неверен, его срок вышел, доступ закрыт"),
    (403, "only_reads", "Этот ключ только для чтения: записывать по нему нельзя"),
    (403, "consent_needed", "Владелец ещё не дал согласие портала: пусть войдёт и прочитает его"),
    (403, "forbidden", "Вошедший на портал меняет что-то без заголовка `X-CSRFToken`"),
    (404, "not_found", "Такого адреса нет, или по нему ничего нет"),
    (405, "method_not_allowed", "Этот адрес такого метода не знает; какие знает, говорит `Allow`"),
    (413, "too_large", "Запрос слишком велик"),
    (415, "unsupported_media_type", "Тело запроса должно быть JSON"),
    (429, "too_many_calls", "Слишком много обращений с этим ключом; ждать `Retry-After` секунд"),
    (500, "fault", "Ошибка у нас; для поддержки – `request_id`"),
    (503, "overloaded", "Слишком много обращений ко всем, ничего не начато; ждать `Retry-After`"),
    (503, "unavailable", "База не отвечает; повторите с тем же ключом `Idempotency-Key`"),
)
"""Status, code, words: what no rule of booking says."""
# Of the engine's refusals only the desk meets these.
_OF_THE_DESK = (refusals.CannotBeMarked, refusals.CardsClash)
_ELSEWHERE: Sequence[type[Refusal]] = (
    departments.DepartmentUnknown,
    doctors.ClinicPositionUnknown,
    doctors.PostUnknown,
    keeping.HoldBooked,
    NotYourPatient,
    ConsentTakenBack,
)
TO_PROGRAMS: Mapping[type[Refusal], str] = {
    refusals.KeyReused: "Ключ Idempotency-Key уже был у другого запроса. "
    "Новому намерению – новый ключ",
    NotYourPatient: "Такого пациента нет, или этот доступ не для него",
}
"""Where the words for people speak of pages and forms."""
_FOR_EXAMPLE = {
    "when": "8 декабря в 8:00",
    "phone": "8\N{NO-BREAK SPACE}(800)\N{NO-BREAK SPACE}555-01-22",
    "ages": "от 18 лет",
    "sex": "женщин",
    "missed": "3",
    "day": "15 декабря",
    "visit": "терапевт, 8 декабря в 9:00",
    "limit": "10",
}


def of_booking() -> list[tuple[str, str]]:
    """Codes of the registry's refusals with their words, as if for some visit, in order."""
    found = {*_ELSEWHERE, *_kinds(refusals.BookingRefusal)}
    for kind in vars(refusals).values():
        if isinstance(kind, type) and issubclass(kind, Refusal) and "code" in vars(kind):
            found.add(kind)
    told = [(it.code, _words(it)) for it in found if not issubclass(it, _OF_THE_DESK)]
    return sorted(told)


def _words(kind: type[Refusal]) -> str:
    some = defaultdict(lambda: "…", _FOR_EXAMPLE)
    return TO_PROGRAMS.get(kind, kind.words.format_map(some))


def _kinds(of: type[Refusal]) -> Iterator[type[Refusal]]:
    for kind in of.__subclasses__():
        yield kind
        yield from _kinds(kind)
