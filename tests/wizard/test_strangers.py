"""For every page and call about a person Чужой gets the 404 of what does not exist.

Made from the table of routes: a new route whose parameter nobody has sorted fails here first.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID, uuid4

import httpx
import pytest
from litestar import Litestar
from litestar.handlers.base import BaseRouteHandler
from litestar.routes import HTTPRoute

from registratura.booking import holds
from registratura.booking.model import Channel
from registratura.booking.wishes import Wish
from registratura.db import Connection, value
from registratura.people import children, relatives, tokens
from registratura.people.accounts import Account
from registratura.people.patients import Patient
from tests.given import links, people, portal, region, visits
from tests.given.people import MARIA, OLEG, STRANGER

OPEN = {"department", "position", "post", "post_id", "slot", "first_slot", "second_slot", "day"}
"""Parameters that name nobody: clinics, doctors, times."""
PERSONAL = {
    *(
        "appointment",
        "child",
        "consent",
        "found",
        "hold",
        "number",
        "patient",
        "referral",
        "relative",
        "token",
    ),
    *("replaces", "second"),
}
"""Parameters that name a person or what is his."""
ELSEWHERE = ("registratura.federal", "registratura.desk", "registratura.api")
"""Faces without an account's own patients: tested beside them."""
FORMS: dict[str, set[str]] = {
    "POST /appointments": {"patient", "replaces", "referral"},
    "POST /consent": set(),
    "POST /holds": {"patient", "replaces", "referral"},
    "POST /holds/{hold:uuid}/decline": {"patient"},
    "POST /holds/{hold:uuid}/prolong": {"patient"},
    "POST /patient": {"patient"},
    "POST /profile/applications": {"patient"},
    "POST /profile/holders/code": set(),
    "POST /profile/holders/hidden": set(),
    "POST /profile/copy": set(),
    "POST /profile/letters": set(),
    "POST /profile/relatives/add": set(),
    "POST /profile/relatives/code": set(),
    "POST /referrals": {"patient", "replaces", "referral"},
    "POST /together": {"patient", "second"},
    "POST /vision": set(),
}
"""The fields of each form that name somebody: a form tells its fields to nobody but us."""


@dataclass(frozen=True)
class Door:
    """A call of the portal: how it is asked, and which of its parameters are whose."""

    method: str
    path: str
    in_path: set[str]
    in_query: set[str]
    takes_a_form: bool

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def personal(self) -> set[str]:
        """Its parameters that name somebody, wherever they stand."""
        return (self.in_path | self.in_query | FORMS.get(self.name, set())) & PERSONAL


def doors(app: Litestar) -> Iterator[Door]:
    """Every call of the faces with pages."""
    for route in app.routes:
        if not isinstance(route, HTTPRoute):
            continue
        for handler in route.route_handlers:
            room = handler.fn.__module__
            if not room.startswith("registratura.") or room.startswith(ELSEWHERE):
                continue
            for method in {str(it) for it in handler.http_methods} - {"HEAD", "OPTIONS"}:
                yield Door(
                    method,
                    route.path,
                    set(route.path_parameters),
                    set(asked_for(handler)) - set(route.path_parameters),
                    "data" in handler.parsed_fn_signature.parameters,
                )


def asked_for(handler: BaseRouteHandler) -> Iterator[str]:
    """The names of ids that the handler and its dependencies take."""
    signatures = [handler.parsed_fn_signature]
    signatures += [it.parsed_fn_signature for it in handler.resolve_dependencies().values()]
    for signature in signatures:
        for name, parameter in signature.parameters.items():
            if "UUID" in str(parameter.annotation) or parameter.annotation is UUID:
                yield name


@dataclass
class Town:
    """Мария's and everybody's things, by the names under which the portal asks for them."""

    app: Litestar
    open: dict[str, object]
    hers: dict[str, object]
    held_for_her: object

    def things(self, door: Door) -> dict[str, object]:
        """What Мария would send through this door."""
        own = {"relative": self.held_for_her} if "/holders/{relative" in door.path else {}
        return self.open | self.hers | own

    async def ask(
        self, client: httpx.AsyncClient, door: Door, sent: dict[str, object]
    ) -> httpx.Response:
        path = re.sub(r"\{(\w+):\w+\}", lambda it: str(sent[it[1]]), door.path)
        rest = {name: str(it) for name, it in sent.items() if name not in door.in_path}
        if door.method == "GET":
            return await client.get(path, params={it: rest[it] for it in door.in_query & set(rest)})
        form = {"key": str(uuid4()), "number": "Н-9"}
        form |= {it: rest[it] for it in (FORMS.get(door.name, set()) | OPEN) & set(rest)}
        return await portal.submit(client, path, form, seen_on="/profile")


@pytest.fixture
async def town(app: Litestar, db: Connection) -> Town:
    """Мария with a child whose visits she sees: a visit, a hold, a referral; Олег acts for her."""
    now = datetime.now(UTC)
    maria, oleg = await people.account(db, MARIA, now=now), await people.account(db, OLEG, now=now)
    link = await people.relative(db, maria, now=now)
    await links.confirm(db, link, now)
    whom = await visits.patient(db, maria, link.person_id)
    referral = await visits.refer(db, whom, now=now)
    booked = await visits.book(db, maria, whom, await region.free_slot(db, "ent"), now=now)
    await children.keep(db, maria.id, [links.ANNA], now=now)
    number = await other_session(app, db)
    hers = {
        "appointment": booked.appointment_id,
        "child": await value(db, "select id from esia_child"),
        "consent": await value(db, "select id from consent where account_id = %(it)s", it=maria.id),
        "found": referral,
        "hold": await held(db, maria, whom),
        "number": number,
        "patient": link.person_id,
        "referral": referral,
        "relative": link.id,
        "replaces": booked.appointment_id,
        "second": maria.person_id,
    }
    slots = [await region.free_slot(db, "neurologist", number) for number in (0, 1)]
    open_to_all = {
        "department": (await region.departments(db))["child"],
        "position": 59,
        "post": await region.post(db, "area-doctor"),
        "post_id": await region.post(db, "area-doctor"),
        "slot": slots[0],
        "first_slot": slots[0],
        "second_slot": slots[1],
    }
    wanted = tokens.Wanted("Здоровье", "read", [maria.person_id], 30)
    await tokens.make(db, maria.id, wanted, uuid4(), now=now, zone=people.ZONE)
    hers["token"] = await value(db, "select id from token")
    let = await links.let(db, maria, oleg, now=now)
    return Town(app, open_to_all, hers, let.id)


async def held(db: Connection, maria: Account, whom: Patient) -> object:
    """A hold of Мария's for her child: she began a booking and left it."""
    slot_id, now = await region.free_slot(db, "area-doctor", 9), datetime.now(UTC)
    kept = await holds.hold(db, Wish(now, visits.actor(maria), whom, slot_id, Channel.PORTAL))
    return kept.id


async def other_session(app: Litestar, db: Connection) -> object:
    """The number of another session of Мария's."""
    await portal.session_of(app, MARIA)
    return await value(db, "select number from web_session order by created_at desc limit 1")


async def test_every_parameter_of_every_call_is_sorted(app: Litestar) -> None:
    unsorted = {
        (door.name, name)
        for door in doors(app)
        for name in (door.in_path | door.in_query) - OPEN - PERSONAL - {"name"}
    }
    assert unsorted == set(), "does it name a person or what is his? put it into OPEN or PERSONAL"
    forms = {door.name for door in doors(app) if door.takes_a_form}
    assert forms == set(FORMS), "which fields of the form name a person? put it into FORMS"


async def test_the_stranger_gets_one_404_for_whatever_is_marias(town: Town, db: Connection) -> None:
    own = {"patient": (await people.account(db, STRANGER, now=datetime.now(UTC))).person_id}
    asked = 0
    async with await portal.signed_in(town.app, STRANGER) as stranger:
        for door in doors(town.app):
            hers = town.things(door)
            needed = {it: hers[it] for it in (door.in_path | {"second"}) & door.personal}
            for name in door.personal:
                answers = [
                    await town.ask(stranger, door, town.open | own | needed | {name: whose})
                    for whose in (hers[name], uuid4())
                ]
                assert [it.status_code for it in answers] == [404, 404], (door.name, name)
                assert len({without_numbers(it) for it in answers}) == 1, (door.name, name)
                asked += 1
    assert asked > 30


async def test_maria_herself_is_let_in_by_the_same_ids(town: Town) -> None:
    # first what only looks, then what ends the thing that is asked for, then the link itself; the
    # consent last: without it nobody is signed in
    ending = re.compile("/children/|cancel|/end|/revoke|/(appointments|holds|together)$|leave")
    ordered = sorted(
        doors(town.app),
        key=lambda it: (
            *("/consents/" in it.path and it.method == "POST", it.method),
            *(bool(ending.search(it.path)), "leave" in it.path),
        ),
    )
    async with await portal.signed_in(town.app, MARIA) as maria:
        for door in ordered:
            hers = town.things(door)
            needed = (door.in_path | {"second", "patient"}) & set(hers)
            for name in door.personal:
                if name in {"replaces", "referral"} and door.method == "POST":
                    continue  # a move needs more than an id
                sent = {it: hers[it] for it in needed | {name}}
                answer = await town.ask(maria, door, town.open | sent)
                assert answer.status_code != 404, (door.name, name, answer.text[-900:])


async def test_what_the_desk_closed_is_closed_at_every_door_in_the_session_that_is_open(
    town: Town, db: Connection
) -> None:
    now = datetime.now(UTC)
    maria = await people.account(db, MARIA, now=now)
    gone = {"appointment", "found", "hold", "patient", "referral", "relative", "replaces"}
    async with await portal.signed_in(town.app, MARIA) as browser:
        assert "Иванов" in (await browser.get("/appointments")).text
        [link] = await relatives.search(db, maria.id, now=now, zone=people.ZONE)
        await links.close(db, link, now)
        for door in doors(town.app):
            if "/holders/{relative" in door.path:
                continue  # a link to Мария herself
            hers = town.things(door)
            for name in door.personal & gone:
                own = {"patient": maria.person_id, "second": maria.person_id}
                sent = own | {it: hers[it] for it in door.in_path | {name}}
                answer = await town.ask(browser, door, town.open | sent)
                assert answer.status_code == 404, (door.name, name)
        assert "Иванов Петр" not in (await browser.get("/appointments")).text


def without_numbers(answer: httpx.Response) -> str:
    """The page without its reference, its token, its own address and the ids in it."""
    text = re.sub(r"[0-9a-f]{32,}|[0-9a-f-]{36}|\b[a-z0-9]{4}-[a-z0-9]{4}\b", "", answer.text)
    return re.sub(r"\s+", " ", re.sub(r'name="back" value="[^"]*"', "", text))
