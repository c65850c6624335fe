"""`book_federal`: whole sessions of the federal portal through the SOAP gateway.

Each patient's session makes all its calls in their order; every kind of call is timed by itself,
because a portal that books makes one booking call after several questions.
"""

import base64
import statistics
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import psycopg
from psycopg.rows import class_row

from benchmarks import api, wishes
from benchmarks.generator import Load, drive, post
from benchmarks.registry import FEDERAL, Registry, running
from benchmarks.results import Result
from benchmarks.stage import Database, Stage
from benchmarks.wishes import Wish
from registratura.federal.writing import Element, element, envelope, needed

MANY, ROUNDS, WARM_UP = 400, 4, 160  # sessions
CLIENTS = 16
_QUOTA = 40  # per cent of a session's slots: the demo region gives the federal channel half
_BASIC = "Basic " + base64.b64encode(FEDERAL.encode()).decode()
_BOOK = "CreateAppointment"
_WHOLE_DAY = {"Start_Time_Range": "00:00:00", "End_Time_Range": "23:59:00"}


@dataclass(frozen=True)
class Place:
    """Where a wish leads, in the names of the profile."""

    n: int
    mo_oid: str
    mo_id: str
    position: int
    snils: str


def book_federal(stage: Stage, size: str) -> Result:
    """Sessions of five questions and a booking; bookings beside those of the API."""
    database = stage.copy(stage.template(size), "book_federal")
    wishes.make(database, quota=_QUOTA)
    calls = _sessions(wishes.read(database, 0, MANY), _places(database))
    warming = _sessions(wishes.read(database, 2 * MANY, WARM_UP), _places(database))
    books, others = calls.pop(_BOOK), wishes.read(database, MANY, MANY)
    with running(database.url, stage.var) as serving:
        for requests in warming.values():  # connections are opened, statements are planned
            drive(serving.port, requests, CLIENTS)
        before = serving.cpu()
        loads = {
            name: drive(serving.port, requests, CLIENTS, keep=True)
            for name, requests in calls.items()
        }
        cpu = serving.cpu() - before
        book, ratio, wrong = _side_by_side(serving, books, [api.request(it) for it in others])
    loads[_BOOK] = book
    return Result(
        "book_federal",
        per_s=book.per_s,
        p50_ms=book.percentile(0.5),
        p99_ms=book.percentile(0.99),
        errors=sum(_refused(it) for it in loads.values()) + wrong,
        more={
            "of_book_api": ratio,
            "sessions_per_s": MANY / sum(it.seconds for it in loads.values()),
            "registry_cpu_ms_of_questions": cpu / MANY * 1000,
            "per_s_of_call": {name: round(it.per_s) for name, it in loads.items()},
        },
    )


def _side_by_side(
    serving: Registry, books: Sequence[bytes], others: Sequence[bytes]
) -> tuple[Load, float, int]:
    """Our bookings, their rate as a part of the API's, and how many of the API's went wrong."""
    book, other, ratios = Load(), Load(), []
    for start in range(0, MANY, MANY // ROUNDS):
        part = slice(start, start + MANY // ROUNDS)
        ours = drive(serving.port, books[part], CLIENTS, keep=True)
        theirs = drive(serving.port, others[part], CLIENTS)
        ratios.append(ours.per_s / theirs.per_s)
        book.add(ours)
        other.add(theirs)
    return book, statistics.median(ratios), other.errors(201)


def booking(session: UUID, wish: Wish) -> bytes:
    """The call that books."""
    return _call(_BOOK, element("Session_ID", str(session)), element("Slot_Id", str(wish.slot)))


def _refused(load: Load) -> int:
    """Answers that are no success: another status, or an error inside of it."""
    wrong = sum(b"<Error_Code>" in it for it in load.bodies)
    unbooked = sum(b"Status_Code>" in it and b">SUCCESS<" not in it for it in load.bodies)
    return load.errors(200) + wrong + unbooked


def _sessions(them: Sequence[Wish], places: Mapping[int, Place]) -> dict[str, list[bytes]]:
    """Requests by the name of the call, the calls in the order of a session."""
    calls: dict[str, list[bytes]] = {}
    first = datetime.now(UTC).date()
    for wish in them:
        for name, parts in _questions(wish, places[wish.n], first):
            session = element("Session_ID", str(_session_of(wish)))
            calls.setdefault(name, []).append(_call(name, session, *parts))
        calls.setdefault(_BOOK, []).append(booking(_session_of(wish), wish))
    return calls


def _session_of(wish: Wish) -> UUID:
    return wish.key


def _questions(
    wish: Wish, place: Place, first: date
) -> Iterator[tuple[str, Sequence[Element | None]]]:
    days = _fields({"Start_Date_Range": first, "End_Date_Range": first + timedelta(days=14)})
    listed = needed("MO_OID_List", element("MO_OID", place.mo_oid))
    yield "GetPatientInfo", [needed("Patient_Data", _fields(_patient(wish)))]
    yield "GetMOInfoExtended", [_post("Service_Posts", place)]
    yield "GetServicePostSpecsInfo", [needed("MO_Id", place.mo_id)]
    yield "GetMOResourceInfo", [_post("Service_Posts", place), listed, *days]
    who, where = needed("Specialist_SNILS", place.snils), needed("MO_OID", place.mo_oid)
    days = _fields({"Start_Date_Range": first, "End_Date_Range": first + timedelta(days=14)})
    yield (
        "GetScheduleInfo",
        [who, where, _post("Service_Post", place), *days, *_fields(_WHOLE_DAY)],
    )


def _patient(wish: Wish) -> dict[str, object]:
    return {
        "OMS_Number": wish.policy,
        "First_Name": wish.first_name,
        "Last_Name": wish.last_name,
        "Middle_Name": wish.middle_name,
        "Birth_Date": wish.birth_date,
        "Sex": wish.sex,
    }


def _post(name: str, place: Place) -> Element:
    return needed(name, element("Post", element("Post_Id", place.position)))


def _fields(values: Mapping[str, object]) -> list[Element]:
    return [needed(name, str(value)) for name, value in values.items()]


def _call(name: str, *parts: Element | None) -> bytes:
    body = needed(f"{name}Request", *parts)
    kind = "text/xml; charset=utf-8"
    return post("/federal/er", envelope(body), Content_Type=kind, Authorization=_BASIC)


def _places(database: Database) -> dict[int, Place]:
    with (
        psycopg.connect(database.admin_url) as db,
        db.cursor(row_factory=class_row(Place)) as cursor,
    ):
        found = cursor.execute(
            """
            select n, department.oid as mo_oid, department.code as mo_id,
                   bench_wish.position, coalesce(practitioner.snils, '') as snils
            from bench_wish join post on post.id = bench_wish.post
            join department on department.id = bench_wish.department
            left join practitioner on practitioner.id = post.practitioner_id
            """
        )
        return {it.n: it for it in found}
