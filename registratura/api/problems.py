"""Whatever is not done, as `application/problem+json` (RFC 9457): one shape for every reason."""

import secrets
from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

import psycopg
import structlog
from litestar import Response
from litestar.exceptions import HTTPException, PermissionDeniedException
from litestar.types import ExceptionHandlersMap
from msgspec import Meta, Struct
from psycopg_pool import PoolTimeout

from registratura.api import answers, hints, shapes
from registratura.api.callers import (
    NotConsented,
    NotKnown,
    OnlyReads,
    TooManyCalls,
    find_allowance,
)
from registratura.api.codes import TO_PROGRAMS
from registratura.booking.alternatives import Alternatives
from registratura.booking.refusals import BookingRefusal, KeyReused
from registratura.people.refusals import NotYourPatient
from registratura.refusal import Refusal
from registratura.web import logs
from registratura.web.errors import reference_of
from registratura.web.lending import COME_BACK, Overloaded
from registratura.web.requests import AnyRequest
from registratura_ground.forgery import ForeignForm

MEDIA_TYPE = "application/problem+json"
PREFIX = "/api/v1"
_LOG = structlog.get_logger("api")
_TITLES = {
    400: "Запрос составлен неверно",
    401: "Неизвестно, кто обращается",
    403: "Этого делать нельзя",
    404: "Такого нет",
    405: "Так сюда не обращаются",
    409: "Не сделано",
    413: "Запрос слишком велик",
    415: "Нужен JSON",
    422: "Не сделано",
    429: "Слишком часто",
    500: "Ошибка у нас",
    503: "Сейчас не получается",
}
_CODES = {
    400: "bad_request",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    413: "too_large",
    415: "unsupported_media_type",
}
_OF_OTHERS = {"account_id", "patient_id"}  # parameters that only we read

Scalar = str | int | float | bool | None


class Problem(Struct, frozen=True, omit_defaults=True):
    """Что не сделано и почему (RFC 9457)."""

    type: Annotated[str, Meta(description="Адрес описания", examples=["/api/v1#slot_taken"])]
    title: Annotated[str, Meta(description="Коротко, одинаково для статуса")]
    status: Annotated[int, Meta(description="Статус HTTP", examples=[409])]
    code: Annotated[str, Meta(description="Код причины для программы", examples=["slot_taken"])]
    detail: Annotated[
        str,
        Meta(
            description="Слова для человека, их можно показать",
            examples=["Это время только что заняли"],
        ),
    ]
    request_id: Annotated[
        str, Meta(description="Номер обращения для поддержки", examples=["7f3k-92aa"])
    ]
    parameters: Annotated[dict[str, Scalar], Meta(description="Подробности причины")] = {}
    alternatives: Annotated[
        shapes.Alternatives | None,
        Meta(description="Ближайшее, что можно взять вместо; нет, если не искали"),
    ] = None


class NotBooked(Exception):
    """A refusal of a booking, with what may be taken instead; None: it was not searched."""

    def __init__(self, refusal: BookingRefusal, ways: Alternatives | None) -> None:
        self.refusal = refusal
        self.ways = ways
        super().__init__(refusal.code)


def problem(
    request: AnyRequest,
    status: int,
    code: str,
    words: str,
    *,
    parameters: Mapping[str, Scalar] | None = None,
    ways: Alternatives | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response[Problem]:
    """The answer, with the token's allowance where there is one."""
    allowance = find_allowance(request.scope)
    return Response(
        Problem(
            type=f"{PREFIX}#{code}",
            title=_TITLES.get(status, _TITLES[400]),
            status=status,
            code=code,
            detail=words,
            request_id=reference_of(request),
            parameters=dict(parameters or {}),
            alternatives=None if ways is None else answers.ways(ways),
        ),
        status_code=status,
        media_type=MEDIA_TYPE,
        headers={**(allowance.headers if allowance else {}), **(headers or {})},
    )


def on_refusal(
    request: AnyRequest, refusal: Refusal, ways: Alternatives | None = None
) -> Response[Problem]:
    """The registry said no: one 404 for what does not exist and for what is not yours, else 409."""
    status = 409
    if isinstance(refusal, NotYourPatient) or refusal.code.endswith("_unknown"):
        status = 404
    elif isinstance(refusal, KeyReused):
        status = 422
    told = {name: _scalar(it) for name, it in refusal.parameters.items() if name not in _OF_OTHERS}
    words = TO_PROGRAMS.get(type(refusal), refusal.text)
    return problem(request, status, refusal.code, words, parameters=told, ways=ways)


def on_not_booked(request: AnyRequest, fault: NotBooked) -> Response[Problem]:
    """The same with the nearest times."""
    return on_refusal(request, fault.refusal, fault.ways)


def on_not_known(request: AnyRequest, fault: NotKnown) -> Response[Problem]:
    """401, and how one makes oneself known (RFC 6750)."""
    told = ', error="invalid_token"' if fault.brought_a_token else ""
    words = "Войдите на портал или передайте ключ доступа"
    if fault.brought_a_token:
        words = "Ключ доступа неверен, его срок вышел или доступ закрыт"
    headers = {"WWW-Authenticate": f'Bearer realm="registratura"{told}'}
    return problem(request, 401, "not_known", words, headers=headers)


def on_not_consented(request: AnyRequest, _: NotConsented) -> Response[Problem]:
    """403: nothing personal without the portal's consent."""
    words = "Владелец ещё не дал согласие портала: попросите его войти и прочитать"
    return problem(request, 403, "consent_needed", words)


def on_only_reads(request: AnyRequest, _: OnlyReads) -> Response[Problem]:
    """403: the token's scope (RFC 6750)."""
    headers = {"WWW-Authenticate": 'Bearer error="insufficient_scope", scope="book"'}
    words = "Этот ключ только для чтения: записывать по нему нельзя"
    return problem(request, 403, "only_reads", words, headers=headers)


def on_too_many_calls(request: AnyRequest, _: TooManyCalls) -> Response[Problem]:
    """429, and when the next minute begins."""
    allowance = find_allowance(request.scope)
    wait = allowance.reset if allowance else 60
    words = f"Слишком много обращений. Повторите через {wait} с"
    headers = {"Retry-After": str(wait)}
    return problem(request, 429, "too_many_calls", words, headers=headers)


def on_http(request: AnyRequest, fault: HTTPException) -> Response[Problem]:
    """What Litestar refuses before a handler."""
    if fault.status_code >= 500:
        return on_fault(request, fault)
    told = hints.search(fault)
    words = _TITLES.get(fault.status_code, _TITLES[400])
    if told:
        words += ". " + "; ".join(f"{name}: {hint}" for name, hint in told.items())
    if isinstance(fault, PermissionDeniedException):
        words = "Запрос пришёл не со страницы портала: нужен заголовок X-CSRFToken"
    code = _CODES.get(fault.status_code, "bad_request")
    headers = {it: to for it, to in (fault.headers or {}).items() if it.lower() == "allow"}
    return problem(request, fault.status_code, code, words, parameters=told, headers=headers)


def on_missing(request: AnyRequest, fault: LookupError) -> Response[Problem]:
    """A row that was asked for is not there. A `KeyError` is a fault of ours all the same."""
    if type(fault) is not LookupError:
        return on_fault(request, fault)
    return problem(request, 404, "not_found", _TITLES[404])


def on_unreadable(request: AnyRequest, fault: psycopg.DataError) -> Response[Problem]:
    """What the database cannot hold: a NUL byte, a number too large."""
    _LOG.warning("unreadable", request_id=reference_of(request), **logs.fault(fault))
    return problem(request, 400, "bad_request", _TITLES[400])


def on_overload(request: AnyRequest, _: Overloaded) -> Response[Problem]:
    """Turned away before anything was begun. Not everybody comes back in the same second."""
    wait = str(COME_BACK + secrets.randbelow(COME_BACK))
    words = "Сейчас очень много обращений, ничего не начато. Повторите через несколько секунд"
    return problem(request, 503, "overloaded", words, headers={"Retry-After": wait})


def on_database_down(request: AnyRequest, fault: Exception) -> Response[Problem]:
    """No database. Whether a write was done, only its key tells."""
    _LOG.error("database", request_id=reference_of(request), **logs.fault(fault))
    words = "База данных не отвечает. Повторите с тем же ключом Idempotency-Key"
    return problem(request, 503, "unavailable", words, headers={"Retry-After": "30"})


def on_fault(request: AnyRequest, fault: Exception) -> Response[Problem]:
    """A fault of ours: 500 with a number that the log knows."""
    _LOG.error("fault", request_id=reference_of(request), **logs.fault(fault))
    return problem(request, 500, "fault", "Ошибка у нас, мы о ней уже знаем")


def _scalar(given: object) -> Scalar:
    if isinstance(given, date | datetime):
        return given.isoformat()
    if isinstance(given, UUID):
        return str(given)
    return given if isinstance(given, str | int | float | bool | None) else str(given)


HANDLERS: ExceptionHandlersMap = {
    Refusal: on_refusal,
    NotBooked: on_not_booked,
    NotKnown: on_not_known,
    NotConsented: on_not_consented,
    OnlyReads: on_only_reads,
    TooManyCalls: on_too_many_calls,
    HTTPException: on_http,
    ForeignForm: on_http,  # the portal's own handler would answer with a page
    LookupError: on_missing,
    psycopg.DataError: on_unreadable,
    psycopg.OperationalError: on_database_down,
    PoolTimeout: on_database_down,
    Overloaded: on_overload,
    Exception: on_fault,
}
