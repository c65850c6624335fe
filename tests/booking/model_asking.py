"""One step of a walk: the engine and the registry in memory are asked for the same."""

from collections.abc import Callable, Coroutine
from datetime import date
from typing import Any, TypeVar
from uuid import UUID

from hypothesis.stateful import RuleBasedStateMachine, multiple

from registratura.booking import appointments, checks, families, holds, withdrawals
from registratura.booking.model import Channel
from registratura.booking.wishes import Wish
from registratura.booking.withdrawals import Outcome
from registratura.people import cards, patients
from registratura.refusal import Refusal
from tests.booking.model import Ask, No, Place, Referral, Visit
from tests.booking.model_registry import Registry
from tests.booking.model_world import Row, World
from tests.given import region
from tests.given.people import ZONE
from tests.given.visits import REGISTRAR, actor

Made, Got = TypeVar("Made"), TypeVar("Got")


class Asking(RuleBasedStateMachine):
    """What the rules of a walk are written with."""

    def __init__(self, world: World, registry: type[Registry] = Registry) -> None:
        super().__init__()
        self.world, self.model = world, world.begin(registry)
        self.wanted = world.wanted()
        self.neighbours = [
            (one, two)
            for one in self.wanted
            for two in self.wanted
            if (one.post, one.ends) == (two.post, two.begins)
        ]
        self.withdrawn = 0
        self.sent: list[tuple[Ask, UUID]] = []

    def both(
        self, owed: Callable[[], Made], deed: Coroutine[Any, Any, Got]
    ) -> tuple[Made | None, Got | None]:
        """What the registry in memory owes and what the engine gave; two Nones for a refusal."""
        made, given = None, None
        try:
            made, due = owed(), "yes"
        except No as no:
            due = str(no)
        try:
            given, said = self.world.run(deed), "yes"
        except Refusal as refusal:
            said = type(refusal).__name__
        assert said == due, f"the engine says {said}, {due} is owed"
        return made, given

    def ask(self, by: str | None, who: str, place: Place, **more: Any) -> Ask:
        """By an account, or by staff where `by` is None."""
        person = self.world.people[who]
        if by is None:
            return Ask(None, person, "confirmed", place, "desk", **more)
        account = self.account(by)
        level = self.model.levels.get((account, person), "none")
        return Ask(account, person, level, place, "portal", **more)

    def ask_for_what_fits(
        self, by: str | None, who: str, number: int, referral: int | None = None
    ) -> Ask:
        """For a place where the patient's age is received; by referral where it is needed."""
        age = self.world.people[who].age
        fit = [it for it in self.wanted if it.ages[0] <= age <= it.ages[1]]
        place = fit[number % len(fit)]
        named = self.referral(referral) if place.by_referral else None
        return self.ask(by, who, place, referral=named)

    def pick(self, number: int, state: str) -> Visit:
        """One of the visits in that state; if there is none, any."""
        its = [it for it in self.model.visits if it.state == state] or self.model.visits
        return its[number % len(its)]

    async def wish(self, ask: Ask) -> Wish:
        """The same for the engine, by way of who may act for whom."""
        db, now, person_id = self.world.db, self.model.now, ask.patient.id
        if ask.account is None:
            who, whom = REGISTRAR, await cards.get_patient(db, person_id, now=now, zone=ZONE)
        else:
            account = self.world.accounts[self.name(ask.account)]
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

    def keep(self, ask: Ask) -> Any:
        async def hold() -> holds.Hold:
            return await holds.hold(self.world.db, await self.wish(ask))

        made, given = self.both(lambda: self.model.hold(ask), hold())
        return self.named(made, given and given.id)

    def give(self, ask: Ask, key: UUID | None = None) -> Any:
        """With a key of its own unless one is given."""
        key = key or UUID(int=len(self.sent) + 1)
        self.sent.append((ask, key))

        async def book() -> UUID:
            wish = await self.wish(ask)
            return (await appointments.book(self.world.db, wish, key)).appointment_id

        made, given = self.both(lambda: self.model.book(ask, key), book())
        return self.named(made, given)

    def give_both(self, first: Ask, second: Ask, key: UUID) -> Any:
        async def book() -> list[UUID]:
            wishes = await self.wish(first), await self.wish(second)
            receipts = await families.book_together(self.world.db, *wishes, key)
            return [it.appointment_id for it in receipts]

        made, given = self.both(lambda: self.model.book_together(first, second, key), book())
        pairs = zip(made or (), given or (), strict=True)
        new = [self.named(visit, id_) for visit, id_ in pairs]
        return multiple(*(it for it in new if isinstance(it, Visit)))

    async def withdraw(self, post: str, day: date) -> list[tuple[Outcome, Row | None]]:
        """What became of each visit of the doctor's day, with the hold that is proposed for it."""
        outcomes = await withdrawals.cancel_doctor_day(
            self.world.db,
            now=self.model.now,
            actor=REGISTRAR,
            post_id=await region.post(self.world.db, post),
            day=day,
            reason="Врач заболел",
        )
        read = await self.world.read_visits()
        proposed = {it.proposed_for: it for it in read if it.state == "held"}
        return [(it, proposed.get(it.appointment_id)) for it in outcomes]

    def named(self, made: Visit | None, id_: UUID | None) -> Any:
        """A new visit takes the engine's id; one that is known already must have it."""
        if made is None or made.id is not None:
            assert made is None or made.id == id_
            return multiple()
        made.id = id_
        return made

    def broken(self) -> set[str]:
        """What `registratura check` has to say."""
        found = self.world.run(checks.search(self.world.db, now=self.model.now))
        return {it.invariant.name for it in found}

    def referral(self, number: int | None) -> Referral | None:
        return None if number is None else self.world.referrals[number]

    def account(self, by: str) -> str:
        return str(self.world.accounts[by].id)

    def name(self, account: str | None) -> str | None:
        """Whose account it is; None for none."""
        return next((by for by in self.world.accounts if self.account(by) == account), None)
