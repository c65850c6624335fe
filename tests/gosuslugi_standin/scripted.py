"""A region that says what the test tells it to: recorded envelopes, silence, nonsense."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx
from lxml import etree

from tests.gosuslugi_standin import envelopes

ER = "http://www.rt-eu.ru/med/er/v2_0"
Said = str | bytes | Exception | httpx.Response
ORDINARY: dict[str, Said] = {
    "GetPatientInfo": envelopes.PATIENT,
    "GetReferralInfo": envelopes.PATIENT + f"<Referrals>{envelopes.REFERRAL}</Referrals>",
    "GetMOInfoExtended": envelopes.CLINICS,
    "GetServicePostSpecsInfo": envelopes.TARGETS,
    "GetMOResourceInfo": envelopes.DOCTORS,
    "GetScheduleInfo": envelopes.SCHEDULE,
    "CreateAppointment": envelopes.booked(),
    "CancelAppointment": envelopes.cancelled(),
}


@dataclass(frozen=True)
class Heard:
    """One request as it came."""

    operation: str
    fields: dict[str, Any]
    headers: httpx.Headers
    content: bytes


@dataclass
class ScriptedRegion:
    """`script`: operation → answers to give one after another, before the ordinary one."""

    script: dict[str, list[Said | Callable[[Heard], Said]]] = field(default_factory=dict)
    heard: list[Heard] = field(default_factory=list)
    tomorrow: str = "2027-02-01"  # the day of every time it tells

    @property
    def transport(self) -> httpx.MockTransport:
        """HTTP to it."""
        return httpx.MockTransport(self._answer)

    @property
    def operations(self) -> list[str]:
        """What was asked, in order."""
        return [it.operation for it in self.heard]

    def say(self, operation: str, *answers: Said | Callable[[Heard], Said]) -> None:
        """Give these answers to the next requests of that operation."""
        self.script.setdefault(operation, []).extend(answers)

    def of(self, operation: str) -> list[Heard]:
        """Requests of that operation."""
        return [it for it in self.heard if it.operation == operation]

    def _answer(self, request: httpx.Request) -> httpx.Response:
        heard = read(request.content, request.headers)
        self.heard.append(heard)
        waiting = self.script.get(heard.operation)
        said = waiting.pop(0) if waiting else ORDINARY[heard.operation]
        if callable(said):
            said = said(heard)
        if isinstance(said, Exception):
            raise said
        if isinstance(said, httpx.Response):
            return said
        if isinstance(said, str):
            said = envelopes.answer(heard.operation, said, heard.fields["Session_ID"])
        content = said.replace(b"2027-02-01", self.tomorrow.encode())
        return httpx.Response(200, content=content, headers={"Content-Type": "text/xml"})

    @staticmethod
    def no(heard: Heard, code: str) -> bytes:
        """That code, in the session of the request."""
        return envelopes.error(heard.operation, code, heard.fields["Session_ID"])


def read(content: bytes, headers: httpx.Headers) -> Heard:
    """Names of the elements, whatever their prefix, to texts and children."""
    root = etree.fromstring(content)
    body = root.find("{http://schemas.xmlsoap.org/soap/envelope/}Body")
    assert body is not None
    asked = next(body.iterchildren(tag=etree.Element))
    name = etree.QName(asked)
    assert name.namespace == ER
    return Heard(name.localname.removesuffix("Request"), _children(asked), headers, content)


def _children(element: etree._Element) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for child in element.iterchildren(tag=etree.Element):
        name = etree.QName(child).localname
        if child.get("{http://www.w3.org/2001/XMLSchema-instance}nil"):
            continue
        told = _children(child) if len(child) else (child.text or "").strip()
        if name in found:
            before = found[name] if isinstance(found[name], list) else [found[name]]
            told = [*before, told]
        found[name] = told
    return found
