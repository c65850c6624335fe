"""What the handlers share: who calls, for whom he looks around, what a call may be refused with."""

from datetime import datetime
from typing import Any

from litestar.di import Provide
from litestar.openapi.datastructures import ResponseSpec

from registratura.api.asked import ForPatient
from registratura.api.callers import Caller, NotKnown, find_caller
from registratura.api.problems import MEDIA_TYPE, Problem
from registratura.booking.model import Channel
from registratura.booking.offers import Asking
from registratura.db import Connection
from registratura.web.requests import AnyRequest, lend_searching, today_of

CHANNEL = Channel.PORTAL  # an application books as its owner would
SECURITY: list[dict[str, list[str]]] = [{"token": []}, {"session": []}]
OPEN: list[dict[str, list[str]]] = [{}, *SECURITY]
"""Nobody may call too; for a patient only who may act for him."""

_WORDS = {
    400: "Запрос составлен неверно",
    401: "Неизвестно, кто обращается",
    403: "Ключ только для чтения, нет согласия портала или запрос не со страницы портала",
    404: "Такого нет, или это чужое: ответ один",
    409: "Отказ регистратуры",
    422: "Ключ Idempotency-Key уже использован для другого запроса",
    429: "Слишком много обращений с этим ключом доступа",
    503: "Слишком много обращений ко всем, или база не отвечает",
}


def refusals(*statuses: int) -> dict[int, ResponseSpec]:
    """What else a call may be answered with, for the document."""
    return {
        status: ResponseSpec(
            Problem, generate_examples=False, description=_WORDS[status], media_type=MEDIA_TYPE
        )
        for status in sorted({400, 401, 403, 429, 503, *statuses})
    }


def unchanged() -> dict[int, ResponseSpec]:
    """304: the list is as it was when its ETag was given."""
    return {304: ResponseSpec(None, generate_examples=False, description="Не изменилось")}


def _caller(request: AnyRequest, db: Connection) -> Caller | None:
    return find_caller(request)


async def _searching(request: AnyRequest, db: Connection, caller: Caller | None) -> Connection:
    return await lend_searching(request, db)


async def _asking(
    request: AnyRequest,
    searching: Connection,
    db: Connection,
    now: datetime,
    caller: Caller | None,
    patient: ForPatient = None,
) -> Asking:
    """Who looks around. Refuses with `NotKnown` and `NotYourPatient`; for an application that
    looks for a patient his journal says so."""
    if patient is None:
        return Asking(None, CHANNEL, now)
    if caller is None:
        raise NotKnown(brought_a_token=False)
    whom = caller.get_patient(patient)
    await caller.tell(
        db, "person.read_by_application", [whom.person_id], now=now, today=today_of(request)
    )
    return Asking(whom, CHANNEL, now, by_his_own=True)


# One after another, as in `web.requests`.
CALLER: dict[str, Any] = {
    "caller": Provide(_caller, sync_to_thread=False),
    "searching": Provide(_searching),
}
ASKING: dict[str, Any] = {"asking": Provide(_asking)}
