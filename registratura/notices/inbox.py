"""The messages of an account on the portal; and, for the demo, everybody's."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from registratura.audit import Actor
from registratura.audit.readings import TOLD_ONCE_A_DAY, told_by
from registratura.db import Connection, rows
from registratura.notices import link_texts, texts
from registratura.notices.audience import STILL_KNOWS, TAKEN

SHOWN = 100


@dataclass(frozen=True)
class Message:
    """One message. `stands`: the proposed time that it tells of is still kept; `taken_id`: the
    visit by which it was taken."""

    id: UUID
    kind: str
    text: str
    state: str
    created_at: datetime
    subject_id: UUID
    person_id: UUID
    visit_id: UUID  # itself, or the cancelled one in whose place a time was proposed
    stands: bool
    taken_id: UUID | None

    @property
    def is_new(self) -> bool:
        """Whether it had not been shown before."""
        return self.state == "new"

    @property
    def path(self) -> str:
        """Where it leads."""
        if link_texts.is_of_a_link(self.kind):
            return link_texts.path(self.kind)
        return texts.path(self.taken_id or self.visit_id)


@dataclass(frozen=True)
class Told:
    """A notice as the demo shows it: by which channel, to whom, in which state."""

    id: UUID
    channel: str
    state: str
    text: str
    created_at: datetime
    account: str
    email: str | None


async def read(db: Connection, account_id: UUID, *, now: datetime, today: date) -> list[Message]:
    """The latest hundred messages, the newest first; what was new is read from here on.

    Shown only while the account may know of the visit: asked anew on each `today` of the region.
    What is told of another person's visit is a reading of his data.
    """
    return await rows(
        db,
        Message,
        """
        with shown as (
            select notice.id, notice.kind, notice.text, notice.state, notice.created_at,
                   coalesce(notice.subject_id, notice.relative_id) as subject_id,
                   notice.person_id,
                   coalesce(visit.proposed_for, visit.id, notice.relative_id) as visit_id,
                   coalesce(visit.state = 'held' and visit.held_until > %(now)s, false) as stands,
                   case when notice.kind = 'proposed' then
        """
        + TAKEN
        + """
                   end as taken_id
            from notice left join appointment as visit on visit.id = notice.subject_id
            where notice.account_id = %(account)s and notice.channel = 'portal' and
        """
        + STILL_KNOWS
        + """
            order by notice.created_at desc, notice.id
            limit %(shown)s
        ), seen as (
            update notice set state = 'read', read_at = %(now)s from shown
            where notice.id = shown.id and notice.state = 'new'
        ), own as (
            select coalesce(person.joined_into, person.id) as card_id
            from account join person on person.id = account.person_id
            where account.id = %(account)s
        ), was_read as (
            select distinct coalesce(person.joined_into, person.id) as person_id
            from shown join person on person.id = shown.person_id
            where coalesce(person.joined_into, person.id) <> (select card_id from own)
              and left(shown.kind, 5) <> 'link_'
        )
        """
        + TOLD_ONCE_A_DAY
        + " select * from shown order by created_at desc, id",
        account=account_id,
        now=now,
        today=today,
        shown=SHOWN,
        **told_by(Actor("account", str(account_id)), "visits.read", today),
    )


async def search_everybodys(db: Connection) -> list[Told]:
    """The latest hundred notices of everybody. Of the demo only: nobody is asked who he is."""
    return await rows(
        db,
        Told,
        """
        select notice.id, channel, state, text, notice.created_at, account.email,
               concat_ws(' ', last_name, first_name, middle_name) as account
        from notice join account on account.id = notice.account_id
        order by notice.created_at desc, notice.id
        limit %(shown)s
        """,
        shown=SHOWN,
    )
