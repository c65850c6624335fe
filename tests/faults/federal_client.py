"""A client of the federal portal: books and cancels by SOAP, in sessions, and asks again.

Its key is the session and the slot: while that booking stands, the same call gets the same answer.
"""

import asyncio
import random as doors
import time
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from uuid import uuid4

import httpx
from lxml import etree

from registratura.federal.codes import FAILURE_WORDS
from registratura.federal.wire import ER
from tests.faults.asking import Asker
from tests.faults.browser import Browser
from tests.faults.clients import HOT, TICK
from tests.faults.journal import Entry, Said
from tests.faults.town import Post, Resident, Town

_TRIES = 3  # times asked for in one session
_REFUSED = 409  # what the checker knows as a no: the gateway says it by a code
_ENVELOPE = (
    '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"><soapenv:Body>'
    '<{name}Request xmlns="http://www.rt-eu.ru/med/er/v2_0">{content}</{name}Request>'
    "</soapenv:Body></soapenv:Envelope>"
)


@dataclass(frozen=True)
class Answer:
    """What came back: its code, its words, and the content to look into."""

    root: etree._Element

    @property
    def code(self) -> str:
        """SUCCESS, a refusal's code, or nothing where data came."""
        return self.text("Status_Code") or self.text("Error_Code")

    def text(self, name: str) -> str:
        """The first element of that name, wherever it stands."""
        return next((it.text or "" for it in self.root.iter(f"{{{ER}}}{name}")), "")

    def texts(self, name: str) -> list[str]:
        """All of them."""
        return [it.text or "" for it in self.root.iter(f"{{{ER}}}{name}")]

    @property
    def said(self) -> Said:
        """A fault of the region's own is no answer: the same may be asked again."""
        if self.code == "INTERNAL_ERROR" and self.text("Comment") == FAILURE_WORDS:
            return "unknown"
        return "yes" if self.code == "SUCCESS" else "no"


@dataclass
class FederalClient:
    """One patient. `visits` is what he believes to have, by number: its doctor's position."""

    browser: Browser
    town: Town
    resident: Resident
    random: Random
    asker: Asker
    visits: dict[str, int] = field(default_factory=dict)

    async def live(self, over: asyncio.Event) -> None:
        """Do one thing after another; what is under way in the end is brought to its answer."""
        while not over.is_set():
            full = len(self.visits) >= self.town.positions
            if self.visits and (full or self.random.random() < 0.45):
                await self.cancel(self.random.choice(list(self.visits)))
            else:
                await self.book()
            await asyncio.sleep(0.01)

    async def book(self) -> None:
        """A session of its own: who it is, then one time after another until one is given."""
        session, tried = str(uuid4()), set[str]()
        if await self._ask("GetPatientInfo", _identity(session, self.resident)) is None:
            return
        for _ in range(_TRIES):
            slot, post = await self._choose(session)
            if not slot or slot in tried:
                continue
            tried.add(slot)
            deed = Entry("book", f"{session}/{slot}", self.resident.patient, slot)
            content = f"<Session_ID>{session}</Session_ID><Slot_Id>{slot}</Slot_Id>"
            answer = await self._bring(deed, "CreateAppointment", content)
            if answer.said == "yes":
                self.visits[answer.visit] = post.position
            if answer.said != "no":
                return

    async def _choose(self, session: str) -> tuple[str, Post]:
        """A time that everybody wants, or a free one of a doctor to whom he has no visit."""
        if self.random.random() < HOT:
            hot = self.random.choice(self.town.hot)
            await asyncio.sleep(TICK - time.monotonic() % TICK)
            return hot
        held = self.visits.values()
        post = self.random.choice([it for it in self.town.posts if it.position not in held])
        return await self._find_slot(session, post), post

    async def cancel(self, number: str) -> None:
        """By the number of the booking, which needs no session."""
        deed = Entry("cancel", number, self.resident.patient)
        content = (
            f"<Book_Id_Mis>{number}</Book_Id_Mis>"
            "<Canceled_Reason>CANCELED_BY_PATIENT</Canceled_Reason>"
        )
        await self._bring(deed, "CancelAppointment", content)
        self.visits.pop(number, None)

    async def _find_slot(self, session: str, post: Post) -> str:
        answer = await self._ask("GetScheduleInfo", _schedule(session, post))
        free = answer.texts("Slot_Id") if answer is not None else []
        return self.random.choice(free) if free else ""

    async def _ask(self, name: str, content: str) -> Answer | None:
        """A reading; asked for again while the answer is a fault. None where it is a no."""
        for pause in (0.1, 0.2, 0.4, 0.8, 1.6):
            answer = await self._post(name, content)
            if answer is not None and answer.code != "INTERNAL_ERROR":
                return None if answer.code else answer
            await asyncio.sleep(pause)
        return None

    async def _bring(self, deed: Entry, name: str, content: str) -> Entry:
        return await self.asker.bring_to_an_answer(lambda: self._send(deed, name, content))

    async def _send(self, deed: Entry, name: str, content: str) -> Entry:
        journal = self.browser.journal
        sent = journal.send(deed)
        answer = await self._post(name, content)
        if answer is None:
            return journal.answer(sent, "unknown")
        return journal.answer(
            sent,
            answer.said,
            visit=answer.text("Book_Id_Mis") if answer.said == "yes" else "",
            status=_REFUSED if answer.said == "no" else httpx.codes.OK,
            words=f"{answer.code} {answer.text('Comment')}",
        )

    async def _post(self, name: str, content: str) -> Answer | None:
        """Once, through any door; None where no answer came, or a fault of the portal itself."""
        door = doors.choice(self.browser.doors)
        body = _ENVELOPE.format(name=name, content=content).encode()
        headers = {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": f'"{name}"'}
        try:
            with self.browser.traffic.through(door):
                url = f"{door}/federal/er"
                answer = await self.browser.http.post(url, content=body, headers=headers)
        except httpx.HTTPError:
            return None
        if answer.status_code != httpx.codes.OK:
            return None
        return Answer(etree.fromstring(answer.content))


def _identity(session: str, resident: Resident) -> str:
    return (
        f"<Session_ID>{session}</Session_ID><Patient_Data><First_Name>Иван</First_Name>"
        "<Last_Name>Проверкин</Last_Name><Middle_Name>Львович</Middle_Name>"
        f"<Birth_Date>{resident.born}</Birth_Date><Sex>M</Sex></Patient_Data>"
    )


def _schedule(session: str, post: Post) -> str:
    today = date.today()
    return (
        f"<Session_ID>{session}</Session_ID><Specialist_SNILS>{post.snils}</Specialist_SNILS>"
        f"<MO_OID>{post.clinic_oid}</MO_OID><Start_Date_Range>{today}</Start_Date_Range>"
        f"<End_Date_Range>{today + timedelta(days=30)}</End_Date_Range>"
    )
