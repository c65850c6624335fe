"""A patient's browser: reaches the portal by any of its doors, and understands three answers."""

import asyncio
import random
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import httpx

from tests.faults import forms
from tests.faults.journal import Entry, Journal, Said

PATIENCE = 6.0  # seconds for one answer; the application itself gives up a little sooner
_TICKET = re.compile(r"/appointments/([0-9a-f-]{36})$")


@dataclass
class Traffic:
    """How many forms are under way through each door at this moment."""

    under_way: Counter[str] = field(default_factory=Counter)

    @contextmanager
    def through(self, door: str) -> Iterator[None]:
        """One more, for as long as it lasts."""
        self.under_way[door] += 1
        try:
            yield
        finally:
            self.under_way[door] -= 1


@dataclass(frozen=True)
class Browser:
    """One session. Any application may answer any request of it."""

    http: httpx.AsyncClient
    doors: Sequence[str]
    journal: Journal
    traffic: Traffic

    async def open(self, path: str) -> httpx.Response | None:
        """The page; asked for again while the answer is a fault. None where none came."""
        for pause in (0.1, 0.2, 0.4, 0.8, 1.6):
            try:
                answer = await self.http.get(random.choice(self.doors) + path)
            except httpx.HTTPError:
                await asyncio.sleep(pause)
                continue
            if answer.status_code < 500:
                return answer
            await asyncio.sleep(pause)
        return None

    async def post(self, path: str, fields: Mapping[str, str]) -> httpx.Response | None:
        """Send a form once; None where no answer came."""
        door = random.choice(self.doors)
        try:
            with self.traffic.through(door):
                return await self.http.post(door + path, data=dict(fields))
        except httpx.HTTPError:
            return None

    async def send(self, deed: Entry, path: str, fields: Mapping[str, str]) -> Entry:
        """Send a form once, written down before and after."""
        sent = self.journal.send(deed)
        answer = await self.post(path, fields)
        if answer is None:
            return self.journal.answer(sent, "unknown")
        ticket = _TICKET.search(answer.headers.get("location", ""))
        return self.journal.answer(
            sent,
            _said(answer, ticket is not None),
            visit=ticket[1] if ticket else "",
            standing=forms.standing(answer.text),
            status=answer.status_code,
            words=forms.heading(answer.text),
        )

    async def look(self, deed: Entry) -> None:
        """Open the ticket of what was acknowledged, as a browser does that is sent there."""
        sent = self.journal.send(deed)
        answer = await self.open(f"/appointments/{deed.key}")
        if answer is None:
            self.journal.answer(sent, "unknown")
            return
        said: Said = "yes" if answer.status_code == httpx.codes.OK else "no"
        self.journal.answer(sent, said, status=answer.status_code)


def _said(answer: httpx.Response, has_ticket: bool) -> Said:
    if answer.status_code >= 500:
        return "unknown"
    return "yes" if answer.status_code == httpx.codes.SEE_OTHER and has_ticket else "no"
