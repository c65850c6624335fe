"""A parent or guardian at the counter: his declared link is found and confirmed by a document."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

from litestar import get, post
from litestar.enums import RequestEncodingType
from litestar.params import Body
from litestar.response import Redirect, Template

from registratura.db import Connection
from registratura.desk.pages import desk_page
from registratura.people import declared_links, policies
from registratura.people.confirmations import Order
from registratura.people.declared_links import DeclaredLink, Place
from registratura.people.link_refusals import OrderOver
from registratura.people.refusals import NotTyped
from registratura.refusal import Refusal
from registratura.settings import Settings
from registratura.web import on_duty, only, redirect, typed_dates
from registratura.web.duty import Duty
from registratura.web.limits import check_limit

Form = Annotated[dict[str, str], Body(media_type=RequestEncodingType.URL_ENCODED)]
REGISTRARS = [on_duty, only("registrar")]
AN_HOUR = 120  # searches of one registrar
KINSHIPS = {
    "child": "ребёнок",
    "grandchild": "внук или внучка",
    "sibling": "брат или сестра",
    "ward": "подопечный",
    "other_child": "другой родственник",
}
NO_DOCUMENT = "Напишите, какой документ вам показали, с номером"
NO_ORDER = "Напишите номер акта об опеке"


@get("/links", name="desk_links", guards=REGISTRARS)
async def ask(duty: Duty) -> Template:
    """By what to look: the patient's policy, or the number of a link."""
    return _search_page(duty)


@post("/links", guards=REGISTRARS)
async def find(
    db: Connection, now: datetime, settings: Settings, duty: Duty, data: Form
) -> Template | Redirect:
    """What was found stands on the answer itself: a policy belongs into no address."""
    who = str(duty.account_id)
    await check_limit(db, "desk.links", who, most=AN_HOUR, window=timedelta(hours=1), now=now)
    typed = data.get("what", "").strip()
    number = _link_number(typed)
    if number is not None:
        return redirect(f"/desk/links/{number}")
    try:
        policy = policies.normalise(typed)
    except NotTyped as refusal:
        return _search_page(duty, typed, error=refusal.text)
    found = await declared_links.search(
        db, policy, _place(duty), now=now, actor=duty.actor, zone=settings.region_zone
    )
    return _search_page(duty, typed, found)


@get("/links/{link:uuid}", name="desk_link", guards=REGISTRARS)
async def link(
    link: UUID, db: Connection, now: datetime, settings: Settings, duty: Duty
) -> Template:
    """Whom the holder declared, and the form for the document."""
    zone = settings.region_zone
    found = await declared_links.get(db, link, _place(duty), now=now, actor=duty.actor, zone=zone)
    return _link_page(duty, found)


@post("/links/{link:uuid}", guards=REGISTRARS)
async def confirm(
    link: UUID, db: Connection, now: datetime, settings: Settings, duty: Duty, data: Form
) -> Template | Redirect:
    """«Подтвердить»: the same engine call as `registratura staff confirm-link`."""
    zone, document = settings.region_zone, data.get("document", "").strip()
    found = await declared_links.get(db, link, _place(duty), now=now, actor=duty.actor, zone=zone)
    faults = [] if document else [("document", NO_DOCUMENT)]
    order = _order(data, faults) if found.kinship == "ward" else None
    if faults:
        return _link_page(duty, found, data, faults)
    try:
        await declared_links.confirm(
            db,
            found,
            by_account=duty.account_id,
            document=document,
            order=order,
            now=now,
            actor=duty.actor,
            zone=zone,
        )
    except OrderOver as refusal:
        return _link_page(duty, found, data, [("until", refusal.text)])
    return redirect(f"/desk/links/{link}")


def _order(data: Mapping[str, str], faults: list[tuple[str, str]]) -> Order | None:
    """The guardian's order as it was typed; what is wrong in it is added to `faults`."""
    number = data.get("order", "").strip()
    if not number:
        faults.append(("order", NO_ORDER))
    try:
        until = typed_dates.read(data.get("until", ""))
    except Refusal as refusal:
        faults.append(("until", refusal.text))
        return None
    return Order(number, until) if number else None


def _place(duty: Duty) -> Place:
    return Place(duty.organisation_id, duty.department_id)


def _link_number(typed: str) -> UUID | None:
    try:
        return UUID(typed) if len(typed) == 36 else None
    except ValueError:
        return None


def _search_page(
    duty: Duty, typed: str = "", found: list[DeclaredLink] | None = None, error: str = ""
) -> Template:
    return desk_page(
        "links.html",
        duty,
        status=422 if error else 200,
        typed=typed,
        found=found,
        error=error,
        kinships=KINSHIPS,
    )


def _link_page(
    duty: Duty,
    found: DeclaredLink,
    typed: Mapping[str, str] | None = None,
    faults: Sequence[tuple[str, str]] = (),
) -> Template:
    return desk_page(
        "link.html",
        duty,
        status=422 if faults else 200,
        link=found,
        typed=typed or {},
        faults=list(faults),
        fault=dict(faults),
        kinships=KINSHIPS,
        policy_ending=policies.ending(found.policy_number or ""),
        is_own=found.account_id == duty.account_id,
    )
