"""A random walk: each step is asked of the engine and of the registry in memory."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import Bundle, invariant, precondition, rule

from registratura.booking import cancellation, doctors, holds, marks, proposals, slots
from registratura.booking.model import Channel, State
from registratura.booking.refusals import HoldOver
from registratura.booking.visits import get_for
from tests.booking.model import Visit
from tests.booking.model_calendar import POSTS, CalendarWalk
from tests.booking.model_world import PLACES_WANTED, Row
from tests.given import region
from tests.given.people import NOW, ZONE
from tests.given.visits import REGISTRAR, actor

ACCOUNTS = st.sampled_from(["Мария", "Олег", "Чужой"])
WHO = st.sampled_from(["Пётр", "Павел", "Мария", "Олег", "Чужой"])
CHILDREN = ("Пётр", "Павел")
# Who asks for whom; None: staff.
ASKING = st.sampled_from(
    [(by, child) for by in ("Мария", "Олег", None) for child in CHILDREN]
    + [("Мария", "Мария"), ("Олег", "Олег"), (None, "Мария")]
)
FAMILIES = st.sampled_from([("Мария", *CHILDREN), ("Олег", *CHILDREN), ("Олег", "Павел", "Пётр")])
PLACES = st.integers(0, PLACES_WANTED - 1)
BY = st.none() | st.none() | ACCOUNTS  # None: whose visit it is
WHICH = st.integers(0, 9)
KEYS = st.builds(UUID, int=st.integers(1000, 1002))
PARENTS = st.sampled_from(["Мария", "Олег"])
PARENTS_AND_DESK = st.sampled_from(["Мария", "Олег", None])
LATEST = NOW + timedelta(hours=30)  # then there is little left to ask for
SELDOM = st.sampled_from([None] * 3 * PLACES_WANTED + list(range(PLACES_WANTED)))
REFERRALS = st.sampled_from([None, 0, 1])


class Walk(CalendarWalk):
    """One walk; a rule is an operation that both are asked for."""

    visits = Bundle("visits")

    # operations

    @precondition(lambda self: self.model.now < LATEST)
    @rule(minutes=st.sampled_from([1, 5, 11, 60, 600, 1200]), sweeper=st.booleans())
    def time_goes_by(self, minutes: int, sweeper: bool) -> None:
        self.model.now += timedelta(minutes=minutes)
        if sweeper:
            sweeping = holds.end_expired(self.world.db, now=self.model.now)
            owed, done = self.both(self.model.end_expired, sweeping)
            assert owed == done
            assert self.broken() == set()

    @rule(target=visits, asking=ASKING, place=PLACES, referral=REFERRALS)
    def hold(self, asking: tuple[str | None, str], place: int, referral: int | None) -> Any:
        by, who = asking
        return self.keep(self.ask_for_what_fits(by or "Мария", who, place, referral))

    @precondition(lambda self: self.model.visits)
    @rule(target=visits, by=st.none() | PARENTS, which=WHICH, place=PLACES)
    def hold_to_move(self, by: str | None, which: int, place: int) -> Any:
        left = self.pick(which, "booked")
        who = by or self.name(left.account) or "Мария"
        ask = self.ask_for_what_fits(who, left.patient.name, place)
        return self.keep(replace(ask, replaces=left))

    @precondition(lambda self: self.model.visits)
    @rule(by=BY, which=WHICH)
    def prolong(self, by: str | None, which: int) -> None:
        visit = self.pick(which, "held")
        account = self.world.accounts[by or self.name(visit.account) or "Чужой"]

        async def prolong() -> None:
            now, who = self.model.now, actor(account)
            held = await holds.get(self.world.db, account.id, visit.id, now=now)
            await holds.prolong(self.world.db, held, now=now, minutes=10, actor=who, zone=ZONE)

        self.both(lambda: self.model.prolong(str(account.id), visit), prolong())

    @rule(target=visits, asking=ASKING, place=PLACES, referral=REFERRALS)
    def book(self, asking: tuple[str | None, str], place: int, referral: int | None) -> Any:
        return self.give(self.ask_for_what_fits(*asking, place, referral))

    @rule(target=visits, by=ACCOUNTS, who=WHO, place=PLACES, referral=REFERRALS)
    def whoever_asks_for_whatever(self, by: str, who: str, place: int, referral: Any) -> Any:
        ask = self.ask(by, who, self.wanted[place], referral=self.referral(referral))
        return self.give(ask)

    @precondition(lambda self: self.model.visits)
    @rule(target=visits, which=WHICH)
    def book_what_is_held(self, which: int) -> Any:
        held = self.pick(which, "held")
        ask = self.ask(self.name(held.account), held.patient.name, held.place)
        return self.give(replace(ask, replaces=held.replaces, referral=held.referral))

    @precondition(lambda self: self.model.visits)
    @rule(target=visits, by=BY, which=WHICH, place=PLACES)
    def move(self, by: str | None, which: int, place: int) -> Any:
        left = self.pick(which, "booked")
        ask = self.ask_for_what_fits(by or self.name(left.account), left.patient.name, place)
        return self.give(replace(ask, replaces=left))

    @rule(target=visits, who=WHO, place=PLACES)
    def book_a_second_visit_at_the_desk(self, who: str, place: int) -> Any:
        return self.give(replace(self.ask_for_what_fits(None, who, place), waived=True))

    @rule(target=visits, by=PARENTS_AND_DESK, place=PLACES, referral=REFERRALS)
    def book_by_referral(self, by: str | None, place: int, referral: int | None) -> Any:
        its = [it for it in self.wanted if it.by_referral]
        ask = self.ask(by, "Пётр", its[place % len(its)], referral=self.referral(referral))
        return self.give(replace(ask, waived=by is None))

    @precondition(lambda self: self.sent)
    @rule(target=visits, which=st.integers(0, 29), other=SELDOM)
    def send_again(self, which: int, other: int | None) -> Any:
        ask, key = self.sent[which % len(self.sent)]
        if other is not None:
            ask = replace(ask, place=self.wanted[other])
        return self.give(ask, key)

    @rule(target=visits, who=FAMILIES, place=PLACES, other=SELDOM, key=KEYS)
    def book_together(
        self, who: tuple[str, str, str], place: int, other: int | None, key: UUID
    ) -> Any:
        """Next door unless another place is drawn."""
        by, *children = who
        one, two = self.neighbours[place % len(self.neighbours)]
        places = (one, two if other is None else self.wanted[other])
        asks = [self.ask(by, *it) for it in zip(children, places, strict=True)]
        return self.give_both(asks[0], asks[1], key)

    @precondition(lambda self: self.model.visits)
    @rule(by=BY, which=WHICH)
    def cancel(self, by: str | None, which: int) -> None:
        visit, now = self.pick(which, "booked"), self.model.now
        account = self.world.accounts[by or self.name(visit.account) or "Мария"]

        def owed() -> None:
            self.model.see(str(account.id), visit)
            self.model.cancel(visit)

        async def cancel() -> None:
            seen = await get_for(self.world.db, account.id, visit.id, now=now, region_zone=ZONE)
            who = actor(account)
            await cancellation.cancel(
                self.world.db, now=now, actor=who, zone=ZONE, appointment_id=seen.id
            )

        self.both(owed, cancel())

    @rule(visit=visits, by=st.sampled_from(["patient", "clinic"]))
    def cancel_at_the_desk(self, visit: Visit, by: str) -> None:
        self.both(
            lambda: self.model.cancel(visit, by),
            cancellation.cancel(
                self.world.db,
                now=self.model.now,
                actor=REGISTRAR,
                appointment_id=visit.id,
                by=by,
            ),
        )

    @rule(visit=visits, state=st.sampled_from(marks.MARKS), in_time=st.booleans())
    def mark(self, visit: Visit, state: State, in_time: bool) -> None:
        if in_time:
            self.model.now = max(self.model.now, visit.place.begins)
        marking = marks.mark(
            self.world.db,
            now=self.model.now,
            actor=REGISTRAR,
            appointment_id=visit.id,
            state=state,
        )
        self.both(lambda: self.model.mark(visit, str(state)), marking)

    @precondition(lambda self: self.model.visits)
    @rule(which=WHICH)
    def decline(self, which: int) -> None:
        promised = [it for it in self.model.visits if self.model.is_promised(it)]
        visit = promised[which % len(promised)] if promised else self.pick(which, "held")
        account = self.world.accounts[self.name(visit.account) or "Чужой"]
        now = self.model.now

        async def decline() -> None:
            held = await holds.get(self.world.db, account.id, visit.id, now=now)
            if not held.proposed:
                raise HoldOver()
            await proposals.decline(self.world.db, held, now=now, actor=actor(account), zone=ZONE)

        self.both(lambda: self.model.decline(str(account.id), visit), decline())

    @precondition(lambda self: self.model.visits)
    @rule(post=POSTS, channel=st.sampled_from([Channel.PORTAL, Channel.DESK]))
    def look_for_free_times(self, post: str, channel: Channel) -> None:
        async def look() -> set[UUID]:
            db, now = self.world.db, self.model.now
            doctor = await doctors.get(db, await region.post(db, post), now=now)
            window = doctor.window(channel, now=now)
            return {it.slot_id for it in await slots.search_free(db, doctor.post_id, window)}

        owed, seen = self.both(lambda: self.model.free(post, channel), look())
        assert owed == seen

    # after each step

    @invariant()
    def the_tables_hold_what_the_memory_holds(self) -> None:
        read = self.world.run(self.world.read_visits())
        assert {it.id: it for it in read} == {it.id: Row.of(it) for it in self.model.visits}
        told = [(f"appointment.{kind}", it.id) for kind, it in self.model.told]
        assert self.world.run(self.world.read_told()) == told

    @invariant()
    def nothing_is_broken(self) -> None:
        assert self.broken() <= {"a_hold_ends_at_its_end"}  # the sweeper comes when it is drawn
