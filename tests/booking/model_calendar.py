"""The part of a walk in which days are closed and opened again."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import Bundle, multiple, precondition, rule

from registratura.booking import absences, day_changes
from registratura.booking.schedules import OpenTime
from tests.booking.model_asking import Asking
from tests.booking.model_world import FIRST, WANTED
from tests.given import region
from tests.given.visits import REGISTRAR

POSTS = st.sampled_from(list(WANTED))
DAYS = st.integers(0, 2)
MOST_WITHDRAWN = 2  # doctor's days of a walk: else nothing is left to book


class CalendarWalk(Asking):
    """What staff do to days."""

    visits = Bundle("visits")
    missed = 0

    @precondition(lambda self: self.withdrawn < MOST_WITHDRAWN)
    @rule(target=visits, post=POSTS, days=st.integers(0, 2))
    def withdraw_a_day(self, post: str, days: int) -> Any:
        self.withdrawn += 1
        day = FIRST + timedelta(days=days)
        due, done = self.both(lambda: self.model.withdraw(post, day), self.withdraw(post, day))
        if due is None or done is None:
            return multiple()
        first = {(it.proposed_for or it).id: it for it in due}
        assert set(first) == {it.appointment_id for it, _ in done}
        made = []
        for outcome, proposed in done:
            visit = first[outcome.appointment_id]
            place = self.world.places[proposed.slot] if proposed else None
            taken = self.model.take_back(visit, place)
            if taken is not None:
                taken.id = proposed.id
                made.append(taken)
        return multiple(*made)

    @precondition(lambda self: self.withdrawn)
    @rule(post=POSTS, days=st.integers(0, 2))
    def open_a_day_again(self, post: str, days: int) -> None:
        closed = sorted(self.model.closed)
        post, day = closed[days % len(closed)] if closed else (post, FIRST + timedelta(days=days))

        async def open_again() -> set[UUID]:
            found = await day_changes.open_doctor_day(
                self.world.db,
                now=self.model.now,
                actor=REGISTRAR,
                post_id=await region.post(self.world.db, post),
                day=day,
            )
            return {it.slot_id for it in found}

        owed, opened = self.both(lambda: self.model.open_again(post, day), open_again())
        assert owed == opened

    @precondition(lambda self: self.missed < MOST_WITHDRAWN)
    @rule(post=POSTS, days=DAYS, more=DAYS)
    def be_absent(self, post: str, days: int, more: int) -> None:
        self.missed += 1
        first = FIRST + timedelta(days=days)
        last = min(first + timedelta(days=more), FIRST + timedelta(days=2))

        async def leave() -> None:
            await absences.record(
                self.world.db,
                now=self.model.now,
                actor=REGISTRAR,
                post_id=await region.post(self.world.db, post),
                first_day=first,
                last_day=last,
                reason="Отпуск",
            )

        self.both(lambda: self.model.leave(post, first, last), leave())

    @precondition(lambda self: self.missed)
    @rule(post=POSTS, days=DAYS)
    def come_back(self, post: str, days: int) -> None:
        missed = self.model.absences
        post = missed[days % len(missed)][0] if missed else post
        day = FIRST + timedelta(days=days)

        async def end() -> set[UUID]:
            found = await absences.end(
                self.world.db,
                now=self.model.now,
                actor=REGISTRAR,
                post_id=await region.post(self.world.db, post),
                day=day,
            )
            return _ids(found)

        owed, opened = self.both(lambda: self.model.come_back(post, day), end())
        assert owed == opened


def _ids(times: list[OpenTime]) -> set[UUID]:
    return {it.slot_id for it in times}
