"""Training switches: what goes wrong between two systems, made to go wrong on purpose.

Each sits between this portal and the real region; off unless a setting names it.
"""

import asyncio
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

import httpx
from lxml import etree

from registratura_standins.gosuslugi.reading import moment
from registratura_standins.gosuslugi.soap import ER, NotSoap, make_fault, parse_body

SWITCHES = ("lost-answer", "slow-answer", "fault", "wrong-time", "expired-session")
_SWITCH = re.compile(r"([a-z-]+)(?:@([A-Za-z]+))?(?::([1-9][0-9]{0,3}))?")
_SESSION = f"{{{ER}}}Session_ID"


@dataclass(frozen=True)
class Switch:
    """What goes wrong, with which operation, and how many times; None: always."""

    name: str
    operation: str = "CreateAppointment"
    times: int | None = None


def read_switches(text: str) -> tuple[Switch, ...]:
    """`lost-answer:1 fault@GetScheduleInfo` → switches. Refuses with `ValueError`."""
    found = []
    for word in text.replace(",", " ").split():
        parts = _SWITCH.fullmatch(word)
        if parts is None or parts[1] not in SWITCHES:
            raise ValueError(word)
        times = int(parts[3]) if parts[3] else None
        found.append(Switch(parts[1], parts[2] or "CreateAppointment", times))
    return tuple(found)


def rehearse(
    transport: httpx.AsyncBaseTransport, switches: Sequence[Switch]
) -> httpx.AsyncBaseTransport:
    """The transport, with these accidents on its way."""
    return Rehearsal(transport, switches) if switches else transport


class Rehearsal(httpx.AsyncBaseTransport):
    """Delivers requests, and spoils what its switches name, as often as they say."""

    def __init__(self, transport: httpx.AsyncBaseTransport, switches: Sequence[Switch]) -> None:
        self._transport = transport
        self._switches = switches
        self._done: Counter[Switch] = Counter()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """The answer, or what became of it."""
        content = await request.aread()
        switch = self._next(content)
        if switch is None:
            return await self._transport.handle_async_request(request)
        if switch.name == "fault":
            return httpx.Response(500, content=make_fault("Server", "Учебная ошибка."))
        if switch.name == "expired-session":
            return await self._expire(request, content)
        answer = await self._transport.handle_async_request(request)
        body = await answer.aread()
        await answer.aclose()
        if switch.name == "wrong-time":
            return httpx.Response(answer.status_code, content=_later(body))
        if switch.name == "slow-answer":
            await asyncio.sleep(request.extensions["timeout"]["read"])
        raise httpx.ReadTimeout("training", request=request)

    async def aclose(self) -> None:
        """Close what is beneath."""
        await self._transport.aclose()

    def _next(self, content: bytes) -> Switch | None:
        operation = _operation(content)
        for switch in self._switches:
            spent = switch.times is not None and self._done[switch] >= switch.times
            if switch.operation == operation and not spent:
                self._done[switch] += 1
                return switch
        return None

    async def _expire(self, request: httpx.Request, content: bytes) -> httpx.Response:
        """The region is asked in a session that it has never heard of; its answer is its own."""
        envelope = etree.fromstring(content)
        session = next(envelope.iter(_SESSION))
        ours, session.text = session.text, str(uuid4())
        headers = {name: text for name, text in request.headers.items() if name != "content-length"}
        stranger = httpx.Request(
            request.method,
            request.url,
            headers=headers,
            content=etree.tostring(envelope, encoding="utf-8"),
            extensions=request.extensions,
        )
        answer = await self._transport.handle_async_request(stranger)
        told = etree.fromstring(await answer.aread())
        await answer.aclose()
        for element in told.iter(_SESSION):
            element.text = ours
        return httpx.Response(answer.status_code, content=etree.tostring(told, encoding="utf-8"))


def _operation(content: bytes) -> str:
    try:
        return etree.QName(parse_body(content)).localname.removesuffix("Request")
    except NotSoap:
        return ""


def _later(body: bytes) -> bytes:
    """The same answer, its visit ten minutes later."""
    envelope = etree.fromstring(body)
    for element in envelope.iter(f"{{{ER}}}Visit_Time"):
        told = moment(element.text or "") + timedelta(minutes=10)
        element.text = told.isoformat(timespec="seconds")
    return etree.tostring(envelope, encoding="utf-8")
