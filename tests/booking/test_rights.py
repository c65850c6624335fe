"""A right that ends while a write waits for a time somebody else has locked: nothing is written.

The control takes the wall away: then every entry point writes for whom it may no longer.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from uuid import uuid4

import pytest

from registratura.booking import appointments, parting, rights
from registratura.booking.wishes import Wish
from registratura.db import Connection, rows, value
from registratura.people import consents, deletions, holders, relatives
from registratura.people.accounts import Account
from registratura.people.refusals import NotYourPatient
from tests.booking.entries import ENTRIES, OF_A_VISIT, Scene, set_up
from tests.booking.waiting import Act, answer, stopped_at, until_waiting, while_waiting
from tests.given import cards, links, people, region
from tests.given.people import NOW
from tests.given.visits import CHANNEL, REGISTRAR, actor, patient


@pytest.fixture
async def scene(db: Connection, maria: Account) -> Scene:
    return await set_up(db, maria)


@dataclass(frozen=True)
class _Row:
    facts: str


async def written(db: Connection) -> list[_Row]:
    """What stands of every visit and hold."""
    return await rows(
        db,
        _Row,
        """
        select concat_ws(' ', id, state, held_until, slot_id) as facts
        from appointment order by id
        """,
    )


# Each way in which a right ends, from first to last.


def taken_back(scene: Scene) -> Act:
    return lambda db: holders.end(db, scene.oleg.id, scene.link.id, now=NOW)


def left(scene: Scene) -> Act:
    return lambda db: relatives.leave(db, scene.maria.id, scene.link.id, now=NOW)


def closed(scene: Scene) -> Act:
    return lambda db: links.close(db, scene.link)


def erased(scene: Scene) -> Act:
    async def erase(db: Connection) -> None:
        await deletions.ask(db, scene.maria.id, now=NOW)
        asked = await deletions.find_latest(db, scene.maria.id)
        assert asked is not None
        await deletions.carry_out(db, asked.id, now=NOW, actor=REGISTRAR)

    return erase


def withdrawn(scene: Scene) -> Act:
    async def withdraw(db: Connection) -> None:
        [given] = await consents.search(db, scene.maria.id)
        await consents.withdraw(db, scene.maria.id, given.id, now=NOW)

    return withdraw


def hidden(scene: Scene) -> Act:
    return lambda db: links.hide(db, scene.oleg, [110])


ENDINGS = {it.__name__: it for it in (taken_back, left, closed, erased, withdrawn, hidden)}
ANSWERS: Mapping[str, str] = {"withdrawn": "ConsentTakenBack"}
EVERY = ("book", "book together", "cancel")  # is met with every ending, the others with two
CASES = [
    (entry, ending)
    for entry in ENTRIES
    for ending in ENDINGS
    if entry in EVERY or ending in ("closed", "withdrawn")
]


@pytest.mark.parametrize(("entry", "ending"), CASES)
async def test_nothing_is_written_by_a_right_that_ended_meanwhile(
    db: Connection, database_url: str, scene: Scene, entry: str, ending: str
) -> None:
    act, times = await ENTRIES[entry](db, scene)
    before = await written(db)
    told = await while_waiting(db, database_url, times, act, ENDINGS[ending](scene))
    refused = "AppointmentUnknown" if entry in OF_A_VISIT else "NotYourPatient"
    assert told == ANSWERS.get(ending, refused)
    assert await written(db) == before


def take_the_wall_away(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody is judged again."""

    async def unjudged(*_: object, **__: object) -> None:
        pass

    asked = rights.asked
    monkeypatch.setattr(rights, "asked", lambda wish: {**asked(wish), "holder": None})
    monkeypatch.setattr(rights, "check", unjudged)
    monkeypatch.setattr(rights, "check_visit", unjudged)


@pytest.mark.parametrize("entry", ENTRIES)
async def test_without_the_wall_it_is_written_all_the_same(
    db: Connection,
    database_url: str,
    scene: Scene,
    entry: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    take_the_wall_away(monkeypatch)
    act, times = await ENTRIES[entry](db, scene)
    before = await written(db)
    assert await while_waiting(db, database_url, times, act, closed(scene)) == "done"
    assert await written(db) != before


@pytest.mark.parametrize("entry", ENTRIES)
async def test_whose_right_stands_is_not_kept_from_writing(
    db: Connection, database_url: str, scene: Scene, entry: str
) -> None:
    async def nothing(_: Connection) -> None:
        pass

    act, times = await ENTRIES[entry](db, scene)
    before = await written(db)
    assert await while_waiting(db, database_url, times, act, nothing) == "done"
    assert await written(db) != before


# The other order: the write was first.


@pytest.mark.parametrize("judged", [True, False])
async def test_an_ending_waits_for_the_write_that_was_first(
    db: Connection,
    database_url: str,
    owner_url: str,
    scene: Scene,
    judged: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if not judged:
        take_the_wall_away(monkeypatch)
    act, _ = await ENTRIES["book"](db, scene)
    async with stopped_at(owner_url, "insert", "appointment"):
        booking = asyncio.create_task(answer(database_url, act))
        await until_waiting(db)
        ending = asyncio.create_task(answer(database_url, taken_back(scene)))
        if judged:
            await until_waiting(db, 2)
        else:  # the control: it ends under the very hands of the booking
            assert await ending == "done"
    assert await asyncio.gather(booking, ending) == ["done", "done"]
    assert await value(db, "select state from appointment") == "booked"


# Not an ending: another link takes the place of the one that was read.


@pytest.mark.parametrize("entry", ["book", "book together", "cancel"])
async def test_a_link_that_takes_the_place_of_another_meanwhile_serves(
    db: Connection, database_url: str, scene: Scene, entry: str
) -> None:
    async def renew(own: Connection) -> None:
        await links.let(own, scene.oleg, scene.maria, kinship="spouse")

    act, times = await ENTRIES[entry](db, scene)
    assert await while_waiting(db, database_url, times, act, renew) == "done"


@pytest.mark.parametrize("entry", ["book", "book together", "prolong", "cancel"])
@pytest.mark.parametrize("renewed", [True, False])
async def test_an_ending_that_is_under_way_is_waited_for(
    db: Connection, database_url: str, scene: Scene, entry: str, renewed: bool
) -> None:
    act, _ = await ENTRIES[entry](db, scene)
    async with db.transaction():
        await taken_back(scene)(db)
        if renewed:
            await links.let(db, scene.oleg, scene.maria, kinship="spouse")
        acting = asyncio.create_task(answer(database_url, act))
        await until_waiting(db)
    refused = "AppointmentUnknown" if entry in OF_A_VISIT else "NotYourPatient"
    assert await acting == ("done" if renewed else refused)


@pytest.mark.parametrize(
    ("terms", "told"),
    [
        ({"sees": False}, "NotYourPatient"),
        ({"acts": False}, "NotYourPatient"),
        ({"months": 6}, "done"),
    ],
    ids=["sees no more", "acts no more", "for less time"],
)
async def test_a_link_that_gives_less_does_not_serve_what_was_asked_with_more(
    db: Connection, database_url: str, scene: Scene, terms: dict[str, object], told: str
) -> None:
    async def narrow(own: Connection) -> None:
        await links.let(own, scene.oleg, scene.maria, kinship="by_proxy", **terms)

    act, times = await ENTRIES["book"](db, scene)
    assert await while_waiting(db, database_url, times, act, narrow) == told


async def test_of_two_links_to_one_person_the_other_serves(
    db: Connection, database_url: str, maria: Account
) -> None:
    """The desk joined the cards that the links name; the better link is left meanwhile."""
    petr = await people.relative(db, maria)
    petya = await cards.mistyped(db, maria)
    await cards.join(db, petya, petr.person_id)
    whom = await patient(db, maria, petr.person_id)
    slot = (await region.free(db))[0].slot_id
    wish = Wish(NOW, actor(maria), whom, slot, CHANNEL)

    def leave(link_id: object) -> Act:
        return lambda own: relatives.leave(own, maria.id, link_id, now=NOW)  # type: ignore[arg-type]

    def act(own: Connection) -> object:
        return appointments.book(own, wish, uuid4())

    assert await while_waiting(db, database_url, [slot], act, leave(whom.relative_id)) == "done"
    wish = replace(wish, slot_id=(await region.free(db, "ent"))[0].slot_id)
    [other] = {petr.id, petya.relative_id} - {whom.relative_id}
    told = await while_waiting(db, database_url, [wish.slot_id], act, leave(other))
    assert told == "NotYourPatient"


async def test_who_reached_a_person_by_a_card_that_was_parted_books_for_him_no_more(
    db: Connection, maria: Account
) -> None:
    petr = await patient(db, maria, (await people.relative(db, maria)).person_id)
    oleg = await people.account(db, "Олег")
    petya = await cards.mistyped(db, oleg)
    await cards.join(db, petya, petr)
    by_oleg = await patient(db, oleg, petr.person_id)
    slot = (await region.free(db))[0].slot_id
    wish = Wish(NOW, actor(oleg), by_oleg, slot, CHANNEL)
    await parting.part_cards(
        db, now=NOW, actor=REGISTRAR, losing_id=petya.person_id, reason="по ошибке"
    )
    with pytest.raises(NotYourPatient):
        await appointments.book(db, wish, uuid4())


async def test_an_account_is_judged_on_the_date_of_the_region(db: Connection, scene: Scene) -> None:
    act, _ = await ENTRIES["cancel"](db, replace(scene, zone=None))
    with pytest.raises(ValueError, match="zone"):
        await act(db)
