"""GetPatientInfo: exactly one person whom every given fact fits; whom he is bound to."""

from dataclasses import dataclass

from registratura.db import Connection, rows, value
from tests.given import cards, federal, people
from tests.given.federal import Caller
from tests.given.people import PETR_IN_THE_REGION

POLICY = "<OMS_Number>1234567891234567</OMS_Number>"
PATRONYMIC = "<Middle_Name>Иванович</Middle_Name>"
SNILS = "<SNILS>112-233-445 95</SNILS>"


async def code(epgu: Caller, **change: str) -> str:
    return (await epgu.identify(change=change)).code


FIND_HIM: list[dict[str, str]] = [
    {},
    {"Петр": "ПЁТР"},
    {"<First_Name>Петр<": "<First_Name>  пётр  <"},
    {PATRONYMIC: ""},
    {POLICY: ""},  # voice assistants send neither policy nor СНИЛС
    {"1234567891234567": "1234 5678 9123 4567"},
    {"<Sex>M<": "<Sex>m<"},
    {"2015-01-01": "2015-01-01+03:00"},
    {POLICY: POLICY + SNILS},  # his card has no СНИЛС: it tells nothing against him
]
FIND_NOBODY: list[dict[str, str]] = [
    {"2015-01-01": "2015-01-02"},
    {"<Sex>M<": "<Sex>F<"},
    {"<Last_Name>Иванов<": "<Last_Name>Петров<"},
    {"Иванович": "Петрович"},
    {"1234567891234567": "1234567891234568"},
    {POLICY: SNILS},  # nothing that proves him
]


async def test_every_given_fact_must_fit_in_any_spelling(epgu: Caller) -> None:
    for change in FIND_HIM:
        assert await code(epgu, **change) == "OK", change
    for change in FIND_NOBODY:
        assert await code(epgu, **change) == "PATIENT_NOT_FOUND", change


async def test_a_snils_that_differs_finds_nobody_though_the_policy_fits(
    epgu: Caller, db: Connection
) -> None:
    who = people.Identity("Зорин", "Егор", None, people.date(2016, 5, 5))
    await people.card(db, who, policy_number="4053110874010023", snils="11223344595")
    change = {
        "<First_Name>Петр<": "<First_Name>Егор<",
        "<Last_Name>Иванов<": "<Last_Name>Зорин<",
        PATRONYMIC: "",
        "2015-01-01": "2016-05-05",
        "1234567891234567": "4053110874010023",
    }
    right = {**change, "<First_Name>Егор": SNILS + "<First_Name>Егор"}
    assert await code(epgu, **right) == "OK"
    wrong = {**right, "112-233-445 95": "11223344600"}
    assert await code(epgu, **wrong) == "PATIENT_NOT_FOUND"
    alone = {**right, "<OMS_Number>4053110874010023</OMS_Number>": ""}
    assert await code(epgu, **alone) == "OK", "СНИЛС alone proves him"


async def test_two_namesakes_are_nobody_until_a_number_tells_them_apart(
    epgu: Caller, db: Connection
) -> None:
    await people.card(db, PETR_IN_THE_REGION, policy_number="4053110874010023")
    assert await code(epgu, **{POLICY: ""}) == "PATIENT_NOT_FOUND"
    assert await code(epgu) == "OK"


async def test_an_invented_twin_spoils_nothing(epgu: Caller, db: Connection) -> None:
    known = (await epgu.identify()).text("Patient_Id")
    maria = await people.account(db)
    await people.relative(db, maria, policy_number="4053110874010023")
    found = await epgu.identify(change={POLICY: ""})
    assert found.text("Patient_Id") == known, "the region's card goes before one made here"


async def test_a_joined_card_is_read_through(epgu: Caller, db: Connection) -> None:
    petr = (await epgu.identify()).text("Patient_Id")
    losing = await cards.mistyped(db, await people.account(db))
    change = {"<First_Name>Петр<": "<First_Name>Петя<", "1234567891234567": "1234567891234563"}
    assert (await epgu.identify(change=change)).text("Patient_Id") == str(losing.person_id)
    await cards.join(db, losing, federal.uuid_of(petr))
    assert (await epgu.identify(change=change)).text("Patient_Id") == petr
    old_policy = {"1234567891234567": "1234567891234563"}
    assert (await epgu.identify(change=old_policy)).text("Patient_Id") == petr


async def test_nobody_is_found_who_has_died(epgu: Caller, db: Connection) -> None:
    who = people.Identity("Зорин", "Егор", None, people.date(2016, 5, 5))
    day = people.date(2026, 1, 1)
    await people.card(db, who, policy_number="4053110874010023", died_on=day)
    change = {
        "<First_Name>Петр<": "<First_Name>Егор<",
        "<Last_Name>Иванов<": "<Last_Name>Зорин<",
        PATRONYMIC: "",
        "2015-01-01": "2016-05-05",
        "1234567891234567": "4053110874010023",
    }
    assert await code(epgu, **change) == "PATIENT_NOT_FOUND"


WRONG: list[tuple[dict[str, str], str]] = [
    ({"2015-01-01": "01.01.2015"}, "Birth_Date"),
    ({"2015-01-01": "2015-02-30"}, "Birth_Date"),
    ({"<Birth_Date>2015-01-01</Birth_Date>": ""}, "Birth_Date"),
    ({"<Sex>M</Sex>": "<Sex>X</Sex>"}, "Sex"),
    ({"<Last_Name>Иванов</Last_Name>": "<Last_Name> </Last_Name>"}, "Last_Name"),
    ({"<First_Name>Петр</First_Name>": ""}, "First_Name"),
]


async def test_a_field_that_is_wrong_is_named(epgu: Caller) -> None:
    for change, field in WRONG:
        refused = await epgu.identify(change=change)
        assert refused.code == "INTERNAL_ERROR", change
        path = refused.text("Error/Validation_Error/Path")
        assert path == f"GetPatientInfoRequest/Patient_Data/{field}"


async def test_whose_card_was_read_in_which_session_is_an_event(
    petrs: Caller, db: Connection
) -> None:
    told = await value(
        db,
        """
        select actor_kind || ' ' || actor_id from event
        where kind = 'person.read' and person_id is not null
        """,
    )
    assert told == f"federation {petrs.session}"


async def test_the_applicants_telephone_is_written_nowhere(petrs: Caller, db: Connection) -> None:
    await petrs.book((await federal.free(db))[0].slot_id)
    found = await rows(
        db,
        _Row,
        """
        select to_jsonb(federal_session)::text as text from federal_session
        union all select to_jsonb(event)::text from event
        union all select to_jsonb(person)::text from person
        """,
    )
    assert [it for it in found if "9000000001" in it.text or "maria@" in it.text] == []


@dataclass(frozen=True)
class _Row:
    text: str
