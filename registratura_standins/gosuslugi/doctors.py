"""Step 3: the doctor. The area's own appears by himself; any other by position and clinic."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from litestar import get, post
from litestar.response import Response, Template

from registratura_standins.gosuslugi import drafts, kinds
from registratura_standins.gosuslugi.answers import Available
from registratura_standins.gosuslugi.conversations import Conversation
from registratura_standins.gosuslugi.drafts import Draft
from registratura_standins.gosuslugi.forms import read_form
from registratura_standins.gosuslugi.pages import page, redirect
from registratura_standins.gosuslugi.places import Place, Referral, Target
from registratura_standins.gosuslugi.positions import area_position, usual_positions
from registratura_standins.gosuslugi.visitors import AnyRequest, Visitor


@get("/booking/{draft_id:uuid}/doctor", name="doctor")
async def show_area_doctor(visitor: Visitor, draft_id: UUID) -> Template:
    """The patient's own area doctor and clinic, for which nobody had to be asked."""
    talk = await visitor.conversation(await visitor.draft(draft_id)).identified()
    target = Target(position=area_position(talk.draft.known.age(visitor.today)))
    clinics = await talk.clinics(target)
    found = await talk.resources(target, [clinics[0].oid]) if clinics else ()
    return page(
        "area_doctor.html",
        visitor=visitor,
        draft=talk.draft,
        target=target,
        at=found[0] if found else None,
        attached=bool(clinics) and _is_attached(talk.draft, clinics[0].oid),
        gone=False,
    )


@get("/booking/{draft_id:uuid}/positions", name="positions")
async def show_positions(visitor: Visitor, draft_id: UUID) -> Template:
    """Kinds of doctor: those of the patient's first clinic, then the usual ones of his age."""
    talk = await visitor.conversation(await visitor.draft(draft_id)).identified()
    clinics = await talk.clinics(None)
    own = await talk.targets(clinics[0]) if clinics else ()
    there = {it.position for it in own}
    usual = usual_positions(talk.draft.known.age(visitor.today))
    return page(
        "positions.html",
        visitor=visitor,
        draft=talk.draft,
        clinic=clinics[0] if clinics else None,
        own=_by_name(own),
        others=_by_name([Target(position=it) for it in usual if it not in there]),
    )


@get("/booking/{draft_id:uuid}/clinics", name="clinics")
async def show_clinics(request: AnyRequest, visitor: Visitor, draft_id: UUID) -> Template:
    """Where there is such a doctor, the clinic of attachment first."""
    target = kinds.from_query(request.query_params)
    talk = await visitor.conversation(await visitor.draft(draft_id)).identified()
    clinics = await talk.clinics(target)
    return page(
        "clinics.html",
        visitor=visitor,
        draft=talk.draft,
        target=target,
        clinics=[(it, kinds.to_query(target, clinic=it.oid)) for it in clinics],
    )


@get("/booking/{draft_id:uuid}/doctors", name="doctors")
async def show_doctors(request: AnyRequest, visitor: Visitor, draft_id: UUID) -> Template:
    """Who receives: at one clinic, or wherever the referral leads."""
    talk = await visitor.conversation(await visitor.draft(draft_id)).identified()
    target, referral = _wanted(talk.draft, request.query_params)
    at = await _search(talk, target, referral, request.query_params.get("clinic", ""))
    return page(
        "doctors.html",
        visitor=visitor,
        draft=talk.draft,
        target=target,
        referral=referral,
        at=at,
        back=kinds.to_query(target),
        gone="gone" in request.query_params,
    )


@post("/booking/{draft_id:uuid}/doctor", status_code=303)
async def choose_doctor(request: AnyRequest, visitor: Visitor, draft_id: UUID) -> Response[Any]:
    """Keep whom the region still names; on to the times."""
    talk = await visitor.conversation(await visitor.draft(draft_id)).identified()
    typed = await read_form(request)
    target, referral = _wanted(talk.draft, typed)
    clinic, key = typed.get("clinic", ""), typed.get("resource", "")
    for at in await _search(talk, target, referral, clinic):
        for resource in at.resources:
            if (at.clinic.oid, resource.key) == (clinic, key):
                place = Place(at.clinic, resource, target)
                async with visitor.pool.connection() as db:
                    await drafts.keep_place(db, talk.draft, place, referral, visitor.now)
                return redirect(f"/booking/{talk.draft.id}/time")
    named = {"referral": referral.id} if referral else {"clinic": clinic}
    return redirect(f"/booking/{draft_id}/doctors?{kinds.to_query(target, **named)}&gone=1")


async def _search(
    talk: Conversation, target: Target, referral: Referral | None, clinic: str
) -> tuple[Available, ...]:
    oids = [it for it in (clinic, referral.to_mo_oid if referral else None) if it]
    return await talk.resources(target, oids[:1], referral)


def _wanted(draft: Draft, given: Mapping[str, str]) -> tuple[Target, Referral | None]:
    """The kind of doctor that is asked for, by itself or by a referral of this draft."""
    referral_id = given.get("referral", "")
    if not referral_id:
        return kinds.from_query(given), None
    referral = next((it for it in draft.referrals if it.id == referral_id), None)
    if referral is None or not referral.usable:
        raise LookupError("no such referral")
    return referral.target, referral


def _is_attached(draft: Draft, oid: str) -> bool:
    """Only the newer profile says it: the clinic of registration, or its organisation."""
    own = draft.registration
    return own is not None and (oid == own or oid.startswith(f"{own}."))


def _by_name(targets: Any) -> list[tuple[Target, str]]:
    return [(it, kinds.to_query(it)) for it in sorted(targets, key=lambda it: str(it.name))]
