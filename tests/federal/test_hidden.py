"""What a young person hides stays hidden at the federal portal, where a parent may be asking."""

from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from registratura.audit import Actor
from registratura.booking import joining, referrals
from registratura.booking.slots import FreeTime
from registratura.db import Connection, value
from registratura.people import cards
from registratura.people.accounts import Account
from tests.given import federal, links, people, visits
from tests.given.federal import Answer, Caller
from tests.given.people import ZONE

SKIN, NERVES = 24, 45
_OF_THE_YEAR = date(datetime.now(UTC).year - 16, 1, 1)  # sixteen the whole year, then seventeen
VERA = replace(links.VERA, birth_date=_OF_THE_YEAR)
HER_POLICY = links.VERA_ON_THE_LIST.policy_number or ""
ASKED = {
    "<First_Name>Петр<": "<First_Name>Вера<",
    "<Last_Name>Иванов<": "<Last_Name>Соколова<",
    "<Middle_Name>Иванович<": "<Middle_Name>Андреевна<",
    "1234567891234567": HER_POLICY,
    "2015-01-01": f"{_OF_THE_YEAR}",
    "<Sex>M<": "<Sex>F<",
}


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
async def card(db: Connection) -> UUID:
    """Вера's card in the region's list."""
    child = replace(links.VERA_ON_THE_LIST, birth_date=_OF_THE_YEAR)
    return await links.card_of(db, child)


@pytest.fixture
async def vera(db: Connection, card: UUID) -> Account:
    """Вера, sixteen, with an account of her own."""
    return await people.account(db, VERA, now=now())


@pytest.fixture
async def somebody(vera: Account, epgu: Caller) -> Caller:
    """Somebody at the federal portal, in a session about Вера."""
    assert (await epgu.identify(change=ASKED)).code == "OK"
    return epgu


async def hide(db: Connection, vera: Account, *positions: int) -> None:
    await links.hide(db, vera, positions, now())


async def own_visit(db: Connection, vera: Account, slot: FreeTime) -> visits.Receipt:
    """She books on the region's portal."""
    person = await visits.patient(db, vera, vera.person_id)
    return await visits.book(db, vera, person, slot.slot_id, now=now())


async def answers(somebody: Caller, db: Connection, post: str, position: int) -> list[str]:
    """What is said to each question about that doctor, and whether his position is listed."""
    post_id = {"<Post_Id>59<": f"<Post_Id>{position}<"}
    asked = [
        await somebody.ask("GetMOInfoExtended", change=post_id),
        await somebody.ask("GetMOResourceInfo", change=post_id),
        await somebody.ask(
            "GetScheduleInfo", snils=await federal.snils_of(db, post), change=post_id
        ),
    ]
    listed = await somebody.ask("GetServicePostSpecsInfo")
    posts = listed.texts("Service_Post_Specs/Service_Post/Post/Post_Id")
    return [*(it.code for it in asked), str(str(position) in posts)]


async def test_a_hidden_position_is_not_offered(
    somebody: Caller, db: Connection, vera: Account
) -> None:
    # a clinic where she may book is a clinic with somebody of what is asked for: 58 goes first
    both = {"<Post><Post_Id>58</Post_Id></Post>": ""}
    assert (await somebody.ask("GetMOInfoExtended", change=both)).code == "OK"
    assert await answers(somebody, db, "dermatologist", SKIN) == ["OK", "OK", "OK", "True"]
    await hide(db, vera, SKIN)
    assert await answers(somebody, db, "dermatologist", SKIN) == [
        *["NO_DATA_FOUND"] * 3,
        "False",
    ]
    assert await answers(somebody, db, "ent", 53) == ["OK", "OK", "OK", "True"]


async def test_a_hidden_position_is_not_booked_and_its_words_are_those_of_the_desks_own(
    somebody: Caller, db: Connection, vera: Account
) -> None:
    slot = (await federal.free(db, "dermatologist"))[0].slot_id
    await hide(db, vera, SKIN)
    refused = await somebody.book(slot)
    assert (refused.code, refused.parameters) == ("INTERNAL_ERROR", {})
    assert refused.text("Status/Comment").startswith("Сюда записывает регистратура")
    assert await value(db, "select count(*) from appointment") == 0


async def clash(somebody: Caller, db: Connection, first: FreeTime) -> Answer:
    """Another doctor is asked for at that time."""
    same = next(it for it in await federal.free(db) if it.starts_at == first.starts_at)
    return await somebody.book(same.slot_id)


async def test_a_clash_with_a_hidden_visit_tells_nothing_of_it(
    somebody: Caller, db: Connection, vera: Account
) -> None:
    first = (await federal.free(db, "dermatologist"))[0]
    await own_visit(db, vera, first)
    told = await clash(somebody, db, first)
    assert told.parameters["Post"] == "Дерматовенеролог", "the control: it is told of"
    await hide(db, vera, SKIN)
    refused = await clash(somebody, db, first)
    assert (refused.code, refused.parameters) == ("INTERNAL_ERROR", {})
    words = refused.text("Status/Comment")
    assert words.startswith("На это время записать не получилось")
    assert f"{first.starts_at:%Y}" not in words


async def test_three_hidden_clashes_a_day_are_the_last_whatever_the_session(
    somebody: Caller, db: Connection, vera: Account
) -> None:
    first = (await federal.free(db, "dermatologist"))[0]
    await own_visit(db, vera, first)
    await hide(db, vera, SKIN)
    for _ in range(3):
        other = Caller(somebody.client)
        await other.identify(change=ASKED)
        assert "На это время" in (await clash(other, db, first)).text("Status/Comment")
    free = (await federal.free(db, "ent"))[30]
    assert "завтра" in (await somebody.book(free.slot_id)).text("Status/Comment")


async def test_a_referral_to_a_hidden_position_is_not_shown(
    somebody: Caller, db: Connection, vera: Account, card: UUID
) -> None:
    today = now().date()
    await referrals.add(
        db,
        now=now(),
        actor=Actor("staff", "Регистратор"),
        number="Н-7",
        patient_id=card,
        position_id=NERVES,
        valid_from=today,
        valid_to=today.replace(year=today.year + 1, day=1),
        department_ids=[],
    )
    change = {
        **{old: new for old, new in ASKED.items() if "Name" not in old},
        "<First_Name>Пётр<": "<First_Name>Вера<",
        "<Last_Name>Иванов<": "<Last_Name>Соколова<",
        "№ 40/000123": "Н-7",
    }
    shown = await somebody.ask("GetReferralInfo", change=change)
    assert shown.code == "MO_NOT_CONNECTED_REFERRAL", "the control: it is there, on paper"
    await hide(db, vera, NERVES)
    hidden = await somebody.ask("GetReferralInfo", change=change)
    assert hidden.code == "REFERRAL_NOT_FOUND"


async def test_what_is_hidden_on_a_card_is_hidden_when_the_desk_has_joined_it(
    db: Connection, vera: Account, card: UUID
) -> None:
    await hide(db, vera, SKIN)
    child = replace(
        links.VERA_ON_THE_LIST,
        birth_date=_OF_THE_YEAR,
        snils=None,
        policy_number="4060000000000015",
    )
    kept = await links.card_of(db, child)
    await joining.join_cards(
        db,
        now=now(),
        actor=Actor("staff", "Регистратор"),
        losing_id=card,
        into_id=kept,
        despite="описка в полисе",
    )
    for asked in (card, kept):
        seen = await cards.get_vouched(db, asked, now=now(), zone=ZONE)
        assert (seen.person_id, list(seen.hidden)) == (kept, [SKIN])
        assert not (await cards.get_patient(db, asked, now=now(), zone=ZONE)).hidden


async def test_the_visit_that_was_hidden_after_it_was_booked_is_not_cancelled_there(
    somebody: Caller, db: Connection, vera: Account
) -> None:
    booked = await somebody.book((await federal.free(db, "dermatologist"))[0].slot_id)
    number = booked.text("Book_Id_Mis")
    await hide(db, vera, SKIN)
    refused = await somebody.cancel(number)
    assert refused.code == "RECORD_CANNOT_CANCELED"
    assert await value(db, "select state from appointment") == "booked"
    # a fault of the exchange is nobody's wish, and what has become of it is not told either
    assert (await somebody.cancel(number, "DATA_TRANSFER_ERROR_AT_EPGU")).code == "SUCCESS"
    assert await value(db, "select state from appointment") == "cancelled"
    again = await somebody.cancel(number)
    assert (again.code, again.raw) == (refused.code, refused.raw)
