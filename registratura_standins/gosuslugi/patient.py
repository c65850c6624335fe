"""Step 2: the patient's data; a child of ЕСИА's list is offered ready filled."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from litestar import get, post
from litestar.response import Response, Template

from registratura_standins.gosuslugi import accounts, drafts
from registratura_standins.gosuslugi.accounts import Child
from registratura_standins.gosuslugi.drafts import Draft
from registratura_standins.gosuslugi.forms import read_form
from registratura_standins.gosuslugi.pages import page, redirect
from registratura_standins.gosuslugi.patient_form import SEXES, PatientForm, typed_of
from registratura_standins.gosuslugi.patients import Patient
from registratura_standins.gosuslugi.positions import GROWN_UP
from registratura_standins.gosuslugi.visitors import AnyRequest, Visitor

NEW = "new"  # «Другой ребёнок»


@get("/booking/{draft_id:uuid}/patient", name="patient")
async def ask_patient(
    visitor: Visitor, draft_id: UUID, like: str = "", found: str = ""
) -> Template:
    """The form, filled with what is known; `like` a child of the list, to be corrected by hand."""
    draft = await visitor.draft(draft_id)
    children = await _children(visitor, draft)
    copied = next((it.patient for it in children if it.id == like), None)
    picked = _picked(draft, children, copied is not None)
    known = copied or (draft.patient if picked == NEW else None)
    form = _form(visitor, draft, typed_of(known or _own(visitor, draft)))
    return _show(visitor, draft, children, form, picked, lost=found == "no")


@post("/booking/{draft_id:uuid}/patient", status_code=303)
async def keep_patient(request: AnyRequest, visitor: Visitor, draft_id: UUID) -> Response[Any]:
    """On to the doctor; every fault at once, what was typed stays. A child of whom ЕСИА knows no
    number is asked for it, the rest filled in."""
    draft = await visitor.draft(draft_id)
    children = await _children(visitor, draft)
    typed = await read_form(request)
    listed = next((it for it in children if it.id == typed.get("child")), None)
    form = _form(visitor, draft, typed_of(listed.patient) if listed else typed)
    if listed is not None and (listed.policy_number or listed.snils):
        patient = listed.patient
    elif form.validate():
        patient = _with_own_snils(visitor, draft, form.patient())
    else:
        return _show(visitor, draft, children, form, NEW, status=422)
    async with visitor.pool.connection() as db:
        await drafts.keep_patient(db, draft, patient, visitor.now)
    return redirect(f"/booking/{draft.id}/doctor")


async def _children(visitor: Visitor, draft: Draft) -> list[Child]:
    if draft.whom != "child":
        return []
    async with visitor.pool.connection() as db:
        listed = await accounts.search_children(db, visitor.account.oid)
    return [it for it in listed if it.patient.age(visitor.today) < GROWN_UP]


def _own(visitor: Visitor, draft: Draft) -> Patient | None:
    """What ЕСИА knows of the one who books, where he goes himself."""
    return visitor.account.patient if draft.whom == "self" else None


def _with_own_snils(visitor: Visitor, draft: Draft, typed: Patient) -> Patient:
    """ЕСИА knows the number of the one who books: it finds him better than his name."""
    own = _own(visitor, draft)
    if own is None or replace(own, policy_number=typed.policy_number, snils=None) != typed:
        return typed
    return replace(typed, snils=own.snils)


def _form(visitor: Visitor, draft: Draft, typed: Mapping[str, str]) -> PatientForm:
    return PatientForm(typed, today=visitor.today, child=draft.whom == "child")


def _picked(draft: Draft, children: list[Child], correcting: bool) -> str:
    """Which answer to «Кого записываем» is marked."""
    if correcting or not children:
        return NEW
    if draft.patient is None:
        return children[0].id
    return next((it.id for it in children if it.patient == draft.patient), NEW)


def _show(
    visitor: Visitor,
    draft: Draft,
    children: list[Child],
    form: PatientForm,
    picked: str,
    *,
    status: int = 200,
    lost: bool = False,
) -> Template:
    return page(
        "patient.html",
        visitor=visitor,
        status=status,
        draft=draft,
        children=children,
        form=form,
        picked=picked,
        sexes=SEXES,
        lost=lost,
        today=visitor.today,
    )
