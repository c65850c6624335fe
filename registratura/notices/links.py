"""Telling of links: a new one, a confirmed one, one that ends or will end; each account once."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal, LiteralString
from uuid import UUID

from registratura.db import Connection, rows
from registratura.notices import link_texts
from registratura.notices.audience import HAS_WITHDRAWN, MAILBOX
from registratura.notices.choices import LINKS
from registratura.notices.link_texts import LinkChange
from registratura.notices.telling import Letter
from registratura.people import names
from registratura.people.acting import ACTING, CARD, END, LIVING, THEIRS, today_of
from registratura.people.ladder import CONFIRMABLE, CONSENTED, SEES_HOLDERS_FROM, TOLD_AHEAD
from registratura.settings import Settings

_BATCH = 200


@dataclass(frozen=True)
class _Party:
    """Somebody who acts for the patient of a link, or the patient; the link itself beside him."""

    account_id: UUID
    person_id: UUID
    is_patient: bool
    is_old_enough: bool  # the patient, of the age at which he is told
    is_holder: bool  # of this very link
    is_parent: bool  # or guardian, confirmed
    last_name: str  # the patient's, as this account knows him
    first_name: str
    middle_name: str | None
    email: str | None
    has_withdrawn: bool  # its consent: told nothing
    holders_name: str
    holders_sex: str
    kinship: str
    acts: bool
    sees: bool
    ends_on: date
    reason: Literal["age", "order", "consent"]
    is_by_desk: bool  # the desk has confirmed the link

    @property
    def patient(self) -> str:
        """«Иванов П.И.»."""
        return names.short(self.last_name, self.first_name, self.middle_name)

    def told(self, kind: str) -> LinkChange:
        """The change as it is told; `kind` without its side."""
        return LinkChange(
            ("holder_" if self.is_patient else "link_") + kind,
            self.holders_name,
            self.holders_sex,
            self.kinship,
            self.acts,
            self.sees,
            self.ends_on,
            self.reason,
            self.is_holder,
        )


def _of_a_childs_new_holder(it: _Party) -> bool:
    """The patient, and the child's other parents: independent of each other, each is told."""
    others = it.is_parent and not it.is_holder and it.kinship not in CONSENTED
    return it.is_old_enough or others


def _of_a_confirmed_holder(it: _Party) -> bool:
    """The same, and whom the desk has confirmed: what ЕСИА confirms, he has pressed himself."""
    return _of_a_childs_new_holder(it) or (it.is_holder and it.is_by_desk)


_CHANGES: Mapping[str, tuple[str, Callable[[_Party], bool]]] = {
    "relative.declared": ("new", _of_a_childs_new_holder),
    "relative.added": ("new", _of_a_childs_new_holder),
    "relative.confirmed": ("confirmed", _of_a_confirmed_holder),
    "relative.left": ("left", lambda it: it.is_old_enough),
    "relative.revoked": ("revoked", lambda it: it.is_holder),
}
EVENTS: Sequence[str] = tuple(_CHANGES)
"""The events of the outbox of which people are told. A closed access is not among them: whom the
desk closed out is not warned."""


async def tell(
    db: Connection, event: str, relative_id: UUID, *, now: datetime, settings: Settings
) -> list[Letter]:
    """Write a message, and a letter where mail is on, for everybody whom the change concerns.

    In the caller's transaction; the answer is the letters that are new. Told a second time, nobody
    is told again.
    """
    kind, concerns = _CHANGES[event]
    parties = await _search_parties(db, relative_id, today_of(now, settings.region_zone))
    told = [(it, it.told(kind)) for it in parties if concerns(it)]
    return await _write(db, relative_id, told, now, settings, of_an_end=False)


@dataclass(frozen=True)
class Ending:
    """A link that ends within so many days, of which nobody has been told yet."""

    relative_id: UUID
    days: int


async def search_ending(
    db: Connection, *, now: datetime, zone: str, after: UUID | None = None
) -> list[Ending]:
    """Links that end within 30 days, and within 7; two hundred, in the order of ids from `after`.

    A day that was missed is made up for; an end that was put off is told of anew.
    """
    return await rows(
        db,
        Ending,
        _ENDING,
        today=today_of(now, zone),
        days=sorted(TOLD_AHEAD),
        kinds=[TOLD_AHEAD[it] for it in sorted(TOLD_AHEAD)],
        after=after,
        batch=_BATCH,
    )


async def tell_ending(
    db: Connection, ending: Ending, *, now: datetime, settings: Settings
) -> list[Letter]:
    """Tell the holder, and the patient of 15 or more, of the day; as `tell`, once for each."""
    parties = await _search_parties(db, ending.relative_id, today_of(now, settings.region_zone))
    kind = TOLD_AHEAD[ending.days]
    told = [(it, it.told(kind)) for it in parties if it.is_holder or it.is_old_enough]
    return await _write(db, ending.relative_id, told, now, settings, of_an_end=True)


async def _search_parties(db: Connection, relative_id: UUID, today: date) -> list[_Party]:
    found = await rows(
        db,
        _Party,
        _PARTIES,
        relative=relative_id,
        today=today,
        confirmable=list(CONFIRMABLE),
        consented=list(CONSENTED),
    )
    own = [it for it in found if it.is_holder]
    # the link is told as its holder has it: the end, the reason, the rights
    return [
        replace(
            it,
            acts=link.acts,
            sees=link.sees,
            ends_on=link.ends_on,
            reason=link.reason,
        )
        for link in own
        for it in found
    ]


async def _write(
    db: Connection,
    relative_id: UUID,
    told: Iterable[tuple[_Party, LinkChange]],
    now: datetime,
    settings: Settings,
    *,
    of_an_end: bool,
) -> list[Letter]:
    written = [
        (party, change, channel, words)
        for party, change in told
        if not party.has_withdrawn
        for channel, words in _words(party, change, settings).items()
    ]
    return await rows(
        db,
        Letter,
        _WRITE,
        relative=relative_id,
        accounts=[party.account_id for party, *_ in written],
        persons=[party.person_id for party, *_ in written],
        kinds=[change.kind for _, change, *_ in written],
        ends=[change.ends_on if of_an_end else None for _, change, *_ in written],
        channels=[channel for *_, channel, _ in written],
        texts=[words for *_, words in written],
        now=now,
    )


def _words(party: _Party, change: LinkChange, settings: Settings) -> Mapping[str, str]:
    """What this account is told by each channel."""
    words = {"portal": link_texts.message(change, party.patient)}
    if settings.smtp_host and party.email:
        address = settings.public_url + link_texts.path(change.kind)
        words["email"] = link_texts.letter(change, party.patient, address)
    return words


_EMAIL: LiteralString = MAILBOX.format(account="acting.account_id", notice_kind=f"'{LINKS}'")

_PARTIES: LiteralString = f"""
    select acting.account_id, card.id as person_id, acting.level = 'own' as is_patient,
           acting.relative_id is not distinct from relative.id as is_holder,
           acting.kinship = any(%(confirmable)s) and acting.level = 'confirmed' as is_parent,
           acting.level = 'own'
               and birthday(card.birth_date, {SEES_HOLDERS_FROM}) <= %(today)s as is_old_enough,
           acting.last_name, acting.first_name, acting.middle_name, {_EMAIL} as email,
           {HAS_WITHDRAWN} as has_withdrawn,
           concat_ws(' ', holder.last_name, holder.first_name, holder.middle_name)
               as holders_name,
           holder.sex as holders_sex, relative.kinship, acting.acts and rung.acts as acts,
           acting.sees and rung.sees as sees, coalesce({END}, %(today)s) as ends_on,
           case when relative.kinship = any(%(consented)s) then 'consent'
                when relative.ends_on = {END} then 'order' else 'age' end as reason,
           coalesce(relative.confirmed_by = 'desk', false) as is_by_desk
    from relative
    join account as holder on holder.id = relative.account_id
    join person as named on named.id = relative.person_id
    join person as card on card.id = coalesce(named.joined_into, named.id)
    {THEIRS}
    where relative.id = %(relative)s and (acting.relative_id = relative.id or {LIVING})
"""

_ENDING: LiteralString = f"""
    select relative.id as relative_id, told.days
    from {ACTING} {CARD}
    join relative on relative.id = acting.relative_id
    cross join lateral (
        select days, kind from unnest(%(days)s::integer[], %(kinds)s::text[]) as told (days, kind)
        where {END} <= %(today)s::date + days order by days limit 1
    ) as told
    where {LIVING} and coalesce(relative.id > %(after)s::uuid, true)
      and not exists (
          select from notice
          where notice.relative_id = relative.id and notice.ends_on = {END}
            and notice.kind = 'link_' || told.kind
      )
    order by relative.id limit %(batch)s
"""

_WRITE: LiteralString = """
    with written as (
        insert into notice (account_id, person_id, relative_id, kind, channel, text, state,
                            created_at, ends_on)
        select account_id, person_id, %(relative)s, kind, channel, text,
               case channel when 'portal' then 'new' else 'waiting' end, %(now)s, ends_on
        from unnest(%(accounts)s::uuid[], %(persons)s::uuid[], %(kinds)s::text[],
                    %(ends)s::date[], %(channels)s::text[], %(texts)s::text[])
            as told (account_id, person_id, kind, ends_on, channel, text)
        on conflict (relative_id, kind, account_id, channel, ends_on)
            where relative_id is not null do nothing
        returning id, account_id, channel
    )
    select id, account_id from written where channel = 'email'
"""
