"""A random walk: each step is asked of the engine and of the registry in memory."""

from collections.abc import Callable, Coroutine
from dataclasses import replace
from datetime import timedelta
from typing import Any, TypeVar
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    invariant,
    multiple,
    precondition,
    rule,
)

from registratura.booking import (
    appointments,
    cancellation,
    checks,
    doctors,
    holds,
    marks,
    slots,
)
from registratura.booking.model import Channel
from registratura.booking.visits import get_for
from registratura.booking.wishes import Wish
from registratura.people import cards, patients
from registratura.refusal import Refusal
from tests.booking.model import Ask, No, Visit
from tests.booking.model_registry import Registry
from tests.booking.model_world import FIRST, PLACES_WANTED, WANTED, Row, World
from tests.given import region
from tests.given.people import ZONE
from tests.given.visits import REGISTRAR, actor

Made, Got = TypeVar("Made"), TypeVar("Got")

ACCOUNTS = st.sampled_from(["Мария", "Олег", "Чужой"])
BY = st.sampled_from(["Мария", "Олег", "Чужой", None])  # None: staff
WHO = st.sampled_from(["Пётр", "Павел", "Мария", "Олег", "Чужой"])
PLACES = st.integers(0, PLACES_WANTED - 1)
REFERRALS = st.sampled_from([None, None, 0, 1])
POSTS = st.sampled_from(list(WANTED))


class Walk(RuleBasedStateMachine):
    """One walk; a rule is an operation that both are asked for."""

    visits = Bundle("visits")

    def __init__(self, world: World, registry: type[Registry] = Registry) -> None:
        super().__init__()
        self.world, self.model = world, world.begin(registry)
        self.wanted = world.wanted()
        self.sent: list[tuple[Ask, UUID]] = []

    # operations

    @rule(minutes=st.sampled_from([1, 5, 11, 60, 600, 1200]))
    def time_goes_by(self, minutes: int) -> None:
        self.model.now += timedelta(minutes=minutes)

    @rule(target=visits, by=ACCOUNTS, who=WHO, place=PLACES, referral=REFERRALS)
    def hold(self, by: str, who: str, place: int, referral: int | None) -> Any:
        return self._hold(self._ask(by, who, place, referral=self._referral(referral)))

    @rule(target=visits, by=ACCOUNTS, left=visits, place=PLACES)
    def hold_to_move(self, by: str, left: Visit, place: int) -> Any:
        return self._hold(self._ask(by, left.patient.name, place, replaces=left))

    @rule(by=ACCOUNTS, visit=visits)
    def prolong(self, by: str, visit: Visit) -> None:
        account = self.world.accounts[by].id

        async def prolong() -> None:
            held = await holds.get(self.world.db, account, self._id(visit), now=self.model.now)
            await holds.prolong(self.world.db, held, now=self.model.now, minutes=10)

        self._both(lambda: self.model.prolong(str(account), visit), prolong())

    @rule(target=visits, by=BY, who=WHO, place=PLACES, referral=REFERRALS)
    def book(self, by: str | None, who: str, place: int, referral: int | None) -> Any:
        return self._book(self._ask(by, who, place, referral=self._referral(referral)))

    @rule(target=visits, held=visits)
    def book_what_is_held(self, held: Visit) -> Any:
        by = next((it for it in self.world.accounts if self._account(it) == held.account), None)
        ask = self._ask(by, held.patient.name, self.wanted.index(held.place))
        return self._book(replace(ask, replaces=held.replaces, referral=held.referral))

    @rule(target=visits, by=BY, left=visits, place=PLACES)
    def move(self, by: str | None, left: Visit, place: int) -> Any:
        return self._book(self._ask(by, left.patient.name, place, replaces=left))

    @rule(target=visits, who=WHO, place=PLACES)
    def book_a_second_visit_at_the_desk(self, who: str, place: int) -> Any:
        return self._book(self._ask(None, who, place, waived=True))

    @precondition(lambda self: self.sent)
    @rule(target=visits, which=st.integers(0, 29), other=st.none() | PLACES)
    def send_again(self, which: int, other: int | None) -> Any:
        ask, key = self.sent[which % len(self.sent)]
        if other is not None:
            ask = replace(ask, place=self.wanted[other])
        return self._book(ask, key)

    @rule(target=visits, by=ACCOUNTS, first=WHO, second=WHO, place=PLACES, other=st.none() | PLACES)
    def book_together(self, by: str, first: str, second: str, place: int, other: int | None) -> Any:
        if first == second:
            return multiple()
        return self._book_together(
            self._ask(by, first, place),
            self._ask(by, second, min(place + 1, PLACES_WANTED - 1) if other is None else other),
        )

    @rule(by=ACCOUNTS, visit=visits)
    def cancel(self, by: str, visit: Visit) -> None:
        account, now = self.world.accounts[by], self.model.now

        def owed() -> None:
            self.model.see(str(account.id), visit)
            self.model.cancel(visit)

        async def cancel() -> None:
            seen = await get_for(
                self.world.db, account.id, self._id(visit), now=now, region_zone=ZONE
            )
            who = actor(account)
            await cancellation.cancel(self.world.db, now=now, actor=who, appointment_id=seen.id)

        self._both(owed, cancel())

    @rule(visit=visits)
    def cancel_at_the_desk(self, visit: Visit) -> None:
        self._both(
            lambda: self.model.cancel(visit),
            cancellation.cancel(
                self.world.db,
                now=self.model.now,
                actor=REGISTRAR,
                appointment_id=self._id(visit),
            ),
        )

    @rule(visit=visits, state=st.sampled_from(marks.MARKS))
    def mark(self, visit: Visit, state: Any) -> None:
        self._both(
            lambda: self.model.mark(visit, str(state)),
            marks.mark(
                self.world.db,
                now=self.model.now,
                actor=REGISTRAR,
                appointment_id=self._id(visit),
                state=state,
            ),
        )

    @rule()
    def sweep(self) -> None:
        sweeping = holds.end_expired(self.world.db, now=self.model.now)
        owed, done = self._both(self.model.end_expired, sweeping)
        assert owed == done
        assert self._broken() == set()

    @precondition(lambda self: not self.model.blocked)
    @rule(target=visits, post=POSTS, days=st.integers(0, 1))
    def withdraw_a_day(self, post: str, days: int) -> Any:
        day = FIRST + timedelta(days=days)
        due, done = self._both(lambda: self.model.withdraw(post, day), self._withdraw(post, day))
        assert {it.id for it in due} == {it.appointment_id for it, _ in done}
        made = []
        for outcome, proposed in done:
            visit = next(it for it in due if it.id == outcome.appointment_id)
            place = self.world.places[proposed.slot] if proposed else None
            taken = self.model.take_back(visit, place)
            if taken is not None:
                taken.id = proposed.id
                made.append(taken)
        return multiple(*made)

    @rule(post=POSTS, channel=st.sampled_from([Channel.PORTAL, Channel.DESK]))
    def look_for_free_times(self, post: str, channel: Channel) -> None:
        async def look() -> set[UUID]:
            db, now = self.world.db, self.model.now
            doctor = await doctors.get(db, await region.post(db, post), now=now)
            window = doctor.window(channel, now=now)
            return {it.slot_id for it in await slots.search_free(db, doctor.post_id, window)}

        owed, seen = self._both(lambda: self.model.free(post, channel), look())
        assert owed == seen

    # after each step

    @invariant()
    def the_tables_hold_what_the_memory_holds(self) -> None:
        owed = {it.id: Row.of(it) for it in self.model.visits}
        assert self.world.visits() == owed
        told = [(f"appointment.{kind}", it.id) for kind, it in self.model.told]
        assert self.world.told() == told

    @invariant()
    def nothing_is_broken(self) -> None:
        assert self._broken() <= {"a_hold_ends_at_its_end"}  # the sweeper comes when it is drawn

    def _broken(self) -> set[str]:
        found = self.world.run(checks.search(self.world.db, now=self.model.now))
        return {it.invariant.name for it in found}

    # how both are asked

    def _both(
        self, owed: Callable[[], Made], deed: Coroutine[Any, Any, Got]
    ) -> tuple[Made, Got] | tuple[None, None]:
        """What the registry in memory owes and what the engine gave, or that both refused alike."""
        made, given = None, None
        try:
            made, due = owed(), "yes"
        except No as no:
            due = str(no)
        try:
            given, said = self.world.run(deed), "yes"
        except Refusal as refusal:
            said = type(refusal).__name__
        assert said == due
        return made, given

    def _ask(self, by: str | None, who: str, place: int, **more: Any) -> Ask:
        person, where = self.world.people[who], self.wanted[place]
        if by is None:
            return Ask(None, person, "confirmed", where, "desk", **more)
        level = self.model.levels.get((self._account(by), person), "none")
        return Ask(self._account(by), person, level, where, "portal", **more)

    async def _wish(self, ask: Ask) -> Wish:
        """The same for the engine, by way of who may act for whom."""
        db, now, person_id = self.world.db, self.model.now, ask.patient.id
        if ask.account is None:
            who, whom = REGISTRAR, await cards.get_patient(db, person_id, now=now, zone=ZONE)
        else:
            account = next(it for it in self.world.accounts.values() if str(it.id) == ask.account)
            whom = await patients.get_for(db, account.id, person_id, now=now, zone=ZONE)
            who = actor(account)
        return Wish(
            now,
            who,
            whom,
            ask.place.id,
            Channel(ask.channel),
            ask.replaces and ask.replaces.id,
            ask.referral and ask.referral.id,
            "Так решил врач" if ask.waived else None,
        )

    def _hold(self, ask: Ask) -> Any:
        async def hold() -> holds.Hold:
            return await holds.hold(self.world.db, await self._wish(ask))

        made, given = self._both(lambda: self._allowed(ask) and self.model.hold(ask), hold())
        return self._named(made, given and given.id)

    def _book(self, ask: Ask, key: UUID | None = None) -> Any:
        key = key or UUID(int=len(self.sent) + 1)
        self.sent.append((ask, key))

        async def book() -> UUID:
            wish = await self._wish(ask)
            return (await appointments.book(self.world.db, wish, key)).appointment_id

        made, given = self._both(lambda: self._allowed(ask) and self.model.book(ask, key), book())
        return self._named(made, given)

    def _allowed(self, ask: Ask) -> bool:
        if ask.level == "none":
            raise No("NotYourPatient")
        return True

    def _named(self, made: Any, id_: UUID | None) -> Any:
        """A new visit takes the engine's id; a known one must have it."""
        if made is None:
            return multiple()
        if made.id is not None:
            assert made.id == id_
            return multiple()
        made.id = id_
        return made
