"""Clients of the portal: each a patient who books, moves and cancels until it is enough."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random
from urllib.parse import urlencode

from tests.faults import forms
from tests.faults.asking import Asker
from tests.faults.browser import Browser
from tests.faults.journal import Entry
from tests.faults.town import Post, Town

HOT = 0.5  # of the bookings aim at a few slots that everybody wants
TICK = 0.4  # seconds: those who want a hot slot press at the same moment


@dataclass(frozen=True)
class Filled:
    """A form as it is sent, and sent again: the same key."""

    deed: Entry
    path: str
    fields: Mapping[str, str]


@dataclass
class Client:
    """One patient. `visits` is what he believes to have: its slot and its doctor's position."""

    browser: Browser
    town: Town
    patient: str
    random: Random
    asker: Asker
    visits: dict[str, tuple[str, int]] = field(default_factory=dict)

    async def live(self, over: asyncio.Event) -> None:
        """Do one thing after another; what is under way in the end is brought to its answer."""
        while not over.is_set():
            dice = self.random.random()
            if self.visits and (dice < 0.35 or len(self.visits) >= self.town.positions):
                await self.cancel(self._favourite())
            elif self.visits and dice < 0.5:
                await self.move(self.random.choice(list(self.visits)))
            else:
                await self.book()
            await asyncio.sleep(0.01)

    async def book(self) -> None:
        """A hot slot by its own address, or an ordinary time by the whole way with a hold."""
        if self.random.random() < HOT:
            slot, post = self.random.choice(self.town.hot)
            standing = next((it for it, (_, of) in self.visits.items() if of == post.position), "")
            await self._check(slot, post, standing)
            return
        taken = {position for _, position in self.visits.values()}
        free = [it for it in self.town.posts if it.position not in taken]
        if free:
            await self._choose(self.random.choice(free))

    async def move(self, visit: str) -> None:
        """The visit to another time of a doctor of the same position."""
        _, position = self.visits[visit]
        same = [it for it in self.town.posts if it.position == position]
        await self._choose(self.random.choice(same), visit)

    async def cancel(self, visit: str) -> None:
        """«Отменить запись?», and yes."""
        path = f"/appointments/{visit}/cancel"
        answer = await self.browser.open(path)
        form = forms.find(answer.text, path) if answer else None
        if form is not None:
            deed = Entry("cancel", visit, self.patient)
            await self._bring_to_an_answer(Filled(deed, path, form.hidden))
        if answer is not None:  # moved, though its move was answered no
            self.visits.pop(visit, None)

    def _favourite(self) -> str:
        hot = {slot for slot, _ in self.town.hot}
        wanted = [visit for visit, (slot, _) in self.visits.items() if slot in hot]
        return self.random.choice(wanted or list(self.visits))

    async def _check(self, slot: str, post: Post, replaces: str) -> None:
        """By the link of a time, not held: press when everybody does."""
        answer = await self.browser.open(f"/check?{self._query(slot=slot, replaces=replaces)}")
        form = forms.find(answer.text, "/appointments") if answer else None
        if form is not None:
            await asyncio.sleep(TICK - time.monotonic() % TICK)
            await self._confirm(form, post)

    async def _choose(self, post: Post, replaces: str = "") -> None:
        """«Выберите время» → «Продолжить» → «Проверьте запись» → «Записаться»."""
        answer = await self.browser.open(f"/doctors/{post.id}?{self._query(replaces=replaces)}")
        form = forms.find(answer.text, "/holds") if answer else None
        if form is None or not form.choices.get("slot"):
            return
        chosen = {"slot": self.random.choice(form.choices["slot"])}
        held = await self.browser.post("/holds", {**form.hidden, **chosen})
        if held is None or "location" not in held.headers:
            return
        answer = await self.browser.open(held.headers["location"])
        form = forms.find(answer.text, "/appointments") if answer else None
        if form is not None:
            await self._confirm(form, post)

    async def _confirm(self, form: forms.Form, post: Post) -> None:
        slot, replaces = form.hidden["slot"], form.hidden.get("replaces", "")
        deed = Entry("book", form.hidden["key"], self.patient, slot, replaces)
        answer = await self._bring_to_an_answer(Filled(deed, "/appointments", form.hidden))
        if answer.said == "yes":
            self.visits.pop(replaces, None)
            self.visits[answer.visit] = (slot, post.position)
            await self.browser.look(Entry("look", answer.visit, self.patient))

    async def _bring_to_an_answer(self, filled: Filled) -> Entry:
        return await self.asker.bring_to_an_answer(lambda: self._send(filled))

    async def _send(self, filled: Filled) -> Entry:
        return await self.browser.send(filled.deed, filled.path, filled.fields)

    def _query(self, **more: str) -> str:
        named = {"patient": self.patient, **more}
        return urlencode({name: text for name, text in named.items() if text})
