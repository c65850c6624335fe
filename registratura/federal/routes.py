"""The address `/federal/er`: POST is SOAP, GET the WSDL; beside it the schema as a file."""

import asyncio
import re
from datetime import datetime

import structlog
from litestar import Response, get, post
from litestar.types import ControllerRouterHandler

from registratura.federal import answering, description, metrics
from registratura.federal.answering import Desk, Outcome
from registratura.federal.callers import may_call
from registratura.federal.faults import NotAuthenticated, OwnFault, SenderFault, SoapFault
from registratura.federal.wire import fold
from registratura.federal.writing import envelope, fault
from registratura.settings import Settings
from registratura.web import logs
from registratura.web.around import CallerLeft
from registratura.web.errors import reference_of
from registratura.web.requests import AnyRequest, lender_of

PATH = "/federal/er"
LARGEST = 256 * 1024  # bytes of a request
_READ_ON = 4 * 1024 * 1024  # so much of a larger one is read before it is refused
_XML = "text/xml"  # the charset is added: without it some clients decode Latin-1
_MESSAGE_ID = re.compile(r"urn:uuid:[0-9A-Fa-f-]{36}")
_LOG = structlog.get_logger("federal")


def _fault_answer(request: AnyRequest, it: SoapFault) -> Response[bytes]:
    """A SOAP Fault: 500, or the status that says who may not call."""
    metrics.CALLS.labels("none", "Fault").inc()
    _LOG.warning("fault answered", request_id=reference_of(request), kind=type(it).__name__)
    headers = {"WWW-Authenticate": "Basic"} if isinstance(it, NotAuthenticated) else {}
    return Response(fault(it), media_type=_XML, status_code=it.status, headers=headers)


def _own_fault_answer(request: AnyRequest, error: Exception) -> Response[bytes]:
    _LOG.error("fault", request_id=reference_of(request), **logs.fault(error))
    return _fault_answer(request, OwnFault())


@post(
    PATH,
    name="federal",
    status_code=200,
    guards=[may_call],
    exception_handlers={SoapFault: _fault_answer, Exception: _own_fault_answer},
    exclude_from_csrf=True,
    request_max_body_size=None,
    include_in_schema=False,
)
async def call(request: AnyRequest, now: datetime, settings: Settings) -> Response[bytes]:
    """One SOAP call."""
    body = await _read_body(request)
    desk = Desk(lender_of(request), settings, now, reference_of(request))
    outcome = await answering.answer(desk, body)
    _log(request, outcome)
    return Response(envelope(outcome.answer.content), media_type=_XML)


@get(PATH, name="federal_wsdl", exclude_from_csrf=True, include_in_schema=False)
async def wsdl(settings: Settings) -> Response[bytes]:
    """The WSDL, with `?wsdl` or without; open to everybody."""
    address = settings.public_url.rstrip("/") + PATH
    return Response(description.wsdl(address), media_type=_XML)


@get("/federal/er-schema.xsd", name="federal_schema", exclude_from_csrf=True)
async def schema() -> Response[bytes]:
    """The schema that stands in the WSDL; open to everybody."""
    return Response(description.schema(), media_type=_XML)


ROUTES: list[ControllerRouterHandler] = [call, wsdl, schema]


async def _read_body(request: AnyRequest) -> bytes:
    """The body. Refuses one that is too large or comes too slowly."""
    parts, size = [], 0
    try:
        async with asyncio.timeout(answering.BUDGET):
            async for part in request.stream():
                size += len(part)
                if size <= LARGEST:
                    parts.append(part)
                elif size > _READ_ON:
                    break
    except CallerLeft:
        raise SenderFault("Запрос оборван.") from None
    except TimeoutError:
        raise SenderFault("Запрос приходит слишком медленно.") from None
    if size > LARGEST:
        raise SenderFault(f"Запрос больше {LARGEST // 1024} КиБ.")
    return b"".join(parts)


def _log(request: AnyRequest, outcome: Outcome) -> None:
    told = outcome.message_id or ""
    action = request.headers.get("soapaction", "").strip().strip('"')
    named = fold(action.rpartition("/")[2]).removesuffix("request")
    _LOG.info(
        "call",
        request_id=reference_of(request),
        operation=outcome.operation,
        code=outcome.answer.code,
        message_id=told if _MESSAGE_ID.fullmatch(told) else None,
        action_differs=bool(named) and named != fold(outcome.operation),
    )
