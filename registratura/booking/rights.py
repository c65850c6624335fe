"""Rights, judged again: a write that waited for its locks is done only if its asker still may.

Who acts for whom is `people.acting`. Here the link is locked besides (`for share`, the last of all
locks but the consent's): an ending that came first is seen, one that comes later waits for the
end of the write. Only the portal's accounts are judged; staff and the federation have no links.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString
from uuid import UUID

from registratura import db as database
from registratura.audit import Actor
from registratura.booking.refusals import AppointmentUnknown
from registratura.booking.wishes import Wish
from registratura.db import Connection
from registratura.people.acting import ACTING, BETTER, CARD, HIDDEN, LIVING, MAY_SEE, today_of
from registratura.people.link_refusals import ConsentTakenBack
from registratura.people.refusals import NotYourPatient

# After `best (relative_id)`, the links that a write stands on, null for the owner himself. A link
# is read anew under its lock. An account that agreed to nothing yet is the face's affair; one that
# took back what it agreed to is judged here.
_HELD: LiteralString = """
    link as (
        select id from relative
        where id = any(array(select relative_id from best)) and ended_at is null
        order by id
        for share
    ), standing as (
        select count(*) filter (where relative_id is null or relative_id in (select id from link))
               as links
        from best
    ), agreed as (
        -- the count makes the link come before the consent, as whoever ends both locks them
        select 1 from consent
        where account_id = %(holder)s::uuid and withdrawn_at is null
          and (select links from standing) > 0
        order by given_at, id limit 1
        for share
    ), consenting as (
        select exists (select from agreed)
               or not exists (select from consent where account_id = %(holder)s::uuid) as stands
    )
"""

# Two parts of a `with` for the wish that `asked` describes, and the condition after it. Whoever
# may do less than the wish was made with (see, at hidden positions, as confirmed) is refused too.
RIGHT: LiteralString = f"""
    best as (
        select acting.relative_id
        from {ACTING} {CARD}
        where acting.account_id = %(holder)s::uuid and card.id = %(patient)s
          and acting.acts and rung.acts and {LIVING}
          and (acting.sees and rung.sees or not %(saw)s)
          and (acting.level <> 'declared' or %(declared)s)
          and {HIDDEN} <@ %(knew_hidden)s::integer[]
        order by {BETTER} limit 1
    ), {_HELD}
"""
STANDS: LiteralString = """
    (%(holder)s::uuid is null
     or (select links from standing) > 0 and (select stands from consenting))
"""


def asked(wish: Wish) -> Mapping[str, object]:
    """The parameters of `RIGHT` and `STANDS`; `patient` is the statement's own."""
    return {
        "holder": wish.account_id,
        "today": wish.patient.judged_on,
        "saw": wish.patient.sees,
        "declared": wish.patient.level == "declared",
        "knew_hidden": list(wish.patient.hidden),
    }


async def check(db: Connection, wishes: Sequence[Wish]) -> None:
    """Their account may act for every patient of the wishes, to the end of the transaction.

    Refuses with `NotYourPatient` or `ConsentTakenBack`.
    """
    first = wishes[0]
    if first.account_id is None:
        return
    patients = [it.patient.person_id for it in wishes]
    about = {"holder": first.account_id, "patients": patients, "today": first.patient.judged_on}
    if await _count(db, _FOR_PATIENTS, about, len(wishes)) < len(wishes):
        raise NotYourPatient()


async def check_visit(
    db: Connection, actor: Actor, appointment_id: UUID, *, now: datetime, zone: str | None
) -> None:
    """The actor may act on this visit or hold, to the end of the transaction.

    Refuses with `AppointmentUnknown` or `ConsentTakenBack`. Raises `ValueError` where an account
    asks and the region's `zone` is not told.
    """
    if actor.kind != "account":
        return
    if zone is None:
        raise ValueError("zone: an account's right is judged on the region's date")
    about = {"holder": actor.id, "visit": appointment_id, "today": today_of(now, zone)}
    if not await _count(db, _OVER_VISIT, about, 1):
        raise AppointmentUnknown()


@dataclass(frozen=True)
class _Standing:
    links: int
    stands: bool


async def _count(
    db: Connection, query: LiteralString, about: Mapping[str, object], needed: int
) -> int:
    """How many links stand, now locked. Refuses with `ConsentTakenBack`."""
    standing = await database.one(db, _Standing, query, **about)
    if standing.links < needed:  # in place of one that was waited for, another may have come
        standing = await database.one(db, _Standing, query, **about)
    if standing.links >= needed and not standing.stands:
        raise ConsentTakenBack()
    return standing.links


_TOLD: LiteralString = (
    _HELD
    + """
    select (select links from standing) as links, (select stands from consenting) as stands
    """
)

_FOR_PATIENTS: LiteralString = (
    f"""
    with best as (
        select distinct on (card.id) acting.relative_id
        from {ACTING} {CARD}
        where acting.account_id = %(holder)s::uuid and card.id = any(%(patients)s)
          and acting.acts and rung.acts and {LIVING}
        order by card.id, {BETTER}
    ),
    """
    + _TOLD
)

_OVER_VISIT: LiteralString = (
    f"""
    with best as (
        select acting.relative_id
        from appointment
        join person as part on part.id = appointment.patient_id,
        {ACTING} {CARD}
        where appointment.id = %(visit)s and acting.account_id = %(holder)s::uuid
          and card.id = coalesce(part.joined_into, part.id)
          and acting.acts and rung.acts and {LIVING} and {MAY_SEE}
        order by {BETTER} limit 1
    ),
    """
    + _TOLD
)
