"""A message answered: which operation, under which limits, and what is said when something fails.

Never an exception but a `SoapFault`: everything else is the operation's own `INTERNAL_ERROR`.
"""

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime

import structlog

from registratura.federal import codes, metrics, pieces
from registratura.federal.calls import Answer, Call, Ids, No
from registratura.federal.faults import SenderFault, SoapFault
from registratura.federal.operations.table import Operation, find_operation
from registratura.federal.reading import Fields, Unreadable
from registratura.federal.wire import Message, read_message
from registratura.refusal import Refusal
from registratura.settings import Settings
from registratura.web import logs
from registratura.web.lending import Errand, Lender, Overloaded

BUDGET = 10.0  # seconds for a call
_SMALL = 16 * 1024  # bytes: a bigger body is parsed beside the loop
_PARSERS = ThreadPoolExecutor(2, "federal-xml")
_LOG = structlog.get_logger("federal")


@dataclass(frozen=True)
class Desk:
    """What a call is answered with."""

    lender: Lender
    settings: Settings
    now: datetime
    reference: str


@dataclass(frozen=True)
class Outcome:
    """An answer, and what the log tells of it: no name, number or date of anybody."""

    answer: Answer
    operation: str
    message_id: str | None
    root: str


async def answer(desk: Desk, body: bytes) -> Outcome:
    """The answer to a message. Refuses with a `SoapFault` what is none, or has nothing to echo."""
    began = time.perf_counter()
    message = await _read(body)
    operation = find_operation(message.root.name)
    if operation is None:
        raise SenderFault("Такой операции нет.")
    fields = Fields(message.root)
    try:
        ids = operation.ids(fields)
    except Unreadable as fault:
        raise SenderFault(f"{fault.path}: {fault.message}.") from None
    made = await _run(desk, operation, fields, ids)
    metrics.CALLS.labels(operation.name, made.code).inc()
    metrics.SECONDS.labels(operation.name).observe(time.perf_counter() - began)
    return Outcome(made, operation.name, message.message_id, message.root.tag)


async def _read(body: bytes) -> Message:
    if len(body) <= _SMALL:
        return read_message(body)
    return await asyncio.get_running_loop().run_in_executor(_PARSERS, read_message, body)


async def _run(desk: Desk, operation: Operation, fields: Fields, ids: Ids) -> Answer:
    try:
        lent = desk.lender.lent(Errand.WRITE if operation.writes else Errand.READ)
        async with asyncio.timeout(BUDGET), lent as db:
            return await operation.run(Call(db, desk.now, desk.settings), fields, ids)
    except SoapFault:
        raise
    except Unreadable as fault:
        no = _unreadable(fault)
    except Refusal as refusal:
        no = No.of(refusal, operation.refusals)
    except Overloaded:
        no = No(codes.INTERNAL_ERROR, codes.BUSY_WORDS)
    except Exception as error:
        _LOG.error(
            "fault", operation=operation.name, request_id=desk.reference, **logs.fault(error)
        )
        no = No(codes.INTERNAL_ERROR, codes.FAILURE_WORDS)
    return operation.refuse(ids, no, desk.now, desk.settings.region_zone)


def _unreadable(fault: Unreadable) -> No:
    validation = pieces.validation(fault.message, fault.path, fault.value)
    words = f"Запрос заполнен неверно: {fault.path}. {fault.message}"
    return No(codes.INTERNAL_ERROR, words, validation)
