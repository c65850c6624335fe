"""The federation's address for statuses: a request goes out, the answer is judged (section 6).

The answer is in no published schema: any 2xx without a Fault means delivered, unless it names a
code that is not SUCCESS.
"""

import asyncio
from dataclasses import dataclass, field

import httpx

from registratura.circuit import Circuit, CircuitOpen
from registratura.federal import codes
from registratura.federal.faults import SoapFault
from registratura.federal.status_message import OPERATION
from registratura.federal.wire import Node, fold_code, read_message
from registratura.settings import Settings
from registratura_ground.authorities import authorities

_CONNECTING = 3.0  # seconds
_LARGEST = 64 * 1024  # bytes of an answer
_LONGEST = 300  # characters of the federation's own words
_HEADERS = {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": f'"{OPERATION}"'}


class Unanswered(Exception):
    """The status may have arrived or not: it is to be sent again. `code` says what happened.

    `is_answer`: the receiver is there, its trouble is with this one status. `tries`: how often
    this status has been sent before, where that is known.
    """

    def __init__(self, code: str, *, was_sent: bool = True, is_answer: bool = False) -> None:
        self.code = code
        self.was_sent = was_sent
        self.is_answer = is_answer
        self.tries: int | None = None
        super().__init__(code)


class StatusRefused(Exception):
    """The federation will not have this status, however often it is sent."""

    def __init__(self, code: str, comment: str | None = None) -> None:
        self.code = code
        self.comment = comment
        super().__init__(code)


@dataclass(frozen=True)
class Receiver:
    """Where statuses go; one circuit for all of them."""

    url: str
    http: httpx.AsyncClient
    seconds: float  # for a whole answer: one that trickles never meets the client's own limits
    circuit: Circuit = field(default_factory=Circuit)

    async def send(self, message: bytes) -> None:
        """Deliver the request. Refuses with `Unanswered` (ask again later: no connection, no
        answer in time, a Fault, any status but 2xx, INTERNAL_ERROR) or `StatusRefused`."""
        try:
            self.circuit.enter()
        except CircuitOpen:
            raise Unanswered("CIRCUIT_OPEN", was_sent=False) from None
        try:
            _judge(await self._answer(message))
        except Unanswered as fault:
            if fault.is_answer:
                self.circuit.succeed()
            else:
                self.circuit.fail()
            raise
        except StatusRefused:
            self.circuit.succeed()
            raise
        self.circuit.succeed()

    async def _answer(self, message: bytes) -> "_Answer":
        asked = self.http.stream("POST", self.url, content=message, headers=_HEADERS)
        try:
            async with asyncio.timeout(self.seconds), asked as response:
                body = b""
                async for part in response.aiter_bytes():
                    body += part
                    if len(body) > _LARGEST:
                        break
                return _Answer(response.status_code, body)
        except (TimeoutError, httpx.TimeoutException):
            raise Unanswered("TIMEOUT") from None
        except (httpx.HTTPError, httpx.InvalidURL):
            raise Unanswered("NO_CONNECTION") from None


@dataclass(frozen=True)
class _Answer:
    status: int
    body: bytes


def open_receiver(settings: Settings) -> Receiver:
    """The receiver of these settings; its connections are closed with `http.aclose()`."""
    user, password = settings.federal_status_user, settings.federal_status_password
    most = settings.federal_status_seconds
    return Receiver(
        settings.federal_status_url,
        httpx.AsyncClient(
            timeout=httpx.Timeout(most, connect=min(most, _CONNECTING)),
            auth=httpx.BasicAuth(user, password) if user else None,
            verify=authorities(trust_env=False),
            trust_env=False,
            follow_redirects=False,
        ),
        most,
    )


def _judge(answer: _Answer) -> None:
    root = _find_content(answer.body)
    if root is not None and root.tag == "Fault":
        raise Unanswered("FAULT")
    if not 200 <= answer.status < 300:
        raise Unanswered(f"HTTP_{answer.status}")
    found = root.find("Status_Code") if root is not None else None
    code = fold_code(found.text)[:40] if found is not None else codes.SUCCESS
    if code == codes.INTERNAL_ERROR:
        raise Unanswered(code, is_answer=True)
    if code != codes.SUCCESS:
        told = root.find("Comment") if root is not None else None
        raise StatusRefused(code, told.text[:_LONGEST] if told is not None else None)


def _find_content(body: bytes) -> Node | None:
    """What the envelope holds, if it is one; a DTD or an endless answer is none."""
    try:
        return read_message(body).root if len(body) <= _LARGEST else None
    except SoapFault:
        return None
