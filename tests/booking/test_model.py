"""Random walks by everybody at once: the engine answers as the registry in memory, and nothing breaks.

Each step is asked of both; then the tables must hold what the registry in memory holds, and
`registratura check` must have nothing to say.
"""

from typing import Any, TypeVar
from uuid import UUID

from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
)

from registratura.booking import (
    marks,
)
from registratura.booking.model import Channel
from registratura.booking.wishes import Wish
from registratura.people import cards, patients
from tests.booking.model import Ask, Place
from tests.booking.model_registry import Registry
from tests.booking.model_world import WANTED, World
from tests.given.people import ZONE
from tests.given.visits import REGISTRAR

STEPS = settings(
    max_examples=40,
    stateful_step_count=30,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(settings().suppress_health_check),
)
SPOILED = settings(STEPS, phases=[Phase.generate], report_multiple_bugs=False)
Made, Got = TypeVar("Made"), TypeVar("Got")

ACCOUNTS = st.sampled_from(["Мария", "Олег", "Чужой"])
WHO = st.sampled_from(["Пётр", "Павел", "Мария", "Олег", "Чужой"])
CHILDREN = st.sampled_from(["Пётр", "Павел"])
PLACES = st.integers(0, sum(times * days for times, days in WANTED.values()) - 1)
REFERRALS = st.sampled_from([None, None, 0, 1])
POSTS = st.sampled_from(list(WANTED))
CHANNELS = st.sampled_from([Channel.PORTAL, Channel.DESK])
MARKS = st.sampled_from(marks.MARKS)


class Walk(RuleBasedStateMachine):
    """One walk; a rule is an operation that both are asked for."""

    visits = Bundle("visits")

    def __init__(self, world: World, registry: type[Registry] = Registry) -> None:
        super().__init__()
        self.world = world
        self.model = world.begin(registry)
        self.sent: list[tuple[UUID, Ask]] = []

    # who asks what

    def asking(self, by: str | None, who: str, place: Place, **more: Any) -> Ask:
        """By an account, or by staff where `by` is None."""
        person = self.world.people[who]
        if by is None:
            return Ask(None, person, "confirmed", place, "desk", **more)
        account = str(self.world.accounts[by].id)
        level = self.model.levels.get((account, person), "none")
        return Ask(account, person, level, place, "portal", **more)

    def place(self, number: int) -> Place:
        return self.world.wanted[number]

    def referral(self, number: int | None) -> Any:
        return None if number is None else self.model.referrals[number]

    def key(self) -> UUID:
        return UUID(int=len(self.sent) + 1)

    async def wish(self, ask: Ask) -> Wish:
        """The same for the engine, by way of who may act for whom."""
        db, now = self.world.db, self.model.now
        if ask.account is None:
            who, whom = REGISTRAR, await cards.get_patient(db, ask.patient.id, now=now, zone=ZONE)
        else:
            who = self.world.actor(ask.account)
            whom = await patients.get_for(db, UUID(ask.account), ask.patient.id, now=now, zone=ZONE)
        return Wish(
            now,
            who,
            whom,
            ask.place.id,
            Channel(ask.channel),
            ask.replaces.id if ask.replaces else None,
            ask.referral.id if ask.referral else None,
            "Так решил врач" if ask.waived else None,
        )
