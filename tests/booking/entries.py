"""Every entry point by which an account writes of a visit, each where it waits for a time."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID, uuid4

from registratura.booking import (
    appointments,
    cancellation,
    families,
    holds,
    proposals,
    withdrawals,
)
from registratura.booking.wishes import Wish
from registratura.db import Connection
from registratura.people import consents
from registratura.people.accounts import Account
from registratura.people.patients import Patient
from registratura.people.relatives import Relative
from tests.booking.waiting import Act
from tests.given import links, people, region
from tests.given.people import NOW, ZONE
from tests.given.visits import CHANNEL, REGISTRAR, actor, book, patient


@dataclass(frozen=True)
class Scene:
    """Мария, who may act for Олег by his consent, and times of his doctor."""

    maria: Account
    oleg: Account
    link: Relative
    olegs: Patient
    times: list[UUID]
    zone: str | None = ZONE

    def wish(self, time: int = 0, **otherwise: object) -> Wish:
        """Мария's for Олег."""
        wish = Wish(NOW, actor(self.maria), self.olegs, self.times[time], CHANNEL)
        return replace(wish, **otherwise)  # type: ignore[arg-type]

    @property
    def about(self) -> dict[str, Any]:
        """Who acts on a visit, and when."""
        return {"now": NOW, "actor": actor(self.maria), "zone": self.zone}


async def set_up(db: Connection, maria: Account, **terms: object) -> Scene:
    """Олег lets Мария act for him; both have agreed to the portal's consent."""
    oleg = await people.account(db, "Олег")
    for account in (maria, oleg):
        await consents.record(
            db, account.id, document="portal", version="1", text_sha256="0" * 64, now=NOW
        )
    link = await links.let(db, oleg, maria, kinship="by_proxy", **terms)
    olegs = await patient(db, maria, oleg.person_id)
    times = [it.slot_id for it in await region.free(db, "therapist")]
    return Scene(maria, oleg, link, olegs, times)


# What waits for the time it wants or gives back; `times`, which are in another's hands meanwhile.

Entry = Callable[[Connection, Scene], Awaitable[tuple[Act, list[UUID]]]]


async def booking(db: Connection, scene: Scene) -> tuple[Act, list[UUID]]:
    return lambda own: appointments.book(own, scene.wish(), uuid4()), scene.times[:1]


async def holding(db: Connection, scene: Scene) -> tuple[Act, list[UUID]]:
    return lambda own: holds.hold(own, scene.wish()), scene.times[:1]


async def booking_what_is_held(db: Connection, scene: Scene) -> tuple[Act, list[UUID]]:
    await holds.hold(db, scene.wish())
    return await booking(db, scene)


async def moving(db: Connection, scene: Scene) -> tuple[Act, list[UUID]]:
    was = await book(db, scene.maria, scene.olegs, scene.times[1])
    wish = scene.wish(replaces=was.appointment_id)
    return lambda own: appointments.book(own, wish, uuid4()), scene.times[:1]


async def booking_together(db: Connection, scene: Scene) -> tuple[Act, list[UUID]]:
    own = Wish(NOW, actor(scene.maria), await patient(db, scene.maria), scene.times[0], CHANNEL)
    wishes = (own, scene.wish(1))
    return lambda db: families.book_together(db, *wishes, uuid4()), scene.times[:2]


async def prolonging(db: Connection, scene: Scene) -> tuple[Act, list[UUID]]:
    held = await holds.hold(db, scene.wish())
    about = scene.about | {"minutes": 10}
    return lambda own: holds.prolong(own, held, **about), scene.times[:1]


async def cancelling(db: Connection, scene: Scene) -> tuple[Act, list[UUID]]:
    visit = (await book(db, scene.maria, scene.olegs, scene.times[0])).appointment_id
    about = scene.about | {"appointment_id": visit}
    return lambda own: cancellation.cancel(own, **about), scene.times[:1]


async def proposed(db: Connection, scene: Scene) -> proposals.Proposal:
    """Олег's visit that Мария booked is cancelled by the clinic, another time is kept for it."""
    free = await region.free(db, "therapist")
    await book(db, scene.maria, scene.olegs, free[0].slot_id)
    await withdrawals.cancel_doctor_day(
        db,
        now=NOW,
        actor=REGISTRAR,
        post_id=await region.post(db, "therapist"),
        day=free[0].starts_at.date(),
        reason="Врач болеет",
    )
    [kept] = await proposals.search_for(db, scene.maria.id, now=NOW, region_zone=ZONE)
    return kept


async def declining(db: Connection, scene: Scene) -> tuple[Act, list[UUID]]:
    kept = await proposed(db, scene)
    held = await holds.get(db, scene.maria.id, kept.id, now=NOW)
    return lambda own: proposals.decline(own, held, **scene.about), [held.slot_id]


async def taking(db: Connection, scene: Scene) -> tuple[Act, list[UUID]]:
    slot_id = (await proposed(db, scene)).slot_id
    wish = scene.wish(slot_id=slot_id)
    return lambda own: appointments.book(own, wish, uuid4()), [slot_id]


WRITES: Mapping[str, Entry] = {
    "book": booking,
    "hold": holding,
    "book what is held": booking_what_is_held,
    "move": moving,
    "book together": booking_together,
    "take what is proposed": taking,
}
OF_A_VISIT: Mapping[str, Entry] = {
    "prolong": prolonging,
    "cancel": cancelling,
    "decline": declining,
}
ENTRIES = {**WRITES, **OF_A_VISIT}
