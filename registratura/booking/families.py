"""Two patients together: neighbouring times with one doctor, both booked or none."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from uuid import UUID

from registratura.booking import asking, keys, locks, rights, rules
from registratura.booking.appointments import write
from registratura.booking.model import Receipt, State
from registratura.booking.offer import Offer
from registratura.booking.refusals import NotNeighbours, TooManyComing
from registratura.booking.slots import FreeTime
from registratura.booking.visits import Visit
from registratura.booking.wishes import Wish, judged
from registratura.db import Connection, retried


@dataclass(frozen=True)
class Pair:
    """Two times, the second of which begins when the first ends."""

    first: FreeTime
    second: FreeTime


def pairs(times: Sequence[FreeTime]) -> list[Pair]:
    """Every pair of neighbours among the free times of one doctor, which stand in order."""
    return [
        Pair(first, second)
        for first, second in pairwise(times)
        if first.ends_at == second.starts_at
    ]


def without_clashes(
    found: Sequence[Pair], of_first: Sequence[Visit], of_second: Sequence[Visit]
) -> list[Pair]:
    """The pairs at whose times neither patient is at a visit of his own."""

    def is_free(time: FreeTime, visits: Sequence[Visit]) -> bool:
        return all(it.ends_at <= time.starts_at or time.ends_at <= it.starts_at for it in visits)

    return [it for it in found if is_free(it.first, of_first) and is_free(it.second, of_second)]


@retried
async def book_together(
    db: Connection, first: Wish, second: Wish, key: UUID
) -> tuple[Receipt, Receipt]:
    """Book two patients of one account at neighbouring times of one doctor: both or neither.

    The same key with the same wishes gives the same receipts again, for 30 days. Refuses with
    `NotNeighbours`, with any `BookingRefusal` of either, with `KeyReused`, and as `write` does.
    Raises `ValueError` where it is one patient twice, or the wishes differ in anything else.
    """
    _check_alike(first, second)
    async with judged(db, first, second):
        answered = await keys.claim(
            db,
            now=first.now,
            actor=first.actor,
            key=key,
            body=keys.Body(
                "together",
                (first.patient.person_id, second.patient.person_id),
                (first.slot_id, second.slot_id, first.channel),
            ),
        )
        if answered is not None:
            stored_first, stored_second = answered["receipts"]
            return Receipt.from_json(stored_first), Receipt.from_json(stored_second)
        return await _book_both(db, first, second, key)


async def _book_both(
    db: Connection, first: Wish, second: Wish, key: UUID
) -> tuple[Receipt, Receipt]:
    wishes = [first, second]
    account_id = first.declaring_account_id or second.declaring_account_id
    await locks.lock_patients(db, [it.patient.person_id for it in wishes], account_id)
    offers = await asking.lock_offers(db, wishes)
    _check_neighbours(*offers)
    for wish, offer in zip(wishes, offers, strict=True):
        rules.check(offer, rules.Request(wish.patient, wish.channel, wish.now, offer.day))
    _check_room_for_two(first, offers[1])
    await locks.clear_the_way(db, first, offers[0])
    await rights.check(db, wishes)  # two links at once: whoever ends both locks them in id order
    made = [
        await write(db, wish, offer, State.BOOKED)
        for wish, offer in zip(wishes, offers, strict=True)
    ]
    await keys.store(db, first.actor, key, {"receipts": [receipt.to_json() for receipt in made]})
    return made[0], made[1]


def _check_alike(first: Wish, second: Wish) -> None:
    if first.patient.person_id == second.patient.person_id:
        raise ValueError("second: the same patient")
    if (first.now, first.actor, first.channel) != (second.now, second.actor, second.channel):
        raise ValueError("second: another actor, channel or moment")
    if first.replaces or second.replaces:
        raise ValueError("replaces: two together replace nothing")


def _check_neighbours(first: Offer, second: Offer) -> None:
    if first.post_id != second.post_id or first.ends_at != second.starts_at:
        raise NotNeighbours()


def _check_room_for_two(wish: Wish, offer: Offer) -> None:
    """The first of the two counts among what the account has booked for declared patients."""
    limit = offer.rules.max_coming_declared
    if wish.patient.level == "declared" and offer.coming_declared + 1 >= limit:
        raise TooManyComing(limit=limit)
