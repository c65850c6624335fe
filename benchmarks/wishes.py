"""Who will book what: pairs of a patient and a free slot that every rule lets pass, each once.

They stand in `bench_wish`, numbered from 1, so that the registry and pgbench draw from one table.
"""

import hashlib
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import LiteralString
from uuid import UUID

import psycopg
from psycopg.rows import class_row

from benchmarks.stage import Database
from registratura.portal.consent_text import CURRENT

_ISSUER = "http://esia.gosuslugi.ru/"


@dataclass(frozen=True)
class Wish:
    """A row of `bench_wish` as a client needs it."""

    n: int
    patient: UUID
    slot: UUID
    post: UUID
    department: UUID
    position: int
    key: UUID
    account: UUID
    last_name: str
    first_name: str
    middle_name: str | None
    birth_date: str
    sex: str
    policy: str

    @property
    def is_adult(self) -> bool:
        """Whether doctors for adults receive him: nobody of 17 to 19 years wishes anything."""
        return date.fromisoformat(self.birth_date) < date.today() - timedelta(days=18 * 366)

    @property
    def session_id(self) -> str:
        """What the browser of this patient brings."""
        return f"bench-{self.n}"

    @property
    def token(self) -> str:
        """What an application of this patient brings."""
        return f"bench-token-{self.n}"

    @property
    def varying(self) -> dict[str, str]:
        """Values of this wish, as psycopg writes them, and the columns they stand in."""
        uuids = {str(getattr(self, name)): name for name in _UUIDS}
        return uuids | {_digest(self.session_id): "session", _digest(self.token): "token"}


def _digest(text: str) -> str:
    return f"\\x{hashlib.sha256(text.encode()).hexdigest()}"


_UUIDS = ("patient", "slot", "post", "key", "account")


def make(database: Database, *, quota: int = 100, most: int = 50_000) -> int:
    """Fill `bench_wish`, an account and a session for each; how many there are.

    Of a session's slots only so many per cent are wished for, so that a channel's quota holds them.
    """
    now = datetime.now(UTC)
    with psycopg.connect(database.admin_url, autocommit=True) as db:
        db.execute(
            _PAIRS,
            {
                "now": now,
                "after": now + timedelta(days=4),
                "until": now + timedelta(days=10),
                "quota": quota,
                "most": most,
            },
        )
        for statement in (_ACCOUNTS, _CONSENTS, _SESSIONS, *_tokens(db)):
            db.execute(statement, {"now": now, "issuer": _ISSUER} | _CONSENT)
        db.execute("alter table bench_wish add primary key (n)")
        db.execute("grant select on bench_wish to registratura_app")
        db.execute("vacuum analyze bench_wish, account, consent, web_session")
    return count(database)


def _tokens(db: psycopg.Connection[tuple[object, ...]]) -> list[LiteralString]:
    """Where the schema knows tokens of applications, the statement that makes them."""
    found = db.execute("select to_regclass('token') is not null").fetchone()
    return [_TOKENS] if found and found[0] else []


def count(database: Database) -> int:
    """How many wishes there are."""
    with psycopg.connect(database.admin_url) as db:
        found = db.execute("select count(*) from bench_wish").fetchone()
    return int(found[0]) if found else 0


def read(database: Database, base: int, many: int) -> list[Wish]:
    """So many wishes after the first `base`. Raises `LookupError` where there are not so many."""
    with (
        psycopg.connect(database.admin_url) as db,
        db.cursor(row_factory=class_row(Wish)) as cursor,
    ):
        found = cursor.execute(
            """
            select n, patient, slot, post, department, position, key, account,
                   last_name, first_name, middle_name,
                   birth_date::text, sex, policy.number as policy
            from bench_wish join person on person.id = patient
            join lateral (select number from policy where person_id = patient
                          order by number limit 1) as policy on true
            where n > %(base)s and n <= %(base)s + %(many)s order by n
            """,
            {"base": base, "many": many},
        ).fetchall()
    if len(found) < many:
        raise LookupError(f"{many} wishes after {base}: there are {len(found)}")
    return found


_CONSENT = {
    "document": CURRENT.document,
    "version": CURRENT.version,
    "sha256": CURRENT.sha256,
}

# Days that no cut-off closes and every horizon reaches. The browser's session was seen a moment
# ahead, so that no look at a page is worth a write.
_PAIRS = """
    create table bench_wish as
    with place as (
        select slot.id, slot.post_id, slot.department_id, slot.position_id, slot.room_id,
               slot.starts_at, slot.ends_at, post.age_from, post.age_to,
               row_number() over (partition by slot.session_id order by slot.starts_at) as place,
               count(*) over (partition by slot.session_id) as places
        from slot join post on post.id = slot.post_id
        join position on position.id = slot.position_id
        where slot.taken = 0 and slot.seats = 1 and slot.blocked is null
          and slot.opens_at <= %(now)s
          and slot.starts_at > %(after)s and slot.starts_at < %(until)s
          and position.self_booking and not position.needs_referral and not position.sensitive
          and post.sex is null
          and slot.channels @> '{portal,epgu}'
          and not exists (select from absence where absence.post_id = post.id)
          and not exists (select from quota where quota.session_id = slot.session_id
                                              and quota.channel = 'portal')
    ), offered as (
        select *, age_to < 18 as child,
               row_number() over (partition by age_to < 18 order by md5(id::text)) as line
        from place where place * 100 <= places * %(quota)s and (age_to < 18 or age_from >= 18)
    ), patient as (
        select person.id, child,
               row_number() over (partition by child order by md5(person.id::text)) as line
        from person, lateral (select person.birth_date > current_date - interval '17 years'
                                     as child) as young
        where died_on is null
          and (person.birth_date > current_date - interval '17 years'
               or person.birth_date < current_date - interval '19 years')
          and exists (select from policy where policy.person_id = person.id)
          and exists (select from attachment where attachment.person_id = person.id)
    )
    select row_number() over (order by md5(offered.id::text)) as n,
           patient.id as patient, offered.id as slot, post_id as post,
           department_id as department, position_id as position, room_id as room,
           starts_at as starts, ends_at as ends, %(now)s::timestamptz as moment,
           %(now)s::timestamptz + interval '14 days' as until,
           gen_random_uuid() as key, gen_random_uuid() as account,
           null::bytea as session, null::bytea as token
    from offered join patient on (patient.child, patient.line) = (offered.child, offered.line)
    order by n limit %(most)s
"""
_ACCOUNTS = """
    insert into account (id, issuer, oid, person_id, last_name, first_name, middle_name,
                         birth_date, sex, snils, created_at, signed_in_at)
    select account, %(issuer)s, 900000000 + n, person.id, last_name, first_name, middle_name,
           birth_date, sex, snils, %(now)s, %(now)s
    from bench_wish join person on person.id = patient
"""
_CONSENTS = """
    insert into consent (account_id, document, version, text_sha256, given_at)
    select account, %(document)s, %(version)s, %(sha256)s, %(now)s from bench_wish
"""
_SESSIONS = """
    with numbered as (
        update bench_wish set session = sha256(('bench-' || n)::bytea),
                              token = sha256(('bench-token-' || n)::bytea) returning *
    )
    insert into web_session (id_sha256, account_id, patient_id, created_at, seen_at, ends_at)
    select session, account, patient, %(now)s, %(now)s + interval '20 minutes',
           %(now)s + interval '12 hours'
    from numbered
"""
_TOKENS = """
    with made as (
        insert into token (account_id, name, token_sha256, may_book, made_at, ends_at, used_at)
        select account, 'bench', token, true, %(now)s, %(now)s + interval '1 day',
               %(now)s + interval '20 minutes'
        from bench_wish returning id, account_id
    )
    insert into token_patient (token_id, person_id)
    select made.id, patient from made join bench_wish on bench_wish.account = made.account_id
"""
